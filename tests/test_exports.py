"""Decisions and flagged comments as files: complete, safe to open, and on record."""

import io
import json

import pandas as pd
import pytest
from test_cli import btl  # noqa: F401 - a fixture
from test_outbox import audited, decide
from test_storage import comment, parsed, scored

from dashboard import create_app
from threads.records import Flag
from threads.settings import Settings
from threads.storage import Store
from threads.storage.csv_files import read_csv, write_csv
from threads.storage.exporting import DECISION_COLUMNS, FLAGGED_COLUMNS

HOSTILE = '=HYPERLINK("http://a.example")\r\n+1;@x,"\ud800\x00'
FLAGS = [
    Flag("links", "It has 2 links.", 2.0, 2.0, ((0, 4),)),
    Flag("shouting", "Capitals make up 0.9.", 0.9, 0.7),
]


def fill(store):
    comments = (comment(1, thread_id="t", text=HOSTILE), comment(2, thread_id="t"))
    what = parsed(comments=comments, title=HOSTILE, url="https://a.example/t")
    store.add(what, scored(0.1, 0.1), {("t", "c1"): FLAGS})
    store.add(parsed(1, thread_id="other"), scored(0.1), {})
    decide(store, "reject", reason="spam", note=HOSTILE)
    decide(store, "undo", version=1)
    decide(store, "approve", thread_id="other")


@pytest.fixture
def filled(store):
    fill(store)
    return store


def test_every_decision_is_exported_with_its_reason_and_note(filled):
    frame = filled.exports.decisions()
    assert frame.columns.tolist() == [column.name for column in DECISION_COLUMNS]
    assert frame["action"].tolist() == ["reject", "undo", "approve"]
    first = frame.iloc[0]
    assert (first["reason"], first["note"], first["title"]) == ("spam", HOSTILE, HOSTILE)
    assert frame["undoes"].tolist()[1] == frame["decision"].tolist()[0]
    assert filled.exports.decisions("other")["action"].tolist() == ["approve"]


def test_flagged_comments_are_exported_with_rules_and_reasons(filled):
    flagged = filled.exports.flagged()
    assert flagged.frame.columns.tolist() == [column.name for column in FLAGGED_COLUMNS]
    (row,) = flagged.frame.to_dict("records")
    assert (row["comment_id"], row["text"], row["state"], row["version"]) == ("c1", HOSTILE, "open", 2)
    assert (row["rules"], row["reasons"]) == ("links shouting", "It has 2 links.\nCapitals make up 0.9.")
    assert [tuple(flags) for flags in flagged.flags] == [tuple(FLAGS)]
    assert filled.exports.flagged("other").frame.empty


@pytest.mark.parametrize("mode", ["safe", "raw"])
def test_both_come_back_equal_from_csv(filled, mode):
    for frame, columns in (
        (filled.exports.decisions(), DECISION_COLUMNS),
        (filled.exports.flagged().frame, FLAGGED_COLUMNS),
    ):
        file = io.StringIO(newline="")
        write_csv(frame, file, mode=mode)
        pd.testing.assert_frame_equal(read_csv(file.getvalue(), columns), frame)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Store.open("sqlite:///below-the-line.sqlite") as store:
        fill(store)
    return tmp_path


def on_record():
    with Store.open("sqlite:///below-the-line.sqlite") as store:
        assert store.verify() == []
        return [(details["what"], details["rows"]) for details in audited(store, "export")]


def test_the_command_writes_csv_or_json_by_the_name_of_the_file(btl, folder):  # noqa: F811
    result = btl("export", "--decisions", "d.csv", "--flagged", "f.json", "--raw")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (folder / "d.csv").read_text(encoding="utf-8").startswith("decision,thread_id,title,url,")
    (found,) = json.loads((folder / "f.json").read_text(encoding="utf-8"))["comments"]
    assert (found["text"], found["likes"], found["flags"][0]["spans"]) == (HOSTILE, None, [[0, 4]])
    assert on_record() == [("decisions", 3), ("flagged", 1)]


def test_no_line_of_the_safe_csv_is_a_formula(btl, folder):  # noqa: F811
    btl("export", "--decisions", "d.csv", "--flagged", "f.csv")
    for name in ("d.csv", "f.csv"):
        text = (folder / name).read_bytes().decode("utf-8-sig")
        assert "\"'=HYPERLINK(" in text
        assert '"=' not in text
        assert "\n+" not in text


def test_comments_go_to_standard_output_only_where_no_file_is_named(btl, folder):  # noqa: F811
    assert "thread_id" in btl("export").stdout.splitlines()[0]
    assert btl("export", "--decisions", "-").stdout.splitlines()[0].startswith('\ufeff"decision"')
    assert btl("export", "--decisions", "-", "--flagged", "-").exit_code == 2
    assert btl("export", "--decisions", "-", "--pseudonyms").exit_code == 2
    assert on_record() == [("comments", 3), ("decisions", 3)]


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/export/decisions.csv?raw", "text/csv", "decisions-all.csv"),
        ("/export/decisions.json?thread=t", "application/json", "decisions-t.json"),
        ("/export/flagged.csv", "text/csv", "flagged-all.csv"),
        ("/export/flagged.json", "application/json", "flagged-all.json"),
    ],
)
def test_the_dashboard_gives_them_to_take_away(folder, path, kind, name):
    with Store.open("sqlite:///below-the-line.sqlite") as store:
        answer = (
            create_app(store, Settings()).server.test_client().get(path, base_url="http://127.0.0.1:8050")
        )
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    rows = 2 if "thread=t" in path else 3 if "decisions" in path else 1
    assert on_record() == [("decisions" if "decisions" in path else "flagged", rows)]


def test_a_discussion_that_is_not_there_is_told_and_nothing_is_put_on_record(folder):
    with Store.open("sqlite:///below-the-line.sqlite") as store:
        client = create_app(store, Settings()).server.test_client()
        answer = client.get("/export/flagged.csv?thread=no", base_url="http://127.0.0.1:8050")
    assert answer.status_code == 404
    assert on_record() == []
