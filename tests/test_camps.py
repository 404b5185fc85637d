"""Camps and controversy: known answers, what chance makes is not shown, and each refusal says why."""

from itertools import product

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threads.dynamics import signed as module
from threads.dynamics.camps import CAMP_COLUMNS, MOST_PEOPLE, camps, leiden
from threads.dynamics.controversy import controversy, halves, random_walk_controversy, rewire
from threads.dynamics.network import network_of
from threads.dynamics.signed import Signed, frustration, signed_of, triangles, walk_balance
from threads.dynamics.tree import tree_of
from threads.scores import extras


def signed(text):
    """Signed links from "AB+ BC-"."""
    links = [(ord(link[0]) - 65, ord(link[1]) - 65, 1 if link[2] == "+" else -1) for link in text.split()]
    ones, others, signs = np.array(links).T
    return Signed(np.arange(max(ones.max(), others.max()) + 1), ones, others, signs)


KNOWN = signed("AD+ AB- AC- DC- BC+ BD+")
KARATE = networkx.karate_club_graph()


# ---- signs


def test_the_balance_of_a_known_network():
    assert triangles(KNOWN) == (2, 4)
    assert walk_balance(KNOWN) == pytest.approx(0.5923, abs=5e-5)
    assert (frustration(KNOWN).low, frustration(KNOWN).high) == (1, 1)


def test_the_camps_of_a_known_network():
    quality, part = leiden(KNOWN, 1)
    assert (part == part[0]).tolist() == [True, False, False, True]
    assert quality == pytest.approx(1 / 6 + 1 / 2)


links = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([1, -1])), min_size=1)


def from_links(found):
    pairs = {(min(one, other), max(one, other)): sign for one, other, sign in found if one != other}
    ends = np.array(list(pairs) or np.empty((0, 2)), dtype=int).reshape(-1, 2)
    return Signed(np.arange(7), ends[:, 0], ends[:, 1], np.array(list(pairs.values()), dtype=int))


def by_brute_force(network):
    return min(
        sum(
            (split[one] != split[other]) == (sign > 0)
            for one, other, sign in zip(network.ones, network.others, network.signs, strict=True)
        )
        for split in product((0, 1), repeat=7)
    )


@settings(max_examples=20, deadline=None)
@given(links)
def test_frustration_is_that_of_all_splits(found):
    network = from_links(found)
    assert frustration(network) == module.Frustration(*[by_brute_force(network)] * 2)


@settings(max_examples=20, deadline=None)
@given(links)
def test_bounds_hold(found):
    network = from_links(found)
    bounds = module._bounds(network)
    assert bounds.low <= by_brute_force(network) <= bounds.high


def test_two_perfect_camps_of_many_are_found_without_trying_all():
    one, other = np.triu_indices(40, 1)
    network = Signed(np.arange(40), one, other, np.where(one % 2 == other % 2, 1, -1))
    assert (frustration(network).high, walk_balance(network)) == (0, pytest.approx(1))


def test_agreement_both_ways_makes_one_link_and_a_draw_none():
    frame = pd.DataFrame(
        {
            "text": "words",
            "author": ["A", "B", "A", "C", "A", "C"],
            "comment_id": list("abcdef"),
            "parent_id": [None, "a", "b", "c", "d", "e"],
            "reply_relation": [None, "agrees", "agrees", "agrees", "disagrees", "comments"],
        }
    )
    found = signed_of(network_of(frame, tree_of(frame).parents))
    assert list(zip(found.ones, found.others, found.signs, strict=True)) == [(0, 1, 1)]


# ---- camps


def quarrel(comments=600, people=24, loyal=0.9, seed=1):
    """People of two camps who agree within and disagree between them, as often as `loyal` says."""
    random = np.random.default_rng(seed)
    persons = random.integers(people, size=comments)
    parents = [int(random.integers(row)) if row else -1 for row in range(comments)]
    relation = [
        None
        if parent < 0
        else "agrees"
        if (persons[row] % 2 == persons[parent] % 2) == (random.random() < loyal)
        else "disagrees"
        for row, parent in enumerate(parents)
    ]
    return pd.DataFrame(
        {
            "text": "words",
            "author": [f"p{person}" for person in persons],
            "comment_id": [f"c{row}" for row in range(comments)],
            "parent_id": [None if parent < 0 else f"c{parent}" for parent in parents],
            "reply_relation": relation,
        }
    )


def test_two_camps_are_found():
    found = camps(quarrel())
    camp = found.people.set_index("author")["camp"]
    assert found.camps == 2
    assert camp.groupby(camp.index.str[1:].astype(int) % 2).nunique().tolist() == [1, 1]
    assert found.agreement > 0.95
    assert (found.seeds, found.p) == (50, 1 / 40)
    assert found.frustration.high < found.links / 4
    assert "2 camps of 12, 12" in found.sentence().text
    assert found.people.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in CAMP_COLUMNS}


def test_signs_by_chance_make_no_camps():
    found = [camps(quarrel(loyal=0.5, seed=seed)) for seed in range(4)]
    assert sum(one.camps is not None for one in found) <= 1
    assert any("No camps" in one.missing.get("camps", "") for one in found)


def test_camps_need_enough_links():
    found = camps(quarrel(10))
    assert "too few for camps" in found.sentence().text
    assert found.frustration is None
    assert found.people.empty


def test_without_the_extra_there_is_balance_but_no_camps_and_it_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    found = camps(quarrel())
    assert found.missing["camps"].endswith("pip install '.[camps]'.")
    assert found.camps is None
    assert found.frustration.exact or found.frustration.high


def test_of_very_many_people_those_with_the_most_links_are_looked_at(monkeypatch):
    monkeypatch.setattr("threads.dynamics.camps.MOST_PEOPLE", 12)
    found = camps(quarrel())
    assert (found.linked, found.looked_at) == (24, 12)
    assert MOST_PEOPLE > 24


# ---- controversy


@pytest.mark.parametrize(("top", "expected"), [(1, 0.6357), (2, 0.7366), (3, 0.8284)])
def test_the_controversy_of_the_karate_club(top, expected):
    club = networkx.get_node_attributes(KARATE, "club")
    half = np.array([int(club[person] == "Officer") for person in range(34)])
    assert random_walk_controversy(np.array(KARATE.edges), half, top) == pytest.approx(expected, abs=5e-5)


def test_the_controversy_of_four_who_all_talk():
    pairs = np.array(networkx.complete_graph(4).edges)
    assert random_walk_controversy(pairs, np.array([0, 0, 1, 1]), 1) == pytest.approx(0.5)


def test_halves_of_two_groups_with_a_bridge():
    pairs = np.array(networkx.barbell_graph(10, 0).edges)
    half = halves(pairs, 20)
    assert len(set(half[:10])) == len(set(half[10:])) == 1
    assert half[0] != half[10]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_rewiring_keeps_everybodys_number_of_neighbours(seed):
    pairs = np.array(KARATE.edges)
    found = rewire(pairs, 34, np.random.default_rng(seed), 5)
    assert np.bincount(found.ravel()).tolist() == np.bincount(pairs.ravel()).tolist()
    assert len(np.unique(found, axis=0)) == len(found)
    assert (found[:, 0] < found[:, 1]).all()


def test_rewiring_forgets_the_network():
    pairs = np.array(KARATE.edges)
    before = set(map(tuple, pairs.tolist()))
    after = set(map(tuple, rewire(pairs, 34, np.random.default_rng(1), 30).tolist()))
    assert len(before & after) < len(before) / 2


def replies(pairs):
    """A thread in which people of each pair answer each other."""
    rows = [(f"p{one}", f"a{n}", None) for n, (one, _) in enumerate(pairs)]
    rows += [(f"p{other}", f"b{n}", f"a{n}") for n, (_, other) in enumerate(pairs)]
    return pd.DataFrame(rows, columns=["author", "comment_id", "parent_id"]).assign(text="words")


def test_two_halves_are_told_from_chance():
    found = controversy(replies(KARATE.edges))
    assert (found.people, found.pairs) == (34, 78)
    assert found.z > 3
    assert "fall into two halves" in found.sentence().text


def test_a_network_by_chance_has_no_halves():
    zs = [controversy(replies(networkx.gnm_random_graph(50, 120, seed=seed).edges)).z for seed in range(5)]
    assert sum(abs(z) < 2 for z in zs) >= 4
    assert abs(np.mean(zs)) < 1.2


@pytest.mark.parametrize("frame", [replies([(0, 1), (1, 2)]), pd.DataFrame({"text": ["a"]})])
def test_few_people_have_no_halves_and_it_says_why(frame):
    found = controversy(frame)
    assert found.z is None
    assert "too few for halves" in found.sentence().text


def test_of_a_large_network_the_busiest_are_looked_at(monkeypatch):
    monkeypatch.setattr("threads.dynamics.controversy.MOST_PEOPLE", 33)
    found = controversy(replies(KARATE.edges))
    assert found.people <= 33 < found.all_people
