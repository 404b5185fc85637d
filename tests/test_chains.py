"""Chains of replies, which are drawn as a whole."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.dynamics.chains import chain_of_each, clusters

PARENTS = [None, "c1", "c2", "c1", "c3", None, "c6", None, "c7", "c9"]


def tree(parents, **columns):
    ids = [f"c{number}" for number in range(1, len(parents) + 1)]
    frame = pd.DataFrame({"comment_id": ids, "parent_id": parents, "thread_id": "t"}, dtype="str")
    return frame.assign(**columns)


def test_the_known_thread():
    assert chain_of_each(tree(PARENTS)).tolist() == [0, 0, 0, 0, 0, 1, 1, 2, 1, 1]


def test_a_parent_is_looked_for_in_its_own_thread():
    frame = tree([None, None, "c1"], comment_id=["c1", "c1", "c2"], thread_id=["s", "t", "t"])
    assert chain_of_each(frame).tolist() == [0, 1, 1]


def test_a_circle_is_cut_and_ends():
    assert chain_of_each(tree(["c2", "c3", "c1", "c2", None])).tolist() == [0, 1, 0, 1, 2]


@pytest.mark.timeout(10)
def test_a_chain_of_fifty_thousand_is_no_matter():
    assert chain_of_each(tree([None, *(f"c{number}" for number in range(1, 50_000))])).max() == 0


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_a_comment_is_in_the_chain_of_its_parent(draws):
    above = [draw % (place + 1) - 1 for place, draw in enumerate(draws)]
    chains = chain_of_each(tree([None if parent < 0 else f"c{parent + 1}" for parent in above]))
    assert all(parent < 0 or chains[place] == chains[parent] for place, parent in enumerate(above))
    assert len(set(chains)) == above.count(-1)


def test_what_is_drawn_together_is_a_person_or_a_chain():
    frame = tree(PARENTS, author=[*"ABACBDAEC", None])
    assert len(np.unique(clusters(frame, "people"))) == 6
    assert len(np.unique(clusters(frame, "chains"))) == 3
