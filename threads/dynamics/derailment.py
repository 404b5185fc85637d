"""What the first comments of a discussion show of a quarrel, as counted facts and never as a forecast.

Published models that forecast derailment flag a third of the calm talks (false positive rate .33 to .56 of
ConvoKit's forecasters on balanced sets; where few talks derail, most of what they flag is calm). There is
no labelled data here on which a precision could be stated, so nothing is forecast: what is shown are signs
that such models look at, each with its count.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.columns import numbers_of, texts_of, times_of
from threads.dynamics.people import exactly_timed, person_of_each
from threads.dynamics.sentences import Part, Sentence, in_words, link, name_of
from threads.dynamics.summary import CLEARLY
from threads.dynamics.timeline import OFFENSIVE
from threads.dynamics.tree import tree_of
from threads.language import N_, _, counted
from threads.scores.text import without_quotes, words
from threads.wordlists.classes import word_classes

FIRST: Final = 10  # comments, as many as ConvoKit's prefixes have
FEWEST: Final = 5  # of which something is known, for a sign to be told
TELLING: Final = 3  # comments that make a sign worth a sentence
LIKELY: Final = 0.5  # probability that a reply disagrees

NO_FORECAST: Final = N_(
    "Whether it will turn into a quarrel is not forecast: there is no labelled data to say how often that "
    "would be right, and published models flag a third of calm talks."
)

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sign:
    """What was counted in the first comments: `count` of `of`, in the comments `comment_ids`.

    `count` is missing where too little is known, and `reason` says so.
    """

    name: str
    count: int | None
    of: int
    said: Sentence
    comment_ids: tuple[str, ...] = ()
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return it in one sentence."""
        return self.said


@dataclass(frozen=True, slots=True)
class Watch:
    """The signs in the first comments of a discussion, and why they are no forecast."""

    comments: int
    signs: tuple[Sign, ...]
    caution: str = NO_FORECAST

    @property
    def telling(self) -> tuple[Sign, ...]:
        """The signs that at least 3 comments show, the most frequent first."""
        shown = [sign for sign in self.signs if (sign.count or 0) >= TELLING]
        return tuple(sorted(shown, key=lambda sign: -(sign.count or 0)))

    def sentence(self) -> Sentence:
        """Return the telling signs in one sentence, as facts."""
        if self.comments < FEWEST:
            return Sentence(
                (
                    Part(
                        _(
                            "{comments} are too few to look for signs.",
                            comments=counted(self.comments, "comment", "comments"),
                        )
                    ),
                )
            )
        if not self.telling:
            here = counted(self.comments, "comment", "comments")
            return Sentence((Part(_("The first {here} show no sign that is counted here.", here=here)),))
        parts: list[Part] = []
        for sign in self.telling:
            parts += [Part("; ")] if parts else []
            parts += [*sign.said.parts[:-1], Part(sign.said.parts[-1].text.removesuffix("."))]
        return Sentence((*parts, Part(".")))


def early_signs(frame: pd.DataFrame, first: int = FIRST) -> Watch:
    """Return the signs in the first comments of a discussion; by time, or by place where times are missing.

    Parameters
    ----------
    frame
        Comments of one discussion: `text`, and `sentiment`, `offensive`, `reply_relation_disagrees`,
        parents and times as far as they are known.
    first
        How many comments are looked at.
    """
    times = times_of(frame)
    if times.notna().all():
        frame = frame.iloc[np.argsort(times.astype("int64").to_numpy(), kind="stable")]
    early = frame.iloc[:first]
    if len(early) < FEWEST:
        return Watch(len(early), ())
    offensive, sentiment = numbers_of(early, "offensive"), numbers_of(early, "sentiment")
    disagrees = numbers_of(early, "reply_relation_disagrees")
    said = [without_quotes(text) if isinstance(text, str) else "" for text in texts_of(early, "text")]
    written = np.array([bool(text) for text in said])
    signs = (
        _scored(early, "offensive", ~np.isnan(offensive), offensive >= OFFENSIVE, _("rank high for offence")),
        _scored(early, "negative", ~np.isnan(sentiment), sentiment <= -CLEARLY, _("read as negative")),
        _scored(early, "disagreement", ~np.isnan(disagrees), disagrees >= LIKELY, _("likely disagree")),
        _scored(early, "you", written, _which(said, _says_you), _("say “you”")),
        _scored(early, "questions", written, _which(said, _asks), _("ask with a question mark")),
        _one_person(early),
        _exchange(early),
        _pace(early),
    )
    return Watch(len(early), signs)


def _scored(early: pd.DataFrame, name: str, known: Mask, shown: Mask, does: str) -> Sign:
    of = int(known.sum())
    if of < FEWEST:
        reason = _(
            "Of {of} of the first {comments} is it known whether they {does}.",
            of=of,
            comments=counted(len(early), "comment", "comments"),
            does=does,
        )
        return Sign(name, None, of, Sentence((Part(reason),)), reason=reason)
    rows = np.flatnonzero(known & shown)
    among = (
        " " + _("of the first {of}", of=of)
        if of == len(early)
        else " " + _("of {of} of the first {count}", of=of, count=len(early))
    )
    said = Sentence((*_linked(early, rows), Part(f"{among} {does}.")))
    return Sign(name, len(rows), of, said, _ids(early, rows))


def _one_person(early: pd.DataFrame) -> Sign:
    """Return how many of the first comments answer the person who is answered most by others."""
    people, parents = person_of_each(early), tree_of(early).parents
    answered = np.where(parents >= 0, people[parents], -1)
    answered = np.where(answered == people, -1, answered)
    counts = np.bincount(answered[answered >= 0], minlength=1)
    rows = np.flatnonzero(answered == counts.argmax()) if counts.max() else np.empty(0, dtype=np.intp)
    if not len(rows):
        return Sign(
            N_("one person"), 0, len(early), Sentence((Part(_("Nobody answers another by name or link.")),))
        )
    whom = early.iloc[int(parents[rows[0]])]
    said = Sentence(
        (
            *_linked(early, rows),
            Part(
                " "
                + _(
                    "of the first {count} answer one person, {name}.",
                    count=len(early),
                    name=name_of(whom),
                )
            ),
        )
    )
    return Sign(N_("one person"), len(rows), len(early), said, _ids(early, rows))


def _exchange(early: pd.DataFrame) -> Sign:
    """Return the longest chain of replies in which two people take turns, in comments."""
    people, parents = person_of_each(early), tree_of(early).parents
    longest: list[int] = []
    for row in range(len(early)):
        chain = [row]
        while (above := int(parents[chain[-1]])) >= 0 and _goes_on(people, chain, above):
            chain.append(above)
        longest = max(longest, chain if len(chain) > 1 else [], key=len)
    rows = np.array(longest[::-1], dtype=np.intp)
    if not len(rows):
        return Sign(N_("exchange"), 0, len(early), Sentence((Part(_("No two people answer each other.")),)))
    one, other = name_of(early.iloc[rows[0]]), name_of(early.iloc[rows[1]])
    turns = Part(
        " "
        + _(
            "of the first {count} are {one} and {other} answering each other in turn.",
            count=len(early),
            one=one,
            other=other,
        )
    )
    said = Sentence((*_linked(early, rows), turns))
    return Sign("exchange", len(rows), len(early), said, _ids(early, rows))


def _goes_on(people: Rows, chain: list[int], above: int) -> bool:
    """Return whether two people still take turns when `above` is put before the chain."""
    if people[above] < 0 or above in chain or people[above] == people[chain[-1]]:
        return False
    return (len(chain) == 1 and people[chain[0]] >= 0) or (
        len(chain) > 1 and people[above] == people[chain[-2]]
    )


def _pace(early: pd.DataFrame) -> Sign:
    """Return how long the first comments took: a fact beside the others, which counts nothing."""
    times = times_of(early)
    if times.isna().any() or not exactly_timed(early).all():
        reason = _("How fast the first comments came is not known.")
        return Sign("pace", None, len(early), Sentence((Part(reason),)), reason=reason)
    took = in_words(times.max() - times.min())
    said = Sentence((Part(_("The first {count} came within {took}.", count=len(early), took=took)),))
    return Sign("pace", None, len(early), said)


def _linked(early: pd.DataFrame, rows: Rows) -> tuple[Part, ...]:
    """Return the number of comments, linked to the first of them."""
    return (link(str(len(rows)), early.iloc[rows[0]]),) if len(rows) else (Part(_("None")),)


def _ids(early: pd.DataFrame, rows: Rows) -> tuple[str, ...]:
    return tuple(texts_of(early, "comment_id").iloc[rows].dropna())


def _which(said: list[str], test: Callable[[str], bool]) -> Mask:
    return np.array([test(text) for text in said], dtype=bool)


def _says_you(text: str) -> bool:
    classes = word_classes()
    return any("you" in classes.get(word.lower().replace("’", "'"), ()) for word in words(text))


def _asks(text: str) -> bool:
    return re.search(r"[?？؟]", text) is not None
