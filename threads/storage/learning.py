"""What the store knows of how right rules were, how long decisions took, and how moderators agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, case, exists, func, null, or_, select

from threads.frames import typed
from threads.moderation.decisions import DECIDED, PUBLISHED
from threads.moderation.precision import JUDGED_COLUMNS, Proposal, Recall, Share, propose, recall
from threads.moderation.report import Figures, Report, report_of
from threads.moderation.weeks import Week
from threads.moderation.workload import MADE_COLUMNS, QueueAge, queue_age
from threads.records import Column
from threads.storage import tables
from threads.storage.engine import reading
from threads.storage.suggestions import labelled_suggestions

RAISED_COLUMNS: tuple[Column, ...] = (JUDGED_COLUMNS[0], JUDGED_COLUMNS[1], JUDGED_COLUMNS[5])
RATING_COLUMNS: tuple[Column, ...] = (
    Column("unit", "integer", "The decision that a second moderator was asked about."),
    Column("rater", "text", "Who decided, or gave the second opinion."),
    Column("label", "text", "approved (featured ones too), rejected, held or escalated."),
)
LABELLED_COLUMNS: tuple[Column, ...] = (
    Column("text", "text", "The comment as found."),
    Column("offensive", "integer", "1: rejected for its language, 0: marked as not offensive."),
)
OFFENSIVE_REASONS: Final = ("offensive", "harassment", "identity_attack", "threat")
WEEKS_COUNTED: Final = 4  # how far back flags are counted to say how many come a week

_c, _d, _f, _s = tables.comments.c, tables.decisions.c, tables.flags.c, tables.second_opinions.c
_SINCE: ColumnElement[Any] = case((_c.published_at > _c.imported_at, _c.published_at), else_=_c.imported_at)


class Learning:
    """Figures for moderators about their own work; `store.learning`. All of it reads, nothing writes."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def report(self, week: Week | None = None) -> Report:
        """Return the report of a week, the present one by default, as decisions stand now."""
        now = self._clock()
        week = Week.of(now) if week is None else week
        before = week.moved(-1)
        with reading(self._engine) as connection:
            return report_of(
                week,
                _figures(connection, week.start, week.end),
                _figures(connection, before.start, before.end),
                earlier=_judged(connection, None, week.start),
                queue=_queue(connection, now),
                recall=_recall(connection),
            )

    def weeks(self) -> list[Week]:
        """Return the weeks from the first import to the present one, in order."""
        with reading(self._engine) as connection:
            first = connection.scalar(select(func.min(tables.imports.c.imported_at)))
        week, last = Week.of(first or self._clock()), Week.of(self._clock())
        weeks = [week]
        while weeks[-1] < last:
            weeks.append(weeks[-1].moved(1))
        return weeks

    def judged(self, since: datetime | None = None, until: datetime | None = None) -> pd.DataFrame:
        """Return the flags of comments whose standing decision fell in a time: JUDGED_COLUMNS."""
        with reading(self._engine) as connection:
            return _judged(connection, since, until, values=True)

    def made(self, since: datetime, until: datetime) -> pd.DataFrame:
        """Return every decision made in a time, undone ones too: MADE_COLUMNS."""
        with reading(self._engine) as connection:
            return _made(connection, since, until)

    def ratings(self, since: datetime | None = None, until: datetime | None = None) -> pd.DataFrame:
        """Return decisions with the second opinions given on them in a time: RATING_COLUMNS."""
        with reading(self._engine) as connection:
            return _ratings(connection, since, until)

    def proposals(self, limits: Mapping[str, float], wanted: float) -> list[Proposal]:
        """Return for each rule that has a limit the one to propose, from all decisions that stand.

        `limits` are those in force; `wanted` is how often a rule ought to be right, 0 … 1.
        """
        now = self._clock()
        since = now - timedelta(weeks=WEEKS_COUNTED)
        with reading(self._engine) as connection:
            judged, raised = _judged(connection, None, None, values=True), _raised(connection, since, now)
            first = connection.scalar(select(func.min(tables.imports.c.imported_at)))
        weeks = 0.0 if first is None else (now - max(first, since)) / timedelta(weeks=1)
        return [
            propose(judged, rule, limit, wanted, raised, max(weeks, 1.0)) for rule, limit in limits.items()
        ]

    def labelled(self) -> pd.DataFrame:
        """Return comments that moderators called offensive or not, by decisions that stand: LABELLED_COLUMNS.

        Rejected for OFFENSIVE_REASONS, or marked as not offensive; nothing is concluded from the rest. Only
        comments that have the score `offensive`: those in another language have none. What programs suggested
        for TOXICITY (`Suggestions`) follows.
        """
        query = (
            select(
                _c.text,
                case((_d.action == "reject", 1), else_=0).label("offensive"),
                tables.scores.c["values"],
            )
            .join_from(tables.decisions, tables.comments)
            .join(tables.scores, tables.scores.c.comment == _c.id)
            .where(
                _stands(),
                or_(
                    _d.action == "not_offensive",
                    and_(_d.action == "reject", _d.reason.in_(OFFENSIVE_REASONS)),
                ),
            )
            .order_by(_c.id)
        )
        with reading(self._engine) as connection:
            rows = [
                (text, label)
                for text, label, scores in connection.execute(query)
                if scores.get("offensive") is not None
            ]
            rows += labelled_suggestions(connection)
        names = [column.name for column in LABELLED_COLUMNS]
        return typed(pd.DataFrame(rows, columns=names, dtype=object), LABELLED_COLUMNS)


def _figures(connection: Connection, since: datetime, until: datetime) -> Figures:
    arrived = select(func.count(), func.count(_c.risk), func.count(func.distinct(_c.thread_id))).where(
        _within(_c.imported_at, since, until)
    )
    comments, flagged, discussions = connection.execute(arrived).one()
    return Figures(
        comments=comments,
        flagged=flagged,
        discussions=discussions,
        raised=_raised(connection, since, until),
        judged=_judged(connection, since, until),
        made=_made(connection, since, until),
        ratings=_ratings(connection, since, until),
    )


def _judged(
    connection: Connection, since: datetime | None, until: datetime | None, *, values: bool = False
) -> pd.DataFrame:
    """Return JUDGED_COLUMNS; without `values` they are missing, and what differs in them alone is one row."""
    another = tables.flags.alias()
    alone = ~exists().where(another.c.comment == _f.comment, another.c.rule != _f.rule)
    parts: dict[str, ColumnElement[Any]] = {
        "rule": _f.rule,
        "value": _f.value if values else null(),
        "alone": case((alone, 1), else_=0),
        "state": _d.after_state,
        "reason": _d.reason,
    }
    by = [column for name, column in parts.items() if values or name != "value"]
    query = (
        select(*(column.label(name) for name, column in parts.items()), func.count().label("comments"))
        .join_from(tables.flags, tables.decisions, _f.comment == _d.comment)
        .where(_stands(), _d.after_state.in_(sorted(DECIDED)), _within(_d.decided_at, since, until))
        .group_by(*by)
        .order_by(*by[:-1])
    )
    return _frame(connection, query, JUDGED_COLUMNS)


def _raised(connection: Connection, since: datetime, until: datetime) -> pd.DataFrame:
    query = (
        select(_f.rule, _f.value, func.count().label("comments"))
        .join_from(tables.flags, tables.comments)
        .where(_within(_c.imported_at, since, until))
        .group_by(_f.rule, _f.value)
        .order_by(_f.rule, _f.value)
    )
    return _frame(connection, query, RAISED_COLUMNS)


def _made(connection: Connection, since: datetime, until: datetime) -> pd.DataFrame:
    earlier = tables.decisions.alias()
    decided_before = exists().where(
        earlier.c.comment == _d.comment,
        earlier.c.version < _d.version,
        earlier.c.action != "undo",
        earlier.c.after_state.in_(sorted(DECIDED)),
        ~_undone(earlier),
    )
    undone = _undone(tables.decisions)
    first = and_(_d.action != "undo", _d.after_state.in_(sorted(DECIDED)), ~undone, ~decided_before)
    query = (
        select(
            _d.action,
            _d.actor,
            _d.decided_at,
            case((undone, 1), else_=0).label("undone"),
            case((first, _SINCE)).label("waiting_since"),
        )
        .join_from(tables.decisions, tables.comments)
        .where(_within(_d.decided_at, since, until))
        .order_by(_d.id)
    )
    return _frame(connection, query, MADE_COLUMNS)


def _ratings(connection: Connection, since: datetime | None, until: datetime | None) -> pd.DataFrame:
    query = (
        select(_d.id, _d.actor, _d.after_state, _s.actor.label("second"), _s.state)
        .join_from(tables.second_opinions, tables.decisions)
        .where(_within(_s.given_at, since, until))
        .order_by(_s.id)
    )
    rows = []
    for unit, actor, state, second, other in connection.execute(query):
        rows += [(unit, actor, _label(state)), (unit, second, _label(other))]
    names = [column.name for column in RATING_COLUMNS]
    return typed(pd.DataFrame(rows, columns=names, dtype=object), RATING_COLUMNS).drop_duplicates(
        ["unit", "rater"], ignore_index=True
    )


def _label(state: str) -> str:
    return "approved" if state in PUBLISHED else state


def _queue(connection: Connection, now: datetime) -> QueueAge:
    open_ = _c.stage == "flagged"
    count, oldest = connection.execute(select(func.count(), func.min(_SINCE)).where(open_)).one()
    since = select(_SINCE.label("since")).where(open_).order_by("since").offset(count // 2).limit(1)
    return queue_age(count, connection.scalar(since), oldest, now)


def _recall(connection: Connection) -> Recall | None:
    flagged = case((exists().where(_f.comment == _d.comment), 1), else_=0)
    query = (
        select(flagged.label("flagged"), _d.after_state, func.count())
        .where(_stands(), _d.after_state.in_(sorted(DECIDED)))
        .group_by("flagged", _d.after_state)
    )
    counts = {(flagged, state): count for flagged, state, count in connection.execute(query)}

    def share(flagged: int) -> Share:
        of = {state: counts.get((flagged, state), 0) for state in DECIDED}
        return Share(of["rejected"], sum(of.values()))

    comments, with_flag = connection.execute(
        select(func.count(), func.count(_c.risk)).select_from(tables.comments)
    ).one()
    return recall(share(1), with_flag, share(0), comments - with_flag)


def _stands() -> ColumnElement[bool]:
    """Return what is true of the decision that an undo would take back: the last not undone."""
    later = tables.decisions.alias()
    superseded = exists().where(
        later.c.comment == _d.comment,
        later.c.version > _d.version,
        later.c.action != "undo",
        ~_undone(later),
    )
    return and_(_d.action != "undo", ~_undone(tables.decisions), ~superseded)


def _undone(decisions: Any) -> ColumnElement[bool]:
    undo = tables.decisions.alias()
    return exists().where(undo.c.undoes == decisions.c.id)


def _within(column: Any, since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    limits = [] if since is None else [column >= since]
    limits += [] if until is None else [column < until]
    return and_(True, *limits)


def _frame(connection: Connection, query: Select[Any], columns: tuple[Column, ...]) -> pd.DataFrame:
    rows = connection.execute(query).all()
    names = [column.name for column in columns]
    return typed(pd.DataFrame([tuple(row) for row in rows], columns=names, dtype=object), columns)
