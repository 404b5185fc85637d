"""How a discussion hangs together: the shape of its tree of replies, and who answers whom on which side.

Where the source does not say who answers whom, replies are inferred and some are wrong. Then each measure
comes with its range over drawn trees: an inferred link is kept with its confidence, else the comment answers
one shortly before it, or the article. Comments that were left without a parent stay so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics import network as networks
from threads.dynamics.network import AgainstChance, Network, network_of
from threads.dynamics.people import known, person_of_each
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.tree import (
    ARTICLE,
    Integers,
    Tree,
    h_index,
    level_counts,
    mean_path,
    mean_path_by_chance,
    tree_from,
    tree_of,
)
from threads.frames import typed
from threads.language import N_, _, counted, number, percent
from threads.models.intervals import wilson
from threads.records import Column

SEED: Final = 20_240_517
NEAREST: Final = 10  # comments before one, of which a drawn parent is
UNKNOWN_CONFIDENCE: Final = 0.5  # of an inferred link that carries none
MOST_DRAWS, FEWEST_DRAWS = 100, 20
DRAWN_COMMENTS: Final = 200_000  # in all draws together
FEWEST_EDGES: Final = 10
FEWEST_PEOPLE: Final = 5
FEWEST_ON_A_SIDE: Final = 3  # people
MOST_SHUFFLES, FEWEST_SHUFFLES = 999, 99
SHUFFLED_EDGES: Final = 2_000_000  # in all shuffles together
ALARMS: Final = 0.05
FEWEST_FOR_ONE_LEVEL: Final = 30  # replies; so many on one level are a platform's doing

SIDES: Final = ("supportive", "critical")
RELATIONS: Final = ("agrees", "disagrees", "asks", "comments", "unclear")
FLAT: Final = N_(
    "No comment is known to answer another: the source does not say, and nothing could be inferred."
)

RELATION_COLUMNS: tuple[Column, ...] = (
    Column("relation", "text", "How replies relate to what they answer, as reply_relation says."),
    Column("replies", "integer", "Replies to comments with this relation."),
    Column("share", "number", "Of all replies that were judged.", "share"),
    Column("low", "number", "Lower end of the share's 95% interval (Wilson).", "share"),
    Column("high", "number", "Upper end of the share's 95% interval (Wilson).", "share"),
)
SHAPE_COLUMNS: tuple[Column, ...] = (
    Column("thread_id", "text", "The discussion."),
    Column("comments", "integer", "Number of comments."),
    Column("replies", "integer", "Comments that answer another one."),
    Column("inferred_share", "number", "Share of these replies that are inferred.", "share"),
    Column("depth", "integer", "Steps from the article to the comment that stands deepest."),
    Column("width", "integer", "Comments at the depth that has most."),
    Column("mean_depth", "number", "Mean number of steps from the article to a comment.", "steps"),
    Column("h_index", "integer", "Largest h such that each level up to h has at least as many comments."),
    Column("virality", "number", "Structural virality: mean steps between two nodes, article included."),
    Column("virality_by_chance", "number", "The same in random trees of as many comments."),
)

Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """How much of a tree is inferred: of `replies`, and over how many drawn trees ranges are (95%)."""

    replies: int
    inferred: int
    draws: int = 0

    @property
    def share(self) -> float | None:
        """The share of replies that are inferred; None without a reply."""
        return self.inferred / self.replies if self.replies else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shape of a discussion's tree. A measure that is None stands in `missing` with its reason.

    `levels` has the number of comments at depth 1, 2, …; the article is the root and counts as a node in
    `virality` only. `virality` grows with the number of comments: compare it with `virality_by_chance`, the
    same in random trees of that size. `ranges` has measures that rest on inferred replies.
    """

    comments: int
    levels: tuple[int, ...]
    lost: int
    links: Inferred
    depth: int | None = None
    width: int | None = None
    mean_depth: float | None = None
    h_index: int | None = None
    virality: float | None = None
    virality_by_chance: float | None = None
    ranges: Ranges = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def sentence(self) -> Sentence:
        """Return how many answer another comment, how deep, and how that compares with random trees."""
        if self.depth is None:
            return plain(FLAT)
        said = _(
            "{replies} of {comments} answer another one, at most {steps} from the article{between}",
            replies=number(self.links.replies),
            comments=counted(self.comments, "comment", "comments"),
            steps=counted(self.depth, "step", "steps"),
            between=_between(self.ranges, "depth"),
        )
        if self.virality is not None and self.virality_by_chance is not None:
            ratio = self.virality / self.virality_by_chance
            run = (
                _("longer than")
                if ratio > 1.25
                else _("shorter than")
                if ratio < 0.8
                else _("about as long as")
            )
            said += _(
                "; the ways between two comments are {run} in random trees of this size ({virality} "
                "against {virality_by_chance} steps)",
                run=run,
                virality=number(self.virality, 1),
                virality_by_chance=number(self.virality_by_chance, 1),
            )
        if self.depth == 2 and self.links.replies >= FEWEST_FOR_ONE_LEVEL:
            said += _(
                "; all replies stand on one level, as some sites have it, so depth says nothing of people"
            )
        return plain(f"{said}{_inferred_words(self.links)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers whom, measured. A measure that is None stands in `missing` with its reason.

    `reciprocity` depends on the site's interface: compare it only within one site. `assortativity` and
    `external_internal` stand beside what they are with the sides shuffled among people (`shuffles` times);
    below zero is usual in debates, where people answer opponents. `relations` has RELATION_COLUMNS.
    """

    people: int
    edges: int
    replies: int
    links: Inferred
    relations: pd.DataFrame
    reciprocity: float | None = None
    reciprocity_beyond_chance: float | None = None
    weighted_reciprocity: float | None = None
    centralisation: float | None = None
    assortativity: AgainstChance | None = None
    external_internal: AgainstChance | None = None
    shuffles: int = 0
    ranges: Ranges = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def sentence(self) -> Sentence:
        """Return how often people are answered back, and whether they answer the other side."""
        if self.reciprocity is None:
            return plain(self.missing["reciprocity"])
        said = _(
            "Of {pairs} of who answers whom, {reciprocity}{between} are answered back",
            pairs=counted(self.edges, "pair", "pairs"),
            reciprocity=percent(self.reciprocity),
            between=_between(self.ranges, "reciprocity", share=True),
        )
        mixed = self.external_internal
        if mixed is not None and mixed.p > ALARMS:
            said += _("; people answer the other side about as often as chance would have it")
        elif mixed is not None:
            more = mixed.value > mixed.by_chance
            told = {
                "value": percent((mixed.value + 1) / 2),
                "by_chance": percent((mixed.by_chance + 1) / 2),
            }
            said += (
                _(
                    "; people answer the other side more than chance would have it "
                    "({value} of replies, {by_chance} by chance)",
                    **told,
                )
                if more
                else _(
                    "; people answer the other side less than chance would have it "
                    "({value} of replies, {by_chance} by chance)",
                    **told,
                )
            )
        return plain(f"{said}{_inferred_words(self.links)}.")


def shape(frame: pd.DataFrame) -> Shape:
    """Return the shape of one discussion's tree, from `comment_id`, `parent_id`, `parent_source`.

    With inferred replies, `parent_confidence` is how sure each is; rows are then in the order of the page.
    """
    tree = tree_of(frame)
    links = _links(frame, tree)
    counted_only = Shape(
        comments=len(frame), levels=tuple(level_counts(tree).tolist()), lost=tree.lost, links=links
    )
    if not links.replies:
        reasons = dict.fromkeys(("depth", "width", "mean_depth", "h_index", "virality"), FLAT)
        return replace(counted_only, missing=reasons)
    values = _shape_values(tree)
    ranges, links = _ranges(frame, tree, links, _shape_values)
    missing: dict[str, str] = {}
    if known(frame, "thread_id").nunique() > 1:
        missing["virality"] = _("Several discussions have no paths between them: measure each alone.")
        ranges = {name: value for name, value in ranges.items() if name != "virality"}
    alone = "virality" not in missing
    return replace(
        counted_only,
        links=links,
        depth=int(values["depth"]),
        width=int(values["width"]),
        mean_depth=values["mean_depth"],
        h_index=int(values["h_index"]),
        virality=values["virality"] if alone else None,
        virality_by_chance=mean_path_by_chance(len(frame)) if alone else None,
        ranges=ranges,
        missing=missing,
    )


def shapes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a discussion, SHAPE_COLUMNS, the more controversial first.

    That is a higher h-index, and of two alike the one with fewer comments.
    """
    rows = []
    for thread, comments in frame.groupby(known(frame, "thread_id"), sort=True):
        one = shape(comments)
        row = {column.name: getattr(one, column.name, None) for column in SHAPE_COLUMNS}
        rows.append(
            {**row, "thread_id": thread, "replies": one.links.replies, "inferred_share": one.links.share}
        )
    table = pd.DataFrame(rows, columns=[column.name for column in SHAPE_COLUMNS])
    ordered = table.sort_values(["h_index", "comments"], ascending=[False, True], kind="stable")
    return typed(ordered.reset_index(drop=True), SHAPE_COLUMNS)


def answering(frame: pd.DataFrame) -> Answering:
    """Return who answers whom, measured: from parents as for `shape`, people, `stance`, `reply_relation`."""
    tree, persons = tree_of(frame), person_of_each(frame)
    links = _links(frame, tree)
    network, sides = network_of(frame, tree.parents, persons), sides_of(frame, persons)
    relations = _relations(frame, tree)
    missing = {} if len(relations) else {"relations": _unjudged(frame, links)}
    counted_only = Answering(
        people=network.people,
        edges=network.edges,
        replies=int(network.weights.sum()),
        links=links,
        relations=relations,
        missing=missing,
    )
    names = tuple(_network_values(network, sides))
    if reason := _too_small(network, links):
        return replace(counted_only, missing=missing | dict.fromkeys(names, reason))
    ranges, links = _ranges(
        frame, tree, links, lambda drawn: _network_values(network_of(frame, drawn.parents, persons), sides)
    )
    shuffles = int(np.clip(SHUFFLED_EDGES // network.edges, FEWEST_SHUFFLES, MOST_SHUFFLES))
    assorted = mixed = None
    if reason := _no_sides(network, sides):
        missing |= dict.fromkeys(("assortativity", "external_internal"), reason)
        ranges = {name: value for name, value in ranges.items() if name not in missing}
    else:
        assorted, mixed = networks.sides_against_chance(network, sides, shuffles=shuffles, seed=SEED)
    return replace(
        counted_only,
        links=links,
        reciprocity=networks.reciprocity(network),
        reciprocity_beyond_chance=networks.reciprocity_beyond_chance(network),
        weighted_reciprocity=networks.weighted_reciprocity(network),
        centralisation=networks.centralisation(network),
        assortativity=assorted,
        external_internal=mixed,
        shuffles=shuffles if assorted else 0,
        ranges=ranges,
        missing=missing,
    )


def sides_of(frame: pd.DataFrame, persons: Integers) -> Integers:
    """Return each person's side: 0 where most of their sided comments are supportive, 1 critical, else -1."""
    stance = known(frame, "stance").to_numpy()
    people = int(persons.max(initial=-1)) + 1
    counts = [np.bincount(persons[(stance == side) & (persons >= 0)], minlength=people) for side in SIDES]
    return np.where(counts[0] > counts[1], 0, np.where(counts[1] > counts[0], 1, -1))


def drawn_parents(frame: pd.DataFrame, tree: Tree, random: np.random.Generator) -> Integers:
    """Return the parents of a tree that may be the true one, given how sure the inferred links are.

    A link that is not kept leads to one of the NEAREST comments before, weighted by 1 / distance, or to the
    article, which weighs as much as the comment just before; to the article too where that comment does not
    exist, is of another discussion or is the one that was given up.
    """
    rows = np.flatnonzero(_inferred(frame, tree))
    if not len(rows):
        return tree.parents
    sure = pd.to_numeric(frame["parent_confidence"]) if "parent_confidence" in frame else None
    confidence = (
        np.full(len(rows), UNKNOWN_CONFIDENCE)
        if sure is None
        else sure.iloc[rows].fillna(UNKNOWN_CONFIDENCE).to_numpy(dtype=np.float64)
    )
    rows = rows[random.random(len(rows)) >= confidence]
    weights = np.array([1.0, *(1 / np.arange(1, NEAREST + 1))])
    steps = random.choice(NEAREST + 1, size=len(rows), p=weights / weights.sum())
    # On a page with the newest comments first, what is answered stands below.
    given = tree.parents != ARTICLE
    backwards = bool(np.median(np.arange(len(given))[given] - tree.parents[given]) < 0)
    chosen = rows + steps if backwards else rows - steps
    threads = pd.factorize(known(frame, "thread_id"))[0]
    inside = (steps > 0) & (chosen >= 0) & (chosen < len(threads)) & (chosen != tree.parents[rows])
    same = threads[np.where(inside, chosen, 0)] == threads[rows]
    parents = tree.parents.copy()
    parents[rows] = np.where(inside & same, chosen, ARTICLE)
    return parents


def _inferred(frame: pd.DataFrame, tree: Tree) -> npt.NDArray[np.bool_]:
    said = (known(frame, "parent_source") == "inferred").to_numpy(dtype=np.bool_)
    return np.asarray(said & (tree.parents != ARTICLE))


def _links(frame: pd.DataFrame, tree: Tree) -> Inferred:
    inferred = int(_inferred(frame, tree).sum())
    return Inferred(replies=int((tree.parents != ARTICLE).sum()), inferred=inferred)


def _ranges(
    frame: pd.DataFrame,
    tree: Tree,
    links: Inferred,
    measure: Callable[[Tree], Mapping[str, float]],
) -> tuple[Ranges, Inferred]:
    """Return the 95% range of each measure over drawn trees; none where no link is inferred."""
    if not links.inferred:
        return {}, links
    draws = int(np.clip(DRAWN_COMMENTS // len(frame), FEWEST_DRAWS, MOST_DRAWS))
    random = np.random.default_rng(SEED)
    found = pd.DataFrame(
        [measure(tree_from(drawn_parents(frame, tree, random))) for _ in range(draws)]
    ).dropna(axis="columns", how="all")
    ends = found.quantile([0.025, 0.975])
    ranges = {str(name): (float(ends[name].iloc[0]), float(ends[name].iloc[1])) for name in ends.columns}
    return ranges, Inferred(replies=links.replies, inferred=links.inferred, draws=draws)


def _shape_values(tree: Tree) -> Mapping[str, float]:
    levels = level_counts(tree)
    return {
        "depth": len(levels),
        "width": int(levels.max()),
        "mean_depth": float(tree.depths.mean()),
        "h_index": h_index(levels),
        "virality": mean_path(tree) or 0.0,
    }


def _network_values(network: Network, sides: Integers) -> Mapping[str, float]:
    values = {
        "reciprocity": networks.reciprocity(network),
        "reciprocity_beyond_chance": networks.reciprocity_beyond_chance(network),
        "weighted_reciprocity": networks.weighted_reciprocity(network),
        "centralisation": networks.centralisation(network),
        "assortativity": networks.assortativity(network, sides),
        "external_internal": networks.external_internal(network, sides),
    }
    return {name: np.nan if value is None else value for name, value in values.items()}


def _relations(frame: pd.DataFrame, tree: Tree) -> pd.DataFrame:
    replies = known(frame, "reply_relation")[tree.parents != ARTICLE].dropna()
    counts = replies.value_counts()
    rows = [
        (relation, int(counts.get(relation, 0)), counts.get(relation, 0) / len(replies), *ends)
        for relation in RELATIONS
        if len(replies)
        for ends in [wilson(int(counts.get(relation, 0)), len(replies))]
    ]
    return typed(pd.DataFrame(rows, columns=[c.name for c in RELATION_COLUMNS]), RELATION_COLUMNS)


def _unjudged(frame: pd.DataFrame, links: Inferred) -> str:
    if not links.replies:
        return FLAT
    if "reply_relation" not in frame:
        return _("Replies were not judged: score reply_relation first.")
    return _("No reply could be judged: agreement is judged in English only.")


def _too_small(network: Network, links: Inferred) -> str:
    if not links.replies:
        return FLAT
    if network.edges >= FEWEST_EDGES and network.people >= FEWEST_PEOPLE:
        return ""
    return _(
        "{pairs} of {people} with a name answer each other: too few to measure (from {fewest_edges} "
        "pairs and {fewest_people} people on).",
        pairs=counted(network.edges, "pair", "pairs"),
        people=counted(network.people, "person", "people"),
        fewest_edges=FEWEST_EDGES,
        fewest_people=FEWEST_PEOPLE,
    )


def _no_sides(network: Network, sides: Integers) -> str:
    ends = np.unique(np.concatenate([network.sources, network.targets]))
    counts = np.bincount(sides[ends][sides[ends] >= 0], minlength=len(SIDES))
    both = (sides[network.sources] >= 0) & (sides[network.targets] >= 0)
    if counts.min() >= FEWEST_ON_A_SIDE and both.sum() >= FEWEST_EDGES:
        return ""
    return _(
        "Of the people who answer each other {supportive} are supportive and {critical} critical, "
        "in {pairs}: too few to compare sides (from {fewest_on_a_side} people each and "
        "{fewest_edges} pairs on).",
        supportive=counts[0],
        critical=counts[1],
        pairs=counted(int(both.sum()), "pair", "pairs"),
        fewest_on_a_side=FEWEST_ON_A_SIDE,
        fewest_edges=FEWEST_EDGES,
    )


def _inferred_words(links: Inferred) -> str:
    if not links.inferred:
        return ""
    return _(
        "; {share} of the replies are inferred, and ranges are of {draws} trees drawn by how sure these are",
        share=percent(links.share),
        draws=links.draws,
    )


def _between(ranges: Ranges, name: str, *, share: bool = False) -> str:
    if name not in ranges:
        return ""
    low, high = (percent(end) if share else number(end) for end in ranges[name])
    return " " + _("(between {low} and {high})", low=low, high=high)
