"""Camps: people who agree among themselves and disagree with others, where that is more than chance.

The Leiden algorithm (Traag, Waltman and van Eck, Scientific Reports 9, 2019) on two layers, agreement with
weight 1 and disagreement with weight -1. It finds camps in anything, so it runs from SEEDS seeds, whose
agreement is shown, and on the same links with their signs shuffled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from threads.dynamics.answers import names_of
from threads.dynamics.network import network_of
from threads.dynamics.people import person_of_each
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.signed import Frustration, Signed, frustration, signed_of, triangles, walk_balance
from threads.dynamics.smoothing import Integers
from threads.dynamics.tree import tree_of
from threads.frames import typed
from threads.language import _, counted, number
from threads.records import Column
from threads.scores.extras import CAMPS

SEEDS: Final = 50
FIRST_SEEDS: Final = 10  # after which seeds that agree at less than half of what is needed are the last
SHUFFLES: Final = 39
FEWEST_PEOPLE: Final = 8
FEWEST_LINKS: Final = 15
MOST_PEOPLE: Final = 150  # those with the most links that have a sign
AGREEING: Final = 0.8  # mean adjusted Rand index of the seeds with the best one, from which camps are shown
ALARMS: Final = 0.05
FEWEST_IN_CAMP: Final = 2
ITERATIONS: Final = 2  # of the algorithm, from each seed

CAMP_COLUMNS: tuple[Column, ...] = (
    Column("author", "text", "Name as displayed."),
    Column("author_id", "text", "The platform's own id, where it gives one."),
    Column("camp", "integer", "The camp, 1 being the largest; missing for who is in none of two and more."),
    Column("agreeing", "integer", "People with whom there is more agreement than disagreement."),
    Column("disagreeing", "integer", "People with whom there is more disagreement than agreement."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Camps:
    """Who is in which camp: CAMP_COLUMNS, a row a person. What is not given stands in `missing`, with why.

    `links` join `linked` people; of more than MOST_PEOPLE those with the most links were `looked_at`.
    `agreement` is the mean adjusted Rand index of the `seeds` with the best one; `p` how many arrangements of
    the signs give camps as good (after all SEEDS only). `frustration` counts the links that contradict every
    split into two, `balanced` triangles of all; `walk_balance` is 1 where all closed walks are balanced.
    """

    people: pd.DataFrame
    linked: int
    looked_at: int
    links: int
    negative: int
    camps: int | None = None
    seeds: int = 0
    agreement: float | None = None
    quality: float | None = None
    p: float | None = None
    frustration: Frustration | None = None
    balanced: tuple[int, int] | None = None
    walk_balance: float | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    def sentence(self) -> Sentence:
        """Return how many camps there are, or why none are shown."""
        if self.camps is None:
            return plain(self.missing["camps"])
        sizes = self.people["camp"].value_counts().sort_index().tolist()
        some = (
            " " + _("of the {looked_at} with the most links", looked_at=number(self.looked_at))
            if self.looked_at < self.linked
            else ""
        )
        return plain(
            _(
                "People{some} fall into {camps} camps of {list} who agree within and disagree "
                "between them ({seeds} runs agree at {agreement}, p {p}).",
                some=some,
                camps=self.camps,
                list=", ".join(map(str, sizes)),
                seeds=self.seeds,
                agreement=number(self.agreement, 2),
                p=number(self.p, 3),
            )
        )


def camps(frame: pd.DataFrame) -> Camps:
    """Return the camps of a discussion: from parents, people and `reply_relation`.

    Replies that agree or disagree make links; those that ask, comment or are unclear make none.
    """
    persons = person_of_each(frame)
    every = signed_of(network_of(frame, tree_of(frame).parents, persons))
    signed = _core(every)
    found = Camps(
        people=typed(pd.DataFrame(index=pd.RangeIndex(0)), CAMP_COLUMNS),
        linked=len(every.people),
        looked_at=len(signed.people),
        links=len(signed.signs),
        negative=int((signed.signs < 0).sum()),
    )
    if reason := _too_small(signed):
        return replace(
            found, missing=dict.fromkeys(("camps", "frustration", "balanced", "walk_balance"), reason)
        )
    balanced = triangles(signed)
    found = replace(
        found,
        frustration=frustration(signed),
        balanced=balanced if balanced[1] else None,
        walk_balance=walk_balance(signed),
        missing={} if balanced[1] else {"balanced": "No three people are all linked."},
    )
    if CAMPS.missing is not None:
        reason = _(
            "Camps are found by {missing}, which is not installed. {remedy}.",
            missing=CAMPS.missing,
            remedy=CAMPS.remedy,
        )
        return replace(found, missing={**found.missing, "camps": reason})
    return _with_camps(found, signed, frame, persons)


def leiden(signed: Signed, seed: int) -> tuple[float, Integers]:
    """Return the quality of a partition, Q of agreement less Q of disagreement, and each person's part."""
    import igraph  # noqa: PLC0415 - an extra
    import leidenalg  # noqa: PLC0415

    size = len(signed.people)
    layers = [
        leidenalg.ModularityVertexPartition(
            igraph.Graph(size, np.column_stack([signed.ones, signed.others])[signed.signs == sign].tolist())
        )
        for sign in (1, -1)
    ]
    optimiser: Any = leidenalg.Optimiser()
    optimiser.set_rng_seed(seed)
    optimiser.optimise_partition_multiplex(layers, layer_weights=[1, -1], n_iterations=ITERATIONS)
    modularity = [0.0 if np.isnan(layer.q) else layer.q for layer in layers]
    return modularity[0] - modularity[1], np.array(layers[0].membership, dtype=np.intp)


def _with_camps(found: Camps, signed: Signed, frame: pd.DataFrame, persons: Integers) -> Camps:
    runs = [leiden(signed, seed) for seed in range(FIRST_SEEDS)]
    if _agreement(runs) >= AGREEING / 2:
        runs += [leiden(signed, seed) for seed in range(FIRST_SEEDS, SEEDS)]
    quality, part = max(runs, key=_quality)
    found = replace(found, seeds=len(runs), agreement=_agreement(runs), quality=quality)
    if len(runs) == SEEDS:
        found = replace(found, p=_by_chance(signed, quality))
    camp = _numbered(part)
    if reason := _no_camps(found, int(camp.max(initial=0))):
        return replace(found, missing={**found.missing, "camps": reason})
    who, ids = names_of(frame, persons)
    links = signed.matrix
    table = pd.DataFrame(
        {
            "author": who[signed.people],
            "author_id": ids[signed.people],
            "camp": pd.Series(camp).astype("Int64").mask(camp == 0),
            "agreeing": (links > 0).sum(axis=1),
            "disagreeing": (links < 0).sum(axis=1),
        }
    )
    ordered = table.sort_values("camp", kind="stable", ignore_index=True)
    return replace(found, people=typed(ordered, CAMP_COLUMNS), camps=int(camp.max()))


def _agreement(runs: Sequence[tuple[float, Integers]]) -> float:
    """Return the mean adjusted Rand index (Hubert and Arabie 1985) of all other runs with the best one."""
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - slow to import

    best = max(runs, key=_quality)
    return float(np.mean([adjusted_rand_score(best[1], run[1]) for run in runs if run is not best]))


def _quality(run: tuple[float, Integers]) -> float:
    return run[0]


def _by_chance(signed: Signed, quality: float) -> float:
    """Return how many arrangements of the signs over the links give camps as good, the true one included."""
    random = np.random.default_rng(0)
    shuffled = [replace(signed, signs=random.permutation(signed.signs)) for _ in range(SHUFFLES)]
    as_good = sum(leiden(one, 0)[0] >= quality - 1e-12 for one in shuffled)
    return (as_good + 1) / (SHUFFLES + 1)


def _core(signed: Signed) -> Signed:
    """Return the people with the most links, MOST_PEOPLE of them."""
    if len(signed.people) <= MOST_PEOPLE:
        return signed
    degrees = np.bincount(np.concatenate([signed.ones, signed.others]))
    return signed.only(np.sort(np.argsort(-degrees, kind="stable")[:MOST_PEOPLE]))


def _numbered(part: Integers) -> Integers:
    """Return parts numbered from 1 by size; 0 for those of fewer than FEWEST_IN_CAMP."""
    sizes = np.bincount(part)
    order = np.argsort(-sizes, kind="stable")
    number = np.empty(len(sizes), dtype=np.intp)
    number[order] = np.where(sizes[order] >= FEWEST_IN_CAMP, np.arange(1, len(sizes) + 1), 0)
    return number[part]


def _too_small(signed: Signed) -> str:
    if len(signed.people) >= FEWEST_PEOPLE and len(signed.signs) >= FEWEST_LINKS:
        return ""
    return _(
        "{pairs} of {people} agree or disagree: too few for camps (from {fewest_links} pairs of "
        "{fewest_people} people on).",
        pairs=counted(len(signed.signs), "pair", "pairs"),
        people=counted(len(signed.people), "person", "people"),
        fewest_links=FEWEST_LINKS,
        fewest_people=FEWEST_PEOPLE,
    )


def _no_camps(found: Camps, camps: int) -> str:
    if camps < 2:
        return _("Nobody stands apart: all who agree or disagree are of one camp.")
    if found.p is not None and found.p > ALARMS:
        return _(
            "No camps beyond chance: with the signs shuffled they are as good (p {p}).", p=number(found.p, 2)
        )
    if found.agreement is not None and found.agreement < AGREEING:
        return _(
            "No camps that can be relied on: {seeds} runs agree on them at {agreement} only "
            "({agreeing} is needed).",
            seeds=found.seeds,
            agreement=number(found.agreement, 2),
            agreeing=AGREEING,
        )
    return ""
