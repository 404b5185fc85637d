"""Whether the store can do its work, and how long comments have waited."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select

from threads.errors import StoreError
from threads.storage import tables
from threads.storage.engine import reading, writing

FEWEST_FREE = 200_000_000  # bytes on the disk of a SQLite file
_c, _f = tables.comments.c, tables.failed_sign_ins.c


@dataclass(frozen=True, slots=True)
class Waiting:
    """Flagged comments that nobody has decided on; `oldest` is how long ago the first of them came in."""

    comments: int
    oldest: timedelta


class Health:
    """What can be asked of a store while it serves."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def problems(self) -> list[str]:
        """Return why the store cannot do its work; [] where it can. It writes a row, and takes it away."""
        try:
            with writing(self._engine) as connection:
                probe = tables.failed_sign_ins.insert().values(account="", address="", at=self._clock())
                made = connection.scalar(probe.returning(_f.id))
                connection.execute(tables.failed_sign_ins.delete().where(_f.id == made))
        except StoreError as error:
            return [str(error)]
        free = self._free()
        if free is not None and free < FEWEST_FREE:
            return [f"the disk of the store has {free:,} bytes left, and {FEWEST_FREE:,} are needed"]
        return []

    def flagged(self) -> int:
        """Return how many flagged comments nobody has decided on, which is counted without reading them."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.count()).where(_c.stage == "flagged")) or 0

    def waiting(self) -> Waiting:
        """Return what waits for a moderator."""
        query = select(func.count(), func.min(_c.imported_at)).where(_c.state == "open", _c.risk.is_not(None))
        with reading(self._engine) as connection:
            count, first = connection.execute(query).one()
        return Waiting(count, timedelta() if first is None else self._clock() - first)

    def _free(self) -> int | None:
        """Return the bytes that are left; None where the database is another machine's business."""
        path = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or path is None:
            return None
        return shutil.disk_usage(Path(path).resolve().parent).free
