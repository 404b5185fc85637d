"""Labelled comments made fit to learn from: each text once, folds that do not depend on their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from threads.errors import InputError
from threads.language import N_, _
from threads.scores.labels import task
from threads.scores.own_topic.near_copies import Numbers, folds_of, groups_of, together
from threads.scores.own_topic.ngrams import KINDS, normalised, rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FEWEST: Final = 10  # labelled comments that a model asks for
FEWEST_EACH: Final = 3  # comments of each label
FOLDS: Final = 10
_MORE: Final = N_("Label more comments; `btl topic suggest` says which")


@dataclass(frozen=True)
class Labelled:
    """Different normalised texts in alphabetical order, and the number of each one's label in `labels`.

    `repeated` is how many rows repeat a text with its label, `contradictory` how many have a text that has
    several labels and was left out, `blank` how many have nothing to read.
    """

    texts: list[str]
    truth: Numbers
    labels: tuple[str, ...]
    repeated: int = 0
    contradictory: int = 0
    blank: int = 0

    @classmethod
    def of(cls, texts: Sequence[str], labels: Sequence[str]) -> Labelled:
        """Return labelled texts; InputError where they are too few to learn from."""
        compared = [normalised(text) for text in texts]
        given: dict[str, set[str]] = {}
        for text, label in zip(compared, labels, strict=True):
            given.setdefault(text, set()).add(label)
        kept = {text: min(found) for text, found in sorted(given.items()) if len(found) == 1 and text}
        blank, usable = compared.count(""), sum(text in kept for text in compared)
        contradictory = len(compared) - blank - usable
        _check(Counter(kept.values()), contradictory)
        known = tuple(label for label in task("topic_stance").labels if label in kept.values())
        found = cls(
            texts=list(kept),
            truth=np.array([known.index(label) for label in kept.values()], dtype=np.intp),
            labels=known,
            repeated=usable - len(kept),
            contradictory=contradictory,
            blank=blank,
        )
        _check_copies(found)
        return found

    @cached_property
    def groups(self) -> Numbers:
        """The group of each text: near-copies of each other are in one."""
        return groups_of(self.texts)

    @property
    def near_copies(self) -> int:
        """How many texts nearly repeat another one, the first of each group not counted."""
        return len(self.texts) - len(np.unique(self.groups))

    def names(self) -> list[str]:
        """Return the label of each text."""
        return [self.labels[number] for number in self.truth]

    def counts(self) -> dict[str, int]:
        """Return how many texts have each label."""
        return {label: int((self.truth == number).sum()) for number, label in enumerate(self.labels)}

    def matrix(self, names: Sequence[Sequence[str]]) -> csr_array[Any]:
        """Return texts × n-grams for the vocabulary of each of KINDS."""
        from scipy.sparse import csr_array, hstack  # noqa: PLC0415 - slow to import

        parts = [
            rows(self.texts, grams, dict(zip(listed, range(len(listed)), strict=True)))
            for grams, listed in zip(KINDS, names, strict=True)
        ]
        return csr_array(hstack(parts, format="csr"))

    def folds(self) -> Numbers:
        """Return the fold of each text, FOLDS of them: near-copies in one, each label spread evenly."""
        return folds_of(self.truth, self.groups, FOLDS)

    def draws(self, size: int, count: int) -> Iterator[Numbers]:
        """Yield `count` random choices of `size` texts that hold every label, near-copies side by side."""
        generator = np.random.default_rng(size)
        for _draw in range(count):
            order = together(generator.permutation(len(self.texts)), self.groups)
            first = np.unique(self.truth[order], return_index=True)[1]
            yield np.concatenate([order[first], np.delete(order, first)])[:size]


def _check_copies(found: Labelled) -> None:
    groups = len(found.texts) - found.near_copies
    if groups < FEWEST_EACH:
        raise InputError(
            _(
                "the {count} labelled comments nearly repeat each other: without copies {groups} are left",
                count=len(found.texts),
                groups=groups,
            ),
            remedy=_(_MORE),
        )


def _check(counts: Counter[str], contradictory: int) -> None:
    if counts.total() < FEWEST and contradictory:
        raise InputError(
            _(
                "{contradictory} comments contradict each other (one text, several labels); {others} others "
                "are too few for a model: {fewest} are the least",
                contradictory=contradictory,
                others=counts.total(),
                fewest=FEWEST,
            ),
            remedy=_("Give each text one label"),
        )
    if counts.total() < FEWEST:
        raise InputError(
            _(
                "{count} different labelled comments are too few for a model: {fewest} are the least",
                count=counts.total(),
                fewest=FEWEST,
            ),
            remedy=_(_MORE),
        )
    if len(counts) < 2:
        raise InputError(
            _(
                "every comment is labelled {label}, and a model needs two labels to tell apart",
                label=_(next(iter(counts))),
            ),
            remedy=_(_MORE),
        )
    rarest = min(counts, key=lambda label: (counts[label], label))
    if counts[rarest] < FEWEST_EACH:
        raise InputError(
            _(
                "only {count} labelled {label}; each label needs {fewest} comments",
                count=counts[rarest],
                label=_(rarest),
                fewest=FEWEST_EACH,
            ),
            remedy=_("Label more comments, or take that label out"),
        )
