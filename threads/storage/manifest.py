"""What is written beside a backup, so that it can be trusted when it is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, inspect, select, table, text

from threads.errors import StoreError
from threads.storage.files import MANIFEST_SUFFIX, whole_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A backup: its name, size in bytes and SHA-256, and what is in its database.

    `database` is sqlite or postgresql, `schema` the version of the tables, `rows` how many each has,
    `audit_head` the hash of the last of `audit_rows` events.
    """

    file: str
    bytes: int
    sha256: str
    database: str
    schema: str
    rows: Mapping[str, int]
    audit_rows: int
    audit_head: str
    taken_at: datetime

    def write(self, backup: Path) -> None:
        """Write it beside the backup.

        Raises
        ------
        StoreError
            The file cannot be written.
        """
        values = {**asdict(self), "taken_at": self.taken_at.isoformat()}
        with whole_file(manifest_of(backup)) as file:
            file.write(json.dumps(values, indent=2) + "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a database holds, for its manifest."""

    schema: str
    rows: Mapping[str, int]
    audit_rows: int
    audit_head: str


def manifest_of(backup: Path) -> Path:
    """Return the path of a backup's manifest."""
    return backup.with_name(backup.name + MANIFEST_SUFFIX)


def read_manifest(backup: Path) -> Manifest:
    """Return the manifest of a backup.

    Raises
    ------
    StoreError
        It is missing, or is none.
    """
    path = manifest_of(backup)
    try:
        values = json.loads(path.read_bytes())
        return Manifest(**{**values, "taken_at": datetime.fromisoformat(values["taken_at"])})
    except OSError as error:
        raise StoreError(
            f"the manifest cannot be read ({error.strerror or error})",
            source=str(path),
            remedy="Keep it beside its backup: without it nobody can tell whether the backup is whole",
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(
            "this is no manifest of a backup", source=str(path), remedy="Use another backup"
        ) from error


def content_of(connection: Connection) -> Content:
    """Count what a database holds, whatever the version of its tables."""
    names = sorted(inspect(connection).get_table_names())
    rows = {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
    schema = (
        connection.scalar(text("SELECT version_num FROM alembic_version"))
        if "alembic_version" in rows
        else ""
    )
    head = None
    if "audit" in rows:
        head = connection.scalar(text("SELECT hash FROM audit ORDER BY id DESC LIMIT 1"))
    return Content(schema=str(schema), rows=rows, audit_rows=rows.get("audit", 0), audit_head=head or "")


def require_same(found: Content, manifest: Manifest, backup: Path) -> None:
    """Refuse a database that does not hold what its manifest says.

    Raises
    ------
    StoreError
        It differs; the message says in what.
    """
    told: dict[str, Any] = {name: getattr(manifest, name) for name in ("schema", "audit_rows", "audit_head")}
    is_so = {name: getattr(found, name) for name in told}
    differing = [name for name, value in told.items() if is_so[name] != value]
    differing += [
        f"rows of {name}"
        for name in sorted({*manifest.rows, *found.rows})
        if manifest.rows.get(name) != found.rows.get(name)
    ]
    if differing:
        raise StoreError(
            f"it does not hold what its manifest says: {', '.join(differing)}",
            source=str(backup),
            remedy="Use another backup",
        )
