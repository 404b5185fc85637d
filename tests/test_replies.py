"""Replies: shape of the tree, who answers whom, sides against chance, and ranges where links are inferred."""

import re

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ten_comments import ten_comments
from threads.dynamics.network import (
    assortativity,
    centralisation,
    external_internal,
    network_of,
    reciprocity,
    reciprocity_beyond_chance,
    weighted_reciprocity,
)
from threads.dynamics.people import person_of_each
from threads.dynamics.replies import (
    FLAT,
    RELATION_COLUMNS,
    SHAPE_COLUMNS,
    answering,
    drawn_parents,
    shape,
    shapes,
    sides_of,
)
from threads.dynamics.tree import (
    ARTICLE,
    h_index,
    mean_path,
    mean_path_by_chance,
    roots,
    subtree_sizes,
    tree_from,
    tree_of,
)


def chain(length):
    return np.arange(length) - 1


def star(length):
    return np.full(length, ARTICLE)


parents_of_trees = st.integers(1, 40).flatmap(
    lambda size: st.tuples(*(st.integers(ARTICLE, row - 1) for row in range(size)))
)


def thread(parents, authors=None, **more):
    """A frame of comments that answer the rows `parents`."""
    ids = [f"c{row}" for row in range(len(parents))]
    columns = {
        "thread_id": "t",
        "comment_id": ids,
        "parent_id": [None if parent == ARTICLE else ids[parent] for parent in parents],
        "parent_source": [None if parent == ARTICLE else "given" for parent in parents],
        "author": [f"p{row}" for row in range(len(parents))] if authors is None else authors,
        "text": "some words",
    }
    return pd.DataFrame({**columns, **more})


def crowd(comments=200, people=20, seed=1):
    """A thread in which anybody may answer anybody."""
    random = np.random.default_rng(seed)
    parents = [int(random.integers(ARTICLE, row)) if row else ARTICLE for row in range(comments)]
    return thread(parents, [f"p{person}" for person in random.integers(people, size=comments)])


# ---- the tree


def test_the_shape_of_the_ten_comments():
    found = shape(ten_comments())
    assert found.levels == (3, 3, 2, 2)
    assert (found.depth, found.width, found.h_index) == (4, 3, 2)
    assert found.mean_depth == pytest.approx(2.3)
    assert found.virality == pytest.approx(182 / 55)
    assert (found.links.replies, found.links.share) == (7, 0)
    assert not found.missing


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        (chain(3), 5 / 3),  # with the article four nodes
        (star(4), 1.6),  # five
        ([ARTICLE, 0, ARTICLE, 1], 2.0),  # what hangs on c1 of the ten comments, c1 in the article's place
    ],
)
def test_known_mean_paths(parents, expected):
    assert mean_path(tree_from(np.asarray(parents))) == pytest.approx(expected)


@settings(max_examples=15, deadline=None)
@given(parents_of_trees)
def test_the_mean_path_is_that_of_networkx(parents):
    graph = networkx.Graph([(row, parent) for row, parent in enumerate(parents)])
    found = mean_path(tree_from(np.array(parents)))
    assert found == pytest.approx(networkx.average_shortest_path_length(graph))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 300))
def test_stars_and_chains_are_the_ends(length):
    nodes = length + 1
    assert mean_path(tree_from(star(length))) == pytest.approx(2 - 2 / nodes)
    assert mean_path(tree_from(chain(length))) == pytest.approx((nodes + 1) / 3)
    assert tree_from(chain(length)).depths.tolist() == list(range(1, length + 1))


@settings(max_examples=15, deadline=None)
@given(parents_of_trees, st.randoms())
def test_the_order_of_the_rows_changes_nothing(parents, random):
    frame = thread(parents)
    order = list(range(len(parents)))
    random.shuffle(order)
    one, other = shape(frame), shape(frame.iloc[order])
    assert (one.levels, one.h_index) == (other.levels, other.h_index)
    assert one.virality == pytest.approx(other.virality) if one.virality else other.virality is None


@settings(max_examples=15, deadline=None)
@given(parents_of_trees)
def test_sizes_and_roots_belong_together(parents):
    tree = tree_from(np.array(parents))
    sizes, tops = subtree_sizes(tree), roots(tree)
    assert (
        np.bincount(tops, minlength=len(parents))[tree.depths == 1].tolist()
        == sizes[tree.depths == 1].tolist()
    )


def test_random_trees_have_the_mean_path_that_is_expected():
    assert mean_path_by_chance(2) == pytest.approx(4 / 3)
    random = np.random.default_rng(1)
    drawn = [
        mean_path(tree_from(np.floor(random.random(60) * (np.arange(60) + 1)).astype(int) - 1))
        for _ in range(400)
    ]
    assert np.mean(drawn) == pytest.approx(mean_path_by_chance(60), rel=0.02)


@pytest.mark.parametrize(
    ("levels", "expected"), [([3, 3, 2, 2], 2), ([5], 1), ([1, 1], 1), ([1, 2, 3], 3), ([], 0)]
)
def test_h_index(levels, expected):
    assert h_index(np.array(levels, dtype=int)) == expected


def test_ways_are_told_against_those_of_random_trees_and_not_as_a_range():
    said = shape(thread([ARTICLE] + [0] * 30)).sentence().text
    assert re.search(r"in random trees of this size \([\d.]+ against [\d.]+ steps\)", said)


def test_lost_parents_and_circles_count_as_answers_to_the_article():
    frame = thread([ARTICLE, 0, ARTICLE, ARTICLE, ARTICLE])
    frame.loc[2, "parent_id"] = "gone"
    frame.loc[[3, 4], "parent_id"] = ["c4", "c3"]
    tree = tree_of(frame)
    assert tree.depths.tolist() == [1, 2, 1, 1, 2]
    assert tree.lost == 2


def test_ids_are_looked_up_within_their_discussion():
    two = pd.concat([thread([ARTICLE, 0]), thread([ARTICLE, 0]).assign(thread_id="u")], ignore_index=True)
    assert tree_of(two).parents.tolist() == [ARTICLE, 0, ARTICLE, 2]
    assert "several discussions" in shape(two).missing["virality"].lower()


def test_a_flat_thread_has_no_shape_and_says_why():
    found = shape(thread(star(30)))
    assert found.sentence().text == FLAT
    assert (found.depth, found.virality, found.missing["depth"]) == (None, None, FLAT)


def test_discussions_are_ordered_by_h_index_and_the_smaller_first_of_two_alike():
    frames = [
        thread(parents).assign(thread_id=name)
        for name, parents in {
            "wide": [ARTICLE, ARTICLE, 0, 1, 0],
            "small": [ARTICLE, ARTICLE, 0, 1],
            "flat": star(9),
        }.items()
    ]
    table = shapes(pd.concat(frames, ignore_index=True))
    assert table["thread_id"].tolist() == ["small", "wide", "flat"]
    assert table.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in SHAPE_COLUMNS}


def test_one_level_of_replies_is_called_a_platforms_doing():
    assert "one level" in shape(thread([ARTICLE] + [0] * 30)).sentence().text
    assert "one level" not in shape(thread([ARTICLE] + [0] * 29)).sentence().text


# ---- the network


def ten_network():
    frame = ten_comments()
    return network_of(frame, tree_of(frame).parents), sides_of(frame, person_of_each(frame))


def test_the_edges_of_the_ten_comments():
    network, _ = ten_network()
    edges = dict(
        zip(
            zip(network.sources.tolist(), network.targets.tolist(), strict=True),
            network.weights.tolist(),
            strict=True,
        )
    )
    a, b, c, d = range(4)
    assert edges == {(b, a): 2, (a, b): 1, (c, a): 2, (a, d): 1, (a, c): 1}
    assert network.people == 5


def test_the_network_measures_of_the_ten_comments():
    network, sides = ten_network()
    assert reciprocity(network) == pytest.approx(0.8)
    assert reciprocity_beyond_chance(network) == pytest.approx(0.7333, abs=5e-5)
    assert weighted_reciprocity(network) == pytest.approx(0.5714, abs=5e-5)
    assert centralisation(network) == pytest.approx(0.3125)
    assert assortativity(network, sides) == pytest.approx(-0.6667, abs=5e-5)
    assert external_internal(network, sides) == pytest.approx(0.7143, abs=5e-5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_the_network_measures_are_those_of_networkx(seed):
    frame = crowd(60, 8, seed)
    network = network_of(frame, tree_of(frame).parents)
    graph = networkx.DiGraph(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
    assert reciprocity(network) == pytest.approx(networkx.overall_reciprocity(graph))
    sides = np.arange(network.people) % 3
    networkx.set_node_attributes(graph, {person: int(sides[person]) for person in graph}, "side")
    assert assortativity(network, sides) == pytest.approx(
        networkx.attribute_assortativity_coefficient(graph, "side")
    )


def test_nobody_without_a_name_is_in_the_network():
    frame = thread([ARTICLE, 0, 1], ["A", None, "B"])
    assert network_of(frame, tree_of(frame).parents).edges == 0


def test_answers_to_oneself_are_in_the_tree_but_not_in_the_network():
    frame = thread([ARTICLE, 0, 1], ["A", "A", "B"])
    assert shape(frame).depth == 3
    network = network_of(frame, tree_of(frame).parents)
    assert (network.sources.tolist(), network.targets.tolist()) == ([1], [0])


def test_relations_count_on_their_edge():
    frame = thread(
        [ARTICLE, 0, 0, 0], ["A", "B", "B", "B"], reply_relation=[None, "agrees", "disagrees", None]
    )
    network = network_of(frame, tree_of(frame).parents)
    assert (network.weights.tolist(), network.agrees.tolist(), network.judged.tolist()) == ([3], [1], [2])
    assert network.signs.tolist() == [0]


def test_few_pairs_have_no_measures_and_say_why():
    found = answering(ten_comments())
    assert found.reciprocity is None
    assert "5 pairs of 5 people" in found.missing["reciprocity"]


def test_who_answers_whom_in_a_crowd():
    found = answering(crowd())
    assert "answered back" in found.sentence().text
    assert "supportive" in found.missing["assortativity"]
    assert found.missing["relations"] == "Replies were not judged: score reply_relation first."


def debate(seed, opponents):
    """A thread of 400 comments by 40 people on two sides; `opponents` is how often they answer the other."""
    random = np.random.default_rng(seed)
    persons = random.integers(40, size=400)
    parents = [ARTICLE]
    for row in range(1, 400):
        across = random.random() < opponents
        fitting = [at for at in range(row) if (persons[at] % 2 != persons[row] % 2) == across]
        parents.append(int(random.choice(fitting)) if fitting else ARTICLE)
    return thread(
        parents,
        [f"p{person}" for person in persons],
        stance=["supportive" if person % 2 else "critical" for person in persons],
    )


def test_a_debate_answers_the_other_side_more_than_chance():
    found = answering(debate(1, 0.9))
    assert found.assortativity.value < found.assortativity.by_chance
    assert found.external_internal.p <= 0.01
    assert "the other side more than chance" in found.sentence().text


def test_sides_that_make_no_difference_are_seldom_found_to():
    sides = {f"p{person}": side for person, side in enumerate(["supportive", "critical"] * 10)}
    crowds = [crowd(seed=seed) for seed in range(20)]
    found = [answering(frame.assign(stance=frame["author"].map(sides))) for frame in crowds]
    assert sum(one.external_internal.p <= 0.05 for one in found) <= 3


def test_relations_are_shares_of_judged_replies():
    frame = crowd().assign(reply_relation="comments")
    frame.loc[:49, "reply_relation"] = "disagrees"
    table = answering(frame).relations
    assert table["share"].sum() == pytest.approx(1)
    assert (table["low"] <= table["share"]).all()
    assert table.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in RELATION_COLUMNS}


# ---- inferred links


def inferred(frame, confidence):
    there = frame["parent_id"].notna()
    return frame.assign(
        parent_source=np.where(there, "inferred", None), parent_confidence=np.where(there, confidence, np.nan)
    )


def test_links_that_are_sure_are_kept_and_others_drawn_anew():
    frame = crowd()
    tree = tree_of(frame)
    random = np.random.default_rng(1)
    assert drawn_parents(inferred(frame, 1.0), tree, random).tolist() == tree.parents.tolist()
    drawn = drawn_parents(inferred(frame, 0.0), tree, random)
    there = tree.parents != ARTICLE
    assert (drawn[there] != tree.parents[there]).all()
    assert (drawn < np.arange(len(drawn))).all()
    given = frame.assign(parent_source="given", parent_confidence=0.0)
    assert drawn_parents(given, tree, random).tolist() == tree.parents.tolist()


def test_on_a_page_with_the_newest_first_what_is_answered_stands_below():
    frame = inferred(crowd(), 0.0).iloc[::-1].reset_index(drop=True)
    drawn = drawn_parents(frame, tree_of(frame), np.random.default_rng(1))
    assert ((drawn > np.arange(len(drawn))) | (drawn == ARTICLE)).all()


def test_inferred_replies_come_with_their_share_and_ranges():
    found = shape(inferred(crowd(), 0.7))
    assert found.links.share == 1
    low, high = found.ranges["mean_depth"]
    assert low < high
    assert "100% of the replies are inferred" in found.sentence().text
    assert {"reciprocity", "centralisation"} <= set(answering(inferred(crowd(), 0.7)).ranges)


def test_given_replies_have_no_range():
    assert not shape(crowd()).ranges


@pytest.mark.parametrize("measure", [shape, answering])
def test_a_frame_without_rows_is_flat(measure):
    assert measure(thread([])).sentence().text == FLAT
