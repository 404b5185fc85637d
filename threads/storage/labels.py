"""Labels that people gave to comments for a topic of their own, and stances judged by a model of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import Engine, Select, delete, select

from threads.errors import InputError
from threads.frames import typed
from threads.records import Column
from threads.scores.labels import task
from threads.storage import tables
from threads.storage.audit import record
from threads.storage.claims import comment_key
from threads.storage.engine import insert_into, lock_for_import, reading, writing
from threads.storage.importing import replace_scores

SKIPPED: Final = "unclear"
"""The label of what somebody could not tell; nothing is learnt from it."""
LABELS: Final = (*task("topic_stance").labels, SKIPPED)
LABEL_COLUMNS: tuple[Column, ...] = (
    Column("thread_id", "text", "The discussion."),
    Column("comment_id", "text", "The comment."),
    Column("text", "text", "Its text as found."),
    Column("label", "text", f"{', '.join(LABELS[:-1])}, or {SKIPPED}: skipped."),
    Column("target", "text", "What the stance is toward."),
)

_c, _l = tables.comments.c, tables.labels.c


class Labels:
    """Labels by discussion and target; `store.labels`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def give(self, thread_id: str, comment_id: str, target: str, label: str, actor: str) -> None:
        """Label a comment, in the place of an earlier label for the same target.

        Raises
        ------
        InputError
            There is no such label.
        StoreError
            There is no such comment.
        """
        if label not in LABELS:
            raise InputError(
                f"{label[:40]!r} is no label", source="labels", remedy=f"Use {', '.join(LABELS)}"
            )
        with writing(self._engine) as connection:
            key = comment_key(connection, thread_id, comment_id)
            these = (_l.comment == key, _l.target == target)
            connection.execute(delete(tables.labels).where(*these))  # the new one is then the last
            row = {"comment": key, "target": target, "label": label, "actor": actor, "at": self._clock()}
            connection.execute(insert_into(connection, tables.labels).values(row))

    def take_back(self, thread_id: str, target: str, actor: str) -> str | None:
        """Delete the last label that `actor` gave; return the comment that had it, None for none."""
        with writing(self._engine) as connection:
            query = select(_l.id, _c.comment_id).join_from(tables.labels, tables.comments)
            mine = query.where(_c.thread_id == thread_id, _l.target == target, _l.actor == actor)
            last = connection.execute(mine.order_by(_l.id.desc()).limit(1)).one_or_none()
            if last is None:
                return None
            connection.execute(delete(tables.labels).where(_l.id == last.id))
        return str(last.comment_id)

    def given(self, thread_id: str, target: str) -> pd.DataFrame:
        """Return the labels of a discussion for a target, LABEL_COLUMNS, in the order they were given."""
        names = (_c.thread_id, _c.comment_id, _c.text, _l.label, _l.target)
        query: Select[Any] = select(*names).join_from(tables.labels, tables.comments)
        with reading(self._engine) as connection:
            these = query.where(_c.thread_id == thread_id, _l.target == target).order_by(_l.id)
            rows = [tuple(row) for row in connection.execute(these)]
        columns = [column.name for column in LABEL_COLUMNS]
        return typed(pd.DataFrame(rows, columns=columns, dtype=object), LABEL_COLUMNS)

    def target_of(self, thread_id: str) -> str | None:
        """Return the target that a discussion was labelled for last; None before the first label."""
        query = select(_l.target).join_from(tables.labels, tables.comments)
        with reading(self._engine) as connection:
            last = query.where(_c.thread_id == thread_id).order_by(_l.id.desc()).limit(1)
            return connection.scalar(last)

    def put_stances(self, thread_id: str, scores: pd.DataFrame, model: str, actor: str) -> int:
        """Replace the stances of a discussion, and put that on record; return how many comments have one.

        Parameters
        ----------
        scores
            Score columns; the index is comment_id. What a comment has of these columns is replaced, missing
            values included; its other scores stay.
        model
            Who judged.
        """
        with writing(self._engine) as connection:
            lock_for_import(connection)
            changed = replace_scores(connection, thread_id, scores)
            details = {"thread": thread_id, "model": model, "comments": changed}
            record(connection, "stance_model", actor, details, self._clock())
        return changed
