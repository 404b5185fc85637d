"""The order of a conversation: replies under what they answer, page by page. Frame in, rows out, no Dash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

PER_PAGE = 100
Rows = Mapping[str, Mapping[Any, Any]]


@dataclass(frozen=True, slots=True)
class Turn:
    """A comment in its place: the row, how deep it stands, whether what it answers stands right above."""

    row: Mapping[Any, Any]
    level: int
    parent: Mapping[Any, Any] | None
    follows_parent: bool


def conversation(frame: pd.DataFrame, chosen: pd.DataFrame) -> list[Turn]:
    """Return the comments of `chosen` in reading order, each reply under what it answers.

    `frame` has every comment of the thread, so that a parent can be quoted that the filters left out; its
    reply stands under its nearest ancestor that is shown. Siblings keep the order of the source. Comments
    that answer each other in a circle are all shown, the first of them at the top. Linear, and without
    recursion: threads can be thousands of replies deep.
    """
    rows: Rows = {row["comment_id"]: row for row in frame.sort_values("position").to_dict("records")}
    above = _Ancestors(rows, set(chosen["comment_id"]))
    order = [identifier for identifier in rows if identifier in above.shown]
    children: dict[str | None, list[str]] = defaultdict(list)
    for identifier in order:
        children[above.nearest(rows[identifier]["parent_id"])].append(identifier)
    turns: list[Turn] = []
    placed: set[str] = set()
    for root in [*children[None], *order]:
        _place(root, children, rows, placed, turns)
    return turns


def pages_of(turns: list[Turn]) -> dict[str, int]:
    """Return the page (from 1) on which each comment stands."""
    return {turn.row["comment_id"]: 1 + place // PER_PAGE for place, turn in enumerate(turns)}


def _place(
    root: str,
    children: Mapping[str | None, list[str]],
    rows: Rows,
    placed: set[str],
    turns: list[Turn],
) -> None:
    """Append a comment and everything under it to `turns`, depth first."""
    stack = [(root, 0)]
    while stack:
        identifier, level = stack.pop()
        if identifier in placed:
            continue
        placed.add(identifier)
        row = rows[identifier]
        parent = rows.get(row["parent_id"]) if isinstance(row["parent_id"], str) else None
        above = turns[-1].row["comment_id"] if turns else None
        turns.append(Turn(row, level, parent, parent is not None and parent["comment_id"] == above))
        stack += [(child, level + 1) for child in reversed(children.get(identifier, []))]


class _Ancestors:
    """The nearest shown comment above another, each step up taken once."""

    def __init__(self, rows: Rows, shown: set[str]) -> None:
        self.rows, self.shown = rows, shown
        self._known: dict[str, str | None] = {}

    def nearest(self, step: Any) -> str | None:
        path: list[str] = []
        while (
            isinstance(step, str) and step in self.rows and step not in self.shown and step not in self._known
        ):
            self._known[step] = None  # ends a walk round a circle
            path.append(step)
            step = self.rows[step]["parent_id"]
        found = self._known.get(step, step if step in self.shown else None) if isinstance(step, str) else None
        self._known.update(dict.fromkeys(path, found))
        return found
