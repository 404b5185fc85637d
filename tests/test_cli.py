"""The command line: what it prints, where, and the exit codes."""

import io
import json
import re
import socket
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from threads.cli import main
from threads.errors import InputError
from threads.samples import sample_folder

PIPELINE = str(sample_folder() / "siberia_pipeline" / "thread.txt")
NO_COMMENTS = str(sample_folder() / "no_comments" / "thread.txt")


@pytest.fixture
def btl(tmp_path, monkeypatch):
    """Run `btl` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def run(*arguments, **more):
        return runner.invoke(main, arguments, catch_exceptions=False, **more)

    return run


def test_analyse_writes_one_row_a_comment(btl):
    result = btl("analyse", PIPELINE, "--csv", "out.csv")
    assert result.exit_code == 0
    assert result.stdout == ""
    frame = pd.read_csv("out.csv")
    assert len(frame) == 8
    assert {"author", "published_at", "text", "sentiment", "words", "stance"} <= set(frame.columns)


def test_parse_prints_records_and_reports_as_json(btl):
    result = btl("parse", PIPELINE, "--json", "-")
    document = json.loads(result.stdout)
    assert [c["author"] for c in document["discussions"][0]["comments"]][:2] == [
        "Jasmine Hinds",
        "Madison Neal",
    ]
    assert document["discussions"][0]["comments"][0]["published_at"] == "2024-05-17T20:41:00Z"
    assert document["reports"] == [
        {
            "source": PIPELINE,
            "read": 8,
            "kept": 8,
            "left_out": {},
            "found": {"discussions": 1, "replies": 2, "time zone assumed": 8},
            "skipped": [],
            "warnings": document["reports"][0]["warnings"],
        }
    ]


def test_pseudonyms_stand_in_the_place_of_names_in_every_output(btl):
    btl("import", PIPELINE)
    written = [
        btl("parse", PIPELINE, "--json", "-", "--pseudonyms").stdout,
        btl("parse", PIPELINE, "--csv", "-", "--pseudonyms").stdout,
        btl("parse", PIPELINE, "--pseudonyms").stdout,
        btl("analyse", PIPELINE, "--pseudonyms").stdout,
        btl("export", "--pseudonyms").stdout,
    ]
    assert "Jasmine Hinds" in btl("export").stdout
    assert not any("Jasmine Hinds" in text for text in written)
    (reader,) = {re.search("reader [0-9a-z]{10}", text)[0] for text in written}
    assert all(reader in text for text in written)


def test_standard_input_and_output(btl):
    result = btl("parse", "-", "--csv", "-", "--raw", input=Path(PIPELINE).read_bytes())
    assert result.exit_code == 0
    assert len(pd.read_csv(io.StringIO(result.stdout))) == 8


def test_a_thread_without_comments_says_so(btl):
    result = btl("analyse", NO_COMMENTS, "--csv", "out.csv")
    assert result.exit_code == 1
    assert "0 kept" in result.stderr
    assert "no comments" in result.stderr.lower()
    assert not Path("out.csv").exists()


def test_a_web_address_is_fetched_only_from_where_it_may_be(btl):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    refused = btl("parse", address)
    assert refused.exit_code == 1
    assert f"btl: {address}: 127.0.0.1 is at 127.0.0.1, a private" in refused.stderr
    allowed = btl("parse", address, "--allow-private")
    assert "the server does not answer (Connection refused)" in allowed.stderr


@pytest.mark.parametrize(("arguments", "asked"), [([], True), (["--no-article"], False)])
def test_the_text_of_the_article_can_be_left_out(btl, monkeypatch, arguments, asked):
    seen = []

    def parse(source, options, *_rest, **_how):
        seen.append(options.article_text)
        raise InputError("stop", source=source.name)

    monkeypatch.setattr("threads.parse.reading", parse)
    btl("parse", PIPELINE, *arguments)
    assert seen == [asked]


def test_a_source_named_twice_is_read_once(btl):
    result = btl("parse", PIPELINE, PIPELINE, "--csv", "-", "--raw")
    assert len(pd.read_csv(io.StringIO(result.stdout))) == 8


def test_a_problem_with_one_source_does_not_cost_the_others(btl):
    result = btl("analyse", "missing.txt", PIPELINE, "--csv", "out.csv")
    assert result.exit_code == 1
    assert "missing.txt" in result.stderr
    assert len(pd.read_csv("out.csv")) == 8


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n ", "nothing in it"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "not text"),
        ("zeros.bin", b"abc\x00\x01\x02" * 100, "not text"),
    ],
)
def test_bad_input_is_one_line_that_names_the_file(btl, name, content, said):
    Path(name).write_bytes(content)
    result = btl("analyse", name)
    assert result.exit_code == 1
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("btl:")]
    assert name in line
    assert said in line.lower()
    assert result.stdout == ""


def test_a_folder_is_named_as_one(btl):
    Path("folder").mkdir()
    result = btl("analyse", "folder")
    assert result.exit_code == 1
    assert "folder" in result.stderr


def test_a_file_over_the_limit_is_refused_by_its_size_alone(btl):
    with Path("large.txt").open("wb") as file:
        file.write(b"hello " * 30_000)
        file.truncate(200_000_000)
    result = btl("analyse", "large.txt")
    assert result.exit_code == 1
    assert "large.txt" in result.stderr
    assert "BTL_MAX_INPUT_BYTES" in result.stderr


def test_another_encoding_is_found_out_and_said(btl):
    Path("old.txt").write_bytes(
        Path(PIPELINE).read_text(encoding="utf-8").replace("\u2011", "-").encode("cp1252", "replace")
        + "\nCafé à la crème, déjà vu, naïve façade.".encode("cp1252")
    )
    result = btl("parse", "old.txt", "--json", "-")
    assert "not UTF-8" in result.stderr
    assert "Café à la crème" in json.loads(result.stdout)["discussions"][0]["comments"][-1]["text"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["parse"],
        ["parse", PIPELINE, "--format", "nonsense"],
        ["parse", PIPELINE, "--timezone", "Mars/Olympus"],
        ["parse", PIPELINE, "--captured-at", "yesterday"],
        ["parse", PIPELINE, "--json", "-", "--csv", "-"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_exit_code_2(btl, arguments):
    assert btl(*arguments).exit_code == 2


@pytest.mark.parametrize("target", ["", " \n"])
def test_an_empty_target_is_refused_and_the_title_does_not_stand_for_it(btl, target):
    result = btl("analyse", PIPELINE, "--target", target)
    assert result.exit_code == 2
    assert "--target: the target is empty. Say what the stance is toward" in result.stderr
    assert "comments read" not in result.stderr


def test_import_twice_adds_nothing_twice_and_export_gives_it_back(btl):
    first = btl("import", PIPELINE)
    second = btl("import", PIPELINE)
    assert "8 comments added, 0 known" in first.stderr
    assert "0 comments added, 8 known" in second.stderr
    exported = btl("export", "--raw")
    assert len(pd.read_csv(io.StringIO(exported.stdout))) == 8


def test_export_from_a_store_that_is_not_there_makes_none(btl):
    result = btl("export")
    assert result.exit_code == 1
    assert list(Path().iterdir()) == []


def test_an_output_that_cannot_be_written_is_named(btl):
    result = btl("analyse", PIPELINE, "--csv", "no/such/folder/out.csv")
    assert result.exit_code == 1
    assert "no/such/folder" in result.stderr


@pytest.mark.parametrize("command", ["formats", "scores", "rules", "settings"])
def test_registries_are_listed(btl, command):
    result = btl(command)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) >= 2


def labelled(count, parent="It is so."):
    """Write `count` rows, all questions but the first, which agrees; all but the last two have a parent."""
    rows = [
        {
            "text": f"Where did you read that, {number}?" if number else "Yes, so it is.",
            "parent": parent if number < count - 2 else "",
            "label": "query" if number else "support",
        }
        for number in range(count)
    ]
    Path("labelled.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return "labelled.jsonl"


def test_rows_with_a_text_beside_them_get_the_same_figures(btl):
    printed = btl("evaluate", "reply_relation", "--data", labelled(9)).stdout
    every, beside = printed.split("Only the 7 rows with a text beside them")
    for part in ("macro-F1", "speaks on", "70% right", "calibration error", "always saying"):
        assert part in every, part
        assert part in beside, part


def test_evaluate_measures_a_score_on_labelled_data(btl):
    command = ("evaluate", "reply_relation", "--data", labelled(9))
    printed = btl(*command).stdout
    for part in ("9 rows", "always saying asks: accuracy 0.889", "as no row has it: disagrees, comments"):
        assert part in printed, part
    result = btl(*command, "--json", "-")
    assert json.loads(result.stdout)["n"] == 9
    assert result.stderr.splitlines() == [
        "Labels taken as: query = asks, support = agrees",
        "2 rows count here that the score leaves without a value: 2 without a parent",
    ]
    assert btl(*command, "--json", "out.json").stdout == printed
    assert Path("out.json").read_text("utf-8") == result.stdout
    assert btl("evaluate", "sentiment", "--data", "labelled.jsonl").exit_code == 2


def a_dump(name, comments=30):
    """A dump of Reddit: three threads by turns."""
    lines = (
        {
            "id": f"c{number}",
            "link_id": f"t3_t{number % 3}",
            "parent_id": f"t3_t{number % 3}",
            "author": "ann@example.org" if number else "Bob",
            "created_utc": 1_700_000_000 + number,
            "body": f"This is number {number}.",
        }
        for number in range(comments)
    )
    Path(name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_an_export_goes_to_several_files_and_is_told_once(btl):
    a_dump("dump")
    result = btl("parse", "dump", "--csv", "out.csv", "--json", "out.json")
    assert result.exit_code == 0
    assert result.stderr.count("30 comments read, 30 kept, 0 left out") == 1
    document = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert [len(d["comments"]) for d in document["discussions"]] == [10, 10, 10]
    assert (document["reports"][0]["kept"], document["reports"][0]["found"]) == (30, {"discussions": 3})
    assert pd.read_csv("out.csv")["comment_id"].tolist() == [
        comment["comment_id"] for d in document["discussions"] for comment in d["comments"]
    ]


def test_addresses_are_kept_only_when_asked_for(btl):
    a_dump("dump")
    assert "@" not in btl("parse", "dump", "--csv", "-").stdout
    assert "ann@example.org" in btl("parse", "dump", "--csv", "-", "--with-addresses").stdout


def test_of_much_that_is_left_out_the_reasons_are_counted(btl):
    a_dump("dump", 10)
    with Path("dump").open("a", encoding="utf-8") as file:
        file.write(Path("dump").read_text(encoding="utf-8"))
    result = btl("parse", "dump", "--csv", "-")
    assert "20 comments read, 10 kept, 10 left out (10 duplicate)" in result.stderr
    assert "and 5 more; --json lists them" in result.stderr


def test_a_source_with_too_large_a_discussion_costs_no_other(btl, monkeypatch):
    a_dump("large")
    a_dump("small", 6)
    monkeypatch.setenv("BTL_MAX_COMMENTS", "5")
    result = btl("parse", "large", "small", "--csv", "-", "--raw")
    assert result.exit_code == 1
    assert "large: a discussion has at least 10 comments, more than the limit of 5" in result.stderr
    assert len(result.stdout.splitlines()) == 1 + 6


def test_what_is_saved_in_the_demo_is_gone_with_it(btl, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("threads.samples.add_samples", lambda *_: [])
    monkeypatch.setattr("threads.cli._serve", lambda _store, settings, **_: seen.append(settings))
    assert btl("demo", "--no-browser").exit_code == 0
    (settings,) = seen
    for place in (settings.mapping_folder, settings.topic_folder, settings.key_file):
        assert Path(place).is_absolute()
        assert not Path(place).is_relative_to(tmp_path)
        assert not Path(place).parent.exists()
    assert list(tmp_path.iterdir()) == []
