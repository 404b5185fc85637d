"""Which flagged comment a moderator sees first."""

from __future__ import annotations

from collections.abc import Iterable

from threads.records import Flag


def risk(flags: Iterable[Flag]) -> float | None:
    """Return how far a comment is over its limits: the largest value / limit of its flags.

    A dimensionless ratio, so that rules with different units can be ranked together; 1 is just at the limit.
    None for a comment without flags. The queue shows the largest first and, among equals, the oldest.
    """
    return max(
        (flag.value / flag.limit if flag.limit > 0 else 1 + flag.value for flag in flags), default=None
    )
