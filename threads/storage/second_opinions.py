"""Second opinions: a sample of decided comments, judged again by somebody who does not see the decision."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Engine, Select, exists, select

from threads.errors import InputError, StoreError
from threads.language import N_
from threads.moderation.decisions import STATES, State
from threads.storage import tables
from threads.storage.audit import record
from threads.storage.engine import chunks, insert_into, reading, writing
from threads.storage.queue import QueueItem, items

ASKED_FOR: Final = timedelta(days=14)  # what was decided before is not asked about any more

_c, _d, _s = tables.comments.c, tables.decisions.c, tables.second_opinions.c
_DECIDED: Select[Any] = select(_d.id, _d.actor, _d.comment, _c.thread_id, _c.comment_id).join_from(
    tables.decisions, tables.comments
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A comment that a second moderator is asked about, as if nobody had decided; and the decision's id."""

    decision: int
    item: QueueItem


class SecondOpinions:
    """What is judged twice; `store.second_opinions`. Nobody chooses which: see `is_drawn`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def due(self, actor: str, share: float, limit: int = 20) -> list[Due]:
        """Return comments that others decided lately and that nobody has judged again, the oldest first.

        Parameters
        ----------
        actor
            Who is asked; never about a decision of their own.
        share
            How many of the decided comments are judged twice, 0 … 1.
        limit
            Most that are returned.
        """
        now = self._clock()
        judged = exists().where(_s.decision == _d.id)
        query = _DECIDED.where(
            _d.decided_at >= now - ASKED_FOR,
            _d.version == _c.version,
            _d.action != "undo",
            _d.actor != actor,
            _c.stage == "decided",
            _c.emptied_at.is_(None),
            ~judged,
        ).order_by(_d.decided_at, _d.id)
        with reading(self._engine) as connection:
            asked = (
                (row.comment, row.id)
                for row in connection.execute(query)
                if is_drawn(row.thread_id, row.comment_id, share)
            )
            drawn = dict(islice(asked, limit))
            return [
                Due(decision=drawn[key], item=_without_decision(item))
                for chunk in chunks(drawn)
                for key, item in zip(chunk, items(connection, chunk, now), strict=True)
            ]

    def give(self, decision: int, actor: str, state: State, share: float) -> State:
        """Put on record what `actor` would have made of the comment, and return it; the first time counts.

        Raises
        ------
        InputError
            A comment cannot be decided to be in `state`.
        StoreError
            The decision is not there, is the actor's own, or is not in the sample.
        """
        if state not in STATES or state == "open":
            raise InputError(
                N_("{state} is no opinion").format(state=repr(state)),
                remedy=N_("Known: {names}").format(names=", ".join(STATES[1:])),
            )
        now = self._clock()
        with writing(self._engine) as connection:
            decided = connection.execute(_DECIDED.where(_d.id == decision)).one_or_none()
            if decided is None or not is_drawn(decided.thread_id, decided.comment_id, share):
                raise StoreError(N_("no second opinion is asked for"), source=f"decision {decision}")
            if decided.actor == actor:
                raise StoreError(N_("a second opinion is somebody else's"), source=f"decision {decision}")
            given = connection.execute(
                insert_into(connection, tables.second_opinions)
                .values(decision=decision, actor=actor, state=state, given_at=now)
                .on_conflict_do_nothing(index_elements=["decision", "actor"])
                .returning(_s.id)
            ).one_or_none()
            if given is None:
                query = select(_s.state).where(_s.decision == decision, _s.actor == actor)
                first: State = connection.execute(query).scalar_one()
                return first
            details = {"decision": decision, "state": state}
            record(connection, "second_opinion", actor, details, now)
            return state


def is_drawn(thread_id: str, comment_id: str, share: float) -> bool:
    """Return whether a comment is in the sample of `share` (0 … 1): it follows from its ids alone.

    The sample is nested: what is drawn at one share is drawn at every larger one.
    """
    digest = hashlib.sha256(f"{thread_id}\0{comment_id}".encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def _without_decision(item: QueueItem) -> QueueItem:
    return replace(
        item,
        state="open",
        version=0,
        decisions=(),
        claim=None,
        author_rejected=item.author_rejected - (item.state == "rejected"),
    )
