"""Proposed limits as changes of the rules' book."""

import pandas as pd
import pytest

from threads.errors import SettingError
from threads.frames import typed
from threads.moderation.flagging import flag
from threads.moderation.precision import Proposal, Share
from threads.moderation.proposals import LIMITS, applied, limits_in_force
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES
from threads.records import COMMENT_COLUMNS
from threads.settings import Settings

BOOK = RuleBook.from_settings(Settings())


def proposal(rule, limit):
    return Proposal(rule=rule, limit=limit, why="", in_force=1, before=Share(0, 0), curve=pd.DataFrame())


def test_rules_without_a_limit_of_their_own_are_not_asked_about():
    assert {rule.name for rule in RULES} - set(LIMITS) == {"campaigns", "pile_on", "reported"}


def test_the_limit_of_a_flag_is_the_one_that_is_here():
    texts = [
        "WHY DOES NOBODY ANSWER THIS SIMPLE QUESTION",
        "see a.com and b.org and http://c.net",
        "call 0151 23456789",
    ]
    rows = [
        {"thread_id": "t", "comment_id": str(n), "position": n, "text": text, "status": "visible"}
        for n, text in enumerate(texts)
    ]
    flags = [f for found in flag(typed(pd.DataFrame(rows), COMMENT_COLUMNS), BOOK).values() for f in found]
    assert {f.rule for f in flags} >= {"links", "shouting"}
    for found in flags:
        assert found.limit == limits_in_force(BOOK)[found.rule]


def test_a_rule_that_is_off_is_not_asked_about():
    assert "links" not in limits_in_force(BOOK.changed("links", on=False))


def test_applying_changes_one_limit_and_keeps_it_whole_where_it_is():
    book = applied(BOOK, proposal("links", 5.0))
    assert book.differences(BOOK) == {"links": {"limits": {"links": [2, 5]}}}
    assert isinstance(book.rules["links"].limits["links"], int)
    assert applied(BOOK, proposal("shouting", 0.85)).rules["shouting"].limits["share"] == 0.85


def test_what_a_rule_does_not_take_and_no_proposal_are_refused():
    with pytest.raises(SettingError, match="out of range"):
        applied(BOOK, proposal("shouting", 7.0))
    with pytest.raises(ValueError, match="no limit is proposed"):
        applied(BOOK, proposal("shouting", None))
