"""What all exports have in common: references are checked, nothing is dropped silently."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threads.parse.exports import texts
from threads.parse.exports.found import FoundComment, FoundComments, FoundThread, Note
from threads.parse.exports.gathering import gathered, reading
from threads.parse.exports.moments import since_1970, written
from threads.parse.exports.texts import from_html
from threads.parse.formats import Options
from threads.records import Skipped


def comment(number, parent=None, text="a text", **more):
    return FoundComment(place=f"row {number}", id=number, parent=parent, text=text, **more)


def test_a_comment_that_answers_itself_answers_the_article():
    parsed = gathered([comment("1", "1")], "file", "format")
    assert parsed.discussions[0].comments[0].parent_id is None
    assert "answer itself" in parsed.report.warnings[0]


def test_a_circle_is_cut_at_its_first_comment():
    parsed = gathered([comment("1", "3"), comment("2", "1"), comment("3", "2")], "file", "format")
    assert [c.parent_id for c in parsed.discussions[0].comments] == [None, "1", "2"]
    assert parsed.report.warnings[0].startswith("1 circle ")


def test_the_parent_of_an_orphan_stays_named_and_is_reported():
    parsed = gathered([comment("1"), comment("2", "9")], "file", "format")
    assert parsed.discussions[0].comments[1].parent_id == "9"
    assert parsed.report.warnings[0].startswith("1 answer to a comment that is not in this export")


def test_a_repeated_id_is_left_out_with_its_place():
    parsed = gathered([comment("1"), comment("1", text="other")], "file", "format")
    assert parsed.report.read == 2
    assert parsed.report.skipped[0].place == "row 1"
    assert "another text" in parsed.report.skipped[0].reason


def test_a_thread_may_be_told_of_after_its_comments():
    parsed = gathered(
        [
            comment("1", thread="t"),
            Note("3 of 9 present"),
            Skipped("row 2", "a pingback"),
            FoundThread(key="t", title="A"),
        ],
        "file",
        "format",
    )
    assert parsed.discussions[0].title == "A"
    assert parsed.report.warnings == ("3 of 9 present",)
    assert parsed.report.read == 2


def test_references_are_looked_up_within_each_discussion():
    found = [
        comment("1", thread="a"),
        comment("2", "1", thread="b"),  # of which the parent is in the discussion before
        comment("3", "4", thread="c"),
        comment("4", "3", thread="c"),
        comment("5", "5", thread="d"),
        comment("6", "5", thread="d"),
        comment("7", "6", thread="d"),
    ]
    parsed = gathered(found, "file", "format")
    parents = [[c.parent_id for c in d.comments] for d in parsed.discussions]
    assert parents == [[None], ["1"], [None, "3"], [None, "5", "6"]]
    assert [warning[:8] for warning in parsed.report.warnings] == ["1 answer", "1 commen", "1 circle"]


def test_the_same_ids_in_several_discussions_are_others_in_each():
    found = [comment(id_, above, thread=key) for key in "abc" for id_, above in (("1", "2"), ("2", None))]
    found += [comment("1", "2", thread="d", text="alone"), comment("1", thread="b")]
    parsed = gathered(found, "file", "format")
    assert [[c.parent_id for c in d.comments] for d in parsed.discussions] == [["2", None]] * 3 + [["2"]]
    assert [s.reason for s in parsed.report.skipped] == ["duplicate: the id 1 came before, with the same"]


def many(threads, comments):
    """Comments of some threads by turns, with threads told of before, after and in between."""
    yield FoundThread(key="t0", title="first")
    for number in range(comments):
        key = f"t{number * 7 % threads}"
        parent = f"c{number - threads}" if number >= threads else None
        yield comment(f"c{number}", parent, thread=key)
        if number % 5 == 0:
            yield FoundThread(key=key, title=f"about {key}")
        if number % 11 == 0:
            yield comment(f"c{number}", thread=key)


def test_what_goes_to_disk_comes_back_as_from_memory():
    in_memory = reading(many(40, 1_000), "file", "format").whole()
    on_disk = reading(many(40, 1_000), "file", "format", in_memory=5_000).whole()
    assert on_disk == in_memory
    assert [d.title for d in on_disk.discussions[:6:5]] == ["first", "about t35"]
    assert (on_disk.report.kept, dict(on_disk.report.left_out)) == (1_000, {"duplicate": 91})


def in_columns(found, size):
    """The same, comments in columns of `size` as tables give them, and what is between them in its place."""
    held = []
    for item in found:
        if isinstance(item, FoundComment):
            held.append(item)
        if held and (not isinstance(item, FoundComment) or len(held) == size):
            yield FoundComments.of(held)
            held = []
        if not isinstance(item, FoundComment):
            yield item
    yield from [FoundComments.of(held)] if held else []


@pytest.mark.parametrize("in_memory", [5_000, 1_000_000])
def test_columns_of_comments_give_what_comments_give_one_by_one(in_memory):
    columns = reading(in_columns(many(40, 1_000), 7), "file", "format", in_memory=in_memory).whole()
    assert columns == reading(many(40, 1_000), "file", "format").whole()


def test_a_reading_holds_one_discussion_at_a_time():
    import tracemalloc

    found = (comment(str(n), thread=str(n % 500), text="x" * 2_000 + str(n)) for n in range(10_000))
    tracemalloc.start()
    kept = sum(len(d.comments) for d in reading(found, "file", "format", in_memory=1_000_000).discussions)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept == 10_000
    assert peak < 5_000_000  # the texts alone are 20 MB


def test_of_very_many_that_are_left_out_the_first_are_named_and_all_are_counted():
    found = (Skipped(f"row {n}", f"a pingback: from {n}") for n in range(20_000))
    report = gathered(found, "file", "format").report
    assert (report.read, report.dropped, len(report.skipped)) == (20_000, 20_000, 10_000)
    assert dict(report.left_out) == {"a pingback": 20_000}


@pytest.mark.parametrize(
    ("author", "kept"),
    [
        ("ann.lee@example.org", "ann.lee"),
        ("192.0.2.7", None),
        ("2001:db8::1", None),
        ("@ann", "@ann"),
        ("Ann (ann at home)", "Ann (ann at home)"),
        ("1.5", "1.5"),
        ("12:30", "12:30"),
    ],
)
def test_an_address_is_no_name_unless_asked_for(author, kept):
    found = comment("1", author=author, author_id=author)
    parsed = gathered([found], "file", "format")
    (only,) = parsed.discussions[0].comments
    assert only.author == kept
    assert only.author_id == (author if kept == author else None)
    assert bool(parsed.report.warnings) == (kept != author)


def test_an_address_that_is_asked_for_stays():
    found = comment("1", author="ann@example.org")
    (only,) = reading([found], "file", "format", addresses=True).whole().discussions[0].comments
    assert only.author == "ann@example.org"


def test_two_threads_of_one_page_are_two_discussions():
    threads = [FoundThread(key=key, url="https://a.example/1") for key in "ab"]
    found = [*threads, comment("1", thread="a"), comment("1", thread="b")]
    first, second = gathered(found, "file", "format").discussions
    assert first.thread_id != second.thread_id
    assert {c.thread_id for c in second.comments} == {second.thread_id}
    assert second.thread_id == gathered(found, "file", "format").discussions[1].thread_id


@pytest.mark.parametrize("value", [1700000000, "1700000000", 1700000000.0, 1700000000000, "1700000000000000"])
def test_a_number_since_1970_in_any_unit(value):
    assert since_1970(value).at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "soon", float("nan"), -5, 0, 1e40])
def test_what_is_no_number_since_1970_is_no_moment(value):
    assert since_1970(value).at is None


@pytest.mark.parametrize(
    ("value", "zone", "precision"),
    [
        ("2011-11-18T17:43:21Z", "given", "second"),
        ("2011-11-18 17:43:21", "assumed", "second"),
        ("Fri, 18 Nov 2011 17:43:21 +0000", "given", "second"),
    ],
)
def test_a_written_time(value, zone, precision):
    moment = written(value, Options())
    assert (moment.at, moment.zone, moment.precision) == (
        datetime(2011, 11, 18, 17, 43, 21, tzinfo=UTC),
        zone,
        precision,
    )


def test_a_time_that_cannot_be_read_stays_as_written():
    assert written("0000-00-00 00:00:00", Options()) == (None, "0000-00-00 00:00:00", "none", "none")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain &amp; simple", "plain & simple"),
        ("<p>One<br>two</p>\n<p>three <b>bold</b></p>", "One\ntwo\n\nthree bold"),
        ("a<br/>b<br />c", "a\nb\nc"),
        (
            "<blockquote><p>said\nbefore</p><p>more</p></blockquote>answer",
            "> said before\n>\n> more\n\nanswer",
        ),
        ("<script>alert(1)</script>seen<style>p{}</style>", "seen"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("2 < 3 and 3 > 2", "2 < 3 and 3 > 2"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<div>" * 5_000 + "deep", "deep"),
        ('Great <img src="1f642.png" alt="🙂" class="wp-smiley">', "Great 🙂"),
        ('So <img alt=":doge:" class="wl-emoji"> it is <img alt=" ;) ">', "So :doge: it is ;)"),
        ('<img src="map.png" alt="A map of the harbour">Here', "Here"),
        ("a<b " + " ".join(f"a{n}='x'" for n in range(20_000)) + ">c</b>", "ac"),
        ("", ""),
    ],
)
def test_the_text_of_html(markup, text):
    assert from_html(markup) == text


SIGNS = (
    *("a", "b c", " ", "  ", "\n", "\t", "\f", "\xa0", "é", "<", ">", '"', "'", "=", "&", "& ", "\0", "\x01"),
    *("<p>", "</p>", "<P class='x'>", "<p/>", "<br>", "<br />", "<BR/>", "</br>", "<b>", "</b>", "<a>"),
    *("</a>", '<a href="x>y">', "<a href=x/>", '<a\nhref = "x">', "<img alt='no'>", "<code>", "</code>"),
    *("< p>", "<q>", "<div>", "</div>", "<blockquote>", "<pre>", "<!-- x -->", "<script>", "<li>", "</s>"),
    *("&amp;", "&lt;", "&nbsp;", "&copy", "&notit;", "&#39;", "&#x27;", "&#8217;", "&#10;", "&#32;"),
    *("&#128;", "&#0;", "&#x1F600;", "&#", "&Tab;", "&NewLine;", "&hellip;", "&foo;"),
)


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
def test_simple_html_is_read_as_its_tree_is(markup):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_MOST_SIMPLE", -1)
        by_tree = from_html(markup)
    assert from_html(markup) == by_tree


def test_very_many_blanks_and_lines_are_read_at_once():
    markup = "<p>a" + (" " * 1_000 + "\n") * 5_000 + "b</p>" + "<br>" * 100 + "c"
    assert from_html(markup) == "a b\n\nc"
