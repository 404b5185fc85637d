"""Replies worked out from texts: each rule, what must not be read as a name, and the order of rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from threads.parse.replies import CONFIDENCES, guess_parents, infer_replies
from threads.records import Comment


def thread(*pairs):
    return tuple(
        Comment(
            thread_id="t",
            comment_id=f"c{i}",
            position=i + 1,
            author=author,
            text=text,
            source_format="pasted",
        )
        for i, (author, text) in enumerate(pairs)
    )


BASE = (
    ("John Crulz", "The pipeline talks show that energy is the new diplomacy."),
    ("Anna Berg", "A treaty was signed in the morning."),
)


def guess(text, author="Zoe", base=BASE, article=None):
    return guess_parents(thread(*base, (author, text)), article)[-1]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Not so sure, @John Crulz, about that.", "mention"),
        ("@Crulz no.", "mention"),
        ("John, you forget the price.", "opening name"),
        ("Hi John Crulz, you forget the price.", "opening name"),
        ("Hallo Herr Crulz, das stimmt nicht.", "opening name"),
        ("John's point is spot on.", "possessive"),
        ("I think that John is right.", "early name"),
        (
            "It is all very complicated, as everybody knows who has ever worked in it; but Crulz is right.",
            "later name",
        ),
        ('You say "energy is the new diplomacy" but it is not.', "quote"),
        ("> energy is the new diplomacy\nNo.", "quote"),
    ],
)
def test_rules_that_point_at_a_comment(text, rule):
    found = guess(text)
    assert (found.parent, found.rule) == (0, rule)


@pytest.mark.parametrize(
    "text",
    [
        "Adding to that, it costs.",
        "To add to that: no.",
        "Agreed.",
        "Exactly!",
        "This.",
        "+1",
        "Genau so ist es.",
        "Stimmt!",
        "Exactement.",
        "Tout à fait",
        "De acuerdo con todo.",
    ],
)
def test_openings_point_at_the_comment_before(text):
    found = guess(text)
    assert (found.parent, found.rule) == (1, "opening")


@pytest.mark.parametrize(
    "text",
    [
        "This is new.",
        "Exactlyness",
        "+10 points",
        "The trade figures speak louder.",
        "Genauigkeit",
        "agreedtoo",
    ],
)
def test_other_openings_point_nowhere(text):
    assert guess(text) is None


def test_nobody_continues_himself():
    assert guess("Agreed.", author="Anna Berg") is None


def test_nobody_answers_himself_by_name():
    assert guess("John here again.", author="John Crulz") is None


def test_a_first_name_of_two_is_nobodys():
    assert guess("John, you forget.", base=(*BASE, ("John Smith", "Hm."))) is None


def test_an_ordinary_word_is_no_name():
    assert guess("Mark my words, it will cost.", base=(("Susan Mark", "Well."), *BASE)) is None


def test_lower_case_is_no_name():
    assert guess("the berg is high and so is the john.") is None


def test_a_word_in_use_before_its_owner_came_is_no_name():
    base = (("Ann", "Such a Kuchen I never had."), ("Lecker Kuchen", "Very good."), ("Bob", "Yes."))
    assert guess("My Kuchen is dry.", base=base) is None


def test_people_of_the_article_are_not_commenters():
    base = (("Vlad Putin", "Well."), *BASE)
    assert guess("Putin is in Beijing again.", base=base, article="Mr Putin goes to Beijing.") is None
    assert guess("Putin is in Beijing again.", base=base) is not None


def test_later_comments_are_not_answered():
    comments = thread(("Ann", "Zoe, listen."), ("Zoe", "Yes?"))
    assert guess_parents(comments)[0] is None


def test_the_latest_comment_of_the_named_one_is_meant():
    comments = thread(("Ann", "One."), ("Bob", "Two."), ("Ann", "Three."), ("Zoe", "Ann, no."))
    assert guess_parents(comments)[3].parent == 2


def test_newest_first_pages_are_read_backwards():
    start = datetime(2024, 5, 17, tzinfo=UTC)
    comments = thread(("Zoe", "Ann, no."), ("Bob", "Two."), ("Ann", "One."))
    timed = [replace(c, published_at=start - timedelta(hours=i)) for i, c in enumerate(comments)]
    assert guess_parents(timed)[0].parent == 2


def test_the_surest_rule_decides():
    assert guess("Agreed, @John Crulz.").parent == 0


def test_parents_are_marked_as_inferred_with_their_confidence():
    answer = infer_replies(thread(*BASE, ("Zoe", "@Anna Berg no.")))[-1]
    assert (answer.parent_id, answer.parent_source, answer.parent_confidence) == (
        "c1",
        "inferred",
        CONFIDENCES["mention"],
    )


def test_given_parents_stay_and_keep_others_from_being_guessed():
    comments = thread(*BASE, ("Zoe", "@Anna Berg no."), ("Max", "@Anna Berg no."))
    given = (*comments[:3], replace(comments[3], parent_id="c0", parent_source="given"))
    assert infer_replies(given) == given


def test_confidences_are_probabilities():
    assert all(0 < value < 1 for value in CONFIDENCES.values())


def test_nothing_at_all():
    assert infer_replies(()) == ()
