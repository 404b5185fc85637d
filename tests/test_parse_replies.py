"""Replies worked out: what a text points at, what the order of a page says, and how both are weighed."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from threads.models import load
from threads.parse.addressing import Addressee, address_of, resolve
from threads.parse.replies import MODEL, Guess, best, guess_parents, infer_replies
from threads.parse.reply_cues import ARTICLE, CUES, Candidate, Thread
from threads.parse.reply_order import Open, is_backwards, nearest, order_of, times_of
from threads.parse.reply_signs import signs
from threads.parse.reply_texts import Texts
from threads.records import Comment

START = datetime(2024, 5, 17, 12, tzinfo=UTC)


def thread(*pairs):
    """Comments by (author, text) or (author, text, hours since the first)."""
    return tuple(
        Comment(
            thread_id="t",
            comment_id=f"c{i}",
            position=i + 1,
            author=author,
            text=text,
            published_at=START + timedelta(hours=hours[0]) if hours else None,
            source_format="pasted",
        )
        for i, (author, text, *hours) in enumerate(pairs)
    )


def at(*hours):
    """Comments of nobody, with nothing in them but their times."""
    return thread(*((f"Writer {i}", "Well.", hour) for i, hour in enumerate(hours)))


BASE = (
    ("John Crulz", "The pipeline talks show that energy is the new diplomacy."),
    ("Anna Berg", "A treaty was signed in the morning."),
)


def signs_of(text, author="Zoe", base=BASE, article=None):
    comments = thread(*base, (author, text))
    found = signs(comments, Texts(comments), times_of(comments), article)
    return [(sign.parent, sign.rule) for sign in list(found)[-1]]


# --- what a text points at ---


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Not so sure, @John Crulz, about that.", "mention"),
        ("@Crulz no.", "mention"),
        ("John, you forget the price.", "opening name"),
        ("Hi John Crulz, you forget the price.", "opening full name"),
        ("Hallo Herr Crulz, das stimmt nicht.", "opening name"),
        ("John's point is spot on.", "named words"),
        ("I doubt John's main argument.", "named words"),
        ("John's house is spot on.", "possessive"),
        ("I think that John is right.", "early name"),
        (
            "It is all very complicated, as everybody knows who has ever worked in it; but Crulz is right.",
            "later name",
        ),
        ('You say "energy is the new diplomacy" but it is not.', "quote"),
        ("> energy is the new diplomacy\nNo.", "quote"),
    ],
)
def test_signs_that_point_at_a_comment(text, rule):
    assert signs_of(text) == [(0, rule)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Adding to that, it costs.", "addition"),
        ("To add to that: no.", "addition"),
        ("Ergänzend dazu: nein.", "addition"),
        ("Agreed.", "opening"),
        ("Exactly!", "opening"),
        ("This.", "opening"),
        ("+1", "opening"),
        ("Genau so ist es.", "opening"),
        ("Tout à fait", "opening"),
        ("De acuerdo con todo.", "opening"),
    ],
)
def test_openings_point_at_the_comment_above(text, rule):
    assert signs_of(text) == [(1, rule)]


@pytest.mark.parametrize(
    "text", ["This is new.", "Exactlyness", "+10 points", "Genauigkeit", "agreedtoo", "the berg is a john."]
)
def test_other_words_point_nowhere(text):
    assert signs_of(text) == []


def test_nobody_continues_himself():
    assert signs_of("Agreed.", author="Anna Berg") == []


def test_nobody_answers_himself_by_name():
    assert signs_of("John here again.", author="John Crulz") == []


def test_nobody_quotes_himself():
    assert signs_of('I said "energy is the new diplomacy" before.', author="John Crulz") == []


def test_a_first_name_of_two_is_nobodys():
    assert signs_of("John, you forget.", base=(*BASE, ("John Smith", "Hm."))) == []


def test_an_ordinary_word_is_no_name():
    assert signs_of("Mark my words, it will cost.", base=(("Susan Mark", "Well."), *BASE)) == []


def test_a_word_in_use_before_its_owner_came_is_no_name():
    base = (("Ann", "Such a Kuchen I never had."), ("Lecker Kuchen", "Very good."), ("Bob", "Yes."))
    assert signs_of("My Kuchen is dry.", base=base) == []


def test_people_of_the_article_are_not_commenters():
    base = (("Vlad Putin", "Well."), *BASE)
    assert signs_of("Putin is in Beijing again.", base=base, article="Mr Putin goes to Beijing.") == []
    assert signs_of("Putin is in Beijing again.", base=base) == [(0, "opening name")]


def test_the_nearest_comment_of_the_named_one_is_meant():
    base = (("Ann", "One."), ("Bob", "Two."), ("Ann", "Three."))
    assert signs_of("Ann, no.", base=base) == [(2, "opening name")]


def test_the_surest_sign_comes_first():
    assert [rule for _, rule in signs_of("Agreed, @John Crulz.")] == ["mention", "opening"]


# --- the order of a page ---


def test_a_missing_time_is_that_of_the_comment_above():
    comments = at(0, 1, 2)
    holed = (comments[0], replace(comments[1], published_at=None), comments[2])
    first, second, third = times_of(holed)
    assert (second - first, third - first) == (0, 7200)


def test_times_that_only_fall_are_backwards():
    assert is_backwards(at(3, 2, 2, 1))
    assert not is_backwards(at(3, 2, 4, 1))
    assert not is_backwards(at(2, 2))
    assert not is_backwards(())


def test_the_nearest_above_is_no_later_else_below_and_earlier():
    times = [5.0, 1.0, 9.0, 3.0, 2.0]
    assert nearest([0, 1, 2], 3, times) == 1
    assert nearest([0, 2, 4], 3, times) == 4
    assert nearest([0, 2], 3, times) is None
    assert nearest([2, 3], 1, times) is None


def test_on_a_page_with_the_oldest_first_who_is_later_than_one_below_is_not_last_low():
    order = order_of(at(0, 5, 1, 2, 9, 3))
    assert order.is_last_low == [True, False, True, True, False, True]
    assert (order.oldest_first > 0, order.newest_first) == (True, 0)


def test_on_a_page_with_the_newest_first_who_is_later_than_one_above_is_not_lowest():
    order = order_of(at(9, 8, 8.5, 3, 4, 1))
    assert order.is_lowest == [True, True, False, True, False, True]
    assert (order.newest_first > 0, order.oldest_first) == (True, 0)


def test_comments_of_the_same_time_give_no_direction():
    order = order_of(at(*[0] * 20))
    assert (order.oldest_first, order.newest_first, order.is_timed) == (0, 0, False)


def test_times_that_go_back_within_threads_tell_of_answers_to_answers():
    one_level = order_of(at(*[hour for k in range(20) for hour in (k, 100 + k, 200 + k, 300 + k)]))
    nested = order_of(at(*[hour for k in range(20) for hour in (k, 300 + k, 200 + k, 100 + k)]))
    assert one_level.nested < 0 < nested.nested


def test_a_thread_is_closed_by_an_earlier_comment():
    open_ones = Open([0.0, 5.0, 3.0])
    open_ones.add(0)
    open_ones.add(1)
    assert list(open_ones.until(2)) == [0]


# --- what a page states ---


@pytest.mark.parametrize(
    ("line", "addressee"),
    [
        ("In reply to Bob:", Addressee(name="Bob")),
        ("Antwort auf #3 von Bob", Addressee(name="Bob", number=3)),
    ],
)
def test_a_line_that_says_whom_a_comment_answers(line, addressee):
    assert address_of(None, [line, "Well."]) == (addressee, ["Well."])


def test_a_mention_is_no_certain_address():
    assert address_of(None, ["@Bob no."]) == (Addressee(mention="Bob no.", certain=False), ["@Bob no."])


def test_a_mention_means_the_longest_name_that_begins_it():
    comments = thread(("Ann Lee", "a"), ("Ann", "b"), ("Zoe", "c"))
    assert resolve(comments, [None, None, Addressee(mention="Ann Lee: no.")]) == [None, None, 0]


def test_an_addressee_above_goes_before_one_below_also_with_the_newest_first():
    comments = thread(("Ann", "a", 9), ("Zoe", "b", 9.5), ("Bob", "c", 5), ("Ann", "d", 4))
    assert resolve(comments, [None, Addressee(name="Ann"), None, None])[1] == 0
    assert resolve(comments, [None, None, Addressee(name="Ann"), None])[2] == 3


def test_a_number_means_the_comment_of_that_place():
    comments = thread(*BASE)
    assert resolve(comments, [None, Addressee(name="Nobody", number=1)]) == [None, 0]
    assert resolve(comments, [None, Addressee(number=2)]) == [None, None]
    assert resolve(comments, [None, Addressee(number=3)]) == [None, None]


# --- weighing ---


def test_the_head_of_a_thread_is_what_answers_the_article():
    reading = Thread(thread(*(("Ann", "Well."), ("Bob", "Well."), ("Cyd", "Well."), ("Zoe", "Well."))))
    for index, parent in enumerate((ARTICLE, 0, 1)):
        reading.candidates(index)
        reading.settle(index, parent)
    assert {c.index: c.cues.get("head") for c in reading.candidates(3)[1:]} == {2: False, 1: False, 0: True}


def test_no_candidate_stands_below():
    comments = thread(("Zoe", "@Ann no.", 3), ("Bob", "Two.", 2), ("Cyd", "Hm.", 2.5), ("Ann", "One.", 1))
    assert [candidate.index for candidate in Thread(comments).candidates(0)] == [ARTICLE]


def test_of_a_long_thread_only_some_texts_are_kept(monkeypatch):
    monkeypatch.setattr("threads.parse.reply_texts._MOST_KEPT", 2)
    texts = Texts(thread(*BASE, ("Zoe", "Hm.")))
    first = texts[0]
    assert texts[0] is first
    assert (texts[1].words[0], texts[2].words, texts[0] is first) == ("a", ["hm"], False)


def test_the_likeliest_candidate_has_the_probability_of_a_logit():
    candidates = [Candidate(ARTICLE, {"article": 1.0}), Candidate(0, {"head": 2.0})]
    guess = best(candidates, {"article": 1.0, "head": 1.0})
    assert guess.parent == 0
    assert guess.confidence == pytest.approx(1 / (1 + 2.718281828459045**-1))


def test_every_cue_is_declared_and_every_declared_cue_met():
    comments = thread(
        ("Host", "Who wants cake?", 0),
        ("Ann", "Host, what is in it?", 1),
        ("Host", "> what is in it, please tell us all\nFlour, Ann.", 3),
        ("Ann", "Adding to that: @Host, thanks. Bob's cake is dry.", 2),
        ("Bob", "Agreed. I doubt Ann's point, said Host.", 5),
        ("Host", "Ann, no.", 4),
        ("Zoe", "What is in it, please tell us all of it", 6),
        ("Cyd", 'They say it is all well, and then "what is in it, please tell us all" is asked by Ann.', 7),
    )
    reading = Thread(comments)
    met = set()
    for i in range(len(comments)):
        for candidate in reading.candidates(i):
            met |= candidate.cues.keys()
        reading.settle(i, i - 1)
    assert met <= set(CUES)
    assert {cue for cue in CUES if not cue.startswith("sign")} <= met


def test_the_weights_know_every_cue():
    assert set(load(MODEL).array("cues").tolist()) == set(CUES)


def test_the_first_comment_answers_the_article():
    assert guess_parents(thread(("Ann", "@Bob no.")))[0].parent == ARTICLE


def test_later_comments_are_not_answered():
    assert guess_parents(thread(("Ann", "Zoe, listen."), ("Zoe", "Yes?")))[0].parent == ARTICLE


def test_a_jump_back_in_time_ends_the_thread_above():
    comments = thread(
        *(
            row
            for k in range(6)
            for row in ((f"Ann {k}", "What a day it was.", k), (f"Bob {k}", "So it was indeed.", 20 + k))
        )
    )
    parents = [guess.parent for guess in guess_parents(comments)]
    assert parents[:11] == [parent for k in range(6) for parent in (ARTICLE, 2 * k)][:11]


def test_pages_with_the_newest_first_are_read_upwards():
    comments = thread(("Zoe", "@Ann no.", 3), ("Bob", "Two.", 2), ("Ann", "One.", 1))
    guess = guess_parents(comments)[0]
    assert (guess.parent, guess.confidence > 0.75) == (2, True)


def test_parents_are_marked_as_inferred_with_their_confidence():
    answer = infer_replies(thread(*BASE, ("Zoe", "@Anna Berg no.")))[-1]
    assert (answer.parent_id, answer.parent_source) == ("c1", "inferred")
    assert 0.75 <= answer.parent_confidence <= 1


def test_what_is_not_sure_is_not_said():
    comments = thread(*BASE, ("Zoe", "Oil is dear."))
    assert infer_replies(comments) == comments


def test_a_guess_that_is_not_sure_is_not_said():
    comments = thread(*BASE, ("Zoe", "@John Crulz: no."), ("Max", "Adding to that, no."))
    guess = guess_parents(comments)[3]
    assert (guess.parent, guess.confidence < 0.8) == (2, True)
    assert infer_replies(comments)[3] == comments[3]


def test_a_thread_too_long_for_a_page_is_left_as_it_is(monkeypatch):
    comments = thread(*BASE, ("Zoe", "@Anna Berg no."))
    monkeypatch.setattr("threads.parse.replies.MOST_COMMENTS", 2)
    assert infer_replies(comments) == comments


def test_a_given_parent_is_certain():
    comments = thread(*BASE, ("Zoe", "Hm."))
    given = (*comments[:2], replace(comments[2], parent_id="c0", parent_source="given"))
    assert guess_parents(given)[2] == Guess(0, 1.0)


def test_given_parents_stay_and_keep_others_from_being_guessed():
    comments = thread(*BASE, ("Zoe", "@Anna Berg no."), ("Max", "Hm."))
    given = (*comments[:3], replace(comments[3], parent_id="c0", parent_source="given"))
    assert infer_replies(given) == given


def test_given_mentions_keep_nobody_from_being_guessed():
    comments = thread(*BASE, ("Zoe", "@John Crulz: no."), ("Max", "@Anna Berg no."))
    mentioned = (*comments[:2], replace(comments[2], parent_id="c0", parent_source="given"), comments[3])
    answers = infer_replies(mentioned)
    assert answers[2] == mentioned[2]
    assert (answers[3].parent_id, answers[3].parent_source) == ("c1", "inferred")


def test_nothing_at_all():
    assert infer_replies(()) == ()


@pytest.mark.parametrize(
    "text", ["\ud800\udfff", "\x00" * 9, "\u202e@Ann\u202c", "", "> " * 5_000, '"' * 5_000, "Ann's " * 3_000]
)
def test_no_text_breaks_it(text):
    comments = thread(("Ann", text, 0), ("\ud800", text, 1), (None, text, 2), ("Ann", text, 3))
    assert len(infer_replies(comments, text)) == 4


def test_answers_to_answers_without_end_are_no_recursion():
    comments = thread(*(("Ann" if k % 2 else "Bob", "@Ann @Bob no.", k) for k in range(5_000)))
    assert len(infer_replies(comments)) == 5_000


@pytest.mark.parametrize("falls", [1, -1], ids=["oldest first", "newest first"])
def test_ten_times_the_comments_take_about_ten_times_as_long(falls):
    def seconds(count):
        comments = thread(
            *(
                (f"Writer {k % 97}", f"Writer {k % 89}, word {k % 53} of a day.", falls * k)
                for k in range(count)
            )
        )
        begin = time.process_time()
        infer_replies(comments)
        return time.process_time() - begin

    def least(count):
        # Of three, since a neighbour on the machine can only make one slower.
        return min(seconds(count) for _ in range(3))

    seconds(200)
    assert least(5_000) < 25 * max(least(500), 0.02)
