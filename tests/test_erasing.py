"""What others' texts hold of erased ones: quotations and names go, doubtful ones are told, the rest stays."""

import time

import pytest
from hostile import HOSTILE

from threads.erasing import ERASED, Erased, Traces, Words, mark, without_erased
from threads.records import Comment, Discussion, Parsed, Report

KEY = bytes(range(32))
TEXT = "The tunnel costs far too much.\nNobody asked the ferrymen, who lose their work."


def traces(text, *names, erased=TEXT):
    return Words([erased], names).traces(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> The tunnel costs far too much.\nNo.", "> [erased]\nNo."),
        (
            "> The tunnel costs far too much.\n> Nobody asked the ferrymen, who lose their work.\nNo.",
            "> [erased]\n> [erased]\nNo.",
        ),
        ("Yes.\n  > > Nobody asked the ferrymen", "Yes.\n  > > [erased]"),
        ("> “Nobody   asked the ferrymen…”\nWho?", "> [erased]\nWho?"),
        (
            "> Nobody asked the ferrymen, who lose\n> their work.\nWho?",
            "> [erased]\n> [erased]\nWho?",
        ),
        (
            "> Something else that was said\n> The tunnel costs far too much.\nNo.",
            "> Something else that was said\n> [erased]\nNo.",
        ),
        ("> too much\nNo.", "> too much\nNo."),
        ("> Another comment that was quoted\nNo.", "> Another comment that was quoted\nNo."),
        ("The tunnel costs 3 > 2 of it", "The tunnel costs 3 > 2 of it"),
        (">\n> \nNo.", ">\n> \nNo."),
    ],
)
def test_quotations_of_the_erased_text_go(text, expected):
    assert traces(text).taken_out(text) == expected


def test_a_short_comment_is_found_where_all_of_it_is_quoted():
    assert (
        traces("> I agree.\nMe too", erased="I agree.").taken_out("> I agree.\nMe too")
        == f"> {ERASED}\nMe too"
    )


@pytest.mark.parametrize(
    ("text", "expected", "doubts"),
    [
        ("@Ann no", "@[erased] no", ()),
        ("@ann lee no", "@[erased] no", ()),
        ("Ann Lee wrote", "[erased] wrote", ()),
        ("I asked Will", "I asked Will", ("it may name them",)),
        ("@Will, no", "@[erased], no", ()),
        ("you will", "you will", ()),
    ],
)
def test_names_go_where_they_are_surely_meant(text, expected, doubts):
    found = traces(text, "Ann Lee", "Will")
    assert (found.taken_out(text), found.doubts) == (expected, doubts)


@pytest.mark.parametrize(
    ("text", "expected", "doubts"),
    [
        ("@Ann no", "@Ann no", ("it may name them",)),  # whom of them?
        ("@Ann Ray no", "@Ann Ray no", ()),
        ("@Ann Lee no", "@[erased] no", ()),
        ("Ann lee! said", "[erased]! said", ()),
    ],
)
def test_a_name_that_others_may_bear_is_theirs_too(text, expected, doubts):
    found = Words([TEXT], ["Ann Lee"], ["Ann Ray"]).traces(text)
    assert (found.taken_out(text), found.doubts) == (expected, doubts)


@pytest.mark.parametrize(
    "text",
    [
        "As was said: nobody asked the ferrymen, who lose their work!",
        "> the ferrymen who lose their work and nobody asked the ferrymen who lose their work",
    ],
)
def test_words_of_theirs_that_are_no_quotation_are_told(text):
    found = traces(text)
    assert (found.taken_out(text), found.doubts) == (text, ("it has words of theirs",))


def test_words_of_theirs_are_not_told_where_they_go():
    assert traces("> Nobody asked the ferrymen, who lose their work.").doubts == ()


def test_stretches_of_a_text_move_with_it_and_those_that_were_touched_go():
    text = "ugly > no\n> Nobody asked the ferrymen\nugly @Ann Lee ugly"
    found = traces(text, "Ann Lee")
    spans = [(i, i + 4) for i in range(len(text)) if text[i : i + 4] == "ugly"] + [(12, 18)]
    after = found.taken_out(text)
    moved = found.moved(spans)
    assert [span and after[slice(*span)] for span in moved] == ["ugly"] * 3 + [None]
    assert Traces().moved(spans) == spans


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_no_longer_than_others(name):
    text = HOSTILE[name]
    start = time.process_time()
    Words([text], [text[:100]]).traces(text)
    Words(["not > a", "www"], ["a"]).traces(text)
    assert time.process_time() - start < 4.0


# ---- a parse


def parsed(*said):
    comments = tuple(
        Comment(
            thread_id="t",
            comment_id=f"c{number}",
            position=number,
            parent_id="c1" if number > 1 else None,
            author=author,
            author_id=author_id,
            text=text,
            source_format="page",
        )
        for number, (author, author_id, text) in enumerate(said, start=1)
    )
    discussion = Discussion(thread_id="t", source="a.html", source_format="page", comments=comments)
    return Parsed(discussions=(discussion,), report=Report(source="a.html", kept=len(comments)))


SAID = parsed(
    ("Ann Lee", "7", TEXT),
    ("Bob", None, "> The tunnel costs far too much.\n@Ann no"),
    ("Ann Lee", "8", "I am another."),
)


@pytest.mark.parametrize(
    ("marks", "left"),
    [
        ([(None, "author", "Ann Lee")], ["c2"]),
        ([(None, "author_id", "7")], ["c2", "c3"]),
        ([("t", "author", "Ann Lee")], ["c2"]),
        ([("u", "author", "Ann Lee")], ["c1", "c2", "c3"]),
        ([(None, "author", "7"), (None, "author_id", "Ann Lee")], ["c1", "c2", "c3"]),
        ([("t", "comment", "c1")], ["c2", "c3"]),
        ([("u", "comment", "c1")], ["c1", "c2", "c3"]),
    ],
)
def test_what_was_erased_is_left_out_and_told(marks, left):
    found = without_erased(SAID, Erased(frozenset(mark(KEY, *parts) for parts in marks), KEY))
    assert [c.comment_id for c in found.discussions[0].comments] == left
    assert (found.report.kept, found.report.read) == (len(left), 3)
    gone = [place for place, number in enumerate(("c1", "c2", "c3"), start=1) if number not in left]
    assert [s.place for s in found.report.skipped] == [f"comment {place}" for place in gone]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("author", "Ann Lee", "> [erased]\n@[erased] no"),
        ("author_id", "7", "> [erased]\n@Ann no"),  # another one bears the name
        ("comment", "c1", "> [erased]\n@Ann no"),  # the author was not erased
    ],
)
def test_others_lose_what_they_quote_of_it(kind, value, text):
    scope = "t" if kind == "comment" else None
    found = without_erased(SAID, Erased(frozenset({mark(KEY, scope, kind, value)}), KEY))
    (bob,) = [c for c in found.discussions[0].comments if c.author == "Bob"]
    assert (bob.text, bob.parent_id) == (text, "c1")


def test_marks_made_with_another_key_cover_nothing():
    marks = frozenset({mark(bytes(range(1, 33)), None, "author", "Ann Lee")})
    assert without_erased(SAID, Erased(marks, KEY)) is SAID
