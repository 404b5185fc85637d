"""The audit log on both kinds of database: what it says, its export, and what `btl verify-audit` finds."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text, update
from test_storage import action, links, parsed, put

from threads.cli import main
from threads.records import Flag
from threads.storage import Store
from threads.storage.audit import AUDIT_COLUMNS
from threads.storage.csv_files import read_csv
from threads.storage.engine import writing
from threads.storage.tables import comments, second_opinions


@pytest.fixture
def store(database):
    """Anna rejected c1 and approved c2, then took that back; bob would have approved c1."""
    with Store.open(database) as opened:
        put(opened, parsed(1, 2, 3), {("t", "c1"): [links(), Flag("off_topic", "why", 1, 1)]})
        opened.decide([action(1, note="a note", reason="spam"), action(2, "approve")])
        opened.decide([action(2, "undo", version=1)])
        (due,) = opened.second_opinions.due("bob", 1)
        opened.second_opinions.give(due.decision, "bob", "approved", 1)
        yield opened


def btl(*arguments):
    return CliRunner().invoke(main, arguments)


def test_the_log_holds_ids_and_states_and_no_text(store):
    log = store.audit()
    assert log["event"].tolist() == ["decision"] * 3 + ["second_opinion"]
    assert log["id"].tolist() == [1, 2, 3, 4]
    first = json.loads(log["details"][0])
    assert first["key"] == "reject-1-0-anna"
    assert (first["thread_id"], first["comment_id"], first["after_state"]) == ("t", "c1", "rejected")
    undo = json.loads(log["details"][2])
    assert (undo["action"], undo["undoes"]) == ("undo", 2), "an undo is a row of its own"
    everything = log.to_csv()
    assert "a note" not in everything
    assert "text 1" not in everything
    assert log["previous"].tolist()[1:] == log["hash"].tolist()[:-1]
    assert store.audit_head() == (4, log["hash"].tolist()[-1])


def test_replaying_the_log_gives_todays_states(store):
    assert store.replay() == {("t", "c1"): ("rejected", 1), ("t", "c2"): ("open", 2)}
    assert store.verify() == []


def test_the_log_is_exported_as_csv_that_reads_back(store, database, tmp_path):
    file = tmp_path / "audit.csv"
    result = btl("audit", "--db", database, "--csv", str(file))
    assert result.exit_code == 0, result.output
    content = file.read_text(encoding="utf-8-sig")
    assert content.splitlines()[0].replace('"', "") == ",".join(column.name for column in AUDIT_COLUMNS)
    frame = read_csv(content)
    assert frame["hash"].tolist() == store.audit()["hash"].tolist()
    assert frame["details"].tolist() == store.audit()["details"].tolist()


def test_a_store_that_is_what_its_log_says_is_confirmed(store, database):
    rows, head = store.audit_head()
    result = btl("verify-audit", "--db", database)
    assert (result.exit_code, result.stdout) == (
        0,
        f"{rows} rows, head {head}\nNothing was changed: the log is whole, and the store is what it says.\n",
    )
    store.decide([action(3)])
    assert btl("verify-audit", "--db", database, "--head", head).exit_code == 0, "rows may have been added"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            update(comments).where(comments.c.comment_id == "c3").values(state="approved"),
            "t, c3: is approved",
        ),
        (update(second_opinions).values(state="rejected"), "second opinion 1 differs from row 4"),
        (second_opinions.delete(), "row 4 tells of a second opinion, which is not there"),
    ],
)
def test_what_is_wrong_is_told_and_the_exit_code_says_so(store, database, change, words):
    with writing(store._engine) as connection:
        connection.execute(change)
    result = btl("verify-audit", "--db", database)
    assert result.exit_code == 1
    assert words in result.stdout
    assert "do not agree in 1 places" in result.stderr


def test_a_log_without_the_kept_hash_is_found(store, database):
    result = btl("verify-audit", "--db", database, "--head", "f" * 64)
    assert result.exit_code == 1
    assert "the log was written anew, or is another one" in result.stdout


def test_a_value_that_we_never_wrote_is_told_and_does_not_break_off(store):
    with writing(store._engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit SET details = 'no JSON' WHERE id = 2"))
    (wrong,) = store.verify()
    assert wrong.startswith("the store cannot be read to its end: Expecting value")


def test_a_missing_database_is_named_and_not_made(tmp_path):
    result = btl("verify-audit", "--db", f"sqlite:///{tmp_path / 'no.sqlite'}")
    assert result.exit_code == 1
    assert "there is no such database" in result.stderr
    assert list(tmp_path.iterdir()) == []
