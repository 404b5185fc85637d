"""Tables and corpora out: whatever is in a record comes back, and the same command writes the same bytes."""

import contextlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_cli import PIPELINE, btl  # noqa: F401 - a fixture
from test_storage import comment, parsed, scored

from threads.analysis import analyse
from threads.errors import InputError, StoreError
from threads.frames import comments_frame, typed
from threads.parse import Options, Source
from threads.parse.exports.convokit import ConvoKit
from threads.parse.own_json import BtlJson
from threads.records import COMMENT_COLUMNS, Column, Comment, Discussion
from threads.scores import score_columns
from threads.storage.corpus_files import FILES, write_corpus
from threads.storage.csv_files import read_csv, write_csv
from threads.storage.json_files import read_ndjson, write_discussions, write_ndjson
from threads.storage.parquet_files import read_parquet, write_parquet
from threads.storage.parts import Part, by_id, rows_of, whole_threads

HOSTILE = '=HYPERLINK("http://a.example")\r\n+1;@x,\t"\ud800\x00\x1a0000\u2028\ufeff'
SCORES = (Column("mood", "number", "How it is.", "0 to 1"), Column("words", "integer", "", "words"))

texts = st.text(
    st.characters(exclude_categories=())
    | st.sampled_from("=+-@'\t\r\n;,\"\x00\x1a\ud800\udfff\ufeff:%0DNul"),
    max_size=20,
)
moments = st.datetimes(timezones=st.just(UTC))
comments = st.builds(
    Comment,
    thread_id=st.sampled_from(["t", "t:1", "t%3A1", ""]),
    comment_id=texts,
    position=st.integers(1, 2**62),
    parent_id=st.none() | texts,
    parent_source=st.sampled_from([None, "given", "inferred"]),
    parent_confidence=st.none() | st.floats(0, 1),
    author=st.none() | texts,
    author_id=st.none() | texts,
    published_at=st.none() | moments,
    published_at_raw=st.none() | texts,
    published_at_precision=st.sampled_from(["second", "minute", "day", "relative", "none"]),
    timezone_source=st.sampled_from(["given", "assumed", "none"]),
    edited_at=st.none() | moments,
    text=texts,
    likes=st.none() | st.integers(-(2**63), 2**63 - 1),
    status=st.sampled_from(["visible", "pending", "removed", "spam", "deleted"]),
    source_format=texts,
)
FULL = comment(1, author=HOSTILE, author_id="", text=HOSTILE, likes=0, parent_id="c2", status="spam")
BARE = Comment(thread_id="t", comment_id="c2", position=2, text="", source_format="test")
records = st.lists(comments, min_size=1, max_size=6, unique_by=lambda c: (c.thread_id, c.comment_id)).map(
    lambda made: sorted(made, key=lambda c: c.thread_id)
)


def discussions_of(made, **about):
    return [
        Discussion(
            thread_id=key,
            source="a source",
            source_format="test",
            comments=tuple(c for c in made if c.thread_id == key),
            **about,
        )
        for key in dict.fromkeys(c.thread_id for c in made)
    ]


def part_of(made, **about):
    discussions = discussions_of(made, **about)
    frame = comments_frame(discussions)
    frame = frame.assign(
        mood=[0.1 + 0.2, *[None] * (len(frame) - 1)], words=pd.array([None] * len(frame), "Int64")
    )
    frame["mood"] = frame["mood"].astype("float64")
    return Part(frame, by_id(discussions))


def csv_there_and_back(frame, mode):
    file = io.StringIO(newline="")
    write_csv([frame.iloc[:1], frame.iloc[1:]], file, mode)
    return read_csv(file.getvalue().encode().decode(), (*COMMENT_COLUMNS, *SCORES))


def ndjson_there_and_back(frame, _):
    file = io.StringIO(newline="")
    write_ndjson([frame.iloc[:1], frame.iloc[1:]], file)
    text = file.getvalue().encode().decode()
    return read_ndjson(io.StringIO(text, newline="\n"), (*COMMENT_COLUMNS, *SCORES))


def parquet_there_and_back(frame, _):
    file = io.BytesIO()
    write_parquet([frame.iloc[:1], frame.iloc[1:]], (*COMMENT_COLUMNS, *SCORES), file)
    return read_parquet(io.BytesIO(file.getvalue()))


@pytest.mark.parametrize(
    ("there_and_back", "mode"),
    [
        (csv_there_and_back, "safe"),
        (csv_there_and_back, "raw"),
        (ndjson_there_and_back, ""),
        (parquet_there_and_back, ""),
    ],
)
@settings(max_examples=40, deadline=None)
@given(made=records)
@example(made=[FULL, BARE])
def test_every_table_comes_back_equal(there_and_back, mode, made):
    if there_and_back is parquet_there_and_back:
        pytest.importorskip("pyarrow")
    frame = part_of(made).frame
    pd.testing.assert_frame_equal(there_and_back(frame, mode), frame, check_exact=True)


@settings(max_examples=40, deadline=None)
@given(made=records, title=st.none() | texts, published_at=st.none() | moments)
@example(made=[FULL, BARE], title=HOSTILE, published_at=None)
@example(made=[BARE], title="", published_at=datetime(2024, 5, 18, 1, 2, 3, 4, tzinfo=UTC))
def test_every_record_comes_back_from_a_corpus(tmp_path_factory, made, title, published_at):
    folder = tmp_path_factory.mktemp("corpus") / "c"
    about = {
        "title": title,
        "url": title,
        "language": "en",
        "published_at": published_at,
        "captured_at": None,
    }
    part = part_of(made, **about)
    write_corpus([part], folder, version="1")
    assert all((folder / name).read_bytes().isascii() for name in FILES)
    back = ConvoKit().read(Source.from_path(folder), Options())
    assert back.report.skipped == ()
    found = [d for d in back.discussions if d.comments]
    assert found == [
        replace(d, comments=found[place].comments) for place, d in enumerate(part.discussions.values())
    ]
    assert [c for d in found for c in d.comments] == made


@settings(max_examples=40, deadline=None)
@given(made=records, title=st.none() | texts)
@example(made=[FULL, BARE], title=HOSTILE)
def test_every_record_is_in_the_json(made, title):
    part = part_of(made, title=title)
    file = io.StringIO(newline="")
    write_discussions(
        [Part(part.frame.iloc[:1], part.discussions), Part(part.frame.iloc[1:], part.discussions)], file
    )
    document = json.loads(file.getvalue().encode().decode())
    assert [d["thread_id"] for d in document["discussions"]] == list(part.discussions)
    assert {d["title"] for d in document["discussions"]} == {title}
    rows = [json.dumps(row) for d in document["discussions"] for row in d["comments"]]
    pd.testing.assert_frame_equal(
        read_ndjson(rows, (*COMMENT_COLUMNS, *SCORES)), part.frame, check_exact=True
    )


@settings(max_examples=40, deadline=None)
@given(made=records, title=st.none() | texts, as_lines=st.booleans())
@example(made=[FULL, BARE], title=HOSTILE, as_lines=False)
@example(made=[FULL, BARE], title=HOSTILE, as_lines=True)
def test_every_record_comes_back_from_the_json(made, title, as_lines):
    part = part_of(made, title=title)
    file = io.StringIO(newline="")
    if as_lines:
        write_ndjson([part.frame], file)
    else:
        write_discussions([part], file)
    source = Source.from_bytes(file.getvalue().encode(), "c.json")
    assert BtlJson().sniff(source)
    back = BtlJson().read(source, Options())
    assert back.report.skipped == ()
    assert [c for d in back.discussions for c in d.comments] == made
    if not as_lines:
        assert [(d.title, d.source_format) for d in back.discussions] == [(title, "test")] * len(
            part.discussions
        )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"likes": "5"}, "likes: '5' is no integer"),
        ({"likes": True}, "likes: 'True' is no integer"),
        ({"published_at": "2024-05-18"}, "published_at: '2024-05-18' is no time with a zone"),
        ({"status": "gone"}, "status: 'gone' is none of visible, pending"),
        ({"text": None}, "it has no text"),
        ({}, "duplicate: the id c1 came before"),
    ],
)
def test_a_line_that_is_no_record_of_ours_is_left_out_with_its_place(change, reason):
    first, *_ = rows_of(part_of([comment(1)]).frame)
    text = "\n".join(map(json.dumps, [first, {**first, **change}, {**first, "comment_id": "c2"}]))
    report = BtlJson().read(Source.from_text(text), Options()).report
    assert (report.kept, report.read) == (2, 3)
    (skipped,) = report.skipped
    assert skipped.place == "line 2"
    assert skipped.reason.startswith(reason)


# --- the corpus ---


def corpus_of(folder, made, **about):
    write_corpus([part_of(made, **about)], folder, version="1")
    return [json.loads(line) for line in (folder / "utterances.jsonl").read_text().splitlines()]


def test_the_corpus_has_the_layout_of_convokit(tmp_path):
    utterances = corpus_of(
        tmp_path / "c", [comment(1), comment(2, parent_id="c1", parent_source="given")], title="A"
    )
    fields = {"id", "conversation_id", "text", "speaker", "meta", "reply-to", "timestamp", "vectors"}
    assert all(set(u) == fields for u in utterances)
    assert [(u["id"], u["reply-to"], u["conversation_id"]) for u in utterances] == [
        ("t", None, "t"),
        ("t:c1", "t", "t"),
        ("t:c2", "t:c1", "t"),
    ]
    assert [u["timestamp"] for u in utterances] == [None, 1716033660, 1716033720]
    assert utterances[1]["meta"]["mood"] == 0.1 + 0.2
    assert "mood" not in utterances[2]["meta"]
    speakers = json.loads((tmp_path / "c" / "speakers.json").read_text())
    assert speakers["author 1"] == {"meta": {"author": "author 1"}, "vectors": []}
    assert {u["speaker"] for u in utterances} == set(speakers)
    conversations = json.loads((tmp_path / "c" / "conversations.json").read_text())
    assert conversations["t"]["meta"]["title"] == "A"
    index = json.loads((tmp_path / "c" / "index.json").read_text())
    assert index["utterances-index"]["mood"] == ["<class 'float'>"]
    assert {"speakers-index", "conversations-index", "overall-index", "version", "vectors"} < set(index)


def test_a_conversation_is_one_tree_whatever_is_answered(tmp_path):
    made = [
        comment(1, parent_id="c1"),
        comment(2, parent_id="nobody"),
        comment(3, parent_id="c4"),
        comment(4, parent_id="c3"),
        comment(5, parent_id="c3"),
        comment(6, parent_id="c7"),
        comment(7),
    ]
    utterances = corpus_of(tmp_path / "c", made)
    answers = {u["id"]: u["reply-to"] for u in utterances}
    assert answers == {
        "t": None,
        "t:c1": "t",
        "t:c2": "t",
        "t:c3": "t",
        "t:c4": "t:c3",
        "t:c5": "t:c3",
        "t:c6": "t:c7",
        "t:c7": "t",
    }
    assert utterances[2]["meta"]["parent_id"] == "nobody"


def test_a_folder_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"other files, such as thesis\.txt"):
        corpus_of(tmp_path, [BARE])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_discussion_that_comes_twice_leaves_no_corpus(tmp_path):
    other = part_of([comment(1, thread_id="u")])
    with pytest.raises(InputError, match="comes twice"):
        write_corpus([part_of([BARE]), other, part_of([BARE])], tmp_path / "c", version="1")
    assert list((tmp_path / "c").iterdir()) == []


def test_parts_are_joined_to_whole_discussions():
    frame = pd.DataFrame({"thread_id": list("aabbbcd"), "n": range(7)})
    for cuts in ([0, 7], [0, 1, 2, 3, 4, 5, 6, 7], [0, 3, 6, 7], [0, 0, 4, 4, 7]):
        parts = [Part(frame.iloc[a:b], {}) for a, b in pairwise(cuts)]
        whole = list(whole_threads(parts))
        assert [n for part in whole for n in part.frame["n"]] == list(range(7))
        seen = [set(part.frame["thread_id"]) for part in whole]
        assert sum(map(len, seen)) == 4
        assert sum(map(bool, seen)) == len(whole)


# --- what commands write ---


def test_parquet_carries_units_and_help_and_pandas_reads_it_as_it_was(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    frame = part_of([FULL, BARE]).frame
    path = tmp_path / "c.parquet"
    with path.open("wb") as file:
        write_parquet([frame], (*COMMENT_COLUMNS, *SCORES), file)
    assert pd.read_parquet(path).dtypes.to_dict() == frame.dtypes.to_dict()
    metadata = pq.read_schema(path).field("mood").metadata
    assert (metadata[b"unit"], metadata[b"help"]) == (b"0 to 1", b"How it is.")


def test_texts_hold_lone_surrogates_whether_pyarrow_is_installed_or_not():
    assert typed(pd.DataFrame({"text": ["\ud800"]}), COMMENT_COLUMNS[13:14])["text"].tolist() == ["\ud800"]
    assert pd.Series(["\ud800"], dtype="str").tolist() == ["\ud800"]


KINDS = {"csv": "c.csv", "json": "c.json", "ndjson": "c.ndjson", "convokit": "corpus"}


def asked():
    with contextlib.suppress(ImportError):
        import pyarrow  # noqa: F401

        return {**KINDS, "parquet": "c.parquet"}
    return KINDS


def bytes_in(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(Path(folder).rglob("*")) if p.is_file()
    }


@pytest.mark.parametrize("command", ["parse", "analyse", "export"])
def test_the_same_command_writes_the_same_bytes(btl, command):  # noqa: F811
    btl("import", PIPELINE)
    written = []
    for folder in ("one", "two"):
        Path(folder).mkdir()
        arguments = [word for kind, name in asked().items() for word in (f"--{kind}", f"{folder}/{name}")]
        result = btl(command, *([] if command == "export" else [PIPELINE]), *arguments)
        assert (result.exit_code, result.stdout) == (0, "")
        written.append(bytes_in(folder))
    first, second = written
    assert first == second
    expected = {name for kind, name in asked().items() if kind != "convokit"}
    with_manifest = expected - ({"c.json"} if command == "parse" else set())
    corpus = {f"corpus/{name}" for name in (*FILES, "manifest.json")}
    assert set(first) == expected | {f"{name}.manifest.json" for name in with_manifest} | corpus


def test_a_second_export_takes_the_place_of_the_first(btl):  # noqa: F811
    btl("import", PIPELINE)
    btl("export", "--convokit", "corpus", "--csv", "c.csv")
    before = bytes_in(".")
    assert btl("export", "--convokit", "corpus", "--csv", "c.csv").exit_code == 0
    after = bytes_in(".")
    assert {name: data for name, data in after.items() if "sqlite" not in name} == {
        name: data for name, data in before.items() if "sqlite" not in name
    }


def test_the_manifest_says_how_the_table_was_made(btl):  # noqa: F811
    btl("analyse", PIPELINE, "--csv", "c.csv", "--timezone", "Europe/Berlin")
    manifest = json.loads(Path("c.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["files"] == [
        {
            "name": "c.csv",
            "bytes": Path("c.csv").stat().st_size,
            "sha256": sha256(Path("c.csv").read_bytes()).hexdigest(),
        }
    ]
    assert manifest["rows"] == 8
    assert [c["name"] for c in manifest["columns"]] == [c.name for c in (*COMMENT_COLUMNS, *score_columns())]
    assert all(column["help"] for column in manifest["columns"])
    assert (manifest["command"], manifest["options"]["timezone"]) == ("btl analyse", "Europe/Berlin")
    (source,) = manifest["sources"]
    assert (source["name"], source["sha256"]) == (PIPELINE, sha256(Path(PIPELINE).read_bytes()).hexdigest())
    offensive = next(m for m in manifest["models"] if m["name"].startswith("offensive@"))
    weights = Path(__file__).parent.parent / "threads" / "models" / offensive["file"]
    assert offensive["sha256"] == sha256(weights.read_bytes()).hexdigest()
    assert offensive["name"] in manifest["judged_by"]
    assert manifest["settings"]["stance_model"] == "builtin"
    assert "key_file" not in manifest["settings"]
    assert manifest["versions"]["pandas"] == pd.__version__


def test_scores_are_in_every_format(btl):  # noqa: F811
    btl("analyse", PIPELINE, "--json", "c.json", "--ndjson", "c.ndjson", "--convokit", "corpus")
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    first = json.loads(Path("c.ndjson").read_text(encoding="utf-8").splitlines()[0])
    (discussion,) = document["discussions"]
    assert len(discussion["comments"]) == 8
    assert discussion["comments"][0] == first
    assert isinstance(first["sentiment"], float)
    utterance = json.loads(Path("corpus/utterances.jsonl").read_text().splitlines()[1])
    assert utterance["meta"]["sentiment"] == first["sentiment"]
    for source in ("corpus", "c.json", "c.ndjson"):
        back = btl("parse", source, "--ndjson", "-").stdout.splitlines()
        assert json.loads(back[0]) == {column.name: first[column.name] for column in COMMENT_COLUMNS}


def test_pseudonyms_reach_every_format(btl):  # noqa: F811
    btl("import", PIPELINE)
    arguments = [word for kind, name in asked().items() for word in (f"--{kind}", name)]
    for command in (["export"], ["parse", PIPELINE], ["analyse", PIPELINE]):
        btl(*command, *arguments, "--pseudonyms")
        written = {name: data for name, data in bytes_in(".").items() if ".sqlite" not in name}
        assert len(written) >= 12
        assert not any(b"Jasmine Hinds" in data for data in written.values())
        assert any(b"reader " in data for data in written.values())


def test_standard_output_is_for_one(btl):  # noqa: F811
    assert btl("parse", PIPELINE, "--ndjson", "-", "--csv", "-").exit_code == 2
    assert btl("parse", PIPELINE, "--convokit", "-").exit_code == 2
    assert len(btl("parse", PIPELINE, "--ndjson", "-").stdout.splitlines()) == 8


def test_parquet_without_what_writes_it_is_told_before_anything_is_read(btl, monkeypatch):  # noqa: F811
    monkeypatch.setattr("threads.storage.parquet_files.find_spec", lambda _: None)
    result = btl("parse", "missing.txt", "--parquet", "c.parquet")
    assert result.exit_code == 1
    assert "c.parquet: Parquet needs pyarrow" in result.stderr
    assert "missing.txt" not in result.stderr


# --- the store ---


def test_the_store_gives_its_comments_in_parts(store, monkeypatch):
    monkeypatch.setattr("threads.storage.exporting.ROWS_AT_ONCE", 2)
    for thread in ("a", "b"):
        made = tuple(comment(n, thread_id=thread) for n in range(1, 4))
        store.add(parsed(comments=made, thread_id=thread, title=f"Title {thread}"), scored(*[0.5] * 3), {})
    parts = list(store.exports.comments(None, score_columns()))
    assert [len(part.frame) for part in parts] == [2, 2, 2]
    assert [sorted(part.discussions) for part in parts] == [["a"], ["a", "b"], ["b"]]
    assert parts[1].discussions["b"].title == "Title b"
    whole = pd.concat([part.frame for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(whole, store.comments(columns=score_columns()))
    assert store.exports.count() == 6
    assert store.exports.sources("a") == [
        {"name": "page.html", "format": "test", "discussions": 1, "comments": 3}
    ]
    assert [len(part.frame) for part in store.exports.comments("b")] == [2, 1]


def test_an_empty_store_gives_a_table_without_rows(store):
    (part,) = store.exports.comments()
    assert part.frame.columns.tolist() == [*(c.name for c in COMMENT_COLUMNS), "state"]
    assert part.frame.empty


def test_scores_are_read_back_as_the_numbers_they_were():
    frame = analyse(PIPELINE)
    table, lines = io.StringIO(), io.StringIO()
    write_csv(frame, table)
    write_ndjson([frame], lines)
    for read in (read_csv(table.getvalue()), read_ndjson(lines.getvalue().splitlines())):
        pd.testing.assert_frame_equal(read, frame, check_exact=True)
