"""How well a network of agreement and disagreement falls into two camps, by its signs alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from threads.dynamics.columns import Floats
from threads.dynamics.network import Network
from threads.dynamics.smoothing import Integers

MOST_EXACT: Final = 20  # people of a component whose every split is tried
STARTS: Final = 10
SEED: Final = 20_240_517


@dataclass(frozen=True, slots=True)
class Signed:
    """Links between people, each pair once: 1 for more agreement than disagreement, -1 for less.

    `ones` and `others` are places in `people`, which has their numbers (`person_of_each`).
    """

    people: Integers
    ones: Integers
    others: Integers
    signs: Integers

    @property
    def matrix(self) -> Floats:
        """The signs as a symmetric matrix, people x people, 0 where there is no link."""
        found: Floats = np.zeros((len(self.people), len(self.people)))
        found[self.ones, self.others] = found[self.others, self.ones] = self.signs
        return found

    def only(self, kept: Integers) -> Signed:
        """Return the links among the people at the places `kept`."""
        place = np.full(len(self.people), -1)
        place[kept] = np.arange(len(kept))
        ones, others = place[self.ones], place[self.others]
        inside = (ones >= 0) & (others >= 0)
        return Signed(self.people[kept], ones[inside], others[inside], self.signs[inside])


@dataclass(frozen=True, slots=True)
class Frustration:
    """The fewest links that contradict every split into two camps, or bounds of that number."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        """Whether the number is known."""
        return self.low == self.high


def signed_of(network: Network) -> Signed:
    """Return the links of a reply network that have a sign; both directions together."""
    ones = np.minimum(network.sources, network.targets)
    others = np.maximum(network.sources, network.targets)
    keys, pair = np.unique(ones * network.people + others, return_inverse=True)
    balance = np.bincount(pair, weights=network.agrees - network.disagrees, minlength=len(keys))
    kept = balance != 0
    ends = np.stack(np.divmod(keys[kept], max(network.people, 1)))
    people, places = np.unique(ends, return_inverse=True)
    places = places.reshape(ends.shape)
    return Signed(people, places[0], places[1], np.sign(balance[kept]).astype(np.intp))


def triangles(signed: Signed) -> tuple[int, int]:
    """Return how many triangles are balanced (their signs multiply to 1), and how many there are.

    Cartwright and Harary, Psychological Review 63, 1956.
    """
    matrix = signed.matrix
    there = np.abs(matrix)
    every = float(np.einsum("ij,ji->", there @ there, there)) / 6
    difference = float(np.einsum("ij,ji->", matrix @ matrix, matrix)) / 6
    return round((every + difference) / 2), round(every)


def walk_balance(signed: Signed) -> float | None:
    """Return tr exp(A) by tr exp(|A|): 1 where closed walks are all balanced. None without a link.

    E. Estrada, Rethinking structural balance in signed social networks, Discrete Applied Mathematics, 2019.
    """
    if not len(signed.signs):
        return None
    matrix = signed.matrix
    values, there = np.linalg.eigvalsh(matrix), np.linalg.eigvalsh(np.abs(matrix))
    highest = there.max()
    return float(np.exp(values - highest).sum() / np.exp(there - highest).sum())


def frustration(signed: Signed) -> Frustration:
    """Return the frustration index: the fewest links that contradict a split into two camps.

    A link contradicts where it is positive between camps or negative within one (Aref, Mason and Wilson,
    2020). Of a component of up to MOST_EXACT people every split is tried. For larger ones the number lies
    between n / 4 times the least eigenvalue of the signed Laplacian, as x'Lx is four times the contradictions
    of a split x, and what a local search finds.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    shape = (len(signed.people), len(signed.people))
    _, component = connected_components(
        csr_array((np.ones(len(signed.ones)), (signed.ones, signed.others)), shape=shape), directed=False
    )
    low = high = 0
    for number in range(int(component.max(initial=-1)) + 1):
        part = signed.only(np.flatnonzero(component == number))
        found = _every_split(part) if len(part.people) <= MOST_EXACT else _bounds(part)
        low, high = low + found.low, high + found.high
    return Frustration(low, high)


def _every_split(signed: Signed) -> Frustration:
    splits = np.arange(1 << max(len(signed.people) - 1, 0), dtype=np.uint32)
    against = np.zeros(len(splits), dtype=np.uint16)
    for one, other, sign in zip(
        signed.ones.tolist(), signed.others.tolist(), signed.signs.tolist(), strict=True
    ):
        apart = ((splits >> np.uint32(one)) ^ (splits >> np.uint32(other))) & np.uint32(1)
        against += apart.astype(np.uint16) if sign > 0 else (1 - apart).astype(np.uint16)
    fewest = int(against.min())
    return Frustration(fewest, fewest)


def _bounds(signed: Signed) -> Frustration:
    matrix = signed.matrix
    least = float(np.linalg.eigvalsh(np.diag(np.abs(matrix).sum(axis=1)) - matrix)[0])
    low = int(np.ceil(max(0.0, least) * len(signed.people) / 4 - 1e-6))
    random = np.random.default_rng(SEED)
    splits = np.where(random.random((STARTS, len(signed.people))) < 0.5, -1.0, 1.0)
    splits[0] = np.where(np.linalg.eigh(matrix)[1][:, -1] < 0, -1.0, 1.0)
    agreeing = splits @ matrix * splits
    while (worst := agreeing.min(axis=1)).min() < 0:  # each step lowers the contradictions of a split
        rows = np.flatnonzero(worst < 0)
        person = agreeing[rows].argmin(axis=1)
        splits[rows, person] *= -1
        agreeing[rows] = splits[rows] @ matrix * splits[rows]
    contradictions = (len(signed.signs) - agreeing.sum(axis=1) / 2) / 2
    return Frustration(low, round(float(contradictions.min())))
