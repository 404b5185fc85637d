"""Many different people on one person, within a short time.

The flag is on the answers, from the one that makes it a pile-on: there is something to be decided about them,
while the person piled on may have done nothing wrong. The first answers stay without it, for each was one of
a few when it was written.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from threads.dynamics.people import person_of_each
from threads.language import N_, _, localised, number
from threads.moderation.rules.base import Found, Limit, ListOfWords, Scope, Values
from threads.moderation.rules.comments import Comments
from threads.records import Flag

LONGEST_NAME = 4  # words of a name that is looked for in texts
EXACT = frozenset({"second", "minute"})  # times that can be told apart within an hour

_WORD = re.compile(r"@?\w+")


@dataclass(frozen=True, slots=True)
class _Names:
    """Whom the words of a name mean, and the first words of all names."""

    people: Mapping[tuple[str, ...], int]
    firsts: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A comment that answers or names somebody: its place, its author's number and its time in seconds."""

    place: int
    person: int
    at: float


class PileOn:
    """Flags answers to one person by unusually many different people; times must be known to the minute."""

    name = "pile_on"
    title = N_("Pile-on")
    help = N_("One of many people who answer or name one person within a short time, for this discussion.")
    reason = "harassment"
    limits = (
        Limit(
            name="people",
            default=8,
            unit="people",
            help=N_("Different people on one person from which their answers are flagged."),
            least=2,
        ),
        Limit(
            name="minutes",
            default=60,
            unit="minutes",
            help=N_("Within what time they must have written."),
            least=1,
        ),
        Limit(
            name="times_usual",
            default=3.0,
            unit="times",
            help=N_("How many times what the others in the discussion get at most (the median) it must be."),
            least=1,
        ),
    )
    lists: tuple[ListOfWords, ...] = ()
    scope: Scope = "discussion"

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield flags whose value is the number of different people by then."""
        threads: dict[str, list[int]] = defaultdict(list)
        for place, thread_id in enumerate(comments.column("thread_id")):
            threads[thread_id].append(place)
        people = person_of_each(comments.frame).tolist()
        for places in threads.values():
            # The one piled on is another person than those who answer.
            if len({people[place] for place in places} - {-1}) > values.limits["people"]:
                yield from self._thread(comments, places, people, values)

    def _thread(
        self, comments: Comments, places: list[int], people: list[int], values: Values
    ) -> Iterator[Found]:
        answers = _answers(comments, places, people)
        window = 60.0 * values.limits["minutes"]
        counts = {person: _crowds(found, window) for person, found in answers.items()}
        peaks = {person: max(crowds) for person, crowds in counts.items()}
        usual_of = _median_of_others(peaks)
        first = {people[place]: place for place in reversed(places)}
        ids = comments.column("comment_id")
        worst: dict[int, tuple[float, Flag]] = {}
        for person, found in answers.items():
            limit = max(values.limits["people"], values.limits["times_usual"] * usual_of[person])
            for answer, crowd in zip(found, counts[person], strict=True):
                if crowd < limit or crowd / limit <= worst.get(answer.place, (0.0, None))[0]:
                    continue
                reason = _(
                    "{crowd} different people answered or named the author of comment {comment} "
                    "within {minutes} minutes; usual here is {usual}.",
                    crowd=number(crowd),
                    comment=ids[first[person]],
                    minutes=localised(f"{values.limits['minutes']:g}"),
                    usual=localised(f"{usual_of[person]:g}"),
                )
                worst[answer.place] = crowd / limit, Flag(self.name, reason, value=crowd, limit=limit)
        yield from ((place, flag) for place, (_, flag) in worst.items())


def _answers(comments: Comments, places: list[int], people: list[int]) -> dict[int, list[_Answer]]:
    """Return who answered or named each person of a thread, by time."""
    ids, parents = comments.column("comment_id"), comments.column("parent_id")
    times, precisions = comments.column("published_at"), comments.column("published_at_precision")
    author_of = {ids[place]: people[place] for place in places}
    names = _names(comments.column("author"), places, people)
    timed = [place for place in places if times[place] is not None and precisions[place] in EXACT]
    found: dict[int, list[_Answer]] = defaultdict(list)
    for place in sorted(timed, key=lambda place: times[place]):
        author = people[place]
        if author < 0:
            continue
        addressed = _named(comments.texts[place].text, names)
        if (parent := parents[place]) in author_of:
            addressed.add(author_of[parent])
        for person in addressed - {author, -1}:
            found[person].append(_Answer(place, author, times[place].timestamp()))
    return found


def _names(authors: Sequence[str | None], places: list[int], people: list[int]) -> _Names:
    """Return the names that mean somebody of the thread, as words: "@name", or a name of several words."""
    found: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for place in places:
        words = tuple(_WORD.findall((authors[place] or "").casefold().lstrip("@")))[: LONGEST_NAME + 1]
        if 0 < len(words) <= LONGEST_NAME:
            found[("@" + words[0], *words[1:])].add(people[place])
            if len(words) > 1:
                found[words].add(people[place])
    sure = {words: min(persons) for words, persons in found.items() if len(persons) == 1}
    return _Names(sure, frozenset(words[0] for words in sure))


def _named(text: str, names: _Names) -> set[int]:
    words = _WORD.findall(text.casefold())
    if names.firsts.isdisjoint(words):
        return set()
    return {
        names.people[name]
        for place, word in enumerate(words)
        if word in names.firsts
        for length in range(1, LONGEST_NAME + 1)
        if (name := tuple(words[place : place + length])) in names.people
    }


def _crowds(answers: list[_Answer], window: float) -> list[int]:
    """Return for each answer how many different people wrote one in the window that ends with it."""
    recent: deque[_Answer] = deque()
    people: Counter[int] = Counter()
    crowds = []
    for answer in answers:
        recent.append(answer)
        people[answer.person] += 1
        while recent[0].at < answer.at - window:
            gone = recent.popleft().person
            people[gone] -= 1
            if not people[gone]:
                del people[gone]
        crowds.append(len(people))
    return crowds


def _median_of_others(peaks: Mapping[int, int]) -> dict[int, float]:
    """Return for each person the median peak of all the others; 1 where there is nobody else."""
    ordered = sorted(peaks.values())
    without = {
        peak: median(ordered[: ordered.index(peak)] + ordered[ordered.index(peak) + 1 :] or [1])
        for peak in set(ordered)
    }
    return {person: without[peak] for person, peak in peaks.items()}
