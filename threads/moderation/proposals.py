"""Limits that decisions speak for, as changes of the rules' book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from threads.moderation.precision import Proposal
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES

HELD_AGAINST: Final[Mapping[str, str]] = {
    "offensive": "probability",
    "threat": "probability",
    "identity_attack": "probability",
    "profanity": "severity",
    "banned_words": "words",
    "suspect_words": "words",
    "personal_data": "items",
    "repeats": "copies",
    "links": "links",
    "shouting": "share",
    "off_topic": "distance",
}
"""The limit that each rule's value is held against. Not here: campaigns and pile_on, whose values are held
against one of several limits, and reported, which has none."""


def limits_in_force(book: RuleBook) -> dict[str, float]:
    """Return the limit of each rule that is on and has one to propose another for."""
    return {
        rule: float(book.rules[rule].limits[limit])
        for rule, limit in HELD_AGAINST.items()
        if rule in book.rules and book.rules[rule].on
    }


def applied(book: RuleBook, proposal: Proposal) -> RuleBook:
    """Return the book with the proposed limit.

    Raises
    ------
    SettingError
        The rule does not take it.
    ValueError
        Nothing is proposed.
    """
    if proposal.limit is None:
        raise ValueError(f"no limit is proposed for {proposal.rule}")
    name = HELD_AGAINST[proposal.rule]
    (limit,) = (
        limit for rule in RULES if rule.name == proposal.rule for limit in rule.limits if limit.name == name
    )
    value = proposal.limit
    return book.changed(proposal.rule, limits={name: int(value) if isinstance(limit.default, int) else value})
