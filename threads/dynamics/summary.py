"""A few plain sentences on what stands out in a discussion.

Nothing is stated that the data cannot carry.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from threads.dynamics.columns import numbers_of, texts_of, times_of
from threads.dynamics.people import person_of_each, word_counts
from threads.dynamics.sentences import Part, Sentence, in_words, link, moment_of, name_of
from threads.dynamics.smoothing import change_of_mean
from threads.language import _, counted, ngettext, number, percent, signed

FEWEST_TO_SPEAK_OF = 5  # comments; below, shares and halves say nothing
FEWEST_FOR_CHANGE = 30  # comments: ten in each third
LEAST_CHANGE = 0.1  # of a scale from -1 to 1; less is nothing to speak of
CLEARLY = 0.05  # Hutto and Gilbert 2014: compounds beyond this are positive or negative


def what_happened(frame: pd.DataFrame) -> list[Sentence]:
    """Return two to four plain sentences on a discussion; one when there are no comments."""
    if frame.empty:
        return [Sentence((Part(_("There are no comments.")),))]
    candidates = (
        _dominance(frame),
        _most_negative(frame),
        _sides(frame),
        _tone(frame),
        _pace(frame),
        _size(frame),
    )
    found = [sentence for sentence in candidates if sentence is not None]
    return found[:4]


def _dominance(frame: pd.DataFrame) -> Sentence | None:
    groups, counts = person_of_each(frame), word_counts(frame)
    named, total = groups >= 0, counts.sum()
    people = int(groups.max(initial=-1)) + 1
    if people < 3 or len(frame) < FEWEST_TO_SPEAK_OF or total == 0:
        return None
    shares = np.bincount(groups[named], weights=counts[named]) / total
    top = int(shares.argmax())
    if shares[top] < max(1 / 3, 2 / people):
        return None
    rows = np.flatnonzero(groups == top)
    longest = frame.iloc[rows[counts[rows].argmax()]]
    amount = (
        _("over half") if shares[top] > 0.5 else _("over a third") if shares[top] > 1 / 3 else _("a third")
    )
    said = _(
        "{name} wrote {amount} of all words ({share}) in",
        name=name_of(longest),
        amount=amount,
        share=percent(shares[top]),
    )
    if len(rows) == 1:
        return Sentence((Part(f"{said} "), link(_("one comment"), longest), Part(".")))
    comments = counted(len(rows), "comment", "comments")
    return Sentence((Part(f"{said} {comments}; "), link(_("the longest"), longest), Part(".")))


def _most_negative(frame: pd.DataFrame) -> Sentence | None:
    values = numbers_of(frame, "sentiment")
    if np.isfinite(values).sum() < 2 or np.nanmin(values) > -CLEARLY:
        return None
    lowest = frame.iloc[int(np.nanargmin(values))]
    when = moment_of(lowest)
    score = number(np.nanmin(values), 2)
    return Sentence(
        (
            link(_("The most negative comment"), lowest),
            Part(
                " "
                + _(
                    "({score} on a scale from −1 to 1) is by {name}{when}.",
                    score=score,
                    name=name_of(lowest),
                    when=when,
                )
            ),
        )
    )


def _sides(frame: pd.DataFrame) -> Sentence | None:
    counts = texts_of(frame, "stance").value_counts()
    supportive, critical = int(counts.get("supportive", 0)), int(counts.get("critical", 0))
    if supportive + critical < FEWEST_TO_SPEAK_OF:
        return None
    rest = len(frame) - supportive - critical
    ending = (
        "; " + ngettext("{number} takes no clear side", "{number} take no clear side", rest) if rest else ""
    )
    return Sentence(
        (
            Part(
                _(
                    "{critical} comments read as critical and {supportive} as supportive{ending}.",
                    critical=number(critical),
                    supportive=number(supportive),
                    ending=ending,
                )
            ),
        )
    )


def _tone(frame: pd.DataFrame) -> Sentence | None:
    values = numbers_of(frame, "sentiment")
    times = times_of(frame)
    usable = times.notna().to_numpy() & np.isfinite(values)
    if not usable.any():
        return None
    count = int(usable.sum())
    if count < FEWEST_FOR_CHANGE:
        return Sentence(
            (
                Part(
                    ngettext(
                        "{number} comment is too few to tell a change of tone, which takes {fewest}.",
                        "{number} comments are too few to tell a change of tone, which takes {fewest}.",
                        count,
                        fewest=FEWEST_FOR_CHANGE,
                    )
                ),
            )
        )
    order = np.argsort(times[usable].to_numpy(), kind="stable")
    ordered, groups = values[usable][order], person_of_each(frame)[usable][order]
    change = change_of_mean(ordered, groups, count // 3)
    if change is None or abs(change) < LEAST_CHANGE:
        return Sentence(
            (Part(_("No change of tone from the first to the last third stands out from chance.")),)
        )
    first, last = ordered[: count // 3].mean(), ordered[-(count // 3) :].mean()
    span = _(
        "from {first} in the first third to {last} in the last", first=signed(first, 2), last=signed(last, 2)
    )
    return Sentence(
        (
            Part(
                _("The tone became more positive, {span}.", span=span)
                if change > 0
                else _("The tone became more negative, {span}.", span=span)
            ),
        )
    )


def _pace(frame: pd.DataFrame) -> Sentence | None:
    times = times_of(frame)
    timed, times = frame[times.notna().to_numpy()], times.dropna()
    exact = bool(texts_of(timed, "published_at_precision").isin(["second", "minute"]).all())
    if len(times) < FEWEST_TO_SPEAK_OF or not exact:
        return None
    half = (times - times.min()).median()
    if half < pd.Timedelta(minutes=1):
        return None
    first = link(_("the first"), timed.iloc[int(times.argmin())])
    return Sentence(
        (
            Part(
                _(
                    "Half of {count} comments came within {length} of",
                    count=number(len(times)),
                    length=in_words(half),
                )
                + " "
            ),
            first,
            Part("."),
        )
    )


def _size(frame: pd.DataFrame) -> Sentence:
    groups = person_of_each(frame)
    people, unnamed = int(groups.max(initial=-1)) + 1, int((groups < 0).sum())
    if not people:
        said = ngettext("{number} comment without a name.", "{number} comments without a name.", len(frame))
        return Sentence((Part(said),))
    said = _(
        "{comments} by {people}",
        comments=counted(len(frame), "comment", "comments"),
        people=counted(people, "person", "people"),
    )
    ending = _(", {unnamed} of them without a name", unnamed=unnamed) if unnamed else ""
    return Sentence((Part(f"{said}{ending}."),))
