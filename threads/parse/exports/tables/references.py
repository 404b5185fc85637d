"""Ids as tables write them, and the many ways in which they write that a comment answers nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from threads.parse.exports.tables.mapping import Parents

# What stands in the place of a parent where there is none.
_TOPS = frozenset(
    (
        *("", "0", "0.0", "root", "none", "nan", "null", "<na>", "na", "n/a", "-1", "-1.0", "-", "undefined"),
        *("false", "top", "top-level", "toplevel", "[]", "{}", "nil", "#n/a", "0000000000000000"),
        "00000000-0000-0000-0000-000000000000",
    )
)
_ANSWER_ON_YOUTUBE = re.compile(r"Ug[\w-]{20,30}\.[\w-]{10,40}\Z")
_COMMENT, _POST = "t1_", "t3_"  # Reddit's marks of what an id is of


def is_top(value: str) -> bool:
    """Return whether a parent's cell says that the comment answers what all comments stand under."""
    return value in _TOPS or value[:3] == _POST or value.strip().lower() in _TOPS


def parents_of(column: Sequence[str], threads: Sequence[str], *, has_zero: bool) -> list[str | None]:
    """Return whom comments answer, by a column of ids; None for nobody and for the thread that they are in.

    Where ids count from 0 (`has_zero`), what says "nobody" is something else.
    """
    tops = _TOPS if "".join(column).isdecimal() else {cell for cell in {*column} if is_top(cell)}
    if has_zero:
        tops = {cell for cell in tops if plain_id(cell) != "0"}
    return [
        None if cell in tops or above == thread else above
        for cell, above, thread in zip(column, plain_ids(column), threads, strict=True)
    ]


def plain_ids(column: Sequence[str]) -> Sequence[str]:
    """Return what `plain_id` makes of each cell of a column."""
    return column if "".join(column).isalnum() else list(map(plain_id, column))


def plain_id(value: str) -> str:
    """Return an id as all columns may write it: 22015913.0, as pandas writes, and t1_… lose their marks."""
    if value.isalnum():  # most are, and need no look at their ends
        return value
    value = value.strip()
    if value[-2:] == ".0" and value[:-2].isdigit():
        return value[:-2]
    return value[3:] if value[:3] == _COMMENT else value


def parent_in_path(path: str, own: str) -> str | None:
    """Return the last id above a comment's own in a path such as 0.12.34."""
    above = [part for part in re.split(r"[./]", path) if part]
    if above and above[-1] == own:
        above.pop()
    return None if not above or is_top(above[-1]) else above[-1]


def parent_in_list(above: str) -> str | None:
    """Return the last id of a list such as ['12', '34']; None of an empty one."""
    ids = [part.strip(" '\"") for part in above.strip("[] ").split(",")]
    return None if is_top(ids[-1]) else ids[-1]


def kind_of_parents(own: Sequence[str], above: Sequence[str] | None) -> Parents:
    """Return how a table says whom a comment answers.

    Parameters
    ----------
    own
        The first ids of comments.
    above
        What stands in the column of parents beside them; None without such a column: then ids may be those
        of the comments answered and a part more, as in 7_0, 7_0_1, 7_0_1_4.
    """
    if above is not None:
        pairs = [(path, id_) for path, id_ in zip(above, own, strict=True) if path and id_]
        ending = sum(path != id_ and re.split(r"[./]", path)[-1] == id_ for path, id_ in pairs)
        if pairs and all(path[:1] == "[" and path[-1:] == "]" for path, _ in pairs):
            return "list"
        return "path" if pairs and ending >= 0.9 * len(pairs) else "id"
    return "id" if separator(own) is None else "prefix"


def separator(own: Sequence[str]) -> str | None:
    """Return what stands between the id of a comment and what an answer's id has beyond it; None for none."""
    known = frozenset(own)
    for sign in ("_", "."):
        prefixed = sum(id_.rpartition(sign)[0] in known for id_ in own)
        if prefixed >= 3 and prefixed >= 0.05 * len(own):
            return sign
    return "." if any(map(_ANSWER_ON_YOUTUBE.match, own)) else None
