"""Whether those who answer each other fall into two halves with little between them, more than by chance.

Random-walk controversy (Garimella et al., ACM Transactions on Social Computing 1, 2018) is high on random
networks too (Salloum, Chen and Kivelä, CSCW 2022), so it is given only as a z against networks rewired so
that everybody keeps as many neighbours, each split anew in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from threads.dynamics.columns import Floats
from threads.dynamics.network import network_of
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.smoothing import Integers
from threads.dynamics.tree import tree_of
from threads.language import _, counted, number, signed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SEED: Final = 20_240_517
FEWEST_PEOPLE: Final = 30
FEWEST_PAIRS: Final = 45
MOST_PEOPLE: Final = 250  # those who exchange replies with the most others
PEOPLE_A_TOP: Final = 50  # one person in so many, and two at least, are the ends of walks in either half
REWIRED: Final = 50
BURN_IN, BETWEEN = 20, 4  # rounds of swaps, before the first rewired network and before each other
STEPS: Final = 100  # of the power method
CLEARLY: Final = 2.0  # z from which halves are spoken of

Pairs = Integers  # pairs x 2


@dataclass(frozen=True, slots=True)
class Controversy:
    """Random-walk controversy of the largest connected part, as z against rewired networks.

    `people` and `pairs` are of the part looked at, `all_people` of the whole. The raw value is not given: it
    cannot be compared with anything.
    """

    people: int
    pairs: int
    all_people: int
    z: float | None = None
    rewired: int = 0
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return whether there are two halves with little between them."""
        if self.z is None:
            return plain(self.reason)
        some = (
            " "
            + _(
                "(of {all_people} people the {people} looked at)",
                all_people=number(self.all_people),
                people=number(self.people),
            )
            if self.people < self.all_people
            else ""
        )
        if self.z < CLEARLY:
            said = _("Replies fall no more into two halves than chance would have it")
        else:
            said = _("Replies fall into two halves with less between them than chance would have it")
        return plain(
            _(
                "{said}{some}: z {z} against {rewired} rewired networks.",
                said=said,
                some=some,
                z=signed(self.z, 1),
                rewired=self.rewired,
            )
        )


def controversy(frame: pd.DataFrame) -> Controversy:
    """Return the controversy of the network of who answers whom, whichever way; from parents and people."""
    network = network_of(frame, tree_of(frame).parents)
    ends = np.sort(np.column_stack([network.sources, network.targets]), axis=1)
    pairs = np.unique(ends, axis=0) if len(ends) else ends
    everybody = len(np.unique(pairs))
    pairs, people = _connected(_of_the_busiest(pairs))
    if people < FEWEST_PEOPLE or len(pairs) < FEWEST_PAIRS:
        connected = _(
            "{people} in {pairs}",
            people=counted(people, "person", "people"),
            pairs=counted(len(pairs), "pair", "pairs"),
        )
        least = _(
            "{fewest_people} people and {fewest_pairs} pairs",
            fewest_people=FEWEST_PEOPLE,
            fewest_pairs=FEWEST_PAIRS,
        )
        reason = _(
            "Replies connect {connected}: too few for halves (from {least} on).",
            connected=connected,
            least=least,
        )
        return Controversy(people, len(pairs), everybody, reason=reason)
    value = _of_halves(pairs, people)
    random = np.random.default_rng(SEED)
    others = []
    rewired = pairs
    for time in range(REWIRED):
        rewired = rewire(rewired, people, random, BETWEEN if time else BURN_IN)
        others.append(_of_halves(*_connected(rewired)))
    spread = float(np.std(others))
    if not spread > 0:
        reason = _("The network cannot be rewired: there is nothing to compare with.")
        return Controversy(people, len(pairs), everybody, reason=reason)
    return Controversy(people, len(pairs), everybody, (value - float(np.mean(others))) / spread, REWIRED)


def random_walk_controversy(pairs: Pairs, half: Integers, top: int) -> float:
    """Return P_xx P_yy - P_xy P_yx, where P_ab is how likely a walk that ends in b began in half a.

    Walks begin anywhere in a half, both halves alike, and end at the `top` people of a half with the most
    neighbours; the chain is solved, not drawn. `half` is 0 or 1 for each person of a connected network.
    """
    people = len(half)
    links: Floats = np.zeros((people, people))
    links[pairs[:, 0], pairs[:, 1]] = links[pairs[:, 1], pairs[:, 0]] = 1
    degrees = links.sum(axis=1)
    ends = np.zeros(people, dtype=np.bool_)
    for side in (0, 1):
        own = np.flatnonzero(half == side)
        ends[own[np.argsort(-degrees[own], kind="stable")[:top]]] = True
    walk = links[~ends] / degrees[~ends, None]
    in_first: Floats = (ends & (half == 0)).astype(np.float64)
    in_first[~ends] = np.linalg.solve(np.eye(len(walk)) - walk[:, ~ends], walk @ in_first)
    own, other = in_first[half == 0].mean(), in_first[half == 1].mean()
    xx, xy = own / (own + other), (1 - own) / (2 - own - other)
    return float(xx * (1 - xy) - xy * (1 - xx))


def halves(pairs: Pairs, people: int) -> Integers:
    """Return a split into halves with few pairs between them: by the second vector of the random walk.

    The power method, STEPS steps from a fixed start: near the vector that a full solution gives, at a cost
    that lets each rewired network be split as well.
    """
    links = _links(pairs, people)
    root = np.sqrt(links.sum(axis=1))
    first = root / np.linalg.norm(root)
    vector = np.random.default_rng(SEED).standard_normal(people)
    for _step in range(STEPS):
        vector = vector + (links @ (vector / root)) / root
        vector -= first * (first @ vector)
        vector /= np.linalg.norm(vector)
    half = np.zeros(people, dtype=np.intp)
    half[np.argsort(vector / root, kind="stable")[people // 2 :]] = 1
    return half


def rewire(pairs: Pairs, people: int, random: np.random.Generator, rounds: int) -> Pairs:
    """Return pairs after rounds of swaps that keep everybody's number of neighbours.

    Maslov and Sneppen, Science 296, 2002: a-b and c-d become a-d and c-b. In a round all pairs are swapped
    two by two; swaps that would join somebody with himself, or two people twice, are not made.
    """
    pairs = pairs.copy()
    for _round in range(rounds):
        order = random.permutation(len(pairs))[: len(pairs) // 2 * 2].reshape(-1, 2)
        one, other = pairs[order[:, 0]], pairs[order[:, 1]]
        turned = random.random(len(order)) < 0.5
        other = np.where(turned[:, None], other[:, ::-1], other)
        new = np.stack([np.column_stack([one[:, 0], other[:, 1]]), np.column_stack([other[:, 0], one[:, 1]])])
        new.sort(axis=2)
        keys = new[:, :, 0] * people + new[:, :, 1]
        _, where, counts = np.unique(keys, return_inverse=True, return_counts=True)
        fine = (new[:, :, 0] != new[:, :, 1]) & (counts[where.reshape(keys.shape)] == 1)
        fine &= ~np.isin(keys, pairs[:, 0] * people + pairs[:, 1])
        swapped = fine.all(axis=0)
        pairs[order[swapped, 0]], pairs[order[swapped, 1]] = new[0][swapped], new[1][swapped]
    return pairs


def _of_halves(pairs: Pairs, people: int) -> float:
    return random_walk_controversy(pairs, halves(pairs, people), max(2, round(people / PEOPLE_A_TOP)))


def _links(pairs: Pairs, people: int) -> csr_array:
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(people, people))


def _of_the_busiest(pairs: Pairs) -> Pairs:
    """Return the pairs among the MOST_PEOPLE with the most neighbours."""
    degrees = np.bincount(pairs.ravel())
    if (degrees > 0).sum() <= MOST_PEOPLE:
        return pairs
    kept = np.zeros(len(degrees), dtype=np.bool_)
    kept[np.argsort(-degrees, kind="stable")[:MOST_PEOPLE]] = True
    return pairs[kept[pairs].all(axis=1)]


def _connected(pairs: Pairs) -> tuple[Pairs, int]:
    """Return the pairs of the largest connected part, its people numbered from 0, and their number."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - slow to import

    if not len(pairs):
        return pairs, 0
    people, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(pairs.shape)
    _, part = connected_components(_links(places, len(people)), directed=False)
    inside = part == np.bincount(part).argmax()
    number = np.cumsum(inside) - 1
    kept = places[inside[places[:, 0]]]
    return number[kept], int(inside.sum())
