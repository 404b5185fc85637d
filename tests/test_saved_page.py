"""A saved page as a whole: its article, its comments with settled times, and what the report says of it."""

import gzip
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from written_pages import COUNT, NAMES, TEXTS, comment, page, section

from threads.errors import InputError
from threads.parse import Options, Source, parse
from threads.parse.page import SavedPage

HEAD = (
    '<meta property="og:title" content="The green bridge"><link rel="canonical" href="https://river.example/bridge">'
    '<meta property="article:published_time" content="2020-05-01T08:00:00+02:00">'
)
TALK = section(*(comment(i) for i in COUNT))


def read(html, options=None, **how):
    return SavedPage().read(Source.from_text(html, **how), options or Options())


def discussion(html, options=None):
    (only,) = read(html, options).discussions
    return only


def stamped(*markups):
    """A page with one comment for each markup of a time."""
    boxes = (
        f'<div class="comment"><b class="author">{NAMES[i]}</b> {markup}<p>{TEXTS[i]}</p></div>'
        for i, markup in enumerate(markups)
    )
    return page(section(*boxes))


# --- the article ---


def test_a_page_tells_its_title_address_and_day():
    found = discussion(page(TALK, head=HEAD))
    assert (found.title, found.url) == ("The green bridge", "https://river.example/bridge")
    assert found.published_at == datetime(2020, 5, 1, 6, 0, tzinfo=UTC)


def test_the_text_of_the_article_is_without_the_comments():
    text = discussion(page(TALK, head=HEAD)).article_text
    assert "The old bridge over the river" in text
    assert not any(said in text for said in TEXTS)


def test_the_text_of_the_article_is_left_out_on_demand():
    assert discussion(page(TALK, head=HEAD), Options(article_text=False)).article_text is None


def test_title_address_and_day_need_no_text_of_the_article():
    found = discussion(page(TALK, head=HEAD), Options(article_text=False))
    assert (found.title, found.url) == ("The green bridge", "https://river.example/bridge")
    assert found.published_at == datetime(2020, 5, 1, 6, 0, tzinfo=UTC)


# --- the comments ---


def test_comments_come_in_the_order_of_the_page():
    comments = discussion(page(TALK)).comments
    assert [(c.position, c.author, c.text) for c in comments] == [(i + 1, NAMES[i], TEXTS[i]) for i in COUNT]


def test_a_record_names_its_format():
    found = discussion(page(TALK))
    assert {found.source_format, *(c.source_format for c in found.comments)} == {"page"}


def test_an_answer_has_the_id_of_what_it_answers_and_says_that_the_page_gave_it():
    first, second = discussion(page(section(comment(0, comment(1))))).comments
    assert (second.parent_id, second.parent_source) == (first.comment_id, "given")


def test_an_answer_to_a_name_is_given_by_the_page():
    first, _, third = discussion(
        page(section(comment(0), comment(1), comment(2, header=f"<p>in reply to {NAMES[0]}</p>")))
    ).comments
    assert (third.parent_id, third.parent_source) == (first.comment_id, "given")


def test_a_comment_without_an_answer_has_neither_parent_nor_source():
    assert {(c.parent_id, c.parent_source) for c in discussion(page(TALK)).comments} == {(None, None)}


def test_the_text_of_a_removed_comment_keeps_its_place_and_says_so():
    boxes = [comment(i, text="[removed]" if i == 1 else None) for i in COUNT]
    assert [c.status for c in discussion(page(section(*boxes))).comments][:2] == ["visible", "removed"]


# --- ids ---


def ids(html):
    return [c.comment_id for c in discussion(html).comments]


def test_the_same_page_gives_the_same_ids():
    assert ids(page(TALK)) == ids(page(TALK))


def test_equal_comments_have_ids_of_their_own():
    assert len(set(ids(page(section(comment(0), comment(0), comment(0)))))) == 3


def test_the_ids_of_the_page_are_kept():
    boxes = (comment(i, attributes=f'id="comment-40{i}"') for i in COUNT)
    assert ids(page(section(*boxes))) == [f"comment-40{i}" for i in COUNT]


def test_ids_of_the_page_that_are_not_all_different_are_not_kept():
    assert len(set(ids(page(section(*(comment(i, attributes='id="comment-7"') for i in COUNT)))))) == 4


def test_a_comment_that_joins_later_changes_no_other_id():
    assert set(ids(page(section(*(comment(i) for i in (0, 1, 3)))))) < set(ids(page(TALK)))


def test_a_relative_time_does_not_change_the_id():
    earlier, later = (stamped(f"<i>{n} hours ago</i>", f"<i>{n + 1} hours ago</i>") for n in (2, 5))
    assert ids(earlier) == ids(later)


def test_the_thread_is_named_by_its_address():
    other = page(section(*(comment(i) for i in (2, 3))), head=HEAD)
    assert discussion(page(TALK, head=HEAD)).thread_id == discussion(other).thread_id


def test_threads_without_an_address_are_told_apart_by_their_beginning():
    other = page(section(*(comment(i) for i in (2, 3))))
    assert discussion(page(TALK)).thread_id != discussion(other).thread_id


# --- times ---


def test_a_time_without_a_zone_is_assumed_to_be_utc_and_said_so():
    first = discussion(page(TALK)).comments[0]
    assert (first.published_at, first.timezone_source) == (datetime(2020, 5, 1, 10, 0, tzinfo=UTC), "assumed")


def test_a_zone_that_the_user_gives_is_used():
    found = discussion(page(TALK), Options(timezone=ZoneInfo("Europe/Berlin")))
    assert found.comments[0].published_at == datetime(2020, 5, 1, 8, 0, tzinfo=UTC)


def test_the_offset_of_the_page_is_kept_and_the_instant_is_right():
    page_time = '<time datetime="2020-05-01T10:00:07+02:00">1 May 2020 10:00</time>'
    first = discussion(stamped(page_time, page_time)).comments[0]
    assert first.published_at == datetime(2020, 5, 1, 8, 0, 7, tzinfo=UTC)
    assert first.published_at.utcoffset() == timedelta(hours=2)
    assert (first.published_at_precision, first.timezone_source) == ("second", "given")


def test_an_hour_shown_beside_an_instant_in_utc_tells_the_offset():
    page_time = '<time datetime="2020-05-01T08:00:07Z">1 May 2020 10:00</time>'
    first = discussion(stamped(page_time, page_time)).comments[0]
    assert first.published_at == datetime(2020, 5, 1, 8, 0, 7, tzinfo=UTC)
    assert first.published_at.utcoffset() == timedelta(hours=2)


def test_an_offset_that_no_zone_has_is_not_made_up():
    page_time = '<time datetime="2020-05-01T08:00:07Z">1 May 2020 10:07</time>'
    first = discussion(stamped(page_time, page_time)).comments[0]
    assert first.published_at == datetime(2020, 5, 1, 8, 0, 7, tzinfo=UTC)
    assert first.published_at.utcoffset() == timedelta(0)


def test_the_raw_time_is_what_the_page_shows():
    first = discussion(
        stamped(*['<time datetime="2020-05-01T08:00:07Z">the other day, 1 May 2020</time>'] * 2)
    )
    assert first.comments[0].published_at_raw == "1 May 2020"


def test_relative_times_are_counted_from_when_the_page_was_saved():
    saved = datetime(2020, 5, 3, 12, 0, tzinfo=UTC)
    found = discussion(stamped("<i>2 hours ago</i>", "<i>3 days ago</i>"), Options(captured_at=saved))
    assert [c.published_at for c in found.comments] == [saved - timedelta(hours=2), saved - timedelta(days=3)]
    assert {c.published_at_precision for c in found.comments} == {"relative"}


REMARK = (
    "<!-- Page saved with SingleFile \n url: https://river.example/bridge \n"
    " saved date: Sun May 03 2020 12:00:00 GMT+0000 (UTC)\n-->"
)


def test_what_the_saving_program_wrote_tells_address_and_time():
    found = discussion(page(TALK).replace("<head>", f"<head>{REMARK}"))
    assert found.captured_at == datetime(2020, 5, 3, 12, 0, tzinfo=UTC)
    assert found.url == "https://river.example/bridge"


def test_the_user_may_tell_when_a_page_was_saved_that_does_not():
    saved = datetime(2021, 1, 1, tzinfo=UTC)
    assert discussion(page(TALK), Options(captured_at=saved)).captured_at == saved


def test_what_the_saving_program_wrote_goes_before_what_the_user_tells():
    options = Options(captured_at=datetime(2021, 1, 1, tzinfo=UTC))
    found = discussion(page(TALK).replace("<head>", f"<head>{REMARK}"), options)
    assert found.captured_at == datetime(2020, 5, 3, 12, 0, tzinfo=UTC)


# --- the report ---


def warnings(html):
    return read(html).report.warnings


def test_a_page_that_says_it_has_more_comments_is_partly_loaded():
    talk = section(*(comment(i % 4) for i in range(8)), heading="571 comments")
    assert "partly loaded: 8 of 571 comments in this file" in warnings(page(talk))


def test_a_page_that_says_it_has_fewer_comments_is_told():
    assert "page declares 3, found 4" in warnings(
        page(section(*(comment(i) for i in COUNT), heading="3 comments"))
    )


def test_a_page_that_says_how_many_there_are_and_has_them_needs_no_warning():
    assert not warnings(page(section(*(comment(i) for i in COUNT), heading="4 comments")))


def test_a_page_without_comments_says_so():
    parsed = read(page(""))
    assert parsed.discussions[0].comments == ()
    assert parsed.report.warnings == (
        "no comments found on the page: if it shows some, unfold them and save it again",
    )


def test_the_report_counts_what_is_kept_and_what_is_left_out():
    report = read(page(section(comment(0), comment(1, text=" "), comment(2)))).report
    assert (report.read, report.kept, len(report.skipped)) == (3, 2, 1)


# --- frames and archives ---


def test_comments_in_a_frame_belong_to_the_page_around_it():
    inner = f"<!DOCTYPE html><html><body>{TALK}</body></html>".replace("&", "&amp;").replace('"', "&quot;")
    found = discussion(page(f'<iframe srcdoc="{inner}"></iframe>', head=HEAD))
    assert found.title == "The green bridge"
    assert [c.author for c in found.comments] == list(NAMES)


def test_a_frame_with_less_than_the_page_is_not_its_talk():
    inner = f"<!DOCTYPE html><html><body>{section(comment(3))}</body></html>".replace('"', "&quot;")
    found = discussion(page(f'{section(comment(0), comment(1))}<iframe srcdoc="{inner}"></iframe>'))
    assert [c.author for c in found.comments] == list(NAMES[:2])


def archive(*pages):
    """A WARC file with the answers of a server, one page each."""
    data = b""
    for number, html in enumerate(pages):
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://river.example/{number}\r\n"
            "WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\n"
            "WARC-Date: 2020-05-04T12:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(answer)}\r\n\r\n"
        )
        data += gzip.compress(head.encode() + answer + b"\r\n\r\n")
    return data


def test_every_page_of_an_archive_is_a_discussion():
    data = archive(page(section(comment(0), comment(1))), page(section(comment(2), comment(3))))
    parsed = SavedPage().read(Source.from_bytes(data, "talk.warc.gz"), Options())
    assert [(d.url, [c.author for c in d.comments]) for d in parsed.discussions] == [
        ("https://river.example/0", [NAMES[0], NAMES[1]]),
        ("https://river.example/1", [NAMES[2], NAMES[3]]),
    ]
    assert parsed.report.kept == 4


def test_an_archive_tells_when_its_pages_were_saved():
    data = archive(page(TALK))
    (found,) = SavedPage().read(Source.from_bytes(data, "talk.warc.gz"), Options()).discussions
    assert found.captured_at == datetime(2020, 5, 4, 12, 0, tzinfo=UTC)


# --- the choice of the format, and hostile pages ---


def test_a_page_is_recognised_by_its_content():
    assert parse(Source.from_text(page(TALK)), Options()).discussions[0].source_format == "page"


@pytest.mark.parametrize("text", ["Ann Lee\n1 May 2020 10:00\nI like it.\n", "author,text\nAnn,Hello\n"])
def test_other_text_is_no_page(text):
    assert not SavedPage().sniff(Source.from_text(text))


def test_an_empty_page_is_a_named_error():
    with pytest.raises(InputError, match="there is nothing in it"):
        SavedPage().read(Source.from_bytes(b" \n ", "empty.html"), Options())


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\u202e\u202d", "x" * 200_000, "\ufeff", "&#x110000;"])
def test_hostile_text_is_read(text):
    boxes = [comment(i, text=f"{TEXTS[i]} {text}" if i == 1 else None) for i in COUNT]
    found = discussion(page(section(*boxes)))
    assert [c.author for c in found.comments] == list(NAMES)
    assert found.comments[1].text.startswith(TEXTS[1])
