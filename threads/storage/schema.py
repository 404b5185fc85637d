"""Bringing a database to the version of the tables that this program knows."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from threads.errors import StoreError
from threads.storage.engine import database_name, lock_for_upgrade, reading, upgrading


def upgrade(engine: Engine) -> None:
    """Make the tables, or bring those of an older version up to date; nothing to do costs one read.

    Any number of processes may do this at once: one upgrades in one transaction, the others wait for it.

    Raises
    ------
    StoreError
        The database is of a newer program or of another one, or cannot be written.
    """
    config, scripts = _scripts()
    with reading(engine) as connection:
        if _version(connection) == scripts.get_current_head():
            return
    with upgrading(engine) as connection:
        lock_for_upgrade(connection)
        _refuse_strangers(connection, engine)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def require_known(version: str, source: str) -> None:
    """Refuse tables of a version that this program does not know: a newer one made them.

    Raises
    ------
    StoreError
        The version is not known.
    """
    known = {script.revision for script in _scripts()[1].walk_revisions()}
    if version not in known:
        raise StoreError(
            f"the database has version {version} of the tables, which this program does not know",
            source=source,
            remedy=f"Update the program; it knows up to version {max(known)}",
        )


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", "threads.storage:migrations")
    return config, ScriptDirectory.from_config(config)


def _refuse_strangers(connection: Connection, engine: Engine) -> None:
    version, source = _version(connection), database_name(engine.url)
    if version is not None:
        require_known(version, source)
    elif inspect(connection).get_table_names():
        raise StoreError(
            "the database belongs to another program",
            source=source,
            remedy="Name a new file or an empty database",
        )
