"""Which labelled texts nearly repeat each other, and folds that keep them together.

A text that is judged by what was learnt from its own copy tells nothing about others: near-copies are learnt
from together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from threads.similar_texts import SHINGLE, group_similar
from threads.wordlists.folding import letters_and_digits

ALIKE: Final = 0.5  # Jaccard similarity: a copy to which as much again was added

Numbers = npt.NDArray[np.intp]


def groups_of(texts: Sequence[str]) -> Numbers:
    """Return the group of each text, numbered from 0: near-copies and what they link are in one.

    Texts are compared as `threads.dynamics.near_duplicates` does, by their folded letters and digits, but
    short ones too: to keep unlike texts together costs next to nothing here, to part copies a false figure.
    """
    # What has no letter at all, such as a row of emoji, is compared as it is.
    compared = [letters_and_digits(text) or text for text in texts]
    different = list(dict.fromkeys(compared))
    numbers = np.arange(len(different), dtype=np.intp)
    long_enough = [number for number in numbers if len(different[number]) >= SHINGLE]
    found = group_similar([different[number] for number in long_enough], ALIKE)
    numbers[long_enough] = found.labels + len(different)
    group = dict(zip(different, numbers.tolist(), strict=True))
    return np.unique([group[text] for text in compared], return_inverse=True)[1].astype(np.intp)


def folds_of(truth: Numbers, groups: Numbers, count: int) -> Numbers:
    """Return the fold of each text, `count` of them at most: groups whole, labels spread as evenly as can be.

    The largest groups come first, and each goes where its labels are fewest, then where texts are.
    """
    order = np.random.default_rng(0).permutation(len(truth))
    members = _members(groups[order], order)
    members.sort(key=lambda rows: (-len(rows), truth[rows[0]]))
    taken = np.zeros((count, int(truth.max(initial=0)) + 1), dtype=np.intp)
    folds = np.empty(len(truth), dtype=np.intp)
    for rows in members:
        labels = np.bincount(truth[rows], minlength=taken.shape[1])
        fold = np.lexsort((taken.sum(axis=1), taken @ labels))[0]
        taken[fold] += labels
        folds[rows] = fold
    return folds


def together(order: Numbers, groups: Numbers) -> Numbers:
    """Return `order` with the texts of each group behind the first of them."""
    _, first, group = np.unique(groups[order], return_index=True, return_inverse=True)
    return order[np.argsort(first[group], kind="stable")]


def worth(groups: Numbers) -> float:
    """Return how many independent texts tell as much: (Σ n)² / Σ n² for groups of n (Kish 1965)."""
    sizes = np.bincount(groups)
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def _members(groups: Numbers, places: Numbers) -> list[Numbers]:
    """Return the places of each group, groups in order of appearance."""
    found: dict[int, list[int]] = {}
    for group, place in zip(groups.tolist(), places.tolist(), strict=True):
        found.setdefault(group, []).append(place)
    return [np.array(rows, dtype=np.intp) for rows in found.values()]
