"""What a rule is: something that looks at one comment and says whether, and why, a human should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from threads.records import Flag
from threads.settings import Settings

MOST_SPANS = 100  # a page that marks more is not read by anybody, and spans are stored


@dataclass(frozen=True, slots=True)
class CommentContext:
    """A comment as rules see it.

    `text` is as found, cut at the setting max_comment_characters. `copies` is how many comments with the
    same text came before it, and `first_copy` names the first of them.
    """

    text: str
    status: str
    settings: Settings
    copies: int = 0
    first_copy: str = ""


class Rule(Protocol):
    """A rule. An item of RULES."""

    name: str
    help: str

    def check(self, comment: CommentContext) -> Flag | None:
        """Return why the comment needs a human, or None; linear in its length, and never raises."""
        ...


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the first MOST_SPANS of `spans`, in order, those that overlap or touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined[:MOST_SPANS])


def counted(number: int, thing: str) -> str:
    """Return "1 link" or "2 links"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
