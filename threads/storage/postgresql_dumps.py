"""PostgreSQL's own programs for backups, pg_dump and pg_restore."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL

from threads.errors import StoreError
from threads.storage.engine import database_name, writing

LOCK_SECONDS = 10  # for others to let go of a database that is to be replaced
_NO_OWNER = ("--no-owner", "--no-privileges")


def dump(connection: Connection, url: URL, path: Path) -> None:
    """Write what `connection` sees, which must be in a REPEATABLE READ transaction, in the custom format.

    Raises
    ------
    StoreError
        pg_dump is not installed, or fails.
    """
    snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
    _run("pg_dump", url, "--format=custom", *_NO_OWNER, f"--snapshot={snapshot}", f"--file={path}")


def load(url: URL, path: Path) -> None:
    """Restore a dump into an empty database: all of it or nothing.

    Raises
    ------
    StoreError
        pg_restore is not installed, or fails.
    """
    _run("pg_restore", url, *_NO_OWNER, "--single-transaction", "--exit-on-error", str(path))


def clear(engine: Engine) -> None:
    """Drop everything in the schema that is the first in the search path.

    Raises
    ------
    StoreError
        Another program uses it.
    """
    with writing(engine) as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        schema = engine.dialect.identifier_preparer.quote(
            connection.scalar(text("SELECT current_schema()")) or "public"
        )
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))


def require_program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs, the newest that is installed.

    Raises
    ------
    StoreError
        It is not installed.
    """
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise StoreError(
            f"{name} is not installed",
            source="PostgreSQL",
            remedy="Install the server's client programs (Debian: apt-get install postgresql-client)",
        )
    return path


def _version(path: Path) -> int:
    digits = re.match(r"\d+", path.parent.parent.name)
    return int(digits[0]) if digits else 0


def _run(name: str, url: URL, *arguments: str) -> None:
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)  # a command line is seen by others
    answer = subprocess.run(  # noqa: S603 - a program of PostgreSQL, without a shell
        [require_program(name), f"--dbname={address}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"]
        raise StoreError(
            lines[0][:300],
            source=database_name(url),
            remedy=f"See what {name} of the server's version says; nothing was done by halves",
        )
