"""Corpora of ConvoKit: all versions of the format, the folder, a zip, the utterances alone."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from threads.errors import InputError
from threads.parse import Options, Source, parse
from threads.parse.exports.convokit import ConvoKit


def utterance(key, parent=None, *, root="r", text="a text", **changes):
    made = {
        "id": key,
        "conversation_id": root,
        "text": text,
        "speaker": "ann",
        "meta": {},
        "reply-to": parent,
        "timestamp": 1_700_000_000,
        "vectors": [],
    }
    return {**made, **changes}


def lines(*utterances):
    return "\n".join(u if isinstance(u, str) else json.dumps(u) for u in utterances)


def read(*utterances):
    return parse(Source.from_text(lines(*utterances), "utterances.jsonl"), Options(), "convokit")


def folder_of(path, *utterances, name="utterances.jsonl", **beside):
    path.mkdir(exist_ok=True)
    (path / name).write_text(json.dumps(utterances) if name.endswith(".json") else lines(*utterances))
    for key, value in beside.items():
        (path / f"{key}.json").write_text(json.dumps(value))
    return path


def zipped(folder, inside):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.iterdir():
            archive.write(path, f"{inside}{path.name}")
    return file.getvalue()


def test_the_counts_of_a_real_corpus_are_met(shared):
    if not (shared / "exports").is_dir():
        pytest.skip("needs ../shared/exports, the originals of exports")
    index = json.loads((shared / "exports" / "index.json").read_text(encoding="utf-8"))
    for counted in (s for s in index["samples"] if s["format"] == "convokit-corpus"):
        parsed = parse(Source.from_path(shared / "exports" / "samples" / counted["file"]), Options())
        comments = [c for d in parsed.discussions for c in d.comments]
        times = sorted([c.published_at for c in comments] + [d.published_at for d in parsed.discussions])
        assert len(parsed.discussions) == counted["n_threads"]
        # The posts that open the conversations are articles here; the index counts them as comments.
        assert len(comments) == counted["n_comments"] - counted["n_root_posts"]
        assert sum(c.parent_id is not None for c in comments) == counted["n_reply_to_a_comment"]
        posts = sum(d.article_text is None for d in parsed.discussions)
        deleted = sum(c.status in ("deleted", "removed") for c in comments)
        assert counted["deleted_text"] - posts <= deleted <= counted["deleted_text"]
        assert f"{times[0]:%Y-%m-%dT%H:%M:%SZ}" == counted["first_timestamp_iso"]
        assert f"{times[-1]:%Y-%m-%dT%H:%M:%SZ}" == counted["last_timestamp_iso"]
        assert parsed.report.skipped == ()


def test_every_version_is_recognised_by_its_content():
    old = {"id": "1", "root": "1", "text": "x", "user": "u", "reply-to": None, "timestamp": None}
    new = {**utterance("1"), "reply_to": None}
    del new["reply-to"]
    for first in (old, new, utterance("1")):
        assert ConvoKit().sniff(Source.from_text(json.dumps(first)))
        assert ConvoKit().sniff(Source.from_text(json.dumps([first, first], indent=1)))
    for other in (
        '{"id": 1, "text": "x"}',
        "[1, 2]",
        "[" * 100_000,
        '{"id"',
        "text,speaker\n",
        '["id"]',
    ):
        assert not ConvoKit().sniff(Source.from_text(other))


def test_old_names_of_fields_are_read(tmp_path):
    old = [
        {"id": "1", "root": "1", "text": "one", "user": "u1", "reply-to": None, "timestamp": "1700000000"},
        {"id": "2", "root": "1", "text": "two", "user": "u2", "reply-to": "1", "timestamp": None},
    ]
    folder = folder_of(tmp_path / "c", *old, name="utterances.json", users={"u1": {"name": "Una"}})
    (discussion,) = parse(Source.from_path(folder), Options()).discussions
    first, second = discussion.comments
    assert (first.author, first.author_id, first.parent_id) == ("Una", "u1", None)
    assert first.published_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert (second.author, second.parent_id, second.published_at) == ("u2", "1", None)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("inside", ["", "corpus/"])
def test_speakers_and_titles_come_from_beside_the_utterances(tmp_path, packed, inside):
    folder = folder_of(
        tmp_path / "c",
        utterance("r"),
        utterance("2", "r"),
        speakers={"ann": {"meta": {"name": "Ann Lee"}, "vectors": []}},
        conversations={"r": {"meta": {"page_title": "Talk: Bridges"}, "vectors": []}},
        corpus={},
        index={},
    )
    archive = Source.from_bytes(zipped(folder, inside), "corpus.zip")
    source = archive if packed else Source.from_path(folder)
    (discussion,) = parse(source, Options()).discussions
    assert discussion.source_format == "convokit"
    assert discussion.title == "Talk: Bridges"
    assert [(c.author, c.author_id) for c in discussion.comments] == [("Ann Lee", "ann")] * 2


def test_a_submission_is_the_article(tmp_path):
    post = utterance(
        "r", text="Look at this.", meta={"permalink": "/r/x/comments/r/look/", "top_level_comment": None}
    )
    folder = folder_of(
        tmp_path / "c", post, utterance("2", "r"), utterance("3", "2"), conversations={"r": {"title": "Look"}}
    )
    parsed = parse(Source.from_path(folder), Options())
    (discussion,) = parsed.discussions
    assert (discussion.title, discussion.article_text) == ("Look", "Look at this.")
    assert discussion.url == "https://www.reddit.com/r/x/comments/r/look/"
    assert [c.parent_id for c in discussion.comments] == [None, "2"]
    assert parsed.report.warnings[0].startswith("1 post that open")


def test_a_first_utterance_without_a_title_is_a_comment():
    (discussion,) = read(utterance("r"), utterance("2", "r")).discussions
    assert [(c.comment_id, c.parent_id) for c in discussion.comments] == [("r", None), ("2", "r")]


def test_the_heading_of_a_talk_page_is_the_title():
    (discussion,) = read(
        utterance("r", text="Bridges", meta={"is_section_header": True}), utterance("2", "r")
    ).discussions
    assert (discussion.title, discussion.article_text, len(discussion.comments)) == ("Bridges", None, 1)


def test_what_was_taken_away_is_said():
    (discussion,) = read(
        utterance("r"),
        utterance("2", "r", text="[deleted]", speaker="[deleted]"),
        utterance("3", "r", text="[removed]"),
    ).discussions
    assert [(c.status, c.author) for c in discussion.comments[1:]] == [("deleted", None), ("removed", "ann")]


def test_places_in_a_recording_are_no_times():
    parsed = read(utterance("r", timestamp=0.0), utterance("2", "r", timestamp=12.5))
    (discussion,) = parsed.discussions
    assert [(c.published_at, c.published_at_raw) for c in discussion.comments] == [
        (None, "0.0"),
        (None, "12.5"),
    ]
    assert any(w.startswith("2 timestamps too small") for w in parsed.report.warnings)


def test_utterances_without_a_conversation_are_in_that_of_their_parent():
    parsed = read(
        utterance("1", root=None),
        utterance("2", "1", root=None),
        utterance("3", "2", root=None),
        utterance("4"),
    )
    assert [[c.comment_id for c in d.comments] for d in parsed.discussions] == [["1", "2", "3"], ["4"]]


def test_what_is_no_utterance_is_left_out_with_its_place():
    parsed = read(
        utterance("r"), "[1]", "{", utterance(None), '{"id": "x", "a": ' + "[" * 100_000, utterance("2")
    )
    assert parsed.report.kept == 2
    assert [s.place for s in parsed.report.skipped] == ["line 2", "line 3", "line 4", "line 5"]
    assert parsed.report.read == 6


@pytest.mark.parametrize("score", [None, "many", True, 1.5, [], 10.0, 7])
def test_only_whole_scores_are_likes(score):
    (discussion,) = read(utterance("r", meta={"score": score})).discussions
    assert discussion.comments[0].likes == (int(score) if score in (10.0, 7) else None)


def test_hostile_values_break_nothing():
    parsed = read(
        utterance("r", text="\ud800\x00=1", speaker={"id": 5}, timestamp={"a": 1}, meta=[]),
        utterance(7, ["x"], speaker=None, timestamp=True, text=None),
        utterance("3", "r", timestamp=10**400),
    )
    first, second, third = parsed.discussions[0].comments
    assert (first.text, first.author) == ("\ud800\x00=1", "5")
    assert (second.comment_id, second.text, second.author) == ("7", "", None)
    assert third.published_at is None


def test_a_file_beside_that_is_no_json_is_named(tmp_path):
    folder = folder_of(tmp_path / "c", utterance("r"))
    (folder / "speakers.json").write_text("{")
    with pytest.raises(InputError, match=r"speakers\.json: this is not sound JSON"):
        parse(Source.from_path(folder), Options())


def test_a_folder_without_utterances_is_named(tmp_path):
    with pytest.raises(InputError, match="no corpus of ConvoKit"):
        Source.from_path(tmp_path)


def test_an_archive_with_several_corpora_is_read_as_several(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("a", "b"):
            archive.writestr(f"{name}/utterances.jsonl", json.dumps(utterance("r")))
    parsed = parse(Source.from_bytes(file.getvalue()), Options())
    assert [(d.source_format, len(d.comments)) for d in parsed.discussions] == [("convokit", 1)] * 2
    assert "2 of 2 files" in parsed.report.warnings[0]
