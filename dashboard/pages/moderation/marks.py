"""A comment with the words marked that raised its flags, each mark numbered as the reasons beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.text import shown

# Kinds of rules that share a colour; the number on a mark says which rule it is.
_PERSONAL = frozenset({"personal_data"})
_POSTING = frozenset({"links", "repeats", "campaigns", "shouting", "off_topic", "pile_on", "reported"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a comment is here, numbered from 1; `spans` are offsets into its text.

    `name` is a rule's code, `title` what people call it. `measured` is its value beside its limit, in words.
    """

    number: int
    name: str
    title: str
    sentence: str
    measured: str
    spans: tuple[tuple[int, int], ...]

    @property
    def kind(self) -> str:
        """What its marks look like."""
        if self.name in _PERSONAL:
            return "personal"
        return "posting" if self.name in _POSTING else "language"


def marked_text(text: str, reasons: Sequence[Reason]) -> list[str | Component]:
    """Return `text` as children with the stretches of `reasons` marked.

    The number of a reason stands where its stretch ends; stretches may overlap.
    """
    spans = [
        (max(0, start), min(stop, len(text)), reason) for reason in reasons for start, stop in reason.spans
    ]
    spans = [span for span in spans if span[0] < span[1]]
    edges = sorted({0, len(text), *(edge for start, stop, _ in spans for edge in (start, stop))})
    parts: list[str | Component] = []
    for start, stop in pairwise(edges):
        on = [reason for first, last, reason in spans if first <= start and stop <= last]
        ending = sorted({reason.number for first, last, reason in spans if last == stop and first <= start})
        inside = shown(text[start:stop])
        parts += [_mark(inside, on, ending)] if on else inside
    return parts


def _mark(inside: list[str | Component], on: Sequence[Reason], ending: Sequence[int]) -> Component:
    numbers = " ".join(map(str, ending))
    return html.Mark(
        inside,
        className=f"by-{on[0].kind}",
        title=", ".join(dict.fromkeys(f"{reason.number} {reason.title}" for reason in on)),
        **(ui.hyphenated(data_number=numbers) if numbers else {}),
    )
