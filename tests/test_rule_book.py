"""All that a moderator lead sets of the rules, as one value."""

import json

import pytest

from threads.errors import SettingError
from threads.moderation.rule_book import LONGEST_ENTRY, MOST_ENTRIES, RuleBook
from threads.moderation.rules import RULES
from threads.settings import Settings

BOOK = RuleBook.from_settings(Settings())


def test_the_environment_gives_defaults():
    changed = RuleBook.from_settings(
        Settings(
            link_limit=5, shouting_share=0.5, shouting_letters=7, repeat_characters=9, offensive_severity=3
        )
    )
    assert changed.differences(BOOK) == {
        "links": {"limits": {"links": [2, 5]}},
        "shouting": {"limits": {"share": [0.7, 0.5], "letters": [20, 7]}},
        "repeats": {"limits": {"characters": [30, 9]}},
        "profanity": {"limits": {"severity": [2.0, 3.0]}},
    }


def test_a_setting_out_of_range_is_named():
    with pytest.raises(SettingError, match=r"BTL_SHOUTING_SHARE: 2\.0 is out of range"):
        RuleBook.from_settings(Settings(shouting_share=2))


def test_a_book_is_the_same_after_json():
    book = BOOK.changed("banned_words", lists={"words": ["b", " a  c ", "B", "b", "\ud800x"]}, on=False)
    again = RuleBook.from_json(json.loads(json.dumps(book.as_json())), BOOK)
    assert again == book
    assert again.rules["banned_words"].lists["words"] == ("a c", "B", "b", "\ud800x")


def test_what_a_book_lacks_is_as_in_the_defaults():
    assert RuleBook.from_json({}, BOOK) == BOOK
    assert RuleBook.from_json({"links": {"limits": {"links": 3}}}, BOOK).differences(BOOK) == {
        "links": {"limits": {"links": [2, 3]}}
    }


def test_differences_name_switches_and_what_moved_in_lists():
    before = BOOK.changed("suspect_words", lists={"words": ["one", "two"]})
    after = before.changed("suspect_words", lists={"words": ["two", "three"]}, on=False)
    assert after.differences(before) == {
        "suspect_words": {"on": [True, False], "lists": {"words": {"added": ["three"], "removed": ["one"]}}}
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "the rules: it is no object of JSON"),
        ([], "the rules: it is no object of JSON"),
        ({"nope": {}}, "no rule is called 'nope'"),
        ({"links": 3}, "links: it is no object of JSON"),
        ({"links": {"x": 1}}, "no part of a rule is called 'x'"),
        ({"links": {"on": 1}}, "links, on: 1 is no switch. Give true or false"),
        ({"links": {"limits": {"x": 1}}}, "links: no limit is called 'x'. Known: links"),
        (
            {"links": {"limits": {"links": 0}}},
            r"links, links: 0 is out of range. Give a whole number from 1 on",
        ),
        ({"links": {"limits": {"links": 2.5}}}, "2.5 is out of range"),
        ({"links": {"limits": {"links": True}}}, "True is out of range"),
        ({"links": {"limits": {"links": "3"}}}, "'3' is out of range"),
        ({"shouting": {"limits": {"share": 1.1}}}, "Give a number from 0.01 to 1 .share of letters"),
        ({"shouting": {"limits": {"share": float("nan")}}}, "nan is out of range"),
        ({"links": {"limits": {"links": float("inf")}}}, "inf is out of range"),
        ({"links": {"lists": {"words": []}}}, "no list is called 'words'. Known: none"),
        ({"banned_words": {"lists": {"words": "abc"}}}, "banned_words, words: it is no list of words"),
        ({"banned_words": {"lists": {"words": [1]}}}, "it is no list of words"),
        ({"banned_words": {"lists": {"words": ["!!"]}}}, "'!!' is no word"),
        ({"banned_words": {"lists": {"words": ["a" * (LONGEST_ENTRY + 1)]}}}, "is no word"),
        (
            {"banned_words": {"lists": {"words": [f"w{n}" for n in range(MOST_ENTRIES + 1)]}}},
            "it has 5,001 entries. Keep to 5,000",
        ),
    ],
)
def test_what_is_wrong_is_named_with_a_remedy(value, message):
    with pytest.raises(SettingError, match=message):
        RuleBook.from_json(value, BOOK)


def test_every_rule_is_in_the_book_once():
    assert list(BOOK.as_json()) == [rule.name for rule in RULES]
    assert len(set(BOOK.rules)) == len(RULES)
