"""Mails as files, tweets, boards and topics: what is particular to them beyond the samples."""

import json
import time
import zipfile
from pathlib import Path

import pytest

from threads.errors import InputError
from threads.parse import Options, Source, parse
from threads.settings import Settings

SAMPLES = Path(__file__).resolve().parent.parent / "sample_data"


def read(source):
    return parse(source, Options(), settings=Settings())


def read_json(value):
    return read(Source.from_bytes(json.dumps(value).encode(), "file"))


@pytest.fixture
def mails(tmp_path):
    folder = tmp_path / "mails"
    with zipfile.ZipFile(SAMPLES / "eml" / "thread.zip") as archive:
        archive.extractall(folder)
    return folder


def test_a_folder_of_mails_is_what_its_archive_is(mails):
    (mails / "notes.txt").write_text("no mail")
    archived = read(Source.from_path(SAMPLES / "eml" / "thread.zip"))
    folder = read(Source.from_path(mails))
    assert [d.comments for d in folder.discussions] == [d.comments for d in archived.discussions]
    assert folder.report.kept == 4


def test_a_mail_alone_is_only_itself(mails):
    parsed = read(Source.from_path(mails / "0004 answer.eml"))
    assert [c.text for d in parsed.discussions for c in d.comments] == ["Then I take the train."]
    assert parsed.discussions[0].source_format == "eml"


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(InputError, match=r"nor one of mails \(\.eml\)"):
        Source.from_path(tmp_path)


def test_an_archive_of_mails_and_others_is_read_file_by_file(mails, tmp_path):
    file = tmp_path / "mixed.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(mails / "0001 start.eml", "a.eml")
        archive.write(SAMPLES / "four_chan" / "thread.json", "b.json")
    parsed = read(Source.from_path(file))
    assert {d.source_format for d in parsed.discussions} == {"eml", "4chan"}


def test_tweets_of_a_large_page_have_their_authors(monkeypatch):
    page = {
        "data": [
            {
                "id": str(n),
                "conversation_id": "1",
                "author_id": "7",
                "text": f"Tweet {n}.",
                "public_metrics": {},
            }
            for n in range(1, 60)
        ],
        "includes": {"users": [{"id": "7", "username": "ann"}]},
    }
    for module in ("json_parts", "json_items"):
        monkeypatch.setattr(f"threads.parse.exports.{module}.WHOLE", 2_000)
    monkeypatch.setattr("threads.parse.exports.json_parts._CHUNK", 500)
    comments = read_json(page).discussions[0].comments
    assert {c.author for c in comments} == {"ann"}
    assert len(comments) == 59


def test_a_topic_whose_posts_come_late_is_known():
    posts = [{"id": 7, "post_number": 1, "topic_id": 3, "username": "ann", "cooked": "<p>Hello to all</p>"}]
    topic = {"post_stream": {"stream": list(range(40_000)), "posts": posts}, "id": 3, "title": "Late"}
    (discussion,) = read_json(topic).discussions
    assert (discussion.source_format, discussion.title) == ("discourse", "Late")
    assert [c.text for c in discussion.comments] == ["Hello to all"]


def test_posts_of_a_board_without_its_first_name_their_thread():
    posts = [
        {"no": 5, "resto": 2, "time": 1715587200, "com": "One"},
        {"no": 6, "resto": 2, "time": 1715587201, "com": "Two"},
    ]
    (discussion,) = read_json({"posts": posts}).discussions
    assert discussion.title is None
    assert [c.parent_id for c in discussion.comments] == [None, None]


def test_json_that_is_not_known_is_told_what_is_closest():
    report = read_json([{"post_number": n, "topic_id": 5, "score": 3} for n in range(9)]).report
    assert report.warnings[-1] == (
        "closest to it is discourse: it has post_number and post_stream or topic_id, and lacks cooked or raw"
    )


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            "id,body\n1,4\n2,6\n3,7\n4,8\n5,5\n6,9\n",
            "closest is body: its name says text, but its values are numbers",
        ),
        (
            "id,city,day\n1,Lund,4\n2,Ystad,5\n3,Lomma,6\n4,Lund,7\n5,Lund,8\n",
            "closest is city, with the longest values",
        ),
    ],
)
def test_a_table_without_texts_is_told_what_is_closest(table, told):
    (note,) = read(Source.from_bytes(table.encode(), "table.csv")).report.warnings
    assert note.endswith(told)


def test_posts_without_comments_in_json_are_told():
    said = {"text": "I like the tunnel", "author": "Ada"}
    posts = [
        {"title": "First", "comments": [said]},
        {"title": "Second", "comments": []},
        {"title": "Third", "comments": None},
    ]
    report = read_json(posts).report
    assert report.kept == 1
    assert "2 discussions without comments left out" in report.warnings


def test_answers_of_wordpress_are_found_in_what_a_program_keeps_them_in():
    comments = [
        {
            "id": number,
            "post": 1,
            "parent": number - 5,
            "author_name": "Ada",
            "date_gmt": "2024-05-01T08:00:00",
            "content": {"rendered": "<p>I like it</p>"},
            "link": f"https://b.example/p#comment-{number}",
        }
        for number in (5, 10)
    ]
    found = read_json({"status": 200, "body": comments, "headers": {"X-WP-Total": "2"}})
    (discussion,) = found.discussions
    assert discussion.source_format == "wordpress-rest"
    assert [c.parent_id for c in discussion.comments] == [None, "5"]


def test_answers_within_comments_without_ids_answer_them_on_the_same_page():
    def said(text, *children, name="Ada"):
        return {"name": name, "created": "2024-05-01T10:00:00Z", "message": text, "children": list(children)}

    pages = {
        "/tunnel": [said("Who wants it?", said("I do, and why not?", said("It is dear.")))],
        "/ferry": [said("Who wants it?"), said("Not me, for one.")],
    }
    found = read_json(pages)
    assert found.report.warnings == ()
    first, second = found.discussions
    top, answer, below = first.comments
    assert (top.parent_id, answer.parent_id, below.parent_id) == (None, top.comment_id, answer.comment_id)
    assert [c.text for c in second.comments] == ["Who wants it?", "Not me, for one."]
    again = read_json({"/harbour": [said("A new page, above.")], **pages}).discussions[1]
    assert [c.comment_id for c in again.comments] == [c.comment_id for c in first.comments]


def test_what_tells_of_a_writer_or_a_program_is_no_page():
    comments = [
        {
            "id": number,
            "issue_url": "https://api.example/repos/a/issues/22",
            "user": {"login": name, "id": number, "url": f"https://api.example/users/{name}"},
            "member": {"nameplate": {"nid": number}},
            "created_at": "2024-05-01T10:00:00Z",
            "body": f"I am {name}, and I like the tunnel.",
            "performed_via_github_app": {"id": 70 + number, "name": "A review bot"},
        }
        for number, name in enumerate(("ada", "ben", "cyd"), start=1)
    ]
    (discussion,) = read_json(comments).discussions
    assert (discussion.title, len(discussion.comments)) == (None, 3)


def test_numbers_of_posts_are_no_times():
    rows = [f"11226851{n % 3:08},{n},Ada,I like the tunnel no. {n}" for n in range(60)]
    found = read(
        Source.from_bytes("\n".join(["post_id,comment_id,author,text", *rows]).encode(), "table.csv")
    )
    assert len(found.discussions) == 3
    assert {c.published_at for d in found.discussions for c in d.comments} == {None}


def test_the_empty_guid_is_no_parent():
    rows = [
        "id,parentid,text",
        "a,00000000-0000-0000-0000-000000000000,I like the tunnel",
        "b,a,And I the ferry",
    ]
    (discussion,) = read(Source.from_bytes("\n".join(rows).encode(), "table.csv")).discussions
    assert [c.parent_id for c in discussion.comments] == [None, "a"]


def test_a_time_of_editing_that_is_the_comments_own_is_none():
    said = {"id": "1", "text": "I like it", "author": "Ada", "created_at": "2024-05-01T10:00:00Z"}
    edited = [{**said, "updated_at": "2024-05-01T10:00:00Z"}]
    edited += [{**said, "id": "2", "text": "No", "updated_at": "2024-05-01T11:00:00Z"}]
    (discussion,) = read_json(edited).discussions
    assert [c.edited_at is None for c in discussion.comments] == [True, False]


@pytest.mark.parametrize(
    ("title", "author", "page"),
    [
        ("Comment on The tunnel by night by Ada", "Ada", "The tunnel by night"),
        ("Commentaires sur Le tunnel par Ada / HCL", "Ada / HCL", "Le tunnel"),
        ("Kommentar zu Der Tunnel von Ada", "Ada", "Der Tunnel"),
        ("Комментарий к записи Туннель (Ада)", "Ада", "Туннель"),
        ("Comentario en El túnel por Ada", None, "El túnel"),
        ("Re: The tunnel", "Ada", "The tunnel"),
    ],
)
def test_feeds_say_what_they_are_about_in_the_languages_of_wordpress(title, author, page):
    creator = "" if author is None else f"<dc:creator>{author}</dc:creator>"
    feed = (
        '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Comments</title><item>'
        f"<title>{title}</title><link>https://b.example/t/#comment-7</link>{creator}"
        "<pubDate>Wed, 01 May 2024 10:00:00 +0000</pubDate><description>I like it.</description>"
        "</item></channel></rss>"
    )
    (discussion,) = read(Source.from_bytes(feed.encode(), "feed.xml")).discussions
    assert discussion.title == page
    assert discussion.comments[0].author == (author or "Ada")


@pytest.mark.parametrize("unit", [" (", "\xa0", " by", "( "])
def test_a_hostile_title_of_a_feed_is_read_at_once(unit):
    feed = (
        "<rss><channel><item><link>https://b.example/t/#comment-7</link><description>I like it.</description>"
        f"<title>Comment on X{unit * 300_000}</title></item></channel></rss>"
    )
    begun = time.process_time()
    (discussion,) = read(Source.from_bytes(feed.encode(), "feed.xml")).discussions
    assert discussion.source_format == "comment-feed"
    assert time.process_time() - begun < 20
