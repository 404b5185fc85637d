"""Copying SQLite's files. Never by hand: what was written last is in a log beside the file."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from threads.errors import StoreError


def url_of(path: Path) -> URL:
    """Return the address of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def copy_database(url: URL, target: Path) -> None:
    """Copy a database of this moment into a file, its log included, while others read and write.

    Raises
    ------
    StoreError
        It cannot be read, or the copy not be written.
    """
    path = url.database or ""
    with _named(path), closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)  # in one step: one in several begins anew whenever somebody writes


def copy_file(source: Path, target: Path) -> None:
    """Copy a backup, which has no log beside it.

    Raises
    ------
    StoreError
        The copy cannot be written.
    """
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise StoreError(
            f"the backup cannot be copied ({error.strerror or error})",
            source=str(target.parent),
            remedy="Check the folder, its permissions and the room left",
        ) from error


def require_whole(connection: Connection) -> None:
    """Refuse a database with damaged pages, or with rows that point nowhere.

    Raises
    ------
    StoreError
        It is damaged.
    """
    answer = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if answer != "ok":
        raise StoreError(f"the database is damaged ({answer})", remedy="Restore a backup")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StoreError("rows point nowhere", remedy="Restore a backup")


def settle(path: Path) -> None:
    """Make one file of a database and its log.

    Raises
    ------
    StoreError
        It cannot be written.
    """
    with _named(str(path)), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def require_unused(path: Path) -> None:
    """Refuse a database that a program has open; a file that is damaged or no database nobody can use.

    Raises
    ------
    StoreError
        A program has it open.
    """
    with closing(sqlite3.connect(path, timeout=0.5)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")  # only who is alone may leave the log
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreError(
                    "another program has the database open",
                    source=str(path),
                    remedy="Stop the server and whatever else uses it, then try again",
                ) from error
        except sqlite3.DatabaseError:
            return


@contextmanager
def _named(source: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"the database cannot be copied ({error})",
            source=source,
            remedy="Check the folder, its permissions and the room left",
        ) from error
