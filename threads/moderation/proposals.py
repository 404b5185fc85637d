"""Limits that decisions speak for, as changes of the rules' book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from threads.moderation.precision import Proposal
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES, Limit

SEVERAL: Final = frozenset({"campaigns", "pile_on"})
"""Rules whose values are held against one limit or another: of these none can be proposed."""
LIMITS: Final[Mapping[str, Limit]] = {
    rule.name: rule.limits[0] for rule in RULES if rule.limits and rule.name not in SEVERAL
}
"""The limit that each other rule's value is held against: the first it has."""


def limits_in_force(book: RuleBook) -> dict[str, float]:
    """Return the limit of each rule that is on and has one to propose another for."""
    return {
        rule: float(book.rules[rule].limits[limit.name])
        for rule, limit in LIMITS.items()
        if book.rules[rule].on
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
    limit = LIMITS[proposal.rule]
    value = int(proposal.limit) if isinstance(limit.default, int) else proposal.limit
    return book.changed(proposal.rule, limits={limit.name: value})
