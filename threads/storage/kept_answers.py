"""What requests with an Idempotency-Key were answered: sent again, they are answered so and not done twice.

The semantics are those of the IETF draft "The Idempotency-Key HTTP Header Field".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Engine, delete, select

from threads.storage import tables
from threads.storage.engine import insert_into, writing

KEPT_FOR: Final = timedelta(hours=24)
LONGEST_WORK: Final = timedelta(minutes=2)
"""A request that has no answer after that was cut off, and may be done again."""
_k = tables.kept_answers.c


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered; `status` is None while it is being worked on.

    `request` says which request it was: a key belongs to one.
    """

    request: str
    status: int | None
    headers: Mapping[str, str]
    body: bytes


class KeptAnswers:
    """The kept answers of a store; `store.kept_answers`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def begin(self, actor: str, key: str, request: str) -> KeptAnswer | None:
        """Return what was answered under a key of `actor`; None: it is new, and taken by `request` now."""
        now = self._clock()
        with writing(self._engine) as connection:
            old = (_k.at < now - KEPT_FOR) | (_k.status.is_(None) & (_k.at < now - LONGEST_WORK))
            connection.execute(delete(tables.kept_answers).where(old))
            values = {"actor": actor, "key": key, "request": request, "at": now}
            statement = insert_into(connection, tables.kept_answers).values(**values)
            taken = connection.execute(
                statement.on_conflict_do_nothing(index_elements=["actor", "key"]).returning(_k.key)
            )
            if taken.one_or_none() is not None:
                return None
            query = select(_k.request, _k.status, _k.headers, _k.body).where(_of(actor, key))
            row = connection.execute(query).one()
        return KeptAnswer(row.request, row.status, row.headers or {}, row.body or b"")

    def keep(self, actor: str, key: str, answer: KeptAnswer) -> None:
        """Keep the answer to a request that was begun."""
        values = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        with writing(self._engine) as connection:
            connection.execute(tables.kept_answers.update().where(_of(actor, key)).values(**values))

    def forget(self, actor: str, key: str) -> None:
        """Let a request be done again that failed."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.kept_answers).where(_of(actor, key)))


def _of(actor: str, key: str) -> ColumnElement[bool]:
    return (_k.actor == actor) & (_k.key == key)
