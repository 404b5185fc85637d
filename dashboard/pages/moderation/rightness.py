"""How often each rule was right so far, as a sentence beside what it says of a comment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from threads.language import _, number, percent
from threads.moderation.precision import FEWEST, by_rule
from threads.storage import Store

KEPT = 60.0  # seconds; it takes a look at every decision, and changes slowly

_known: WeakKeyDictionary[Store, tuple[float, Mapping[str, str]]] = WeakKeyDictionary()


def right_so_far(store: Store) -> Mapping[str, str]:
    """Return a sentence for each rule that enough was decided on, by name; at most KEPT seconds old."""
    at, sentences = _known.get(store, (0.0, {}))
    now = time.monotonic()
    if not at or now - at > KEPT:
        rows = by_rule(store.learning.judged()).to_dict("records")
        sentences = {
            str(row["rule"]): sentence(row["decided"], row["precision"], row["low"], row["high"])
            for row in rows
            if row["decided"] >= FEWEST
        }
        _known[store] = now, sentences
    return sentences


def sentence(decided: int, precision: float, low: float, high: float) -> str:
    """Return how often a rule was right, with its interval."""
    return _(
        "Right in {precision} of {decided} decisions ({low} to {high}).",
        precision=percent(precision),
        decided=number(decided),
        low=percent(low),
        high=percent(high),
    )
