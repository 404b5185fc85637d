"""The topics of a discussion as a filter: each is called by its strongest word, which stands in addresses."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np
import pandas as pd

from threads.dynamics.steps import Told, unwatched
from threads.dynamics.topics import Topics, everywhere, topics
from threads.language import language

KEPT = 8
"""Discussions whose topics are remembered: learning them takes the better part of a second."""

_found: OrderedDict[tuple[int, int, str], Topics] = OrderedDict()
_lock = Lock()


def topics_in(frame: pd.DataFrame, told: Told = unwatched) -> Topics:
    """Return the topics of a discussion with all its comments, every one of them looked at.

    They are remembered by what the texts are, so that a discussion that changed has its topics learnt anew.
    """
    key = _key(frame)
    known = _known(key)
    if known is not None:
        return known
    found = everywhere(topics(frame, told), frame)
    with _lock:
        _found[key] = found
        while len(_found) > KEPT:
            _found.popitem(last=False)
    return found


def known_topics(frame: pd.DataFrame) -> Topics | None:
    """Return the topics of a discussion where they are remembered."""
    return _known(_key(frame))


def of_topic(frame: pd.DataFrame, name: str) -> pd.Series[bool]:
    """Return which comments of a discussion, given whole, are of the topic of that name; of none, none."""
    found = topics_in(frame)
    number = found.names.index(name) + 1 if name in found.names else 0
    return found.of_each.eq(number).fillna(value=False).astype(bool)


def _known(key: tuple[int, int, str]) -> Topics | None:
    with _lock:
        if key in _found:
            _found.move_to_end(key)
        return _found.get(key)


def _key(frame: pd.DataFrame) -> tuple[int, int, str]:
    hashes = pd.util.hash_pandas_object(frame[["comment_id", "author", "sentiment", "text"]])
    # In one language, for a reason why there are none is told in it.
    return len(frame), int(np.bitwise_xor.reduce(hashes.to_numpy())) if len(frame) else 0, language()
