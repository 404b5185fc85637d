"""Reply chains and depth, in any order and from damaged sources too."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.dynamics.chains import chain_of_each, clusters, depth_of_each, parent_rows

PARENTS = [None, "c1", "c2", "c1", "c3", None, "c6", None, "c7", "c9"]


def tree(parents, **columns):
    ids = [f"c{number}" for number in range(1, len(parents) + 1)]
    frame = pd.DataFrame({"comment_id": ids, "parent_id": parents, "thread_id": "t"}, dtype="str")
    return frame.assign(**columns)


def test_the_known_thread():
    assert chain_of_each(tree(PARENTS)).tolist() == [0, 0, 0, 0, 0, 1, 1, 2, 1, 1]
    assert depth_of_each(tree(PARENTS)).tolist() == [1, 2, 3, 2, 4, 1, 2, 1, 3, 4]


def test_a_parent_is_looked_for_in_its_own_thread():
    frame = tree([None, None, "c1"], comment_id=["c1", "c1", "c2"], thread_id=["s", "t", "t"])
    assert parent_rows(frame).tolist() == [-1, -1, 1]


def test_a_parent_that_is_not_there_is_none():
    assert parent_rows(tree(["gone", "c1"])).tolist() == [-1, 0]
    assert chain_of_each(pd.DataFrame({"text": ["a", "b"]})).tolist() == [0, 1]
    assert len(chain_of_each(tree([]))) == len(depth_of_each(tree([]))) == 0


def test_a_circle_is_one_chain_and_ends():
    assert chain_of_each(tree(["c2", "c3", "c1", "c2", None])).tolist() == [0, 0, 0, 0, 1]
    assert depth_of_each(tree(["c2", "c3", "c1", "c2", None])).tolist() == [1, 1, 1, 1, 1]


@pytest.mark.timeout(10)
def test_a_chain_of_fifty_thousand_is_no_matter():
    frame = tree([None, *(f"c{number}" for number in range(1, 50_000))])
    assert chain_of_each(frame).max() == 0
    assert depth_of_each(frame).tolist() == list(range(1, 50_001))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_a_comment_is_in_the_chain_of_its_parent_and_one_deeper(draws):
    above = [draw % (place + 1) - 1 for place, draw in enumerate(draws)]
    frame = tree([None if parent < 0 else f"c{parent + 1}" for parent in above])
    chains, depths = chain_of_each(frame), depth_of_each(frame)
    for place, parent in enumerate(above):
        assert depths[place] == (1 if parent < 0 else depths[parent] + 1)
        assert parent < 0 or chains[place] == chains[parent]
    assert len(set(chains)) == above.count(-1)


def test_what_is_drawn_together_is_a_person_or_a_chain():
    frame = tree(PARENTS, author=[*"ABACBDAEC", None])
    assert len(np.unique(clusters(frame, "people"))) == 6
    assert len(np.unique(clusters(frame, "chains"))) == 3
