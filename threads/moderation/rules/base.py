"""What a rule is: something that looks at comments and says which need a human, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from threads.language import N_, _, localised, noun
from threads.moderation.rules.comments import Comments, Text
from threads.records import Flag

MOST_SPANS = 100  # a page that marks more is not read by anybody, and spans are stored

Scope = Literal["comment", "discussion", "store"]
"""What a rule looks at to judge a comment: it alone, its whole discussion, or what else is stored, too."""

Found = tuple[int, Flag]
"""The place of a comment among those given, and its flag."""


_UNITS: Mapping[str, Callable[[int], str]] = {
    "words": lambda count: noun(count, "word", "words"),
    "items": lambda count: noun(count, "item", "items"),
    "people": lambda count: noun(count, "person", "people"),
    "minutes": lambda count: noun(count, "minute", "minutes"),
    "discussions": lambda count: noun(count, "discussion", "discussions"),
    "comments": lambda count: noun(count, "comment", "comments"),
    "links": lambda count: noun(count, "link", "links"),
    "letters": lambda count: noun(count, "letter", "letters"),
    "letters and digits": lambda count: noun(count, "letter or digit", "letters and digits"),
}
_CALLED: Mapping[str, str] = {
    "allowed": N_("allowed"),
    "characters": N_("characters"),
    "copies": N_("copies"),
    "different_words": N_("different words"),
    "discussions": N_("discussions"),
    "distance": N_("distance"),
    "items": N_("items"),
    "letters": N_("letters"),
    "links": N_("links"),
    "minutes": N_("minutes"),
    "people": N_("people"),
    "probability": N_("probability"),
    "severity": N_("severity"),
    "share": N_("share"),
    "shared": N_("shared"),
    "similarity": N_("similarity"),
    "times_usual": N_("times usual"),
    "words": N_("words"),
}


def called(name: str) -> str:
    """Return what people call a limit or a list, in the language in use; of an earlier version, its name."""
    return _(_CALLED.get(name, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A number that a moderator lead may change; whole where its default is an int.

    `setting` names the setting that gives the default in the place of `default`.
    """

    name: str
    default: int | float
    unit: str
    help: str
    least: int | float = 0
    most: float = math.inf
    setting: str | None = None

    def in_words(self, value: float) -> str:
        """Return a value with its unit, "1 word" or "8 people"; a share, a sum or a factor as it is."""
        if isinstance(self.default, float):
            return localised(f"{value:g}")
        return f"{localised(f'{value:,g}')} {_UNITS[self.unit](int(value))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOfWords:
    """A list that a moderator lead may change: entries as in `threads.moderation.rules.listed`."""

    name: str
    help: str


@dataclass(frozen=True, slots=True)
class Values:
    """The limits and lists of one rule that are in force, and whether it is switched on."""

    on: bool = True
    limits: Mapping[str, int | float] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Rule(Protocol):
    """A rule. An item of RULES.

    `name` is its code, `title` what people call it, `reason` the code of
    `threads.moderation.decisions.REASONS` that a rejection for it would give. A rule whose `scope` is the
    comment is given comments a block at a time.
    """

    name: str
    title: str
    help: str
    reason: str
    scope: Scope

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What can be set of it; flags hold their value against the first one."""
        ...

    @property
    def lists(self) -> tuple[ListOfWords, ...]:
        """The lists that it reads."""
        ...

    def flags(self, comments: Comments, values: Values) -> Iterable[Found]:
        """Yield the comments that need a human; linear in the input, and never raises."""
        ...


class OneComment:
    """Base of the rules that judge each comment by itself."""

    name: str
    title: str
    help: str
    reason: str
    limits: tuple[Limit, ...] = ()
    lists: tuple[ListOfWords, ...] = ()
    scope: Scope = "comment"

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield the comments for which `check` gives a flag."""
        for place, text in enumerate(comments.texts):
            if (found := self.check(text, values)) is not None:
                yield place, found

    def check(self, text: Text, values: Values) -> Flag | None:
        """Return why a comment needs a human, or None; linear in its length, and never raises."""
        raise NotImplementedError


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the first MOST_SPANS of `spans`, in order, those that overlap or touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined[:MOST_SPANS])
