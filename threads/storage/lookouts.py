"""What is looked at again and again: when next, by one process at a time, and what the last look left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, select, update

from threads.storage import tables
from threads.storage.engine import insert_into, reading, writing

_l = tables.looked_at.c


class Lookouts:
    """Addresses and files that are looked at again and again, by name."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def claim(self, name: str, lease: timedelta) -> dict[str, Any] | None:
        """Return what is remembered, if it is time to look; nobody else looks until the lease ends."""
        now = self._clock()
        with reading(self._engine) as connection:
            waits = connection.scalar(select(_l.next_at).where(_l.name == name))
        if waits is not None and waits > now:
            return None
        with writing(self._engine) as connection:
            statement = insert_into(connection, tables.looked_at)
            made = statement.values(name=name, next_at=now + lease, state={})
            if connection.execute(made.on_conflict_do_nothing()).rowcount == 1:
                return {}
            taken = update(tables.looked_at).where(_l.name == name, _l.next_at <= now)
            found = connection.scalar(taken.values(next_at=now + lease).returning(_l.state))
        return None if found is None else dict(found)

    def remember(self, name: str, state: dict[str, Any], pause: timedelta = timedelta()) -> None:
        """Say what a look left, and after what pause to look again."""
        with writing(self._engine) as connection:
            statement = insert_into(connection, tables.looked_at)
            replaced = {"next_at": statement.excluded.next_at, "state": statement.excluded.state}
            made = statement.values(name=name, next_at=self._clock() + pause, state=state)
            connection.execute(made.on_conflict_do_update(index_elements=["name"], set_=replaced))

    def forget(self, name: str) -> None:
        """Remember nothing more of it."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.looked_at).where(_l.name == name))

    def remembered(self, name: str) -> dict[str, Any]:
        """Return what the last look left; nothing where there was none."""
        with reading(self._engine) as connection:
            found = connection.scalar(select(_l.state).where(_l.name == name))
        return dict(found or {})
