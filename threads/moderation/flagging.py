"""Which comments need a human by the rules of a book, each with its reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import pandas as pd

from threads.language import SOURCE, using
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES, Comments
from threads.records import Flag
from threads.scores.text import MOST_CHARACTERS

CommentKey = tuple[str, str]

BY_THEMSELVES: Final = tuple(rule.name for rule in RULES if rule.scope != "store")
"""The rules that need nothing but whole discussions, one at a time or several."""
AMONG_OTHERS: Final = tuple(rule.name for rule in RULES if rule.scope == "store")
"""The rules that hold comments against those of other discussions."""
_ORDER: Final = {rule.name: place for place, rule in enumerate(RULES)}


def flag(
    frame: pd.DataFrame,
    book: RuleBook,
    *,
    stored: pd.DataFrame | None = None,
    characters: int = MOST_CHARACTERS,
    only: Collection[str] | None = None,
) -> dict[CommentKey, list[Flag]]:
    """Return the flags of each comment that has any, by (thread_id, comment_id), in the order of RULES.

    Parameters
    ----------
    frame
        Whole discussions, one row a comment, columns as in COMMENT_COLUMNS and scores as far as they are
        there; removed and deleted comments are passed over.
    book
        Limits, lists and switches.
    stored
        Comments of other discussions, columns as in COMMENT_COLUMNS: repeats and campaigns among them count.
    characters
        How much of a text is read.
    only
        Names of rules; all where not given.
    """
    comments = Comments(frame, stored, characters=characters)
    on = [rule for rule in RULES if book.rules[rule.name].on and (only is None or rule.name in only)]
    raised: dict[str, dict[int, Flag]] = {rule.name: {} for rule in on}
    with using(SOURCE):  # reasons are stored
        for start, block in comments.blocks():
            for rule in on:
                if rule.scope == "comment":
                    values = book.rules[rule.name]
                    raised[rule.name].update(
                        (start + place, found) for place, found in rule.flags(block, values)
                    )
        for rule in on:
            if rule.scope != "comment":
                raised[rule.name].update(rule.flags(comments, book.rules[rule.name]))
    flags: dict[CommentKey, list[Flag]] = {}
    keys = comments.keys
    for of_rule in raised.values():
        for place, found in of_rule.items():
            flags.setdefault(keys[place], []).append(found)
    return flags


def together(
    some: Mapping[CommentKey, list[Flag]], others: Mapping[CommentKey, list[Flag]]
) -> dict[CommentKey, list[Flag]]:
    """Return flags of the same comments by some rules and by others as of all, in the order of RULES."""
    both = {key: some[key] + others[key] for key in some.keys() & others.keys()}
    for given in both.values():
        given.sort(key=lambda found: _ORDER[found.rule])
    return {**some, **others, **both}
