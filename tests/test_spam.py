"""Signs of spam: what counts, what does not, and how they add up."""

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.scores.spam import FORMULA, Signs, Spam, capitals_of, signs, together

ADVERT = (
    "I make $5000 a week from home! Contact me at WhatsApp +1 (555) 010-0199 or visit www.easy.example.com"
)
SOURCE = "The tunnel will cost $90 million, says the report of 2024-05-17: https://council.example.gov/tunnel"
COLUMNS = [column.name for column in Spam.columns]


def value(text):
    return together(signs(text))


# ---- golden examples


@pytest.mark.parametrize(
    ("text", "spam", "links", "link_share", "same_link", "contacts", "prices", "shouting", "repetition"),
    [
        # A link of 20 of 85 characters; WhatsApp with a number, the number, "contact me at"; $5000.
        (ADVERT, 1 - (1 - 0.5 * 20 / 85) * (1 - 0.6) * (1 - 0.4 / 2), 1, 20 / 85, 1, 3, 1, 4 / 61, 0.0),
        # Three times the same link, all in capitals: 1 - .6 × (1 - .5 × 36 / 39) × .5 × .6.
        (
            "SEE HTTP://A.COM HTTP://A.COM HTTP://A.COM",
            1 - 0.6 * (1 - 0.5 * 36 / 39) * 0.5 * 0.6,
            3,
            36 / 39,
            3,
            0,
            0,
            1.0,
            0.0,
        ),
        # Nothing but a link: half of the way.
        ("https://example.com/x", 0.5, 1, 1.0, 1, 0, 0, None, 0.0),
        # Capitals alone: the weight of capitals.
        ("THIS IS ALL IN CAPITALS, DEAR PEOPLE", 0.4, 0, 0.0, 0, 0, 0, 1.0, 0.0),
        # Six triples of words, three of them different: .5 said again, .3 over the fifth, × .6 / .8.
        ("buy it now buy it now buy it", 0.6 * 0.3 / 0.8, 0, 0.0, 0, 0, 0, 0.0, 0.5),
        # 17 of 20 exclamation marks lengthen a run.
        ("!" * 20, 0.6 * 0.65 / 0.8, 0, 0.0, 0, 0, 0, None, 0.85),
        ("", None, 0, None, 0, 0, 0, None, None),
        (" \n ", None, 0, None, 0, 0, 0, None, None),
        ("😀", 0.0, 0, 0.0, 0, 0, 0, None, 0.0),
    ],
)
def test_known_answers(text, spam, links, link_share, same_link, contacts, prices, shouting, repetition):
    row = Spam().score(pd.DataFrame({"text": [text]})).iloc[0]
    expected = [spam, links, link_share, same_link, contacts, prices, shouting, repetition]
    found = [None if pd.isna(row[name]) else row[name] for name in COLUMNS]
    assert found == [want if want is None else pytest.approx(want, abs=5e-5) for want in expected]


def test_a_comment_with_a_source_is_far_from_spam():
    assert value(SOURCE) < 0.4
    assert value(ADVERT) > 0.7


def test_prices_count_only_beside_a_link_or_a_contact():
    alone = signs("It cost $90 million, then $120 million, and now €200 million.")
    assert (alone.prices, together(alone)) == (3, 0)
    assert value("Only $9, or $19 for two: www.example.com") > value(
        "Only nine, or nineteen: www.example.com"
    )


def test_every_sign_reaches_its_weight_and_no_more():
    nothing = Signs(0, 0.0, 0, 0, 0, 0.0, 0.0)
    for name, much in {"links": 9, "link_share": 1.0, "same_link": 9, "contacts": 9, "shouting": 1.0}.items():
        weight = next(
            w for sign, (_, w) in FORMULA.items() if sign.startswith(name.replace("shouting", "capitals"))
        )
        assert together(nothing._replace(**{name: much})) == pytest.approx(weight), name


# ---- contacts, prices, links


@pytest.mark.parametrize(
    "text",
    [
        "Ring +49 30 1234567 today",
        "ring 030/1234567",
        "call (030) 123 45 67",
        "call 555-010-0199",
        "1-800-555-0199 is free",
        "write to info@example.com",
        "dm me for details: dm me on it",
        "t.me/easymoney",
        "WhatsApp: +15550100199"[:9] + " @easy",
        "email us at once",
    ],
)
def test_contacts_are_found(text):
    assert signs(text).contacts >= 1


@pytest.mark.parametrize(
    "text",
    [
        "On 2024-05-17, from 1990-2010, at 10.30, for 1,000,000 people and 3.14159265",
        "Call me old-fashioned, but text me nothing of it.",
        "The Telegram channels say so, and WhatsApp groups too.",
        "@anonymous is right",
        "It was 17/05/2024 or 05.17.2024.",
        "The constitution of 1949, article 20, paragraph 4",
    ],
)
def test_dates_numbers_and_talk_of_messengers_are_no_contacts(text):
    assert signs(text).contacts == 0


@pytest.mark.parametrize("text", ["$5", "5 $", "€ 20", "20 euros", "USD 100", "100 dollars", "£5m"])
def test_prices_are_found(text):
    assert signs(text).prices == 1


def test_one_link_written_in_several_ways_is_the_same():
    found = signs("https://www.example.com/a, HTTP://example.com/a/ and example.com/a. Also example.com/b")
    assert (found.links, found.same_link) == (4, 3)


@pytest.mark.parametrize("text", ["abc DEF", "ÄÖÜ äöü Ж ж 日本 1", "", "ᾈ ǅ"])
def test_capitals_are_counted_alike_in_every_script(text):
    capitals = sum(map(str.isupper, text))
    assert capitals_of(text) == (capitals, capitals + sum(map(str.islower, text)))


# ---- what holds for every score


def test_a_row_does_not_depend_on_its_neighbours():
    texts = [ADVERT, SOURCE, "", "!" * 20, None, "THIS IS ALL IN CAPITALS, DEAR PEOPLE"]
    together_ = Spam().score(pd.DataFrame({"text": texts}))
    turned = Spam().score(pd.DataFrame({"text": texts[::-1]})).iloc[::-1].reset_index(drop=True)
    alone = pd.concat([Spam().score(pd.DataFrame({"text": [t]})) for t in texts], ignore_index=True)
    pd.testing.assert_frame_equal(together_, turned, check_exact=True)
    pd.testing.assert_frame_equal(together_, alone, check_exact=True)
    assert together_.loc[4].isna().all()


@given(st.text())
def test_any_text_gets_numbers_within_their_ranges(text):
    found = signs(text)
    assert all(
        share is None or 0 <= share <= 1 for share in (found.link_share, found.shouting, found.repetition)
    )
    assert (together(found) is None) == (not text.split())
    assert together(found) is None or 0 <= together(found) <= 1


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "a ",
        "http://",
        "www.",
        "a.",
        "a@",
        "@a.",
        "0",
        "0 ",
        "+1 ",
        "(0",
        "1-",
        "$",
        "$1",
        "dm me ",
        "!",
        "日",
        "\ud800",
    ],
)
def test_a_hostile_text_takes_no_longer_than_its_length(part):
    text = (part * 1_000_000)[:1_000_000]
    began = time.process_time()
    signs(text)
    # Under 0.2 s on one idle core; anything quadratic would take minutes.
    assert time.process_time() - began < 10
