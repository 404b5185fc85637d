"""Backups: whole, checked, restored as they were, whoever writes meanwhile; what is not sound is refused."""

import json
import multiprocessing
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from postgresql_server import new_database
from sqlalchemy import select, update
from test_keeping import NAME, Clock, erase, everything, fill, texts
from test_storage import NOON, action, parsed, put

from threads.cli import main
from threads.errors import StoreError
from threads.storage import Store, tables
from threads.storage.audit import rows
from threads.storage.backup import back_up, restore
from threads.storage.engine import make_engine, reading, writing
from threads.storage.files import sha256_of
from threads.storage.manifest import manifest_of, read_manifest

KEY = bytes(range(32))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request, tmp_path):
    """The addresses of a store and of an empty one."""
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path / name}" for name in ("store.sqlite", "new.sqlite")]
    server = request.getfixturevalue("postgresql")
    return [new_database(server), new_database(server)]


@pytest.fixture
def store(urls, clock):
    with Store.open(urls[0], clock=clock) as opened:
        yield opened


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup"


def take(store, file):
    return store.back_up(file, actor="anna")


def put_back(file, url, *, replace=False):
    return restore(file, url, actor="anna", clock=Clock(), replace=replace)


def sign_in(store):
    """Open a session, as a sign-in does."""
    with writing(store._engine) as connection:
        row = {"name": "ann", "role": "admin", "created_at": NOON, "disabled": False, "preferences": {}}
        key = connection.execute(tables.users.insert().values(row)).inserted_primary_key[0]
        connection.execute(
            tables.sessions.insert().values(id="s", user_id=key, created_at=NOON, seen_at=NOON)
        )


# ---- as it was


def test_a_restored_backup_is_the_store_as_it_was(store, urls, file):
    fill(store)
    before = everything(store)
    take(store, file)
    put(store, parsed(7, thread_id="later"))
    put_back(file, urls[1])
    with Store.open(urls[1]) as restored:
        after = everything(restored)
        assert restored.verify() == []
    assert after.pop("audit")[:-1] == before.pop("audit")
    assert after == before


def test_the_manifest_says_what_is_in_it(store, urls, file, clock):
    fill(store)
    take(store, file)
    manifest = read_manifest(file)
    with reading(store._engine) as connection:
        heads = connection.execute(select(tables.audit.c.hash).order_by(tables.audit.c.id)).scalars().all()
    assert (manifest.file, manifest.bytes, manifest.sha256) == (
        "backup",
        file.stat().st_size,
        sha256_of(file),
    )
    assert (manifest.audit_rows, manifest.audit_head) == (len(heads) - 1, heads[-2])  # the last tells of it
    assert (manifest.database, manifest.schema, manifest.taken_at) == (
        urls[0].split(":")[0],
        "0003",
        clock.now,
    )
    assert {name: len(found) for name, found in everything(store).items() if name != "audit"} == {
        name: count for name, count in manifest.rows.items() if name not in {"audit", "alembic_version"}
    }


def last_event(store):
    with reading(store._engine) as connection:
        return list(rows(connection))[-1]


def test_backup_and_restore_are_on_record(store, urls, file):
    fill(store)
    manifest = take(store, file)
    put_back(file, urls[1])
    last = last_event(store)
    assert (last.event, last.actor, last.details["file"]) == ("backup", "anna", "backup")
    assert last.details["audit_head"] == manifest.audit_head
    with Store.open(urls[1]) as restored:
        last = last_event(restored)
    assert (last.event, last.details["sha256"]) == ("restore", manifest.sha256)


def test_sessions_that_were_open_are_ended(store, urls, file):
    fill(store)
    sign_in(store)
    take(store, file)
    put_back(file, urls[1])
    with Store.open(urls[1]) as restored, reading(restored._engine) as connection:
        assert connection.scalar(select(tables.sessions.c.revoked_at)) == Clock().now


def test_nothing_but_backup_and_manifest_is_left(store, file, tmp_path):
    fill(store)
    before = {path.name for path in tmp_path.iterdir()}
    take(store, file)
    assert {path.name for path in tmp_path.iterdir()} - before == {"backup", "backup.manifest.json"}
    assert file.stat().st_mode & 0o077 == 0


# ---- what was erased meanwhile


def test_an_erasure_lists_the_backups_that_hold_it_still(store, file, tmp_path, clock):
    put(store, parsed(1))
    take(store, tmp_path / "before")
    clock.now += timedelta(days=1)
    fill(store)
    manifest = take(store, file)
    found = erase(store, KEY, author=NAME, dry_run=True)
    assert [(b.name, b.sha256, b.at) for b in found.backups] == [("backup", manifest.sha256, clock.now)]


def test_what_was_erased_since_the_backup_is_known_and_erased_again(store, urls, file):
    fill(store)
    take(store, file)
    erase(store, KEY, author=NAME)
    store.close()
    assert put_back(file, urls[0], replace=True).erasures == 1
    with Store.open(urls[0]) as restored:
        assert texts(restored)["c1"] != ""
        restored.keeping.erase_again(KEY, actor="anna")
        assert (texts(restored)["c1"], texts(restored)["c2"][:10]) == ("", "> [erased]")
        assert restored.verify() == []


# ---- refused


def test_a_file_that_is_there_is_not_written_over(store, file):
    fill(store)
    for path in (file, manifest_of(file)):
        path.write_text("mine")
        with pytest.raises(StoreError, match=f"{path.name}: the file is there already. Give another name"):
            take(store, file)
        assert path.read_text() == "mine"
        path.unlink()


def test_a_folder_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(StoreError, match=r"none/backup: the file cannot be written \(No such file"):
        take(store, tmp_path / "none" / "backup")


def test_a_store_that_differs_from_its_audit_log_is_not_backed_up(store, file):
    fill(store)
    with writing(store._engine) as connection:
        connection.execute(
            update(tables.comments).where(tables.comments.c.comment_id == "c5").values(state="open")
        )
    with pytest.raises(StoreError, match=r"differs from its audit log in 1 places, first: t, c5: is open"):
        take(store, file)
    assert not file.exists()
    assert not manifest_of(file).exists()


def altered(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut(file):
    file.write_bytes(file.read_bytes()[:-1])


def change_manifest(**values):
    def change(file):
        path = manifest_of(file)
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (altered, r"backup: the backup was altered or damaged after it was taken\. Use another"),
        (cut, "the backup was altered or damaged"),
        (lambda file: file.unlink(), r"backup: the backup cannot be read \(No such file"),
        (lambda file: manifest_of(file).unlink(), r"backup\.manifest\.json: the manifest cannot be read"),
        (lambda file: manifest_of(file).write_text("{}"), "this is no manifest of a backup"),
        (lambda file: manifest_of(file).write_text("no"), "this is no manifest of a backup"),
        (change_manifest(schema="0099"), "version 0099 of the tables, which this program does not know"),
        (change_manifest(database="oracle"), "the backup is of a oracle database"),
    ],
)
def test_what_is_not_sound_is_not_restored(store, urls, file, harm, message):
    fill(store)
    take(store, file)
    harm(file)
    with pytest.raises(StoreError, match=message):
        put_back(file, urls[1])
    assert is_empty(urls[1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"audit_head": "0" * 64}, "audit_head"),
        ({"rows": {"comments": 1}}, "rows of audit, .*rows of comments"),
    ],
)
def test_a_database_that_is_not_what_its_manifest_says_is_refused(tmp_path, file, changes, message):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        fill(store)
        take(store, file)
    change_manifest(**changes)(file)
    with pytest.raises(StoreError, match=f"backup: it does not hold what its manifest says: .*{message}"):
        put_back(file, f"sqlite:///{tmp_path / 'new.sqlite'}")
    assert not (tmp_path / "new.sqlite").exists()


def is_empty(url):
    engine = make_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            return not Path(engine.url.database).exists()
        with reading(engine) as connection:
            return connection.dialect.get_table_names(connection) == []
    finally:
        engine.dispose()


def test_a_database_that_is_there_is_kept_unless_told(store, urls, file):
    fill(store)
    take(store, file)
    with Store.open(urls[1]) as other:
        put(other, parsed(1, 2, thread_id="mine"))
    with pytest.raises(StoreError, match=r"there is a database already.*--replace"):
        put_back(file, urls[1])
    with Store.open(urls[1]) as other:
        assert len(other.comments("mine")) == 2
    put_back(file, urls[1], replace=True)
    with Store.open(urls[1]) as other:
        assert (len(other.comments("t")), len(other.comments("mine"))) == (5, 0)


def test_a_database_that_is_in_use_is_not_replaced(tmp_path, file):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with Store.open(url) as store:
        fill(store)
        take(store, file)
        with pytest.raises(StoreError, match=r"store\.sqlite: another program has the database open\. Stop"):
            put_back(file, url, replace=True)
        assert len(store.comments("t")) == 5


def test_a_damaged_database_is_not_backed_up_and_can_be_replaced(tmp_path, file):
    path = tmp_path / "store.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        put(store, parsed(*range(1, 300)))
        take(store, file)
    with path.open("r+b") as damaged:
        damaged.seek(4096 * 8)
        damaged.write(b"\xff" * 4096 * 20)
    engine = make_engine(f"sqlite:///{path}")
    with pytest.raises(StoreError, match=r"store\.sqlite: (the database is damaged|.*damaged)"):
        back_up(engine, tmp_path / "second", actor="anna", clock=Clock())
    engine.dispose()
    assert not (tmp_path / "second").exists()
    put_back(file, f"sqlite:///{path}", replace=True)
    with Store.open(f"sqlite:///{path}") as store:
        assert len(store.comments("t")) == 299


def test_without_postgresqls_programs_the_error_says_what_to_install(postgresql, file, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    with Store.open(new_database(postgresql)) as store:
        fill(store)
        with pytest.raises(StoreError, match=r"PostgreSQL: pg_dump is not installed\. .*postgresql-client"):
            take(store, file)
    assert not file.exists()


# ---- while others write


def write_until(url, number, stop, acknowledged):
    """Approve a comment and undo that, over and over; write down the version of each answer."""
    with Store.open(url) as store, Path(acknowledged).open("a", encoding="ascii") as log:
        version = 0
        while not stop.is_set():
            name = "undo" if version % 2 else "approve"
            (outcome,) = store.decide([action(number, name, version=version, actor=f"w{number}")])
            version = outcome.version
            log.write(f"{version}\n")
            log.flush()


def versions(files):
    return [int(lines[-1]) if (lines := file.read_text().split("\n")[:-1]) else 0 for file in files]


@pytest.mark.timeout(180)
def test_a_backup_under_load_has_all_that_was_acknowledged_before_it_began(store, urls, file, tmp_path):
    put(store, parsed(*range(1, 9)))
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    logs = [tmp_path / f"log{number}" for number in range(1, 9)]
    for log in logs:
        log.touch()
    writers = [
        context.Process(target=write_until, args=(urls[0], number, stop, str(log)))
        for number, log in enumerate(logs, start=1)
    ]
    for writer in writers:
        writer.start()
    try:
        while min(versions(logs)) < 3:
            assert all(writer.is_alive() for writer in writers)
            stop.wait(0.05)
        before = versions(logs)
        take(store, file)
        during = versions(logs)
    finally:
        stop.set()
        for writer in writers:
            writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 8
    assert sum(during) > sum(before)  # they wrote meanwhile
    put_back(file, urls[1])
    with Store.open(urls[1]) as restored:
        found = restored.comments("t")["state"].tolist()
        kept = {comment_id: version for (_, comment_id), (_, version) in restored.replay().items()}
        assert all(kept[f"c{n}"] >= version for n, version in enumerate(before, start=1))
        assert found == ["approved" if kept[f"c{n}"] % 2 else "open" for n in range(1, 9)]
        assert restored.verify() == []
        copied, live = everything(restored)["decisions"], everything(store)["decisions"]
    assert set(copied) <= set(live)  # ids of PostgreSQL are given before a transaction ends
    assert store.verify() == []


def test_a_file_copied_without_its_log_says_ok_and_lacks_rows(tmp_path, file):
    path = tmp_path / "store.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        put(store, parsed(*range(1, 4)))
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        put(store, parsed(*range(4, 10)))
        shutil.copy(path, tmp_path / "copy.sqlite")
        take(store, file)
    put_back(file, f"sqlite:///{tmp_path / 'new.sqlite'}")
    connection = sqlite3.connect(tmp_path / "copy.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM comments").fetchone() == (3,)
    connection.close()
    with Store.open(f"sqlite:///{tmp_path / 'new.sqlite'}") as restored:
        assert len(restored.comments("t")) == 9


# ---- the command line


def test_the_commands_take_a_backup_restore_it_retain_and_erase(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def btl(*arguments, code=0):
        result = runner.invoke(main, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    with Store.open("sqlite:///below-the-line.sqlite", clock=Clock()) as store:
        fill(store)
    assert "b: " in btl("backup", "b")
    assert "the file is there already" in btl("backup", "b", code=1)
    told = btl("erase", "--author", NAME, "--dry-run")
    assert "2 comments in 1 discussion would be emptied" in told
    assert "Backup b of " in told
    assert NAME in btl("export")
    assert "1 note of moderators went" in btl("erase", "--comment", "t", "c5")
    assert "2 comments in 1 discussion were emptied" in btl("erase", "--author", NAME)
    assert NAME not in btl("export")
    assert "there is a database already" in btl("restore", "b", code=1)
    assert "2 erasures were made since then" in btl("restore", "b", "--replace")
    assert NAME in btl("export")
    assert "3 comments in 1 discussion were emptied" in btl("erase", "--again")
    assert NAME not in btl("export")
    assert "2 comments in 1 discussion would be emptied" in btl("retain", "--days", "30", "--dry-run")
    assert "say how long comments are kept" in btl("retain", code=2)
    monkeypatch.setenv("BTL_RETENTION_DAYS", "30")
    assert "2 comments in 1 discussion were emptied" in btl("retain")
    assert set(texts_of("below-the-line.sqlite")) == {""}
    assert "say whom" in btl("erase", code=2)
    assert "say whom" in btl("erase", "--again", "--author", "x", code=2)


def texts_of(path):
    with Store.open(f"sqlite:///{path}") as store:
        return store.comments("t")["text"].tolist()
