"""Pseudonyms: the same person is the same reader, and no name of a thread's authors is left in it."""

import time
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest
from hostile import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from threads.frames import comments_frame
from threads.pseudonyms import SOMEBODY, Names, pseudonym, pseudonymised, pseudonymised_comments, words
from threads.records import Comment, Discussion

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))


def thread(*said, thread_id="t", **changes):
    """A discussion of (author, text)."""
    return Discussion(
        thread_id=thread_id,
        source="page.html",
        source_format="page",
        comments=tuple(
            Comment(
                thread_id=thread_id,
                comment_id=f"c{number}",
                position=number,
                parent_id="c1" if number > 1 else None,
                author=author,
                published_at_raw="May 17",
                text=text,
                source_format="page",
                **changes,
            )
            for number, (author, text) in enumerate(said, start=1)
        ),
    )


def called(author, author_id=None):
    return pseudonym(KEY, "page", author_id, author)


def texts(*said):
    return pseudonymised(comments_frame([thread(*said)]), KEY)["text"].tolist()


# ---- one person


def test_a_pseudonym_is_short_and_does_not_change_from_version_to_version():
    assert called("Ann Lee") == "reader dnxta8rtwa"


def test_a_pseudonym_depends_on_key_format_and_author():
    found = {
        pseudonym(KEY, "page", None, "Ann"),
        pseudonym(OTHER_KEY, "page", None, "Ann"),
        pseudonym(KEY, "pasted", None, "Ann"),
        pseudonym(KEY, "page", "Ann", None),
        pseudonym(KEY, "page", None, "ann"),
        pseudonym(KEY, "page", None, ""),
        pseudonym(KEY, "page", None, "\ud800"),
    }
    assert len(found) == 7


def test_the_platforms_id_says_who_it_is():
    assert called("Ann", "7") == called("Ann Lee", "7") != called("Ann", "8")


def test_who_is_unnamed_stays_unnamed():
    assert called(None) is None
    assert pseudonymised(comments_frame([thread((None, "hello"))]), KEY)["author"].isna().all()


def test_a_hundred_thousand_authors_have_as_many_pseudonyms():
    assert len({called(f"author {n}") for n in range(100_000)}) == 100_000


# ---- a frame


def test_a_frame_keeps_its_shape_and_loses_who_wrote_it():
    frame = comments_frame([thread(("Ann", "yes"), (None, "no"), author_id="7")]).assign(sentiment=0.5)
    found = pseudonymised(frame, KEY)
    assert (found.dtypes.tolist(), found.columns.tolist()) == (frame.dtypes.tolist(), frame.columns.tolist())
    assert found["author"].tolist() == [called("Ann", "7")] * 2
    assert found[["author_id", "published_at_raw"]].isna().all(axis=None)
    assert found["sentiment"].tolist() == [0.5, 0.5]
    assert frame["author"].tolist()[0] == "Ann"  # the one given is as it was


def test_replies_still_find_what_they_answer_under_ids_that_are_keyed():
    frame = comments_frame([thread(("Ann", "yes"), ("Bob", "no"), ("Cid", "well"))])
    found = pseudonymised(frame, KEY)
    ids = found["comment_id"].tolist()
    assert len(set(ids)) == 3
    assert not set(ids) & set(frame["comment_id"])
    assert found["parent_id"].tolist()[1:] == [ids[0]] * 2
    assert set(pseudonymised(frame, OTHER_KEY)["comment_id"]).isdisjoint(ids)


def test_parents_shown_beside_a_comment_are_treated_alike():
    frame = comments_frame([thread(("Ann Lee", "yes"), ("Bob", "no"))])
    frame = frame.assign(parent_author=[None, "Ann Lee"], parent_text=[None, "as Bob said"])
    found = pseudonymised(frame, KEY)
    assert found["parent_author"].tolist()[1] == called("Ann Lee")
    assert found["parent_text"].tolist()[1] == f"as {called('Bob')} said"


def test_the_same_person_is_the_same_reader_in_every_thread():
    frame = comments_frame([thread(("Ann", "a")), thread(("Bob", "b"), ("Ann", "c"), thread_id="u")])
    found = pseudonymised(frame, KEY)
    assert found["author"].tolist() == [called("Ann"), called("Bob"), called("Ann")]


def test_a_row_has_the_values_it_had_whatever_the_order_and_the_index():
    frame = comments_frame([thread(("Ann", "Bob?"), ("Bob", "Ann!")), thread(("Cid", "Ann"), thread_id="u")])
    turned = frame.iloc[::-1].set_axis([7, 7, 1])
    pd.testing.assert_frame_equal(
        pseudonymised(turned, KEY).reset_index(drop=True),
        pseudonymised(frame, KEY).iloc[::-1].reset_index(drop=True),
    )


def test_a_frame_without_rows_stays_empty():
    frame = comments_frame([])
    pd.testing.assert_frame_equal(pseudonymised(frame, KEY), frame)


def test_records_are_treated_as_frames_are():
    discussion = thread(("Ann Lee", "@Bob no"), ("Bob", "Ann Lee, yes"), (None, "so"))
    records = replace(discussion, comments=pseudonymised_comments(discussion.comments, KEY))
    pd.testing.assert_frame_equal(comments_frame([records]), pseudonymised(comments_frame([discussion]), KEY))


# ---- names in texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee is right", "{ann} is right"),
        ("@Ann Lee: no", "@{ann}: no"),
        ("@ann no", "@{ann} no"),
        ("ANN LEE!", "{ann}!"),
        ("(Ann\u00a0Lee)", "({ann})"),
        ("Ａｎｎ Lee", "{ann}"),
        ("Ann Lee's idea", "{ann}'s idea"),
        ("> Ann Lee wrote", "> {ann} wrote"),
        ("Ann Lees", "Ann Lees"),
        ("Joann Lee", "Joann Lee"),
        ("Ann\nLee", "Ann\nLee"),
        ("Ann alone", "Ann alone"),
        ("Ann Lee Ray said", "{ray} said"),
        ("will you, Will?", "will you, {will}?"),
        ("@will", "@{will}"),
        ("Al is short, @Al not", "Al is short, @{al} not"),
        ("张三说得对", "{zhang}说得对"),
        ("river_rat99 again", "{rat} again"),
        ("Ann Lee™ and Will™", "{ann}™ and {will}™"),
        ("mail@Will.example", "mail@{will}.example"),
    ],
)
def test_names_of_the_threads_authors_become_their_pseudonyms(text, expected):
    names = {
        "ann": "Ann Lee",
        "ray": "Ann Lee Ray",
        "will": "Will",
        "al": "Al",
        "zhang": "张三",
        "rat": "river_rat99",
    }
    said = [(name, "") for name in names.values() if name != "Ann Lee Ray" or "{ray}" in expected]
    assert texts(*said, ("Zoe", text))[-1] == expected.format(
        **{key: called(name) for key, name in names.items()}
    )


def test_a_first_word_that_two_names_share_tells_neither():
    assert texts(("Ann Lee", ""), ("Ann Ray", "@Ann no"))[1] == f"@{SOMEBODY} no"


def test_a_name_that_two_authors_bear_tells_neither():
    one, other = thread(("Ann Lee", "Ann Lee"), author_id="1"), thread(("Ann Lee", ""), author_id="2")
    frame = comments_frame([one, other])
    assert pseudonymised(frame, KEY)["text"].tolist()[0] == SOMEBODY


def test_names_of_another_thread_stay():
    frame = comments_frame([thread(("Ann Lee", "")), thread(("Bob", "Ann Lee"), thread_id="u")])
    assert pseudonymised(frame, KEY)["text"].tolist()[1] == "Ann Lee"


def test_names_without_a_word_harm_nothing():
    assert texts(("★★★", "★★★ @★★★"), ("", "@")) == ["★★★ @★★★", "@"]


@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=200))
def test_texts_change_at_mentions_only(names, text):
    found = list(Names(names).mentions(text))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert Names(names).replaced(text, lambda m: text[m.start : m.end]) == text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_no_longer_than_others(name):
    text = HOSTILE[name]
    names = Names(
        ["a", "a a", "not not not", "e\u0301", "www", text[:500], " ".join(["not"] * 400), "a'a'a'b"]
    )
    start = time.process_time()
    list(names.mentions(text))
    assert time.process_time() - start < 2.0


@pytest.mark.parametrize("words", [1_000, 4_000])
def test_names_that_nearly_match_everywhere_cost_a_bounded_time_a_word(words):
    names = Names([" ".join(["a"] * length + ["b"]) for length in range(1, 300)])
    start = time.process_time()
    list(names.mentions("a " * words))
    assert (time.process_time() - start) / words < 0.001


def test_words_of_ascii_are_those_of_any_text():
    text = "".join(map(chr, range(128))) + "a1_b\tC--d\x00e"
    # A letter outside of ASCII takes the other way.
    assert words(text) == words(f"{text} \u00e9")[:-1]
