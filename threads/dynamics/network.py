"""Who answers whom as a network: an edge leads from the author of a reply to the author of what it answers.

Answers to the article, to oneself, and from or to somebody without a name are no edges. The weight of an edge
is the number of replies. People who take part in no reply are nodes without an edge, and count as such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.people import known, person_of_each
from threads.dynamics.tree import ARTICLE, Integers

_CELLS = 500_000  # edges of arrangements of sides that are looked at together

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Network:
    """Edges by source, then target; people are numbered as by `person_of_each`.

    `agrees`, `disagrees` and `judged` count the replies of an edge with such a relation, and with any.
    """

    people: int
    sources: Integers
    targets: Integers
    weights: Floats
    agrees: Floats
    disagrees: Floats
    judged: Floats

    @property
    def edges(self) -> int:
        """The number of edges."""
        return len(self.sources)

    @property
    def signs(self) -> Integers:
        """1 where an edge has more agreement than disagreement, -1 where less, else 0."""
        return np.sign(self.agrees - self.disagrees).astype(np.intp)


def network_of(frame: pd.DataFrame, parents: Integers, persons: Integers | None = None) -> Network:
    """Return the reply network of comments that answer the rows `parents` (`threads.dynamics.tree`).

    Relations are those of the column `reply_relation`, where there is one.
    """
    persons = person_of_each(frame) if persons is None else persons
    people = int(persons.max(initial=-1)) + 1
    rows, above = linked(parents, persons)
    keys, edge = np.unique(persons[rows] * people + persons[above], return_inverse=True)
    relation = known(frame, "reply_relation").iloc[rows]

    def count(chosen: pd.Series[bool]) -> Floats:
        return np.bincount(edge[chosen.to_numpy()], minlength=len(keys)).astype(np.float64)

    sources, targets = np.divmod(keys, max(people, 1))
    return Network(
        people,
        sources,
        targets,
        np.bincount(edge, minlength=len(keys)).astype(np.float64),
        count(relation == "agrees"),
        count(relation == "disagrees"),
        count(relation.notna()),
    )


def linked(parents: Integers, persons: Integers) -> tuple[Integers, Integers]:
    """Return the rows that answer somebody else, both with a name, and the rows that they answer."""
    rows = np.flatnonzero(parents != ARTICLE)
    above = parents[rows]
    kept = (persons[rows] >= 0) & (persons[above] >= 0) & (persons[rows] != persons[above])
    return rows[kept], above[kept]


def weights_back(network: Network) -> Floats:
    """Return for each edge the weight of the edge that leads back, 0 where there is none."""
    keys = network.sources * network.people + network.targets
    back = network.targets * network.people + network.sources
    places = np.minimum(np.searchsorted(keys, back), max(len(keys) - 1, 0))
    return np.where(keys[places] == back, network.weights[places], 0.0) if len(keys) else np.zeros(0)


def reciprocity(network: Network) -> float | None:
    """Return the share of edges with an edge back; None without an edge."""
    return float((weights_back(network) > 0).mean()) if network.edges else None


def reciprocity_beyond_chance(network: Network) -> float | None:
    """Return rho: 0 where as many edges are returned as in a random network as dense, 1 where all are.

    Garlaschelli and Loffredo, Physical Review Letters 93, 2004: (r - a) / (1 - a), where a is the share of
    possible edges, people without any included. None without an edge, or where all possible ones are there.
    """
    returned = reciprocity(network)
    if returned is None:
        return None
    density = network.edges / (network.people * (network.people - 1))
    return (returned - density) / (1 - density) if density < 1 else None


def weighted_reciprocity(network: Network) -> float | None:
    """Return the share of replies that are returned: sum of min(w_ij, w_ji) by sum of w_ij.

    Squartini, Picciolo, Ruzzenenti and Garlaschelli, Scientific Reports 3, 2013. None without an edge.
    """
    if not network.edges:
        return None
    return float(np.minimum(network.weights, weights_back(network)).sum() / network.weights.sum())


def centralisation(network: Network) -> float | None:
    """Return how far answers go to one person, from 0 to 1: sum of (max - d) by (n - 1) squared.

    L. C. Freeman, Social Networks 1, 1979, of the number of people who answer somebody. None under 3 people.
    """
    if network.people < 3:
        return None
    degrees = np.bincount(network.targets, minlength=network.people)
    return float((degrees.max() - degrees).sum() / (network.people - 1) ** 2)


def assortativity(network: Network, sides: Integers) -> float | None:
    """Return how far edges join people of one side: (tr e - sum a_i b_i) / (1 - sum a_i b_i).

    M. E. J. Newman, Physical Review E 67, 2003, each edge counted once whatever its weight. `sides` numbers
    each person's side, -1 where not known: such edges are left out. None where all ends are of one side.
    """
    values = _assortativities(network, sides[None, :])
    return None if np.isnan(values[0]) else float(values[0])


def external_internal(network: Network, sides: Integers) -> float | None:
    """Return the E-I index: replies to another side less those to one's own, by both; from -1 to 1.

    Krackhardt and Stern, Social Psychology Quarterly 51, 1988. None without an edge between known sides.
    """
    values = _external_internals(network, sides[None, :])
    return None if np.isnan(values[0]) else float(values[0])


@dataclass(frozen=True, slots=True)
class AgainstChance:
    """A value, its mean with the sides shuffled among the people, and how often these are as extreme."""

    value: float
    by_chance: float
    p: float


def sides_against_chance(
    network: Network, sides: Integers, *, shuffles: int, seed: int
) -> tuple[AgainstChance | None, AgainstChance | None]:
    """Return assortativity and the E-I index beside their values with the sides shuffled among the people."""
    random = np.random.default_rng(seed)
    known_sides = np.flatnonzero(sides >= 0)
    shuffled = np.repeat(sides[None, :], shuffles + 1, axis=0)
    for row in shuffled[1:]:
        row[known_sides] = random.permutation(sides[known_sides])
    return (
        _against_chance(_assortativities(network, shuffled)),
        _against_chance(_external_internals(network, shuffled)),
    )


def _against_chance(values: Floats) -> AgainstChance | None:
    value, others = values[0], values[1:][np.isfinite(values[1:])]
    if np.isnan(value) or not len(others):
        return None
    middle = float(others.mean())
    extreme = int((np.abs(others - middle) >= abs(value - middle) - 1e-12).sum())
    return AgainstChance(float(value), middle, (extreme + 1) / (len(others) + 1))


def _assortativities(network: Network, sides: Integers) -> Floats:
    """Return assortativity for each row of `sides` (arrangements x people); NaN where there is none."""
    mixing = _mixing(network, sides, np.ones(network.edges))
    total = mixing.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = mixing / total[:, None, None]
        by_chance = (shares.sum(axis=2) * shares.sum(axis=1)).sum(axis=1)
        along = np.trace(shares, axis1=1, axis2=2)
        return np.where(by_chance < 1, (along - by_chance) / (1 - by_chance), np.nan)


def _external_internals(network: Network, sides: Integers) -> Floats:
    mixing = _mixing(network, sides, network.weights)
    total = mixing.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        values: Floats = 1 - 2 * np.trace(mixing, axis1=1, axis2=2) / total
    return values


def _mixing(network: Network, sides: Integers, weights: Floats) -> Floats:
    """Return how much leads from which side to which, a table for each row of `sides`."""
    number = int(sides.max(initial=0)) + 1
    found: Floats = np.empty((len(sides), number, number))
    at_once = max(1, _CELLS // max(network.edges, 1))
    for start in range(0, len(sides), at_once):
        rows = sides[start : start + at_once]
        ones, others = rows[:, network.sources], rows[:, network.targets]
        both = (ones >= 0) & (others >= 0)
        cells = (np.arange(len(rows))[:, None] * number + ones) * number + others
        spread = np.broadcast_to(weights, cells.shape)[both]
        counts = np.bincount(cells[both], weights=spread, minlength=len(rows) * number**2)
        found[start : start + at_once] = counts.reshape(-1, number, number)
    return found
