"""Exports of blogs and forums: what is particular to each beyond its sample."""

import json
from zoneinfo import ZoneInfo

import pytest
from conftest import ROOT

from threads.parse import Options, Source, parse
from threads.parse.exports.feeds import CommentFeed

SAMPLES = ROOT / "sample_data"


def read(content, **options):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parse(Source.from_bytes(raw, "file"), Options(**options))


def comments(parsed):
    return [comment for discussion in parsed.discussions for comment in discussion.comments]


def sample(name):
    (path,) = (SAMPLES / name).glob("thread.*")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("discourse", "6 of 8 posts of the topic Ropes are present"),
        ("guardian", "1 page of 3 of the discussion present"),
        ("guardian", "2 responses that the discussion counts not present"),
        ("hn_items", "4 of 5 comments on the story 9000 are present"),
        ("lobsters", "4 of 5 comments are present"),
        ("disqus_export", "1 thread marked as closed"),
        ("coral", "the names of the writers of 1 comments are not in this export"),
    ],
)
def test_what_is_not_in_a_file_is_said(name, note):
    warnings = read(sample(name).encode()).report.warnings
    assert [w for w in warnings if w.startswith(note)]


def test_coral_reads_the_collections_beside_a_file(tmp_path):
    lines = sample("coral").splitlines()
    for name, part in (("stories", lines[:1]), ("users", lines[1:2]), ("comments", lines[2:])):
        (tmp_path / f"{name}.json").write_text("\n".join(part), encoding="utf-8")
    parsed = parse(Source.from_path(tmp_path / "comments.json"), Options())
    assert parsed.discussions[0].title == "The dam"
    assert comments(parsed)[0].author == "Hanne"


def test_a_search_of_hacker_news_gives_comments_and_how_many_there_are():
    hit = {
        "objectID": "12",
        "author": "ola",
        "comment_text": "Yes &amp; no",
        "story_id": 10,
        "parent_id": 11,
        "story_title": "A story",
        "created_at": "2024-01-01T00:00:00Z",
        "created_at_i": 1704067200,
    }
    parsed = read({"hits": [hit], "nbHits": 40, "page": 0, "nbPages": 40, "hitsPerPage": 1})
    (comment,) = comments(parsed)
    assert (comment.text, comment.parent_id, parsed.discussions[0].title) == ("Yes & no", "11", "A story")
    assert "page 1 of 40: 1 hit of 40" in parsed.report.warnings


def test_a_status_beside_its_context_joins_the_thread():
    context = json.loads(sample("mastodon"))
    status = context["ancestors"][0] | {"id": "110000000000000002", "in_reply_to_id": "110000000000000001"}
    parsed = read([context, status])
    assert len(parsed.discussions) == 1
    assert sum(c.parent_id == "110000000000000002" for c in comments(parsed)) == 1
    assert not [w for w in parsed.report.warnings if "not in this export" in w]


def test_an_error_between_pages_of_wordpress_is_left_out_with_its_message():
    pages = sample("wordpress_rest") + json.dumps({"code": "rest_forbidden", "message": "Not allowed."})
    assert [s.reason for s in read(pages.encode()).report.skipped][-1] == "no comment: Not allowed."


def test_a_time_of_a_blog_without_gmt_is_in_the_zone_of_the_user():
    parsed = read(sample("wordpress_wxr").encode(), timezone=ZoneInfo("Europe/Berlin"))
    (otto,) = [c for c in comments(parsed) if c.author == "otto.lind"]
    assert (otto.published_at.isoformat(), otto.timezone_source) == ("2024-05-17T13:30:00+02:00", "given")
    assert {c.timezone_source for c in comments(parsed)} == {"given"}


def test_wordpress_in_any_language_says_first_what_a_comment_answers():
    text = sample("feed_rss").replace("In reply to", "Als Antwort auf")
    parsed = CommentFeed().read(Source.from_text(text), Options())
    assert comments(parsed)[0].parent_id == "170"


def test_a_link_to_another_comment_within_a_text_is_no_answer():
    text = sample("feed_rss").replace("</a>.</p>\n<p>", "</a> and the rest: ")
    parsed = CommentFeed().read(Source.from_text(text), Options())
    assert comments(parsed)[0].parent_id is None


def test_a_person_of_a_feed_is_named_without_the_address():
    text = sample("feed_rss").replace("dc:creator", "author")
    text = text.replace("<![CDATA[Sid]]>", "sid@mail.example (Sid Ray)")
    assert {c.author for c in comments(read(text.encode()))} == {"Kim & Jo", "Sid Ray"}
