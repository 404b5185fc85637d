"""Exports of platforms: what is particular to each beyond its sample, and values of any type in any field."""

import json
import random
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from conftest import ROOT

from threads.errors import InputError
from threads.parse import FORMATS, Options, Source
from threads.parse.exports.bluesky import Bluesky
from threads.parse.exports.found import FoundComment, FoundComments, Moment
from threads.parse.exports.json_items import documents
from threads.parse.exports.mbox import Mbox
from threads.parse.exports.telegram import Telegram
from threads.parse.exports.youtube import YouTubeApi
from threads.parse.exports.yt_dlp import YtDlp

JSON = (
    *(
        "bluesky",
        "commento",
        "coral",
        "discourse",
        "guardian",
        "hn_algolia",
        "hn_items",
        "isso_json",
        "lemmy",
    ),
    *("lobsters", "lobsters_old", "mastodon", "reddit_dump", "reddit_listing", "telegram", "wordpress_rest"),
    *("youtube_api", "yt_dlp"),
)
STRANGE = [
    None,
    "",
    "\ud800",
    "x" * 100_000,
    -1,
    0,
    1e400,
    float("nan"),
    2**70,
    True,
    [],
    {},
    [[]],
    [None],
    {"a": 1},
]


def read(item, content, options=Options()):  # noqa: B008 - it is frozen
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    source = Source.from_bytes(raw, "file")
    assert item.sniff(source)
    return item.read(source, options)


def comments(parsed):
    return [comment for discussion in parsed.discussions for comment in discussion.comments]


def changed(value, dice):
    """Return a document with some of its values replaced by what nobody expects, and some keys gone."""
    if dice.random() < 0.03:
        return dice.choice(STRANGE)
    if isinstance(value, dict):
        return {key: changed(one, dice) for key, one in value.items() if dice.random() > 0.02}
    return [changed(one, dice) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", JSON)
def test_any_value_may_stand_in_any_field(name):
    folder = ROOT / "sample_data" / name
    (path,) = folder.glob("thread.*")
    wanted = json.loads((folder / "expected.json").read_bytes())["format"]
    (item,) = [one for one in FORMATS if one.name == wanted]
    if path.suffix == ".ndjson":  # of which the last line may be cut
        values = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:-1]]
    else:
        values = list(documents(Source.from_path(path)))
    dice = random.Random(7)
    for _ in range(60):
        content = "\n".join(json.dumps(changed(value, dice)) for value in values)
        try:
            parsed = item.read(Source.from_bytes(content.encode(), "file"), Options())
        except InputError:
            continue
        for comment in comments(parsed):
            assert isinstance(comment.text, str)
            assert {type(comment.comment_id), type(comment.thread_id)} == {str}
            assert comment.likes is None or abs(comment.likes) < 2**63
            assert isinstance(comment.author, str | None)
            assert isinstance(comment.author_id, str | None)
            assert isinstance(comment.parent_id, str | None)
            assert comment.published_at is None or comment.published_at.tzinfo is not None


def test_comments_in_columns_are_as_they_were_found():
    moment = Moment(datetime(2020, 1, 1, tzinfo=UTC), "raw", "precision", "zone")
    values = {field.name: field.name for field in fields(FoundComment)} | {"time": moment}
    columns = FoundComments.of([FoundComment(**values)] * 2)._asdict()
    assert columns == {name: (name if name != "at" else moment.at,) * 2 for name in FoundComments._fields}


def test_json_that_windows_wrote_as_utf_16_is_known():
    content = json.dumps({"items": [snippet(textOriginal="Ünder the br\ufeffidge 🌉")]}, ensure_ascii=False)
    assert comments(read(YouTubeApi(), content.encode("utf-16")))[0].text == "Ünder the br\ufeffidge 🌉"


# --- YouTube ---


def snippet(**fields):
    said = {"videoId": "v", "textDisplay": "said", "publishedAt": "2020-01-01T00:00:00Z"}
    return {"kind": "youtube#comment", "id": "c", "snippet": said | fields}


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("a &amp; b<br>c", "a & b\nc"),
        ("I <3 this\nso much", "I <3 this\nso much"),
        ('<a href="https://a.example/?v=1&amp;t=3">0:03</a> look', "0:03 look"),
    ],
)
def test_youtube_text_that_is_shown_may_be_html_or_not(shown, text):
    assert comments(read(YouTubeApi(), {"items": [snippet(textDisplay=shown)]}))[0].text == text


def test_youtube_replies_asked_for_alone_name_whom_they_answer():
    items = [snippet(parentId="top", videoId=None)]
    parsed = read(YouTubeApi(), {"kind": "youtube#commentListResponse", "items": items})
    assert comments(parsed)[0].parent_id == "top"


def test_youtube_edits_are_later_than_the_comment():
    same, later = (
        comments(read(YouTubeApi(), {"items": [snippet(updatedAt=f"2020-01-0{day}T00:00:00Z")]}))[0]
        for day in (1, 2)
    )
    assert (same.edited_at, later.edited_at) == (None, datetime(2020, 1, 2, tzinfo=UTC))


def test_youtube_pages_one_after_the_other():
    page = {"kind": "youtube#commentThreadListResponse", "items": [snippet()], "nextPageToken": "x"}
    last = {"kind": "youtube#commentThreadListResponse", "items": [snippet() | {"id": "d"}]}
    content = json.dumps(page, indent=1) + "\n" + json.dumps(last)
    parsed = read(YouTubeApi(), content.encode())
    assert (parsed.report.kept, parsed.report.warnings) == (2, ())


# --- yt-dlp ---


@pytest.mark.parametrize(
    ("extractor", "timestamp", "precision"),
    [
        ("youtube", 1600000123, "relative"),
        ("BiliBili", 1600000123, "second"),
        ("BiliBili", 1599955200, "day"),
        ("BiliBili", None, "none"),
    ],
)
def test_yt_dlp_times_are_as_fine_as_the_site_shows_them(extractor, timestamp, precision):
    video = {
        "id": "v",
        "extractor": extractor,
        "webpage_url": "https://v.example",
        "comments": [{"id": "c", "parent": "root", "text": "said", "timestamp": timestamp}],
    }
    assert comments(read(YtDlp(), video))[0].published_at_precision == precision


def test_yt_dlp_comments_may_stand_alone_and_say_little():
    said = {"author": "@ann", "text": "said", "_time_text": "2 days ago"}
    for content in ({"comments": [said]}, [said]):
        (comment,) = comments(read(YtDlp(), content))
        assert (comment.text, comment.published_at_raw, comment.published_at) == ("said", "2 days ago", None)


def test_yt_dlp_files_without_comments_say_how_to_get_them():
    parsed = read(YtDlp(), {"id": "v", "formats": [{"format_id": "1"}], "webpage_url": "https://v.example"})
    assert parsed.report.kept == 0
    assert "--write-comments" in parsed.report.warnings[0]


# --- Telegram ---


def message(**fields):
    return {"id": 1, "type": "message", "date": "2021-03-22T17:16:36", "from": "ann", "text": "said"} | fields


def test_telegram_times_without_a_zone_are_in_that_of_the_user():
    (comment,) = comments(read(Telegram(), {"id": 1, "messages": [message()]}))
    assert (comment.timezone_source, comment.published_at.hour) == ("assumed", 17)
    (exact,) = comments(read(Telegram(), {"id": 1, "messages": [message(date_unixtime="1616422596")]}))
    assert (exact.timezone_source, exact.published_at.hour) == ("given", 14)


def test_telegram_accounts_hold_many_chats():
    chats = [{"id": n, "name": f"chat {n}", "type": "personal_chat", "messages": [message()]} for n in (1, 2)]
    parsed = read(Telegram(), {"about": "x", "chats": {"about": "y", "list": chats}})
    assert [d.title for d in parsed.discussions] == ["chat 1", "chat 2"]


def test_telegram_accounts_are_known_by_what_telegram_says_first():
    about = {"about": "Your data", "personal_information": {"user_id": 1}, "contacts": ["x" * 200_000]}
    chats = {"list": [{"id": 1, "messages": [message()]}]}
    assert read(Telegram(), about | {"chats": chats}).report.kept == 1


def test_telegram_answers_to_another_chat_are_orphans():
    messages = [message(), message(id=2, reply_to_message_id=1, reply_to_peer_id="channel9")]
    parsed = read(Telegram(), {"id": 1, "messages": messages})
    assert comments(parsed)[1].parent_id == "channel9/1"
    assert "not in this export" in parsed.report.warnings[0]


# --- Bluesky ---


def post(number, answered=None, **fields):
    record = {"$type": "app.bsky.feed.post", "createdAt": "2024-01-01T00:00:00Z", "text": f"post {number}"}
    if answered is not None:
        record["reply"] = {"parent": {"uri": f"at://did/app.bsky.feed.post/{answered}"}}
    return {"post": {"uri": f"at://did/app.bsky.feed.post/{number}", "record": record}} | fields


def test_bluesky_posts_above_come_first():
    parsed = read(Bluesky(), {"thread": post(2, 1, parent=post(1, 0, parent=post(0)), replies=[post(3, 2)])})
    assert [c.text for c in comments(parsed)] == ["post 0", "post 1", "post 2", "post 3"]
    assert parsed.discussions[0].title == "post 0"
    assert parsed.report.warnings == ()


def test_bluesky_threads_may_be_lists():
    values = [{"post": post(0)["post"], "moreReplies": 0}, {"post": post(1, 0)["post"], "moreReplies": 3}]
    blocked = {"$type": "app.bsky.unspecced.defs#threadItemBlocked"}
    nodes = [
        {"uri": f"at://did/app.bsky.feed.post/{n}", "value": v} for n, v in enumerate([*values, blocked])
    ]
    parsed = read(Bluesky(), {"thread": nodes})
    assert [c.text for c in comments(parsed)] == ["post 0", "post 1"]
    assert parsed.report.skipped[0].reason.startswith("blocked")
    assert parsed.report.warnings == ("2 posts present, 3 answers counted and not present",)


# --- mbox ---

MAIL = b"From a@b.example Mon Jan  5 10:00:00 2015\nFrom: Ann <a@b.example>\nSubject: Tea\n"


def test_a_line_that_begins_with_from_is_no_mail():
    parsed = read(Mbox(), MAIL + b"\nOne\n\nFrom Monday on, at 10:00, tea is\nserved.\n")
    assert comments(parsed)[0].text == "One\n\nFrom Monday on, at 10:00, tea is\nserved."


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b"Ann Lee <ann@b.example>", "Ann Lee"),
        (b'"Lee, Ann" <ann@b.example>', "Lee, Ann"),
        (b"ann@b.example (Ann Lee)", "Ann Lee"),
        (b"ann at b.example (Ann Lee)", "Ann Lee"),
        (b"<ann@b.example>", "ann"),
        (b"ann at b.example", "ann"),
        (b'"ann@b.example" <ann@b.example>', "ann"),
        (b"=?utf-8?b?w4RubmU=?= <x@b.example>", "Änne"),
        (b"=?utf-8?b?%%%?= <x@b.example>", None),
        (b"", None),
    ],
)
def test_of_an_author_the_name_is_kept_and_no_address(written, name):
    mail = b"From a@b.example Mon Jan  5 10:00:00 2015\nFrom: " + written + b"\n\nx\n"
    author = comments(read(Mbox(), mail))[0].author
    assert "@" not in (author or "")
    assert name is None or author == name


@pytest.mark.parametrize(
    ("written", "at", "zone"),
    [
        (b"Mon, 5 Jan 2015 10:00:00 +0100", "2015-01-05T09:00:00+00:00", "given"),
        (b"5 Jan 15 10:00 EST", "2015-01-05T15:00:00+00:00", "given"),
        (b"Mon, 5 Jan 2015 10:00:00 -0000", "2015-01-05T10:00:00+00:00", "given"),
        (b"Mon, 5 Jan 2015 10:00:00", "2015-01-05T10:00:00+00:00", "assumed"),
        (b"Mon, 5 Jan 0115 10:00:00 +0000", None, "none"),
        (b"Mon, 5 Jan 2015 10:00:00 +9900", None, None),
        (b"yesterday", None, "none"),
        (b"", None, "none"),
    ],
)
def test_dates_of_mails(written, at, zone):
    (comment,) = comments(read(Mbox(), MAIL + b"Date: " + written + b"\n\nx\n"))
    assert at is None or comment.published_at.astimezone(UTC).isoformat() == at
    assert zone is None or comment.timezone_source == zone


def test_lines_that_were_broken_to_fit_are_whole_again():
    kind = b"Content-Type: text/plain; format=flowed\n\n"
    said = b">> old \n>> and \n> newer\nOne \nline.\n-- \nAnn\n"
    assert comments(read(Mbox(), MAIL + kind + said))[0].text == ">> old and \n> newer\nOne line.\n-- \nAnn"
    kind = kind.replace(b"flowed", b"flowed; delsp=yes")
    assert comments(read(Mbox(), MAIL + kind + b"wo \nrd\n"))[0].text == "word"


def test_mails_of_one_subject_are_one_discussion():
    other = MAIL.replace(b"Subject: Tea", b"Subject: RE: [list] AW: tea")
    parsed = read(
        Mbox(), MAIL + b"\nOne\n\n" + other + b"\nTwo\n\n" + MAIL.replace(b"Tea", b"Milk") + b"\nThree\n"
    )
    assert [[c.text for c in d.comments] for d in parsed.discussions] == [["One", "Two"], ["Three"]]


def test_an_answer_may_come_before_what_it_answers():
    answer = MAIL + b"Message-ID: <2@b>\nIn-Reply-To: <1@b>\n\nYes.\n\n"
    question = MAIL.replace(b"Tea", b"Was: Tea") + b"Message-ID: <1@b>\n\nTea?\n"
    (discussion,) = read(Mbox(), answer + question).discussions
    first, second = discussion.comments
    assert first.parent_id == second.comment_id


def test_parts_nested_without_end_are_left_out_by_name():
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(2_000)
    )
    parsed = read(Mbox(), MAIL + parts + b"\nx\n\n" + MAIL + b"\nTwo\n")
    assert "Two" in [c.text for c in comments(parsed)]
    assert parsed.report.read == 2
