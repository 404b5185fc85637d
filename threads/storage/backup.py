"""Backups that can be trusted: taken while others write, checked when taken and again when restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, select, update

from threads.errors import StoreError
from threads.storage import postgresql_dumps, sqlite_files, tables
from threads.storage.audit import record
from threads.storage.engine import database_name, insert_into, make_engine, reading, writing
from threads.storage.files import sha256_of, unfinished_file
from threads.storage.manifest import (
    Content,
    Manifest,
    content_of,
    manifest_of,
    read_manifest,
    require_same,
)
from threads.storage.schema import require_known, upgrade
from threads.storage.verifying import differences

Clock = Callable[[], datetime]
_ANOTHER = "Use another backup"


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was restored, and how many erasures of the store that was there before are not in it.

    `erasures` is None where that store could not be read.
    """

    manifest: Manifest
    erasures: int | None


def back_up(engine: Engine, path: Path, *, actor: str, clock: Clock) -> Manifest:
    """Write a backup and its manifest, and put it on record.

    It holds one moment of the store: every transaction that ended before it began, and none by halves.

    Raises
    ------
    StoreError
        One of the files is there already or cannot be written; or the copy is damaged or differs from its
        audit log, and then nothing is left of it.
    """
    for file in (path, manifest_of(path)):
        if file.exists():
            raise StoreError("the file is there already", source=str(file), remedy="Give another name")
    taken_at = clock()
    with unfinished_file(path) as copy:
        content = _copied(engine, copy)
        manifest = Manifest(
            file=path.name,
            bytes=copy.stat().st_size,
            sha256=sha256_of(copy),
            database=engine.dialect.name,
            taken_at=taken_at,
            **asdict(content),
        )
        path.hardlink_to(copy)
        manifest.write(path)
    details = {name: getattr(manifest, name) for name in ("file", "sha256", "audit_rows", "audit_head")}
    with writing(engine) as connection:
        record(connection, "backup", actor, details, clock())
    return manifest


def restore(path: Path, url: str, *, actor: str, clock: Clock, replace: bool = False) -> Restored:
    """Make a database of a backup, bring its tables up to date, and check it against its audit log.

    Sessions that were open are ended. With `replace` it takes the place of a database that nobody uses; the
    erasures on record there are kept on record, to be done again by `Keeping.erase_again`.

    Raises
    ------
    StoreError
        The backup is damaged, was altered, is of a newer program or for another kind of database; or there is
        a database already. Then nothing was changed.
    """
    manifest = read_manifest(path)
    engine = make_engine(url)
    try:
        _require_sound(path, manifest, engine)
        if engine.dialect.name == "sqlite":
            return _restore_sqlite(path, manifest, engine, actor, clock, replace=replace)
        return _restore_postgresql(path, manifest, engine, actor, clock, replace=replace)
    finally:
        engine.dispose()


def _copied(engine: Engine, copy: Path) -> Content:
    """Copy the database of one moment into a file, and return what is in it, checked."""
    if engine.dialect.name == "postgresql":
        with reading(engine) as connection:
            postgresql_dumps.dump(connection, engine.url, copy)
            return _checked(connection, database_name(engine.url))
    sqlite_files.copy_database(engine.url, copy)
    with _opened(copy, database_name(engine.url)) as copied, reading(copied) as connection:
        sqlite_files.require_whole(connection)
        content = _checked(connection, database_name(engine.url))
    sqlite_files.settle(copy)
    return content


@contextmanager
def _opened(copy: Path, source: str) -> Iterator[Engine]:
    """Open a copy for a while; what is wrong with it is wrong with `source`."""
    engine = make_engine(sqlite_files.url_of(copy))
    try:
        yield engine
    except StoreError as error:
        raise StoreError(error.problem, source=source, remedy=error.remedy) from error
    finally:
        engine.dispose()


def _checked(connection: Connection, source: str) -> Content:
    if wrong := list(differences(connection)):
        raise StoreError(
            f"the store differs from its audit log in {len(wrong):,} places, first: {wrong[0]}",
            source=source,
            remedy="See `btl verify-audit`",
        )
    return content_of(connection)


def _require_sound(path: Path, manifest: Manifest, engine: Engine) -> None:
    source = str(path)
    try:
        sha256 = sha256_of(path)
    except OSError as error:
        raise StoreError(
            f"the backup cannot be read ({error.strerror or error})", source=source, remedy=_ANOTHER
        ) from error
    if sha256 != manifest.sha256:
        raise StoreError(
            "the backup was altered or damaged after it was taken", source=source, remedy=_ANOTHER
        )
    if manifest.database != engine.dialect.name:
        raise StoreError(
            f"the backup is of a {manifest.database} database",
            source=source,
            remedy=f"Name one with --db {manifest.database}:…",
        )
    require_known(manifest.schema, source)


def _restore_sqlite(
    path: Path, manifest: Manifest, engine: Engine, actor: str, clock: Clock, *, replace: bool
) -> Restored:
    target = Path(engine.url.database or "")
    erasures: list[dict[str, Any]] | None = []
    if target.exists():
        _require_told(replace=replace, source=str(target))
        sqlite_files.require_unused(target)
        erasures = _erasures(engine)
        engine.dispose()
        sqlite_files.require_unused(target)  # reading made its log anew
    with unfinished_file(target) as copy:
        sqlite_files.copy_file(path, copy)
        with _opened(copy, str(path)) as copied:
            with reading(copied) as connection:
                sqlite_files.require_whole(connection)
                require_same(content_of(connection), manifest, path)
            lost = _finish(copied, manifest, erasures, actor, clock())
        sqlite_files.settle(copy)
        if replace:
            copy.replace(target)
        else:
            target.hardlink_to(copy)
    return Restored(manifest, lost)


def _restore_postgresql(
    path: Path, manifest: Manifest, engine: Engine, actor: str, clock: Clock, *, replace: bool
) -> Restored:
    erasures: list[dict[str, Any]] | None = []
    with reading(engine) as connection:
        is_empty = not inspect(connection).get_table_names()
    if not is_empty:
        _require_told(replace=replace, source=database_name(engine.url))
        erasures = _erasures(engine)
        postgresql_dumps.require_program("pg_restore")
        postgresql_dumps.clear(engine)
    postgresql_dumps.load(engine.url, path)
    with reading(engine) as connection:
        require_same(content_of(connection), manifest, path)
    return Restored(manifest, _finish(engine, manifest, erasures, actor, clock()))


def _require_told(*, replace: bool, source: str) -> None:
    if not replace:
        raise StoreError(
            "there is a database already",
            source=source,
            remedy="Name another with --db, or say --replace to lose what is in it",
        )


def _erasures(engine: Engine) -> list[dict[str, Any]] | None:
    """Return the erasures on record in a database, None where it cannot be read."""
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table("erasures"):
                return []
            return [dict(row) for row in connection.execute(select(tables.erasures)).mappings()]
    except StoreError:
        return None


def _finish(
    engine: Engine, manifest: Manifest, erasures: list[dict[str, Any]] | None, actor: str, now: datetime
) -> int | None:
    """Bring a restored database up to date, and carry over what must not be forgotten."""
    upgrade(engine)
    with writing(engine) as connection:
        if wrong := list(differences(connection, manifest.audit_head or None)):
            raise StoreError(
                f"the backup differs from its audit log: {wrong[0]}", source=manifest.file, remedy=_ANOTHER
            )
        known = set(connection.scalars(select(tables.erasures.c.mark)))
        new = [row for row in erasures or () if row["mark"] not in known]
        if new:
            connection.execute(insert_into(connection, tables.erasures), new)
        sessions = tables.sessions
        connection.execute(update(sessions).where(sessions.c.revoked_at.is_(None)).values(revoked_at=now))
        details = {"file": manifest.file, "sha256": manifest.sha256, "erasures": len(new)}
        record(connection, "restore", actor, details, now)
    return None if erasures is None else len(new)
