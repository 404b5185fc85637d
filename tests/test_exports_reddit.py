"""Reddit's answers and dumps: what is particular to them beyond the samples."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from threads.errors import InputError
from threads.parse.exports.reddit import bare, comment, thread
from threads.parse.exports.reddit_dump import RedditDump
from threads.parse.exports.reddit_listing import RedditListing
from threads.parse.formats import Options
from threads.parse.source import Source

LINE = {
    "id": "c1",
    "link_id": "t3_p1",
    "parent_id": "t3_p1",
    "author": "ann",
    "body": "a text",
    "created_utc": 1500000000,
    "score": 3,
    "subreddit": "town",
}


def said(**fields):
    found = comment(LINE | fields, "line 1")
    return SimpleNamespace(**{name: value for name, (value,) in found._asdict().items()})


def read(item, content):
    source = Source.from_bytes(
        content if isinstance(content, bytes) else json.dumps(content).encode(), "file"
    )
    assert item.sniff(source)
    return item.read(source, Options())


def lines(*rows):
    return "\n".join(json.dumps(row) for row in rows).encode()


@pytest.mark.parametrize("value", [1500000000, "1500000000", 1500000000.0, "1500000000.0"])
def test_a_time_is_a_number_or_its_text(value):
    assert said(created_utc=value).at == datetime.fromtimestamp(1500000000, UTC)


@pytest.mark.parametrize("value", [None, False, True, "", "never"])
def test_an_edit_without_a_time_has_none(value):
    assert said(edited=value).edited_at is None


def test_the_time_of_an_edit():
    assert said(edited=1500000060.0).edited_at == datetime.fromtimestamp(1500000060, UTC)


@pytest.mark.parametrize(
    ("value", "parent"),
    [
        ("t1_c0", "c0"),
        ("t3_p1", None),
        ("", None),
        (None, None),
        ("p1", None),
        ("c0", "c0"),
        (15, "f"),
        (36.0, "10"),
        (float("nan"), None),
    ],
)
def test_whom_it_answers(value, parent):
    assert said(parent_id=value).parent == parent


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "visible"),
        ({"author": "[deleted]"}, "visible"),
        ({"body": "[deleted]"}, "deleted"),
        ({"body": "[removed]"}, "removed"),
        ({"body": "[ Removed by Reddit ]"}, "removed"),
        ({"body": "[deleted] my comment, sorry"}, "visible"),
        ({"removed_by_category": "moderator"}, "removed"),
        ({"removed_by_category": "deleted"}, "deleted"),
        ({"spam": True, "removed": True}, "spam"),
        ({"_meta": {"removal_type": "removed by reddit"}}, "removed"),
        ({"_meta": {"was_deleted_later": True}}, "deleted"),
        ({"_meta": {"is_edited": True}}, "visible"),
    ],
)
def test_status(fields, status):
    assert said(**fields).status == status


@pytest.mark.parametrize("author", ["[deleted]", "[removed]", "", None, 7])
def test_nobody_is_no_author(author):
    assert said(author=author).author is None


@pytest.mark.parametrize(("score", "likes"), [(3, 3), ("-2", -2), (None, None), ("x", None), (4.0, 4)])
def test_likes(score, likes):
    assert said(score=score).likes == likes
    assert said(score=score, score_hidden=True).likes is None


def test_entities_are_read_once_and_not_where_they_were_typed():
    assert said(body="&gt; a &amp;lt; b &copy;").text == "> a &lt; b &copy;"
    assert said(body="&gt;", body_html="<p>&gt;</p>").text == "&gt;"


def test_ids_lose_the_prefix_of_their_kind():
    assert [bare(value) for value in ("t1_abc", "abc", 12, 12.0, "t_", None)] == [
        "abc",
        "abc",
        "12",
        "12",
        "t_",
        None,
    ]


def test_a_crosspost_has_the_text_of_the_other_post():
    post = {"id": "p1", "title": "x", "selftext": "", "crosspost_parent_list": [{"selftext": "said there"}]}
    assert thread(post).article_text == "said there"


def test_the_post_and_its_comments_may_stand_in_one_dump():
    post = {"id": "p1", "title": "A &amp; B", "selftext": "why", "num_comments": 1, "created_utc": 1499999999}
    parsed = read(
        RedditDump(), lines(LINE, post, LINE | {"id": "c2", "link_id": "t3_p2", "parent_id": "t3_p2"})
    )
    first, second = parsed.discussions
    assert (first.title, first.article_text, first.url) == (
        "A & B",
        "why",
        "https://www.reddit.com/r/town/comments/p1/",
    )
    assert second.url == "https://www.reddit.com/r/town/comments/p2/"


@pytest.mark.parametrize("content", [[LINE], {"data": [LINE], "error": None}])
def test_a_dump_may_be_a_list(content):
    assert read(RedditDump(), content).report.kept == 1
    assert read(RedditDump(), json.dumps(content, indent=2).encode()).report.kept == 1


def test_lines_that_are_no_comments_are_named():
    parsed = read(
        RedditDump(), lines(LINE, {"subreddit": "town", "subscribers": 3}, 7) + b'\n{"id": "c9", "bo'
    )
    assert [skipped.place for skipped in parsed.report.skipped] == ["line 2", "line 3", "line 4"]


def test_lone_surrogates_and_nan_are_let_through():
    parsed = read(RedditDump(), lines(LINE) + b'\n{"id":"c2","link_id":"t3_p1","body":"\\ud83d","score":NaN}')
    assert [c.text for c in parsed.discussions[0].comments] == ["a text", "\ud83d"]
    assert parsed.discussions[0].comments[1].likes is None


def test_answers_to_requests_for_more_comments():
    things = [{"kind": "t1", "data": LINE}, {"kind": "more", "data": {"count": 2, "children": ["a", "b"]}}]
    parsed = read(RedditListing(), {"json": {"errors": [], "data": {"things": things}}})
    assert parsed.report.kept == 1
    assert parsed.report.warnings == ("not all comments are present: 2 behind 1 link to load more",)


def test_comments_of_a_person_belong_to_many_posts():
    told = {"link_title": "One", "link_permalink": "https://www.reddit.com/r/town/comments/p1/one/"}
    things = [
        {"kind": "t1", "data": LINE | told},
        {"kind": "t1", "data": LINE | {"id": "c2", "link_id": "t3_p2", "link_title": "Two"}},
    ]
    parsed = read(RedditListing(), {"kind": "Listing", "data": {"children": things}})
    assert [d.title for d in parsed.discussions] == ["One", "Two"]
    assert parsed.discussions[0].url == told["link_permalink"]


def test_answers_may_be_nested_deeply():
    thing = ""
    for number in range(150, 0, -1):
        data = LINE | {"id": f"c{number}", "parent_id": f"t1_c{number - 1}", "replies": thing}
        thing = {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": data}]}}
    assert read(RedditListing(), thing).report.kept == 150


def test_a_page_that_is_cut_is_told_with_its_place():
    with pytest.raises(InputError, match="no sound JSON"):
        read(
            RedditListing(),
            b'[{"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {"name": "t1_a"',
        )
