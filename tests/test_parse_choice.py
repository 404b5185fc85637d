"""The choice of format, its errors, and limits that hold for every format."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import threads.parse
from threads.errors import InputError, SettingError, ThreadsError
from threads.parse import FORMATS, Options, Source, parse
from threads.settings import Settings

PAGE = "Ann\nMay 17, 2024 20:41\nYes.\n\nBob\nMay 17, 2024 20:42\nAgreed.\n"


def test_content_decides():
    table = Source.from_text("author,text\nAnn,Hi\n")
    assert parse(table, Options()).discussions[0].source_format == "table"
    own = Source.from_text("author,published_at_raw,text\nAnn,today,Hi\n")
    assert parse(own, Options()).discussions[0].source_format == "btl-csv"
    assert parse(Source.from_text(PAGE), Options()).discussions[0].source_format == "pasted"


def test_a_name_overrides_the_content():
    parsed = parse(Source.from_text("author,text\nAnn,Hi\n"), Options(), "pasted")
    assert parsed.discussions[0].source_format == "pasted"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(SettingError, match=r"no format is called 'docx'.*btl-csv, .*page, .*pasted"):
        parse(Source.from_text(PAGE), Options(), "docx")


def test_nothing_recognised_says_what_was_looked_for(monkeypatch):
    monkeypatch.setattr(threads.parse, "FORMATS", FORMATS[:1])
    with pytest.raises(InputError, match=r"pasted text: no format recognises it.*btl-csv"):
        parse(Source.from_text(PAGE), Options())


def test_too_many_comments_name_the_setting():
    with pytest.raises(InputError, match=r"2 comments.*limit of 1.*BTL_MAX_COMMENTS"):
        parse(Source.from_text(PAGE), Options(), settings=Settings(max_comments=1))


def test_replies_are_worked_out():
    comments = parse(Source.from_text(PAGE), Options()).discussions[0].comments
    assert (comments[1].parent_id, comments[1].parent_source) == (comments[0].comment_id, "inferred")


def test_names_are_unique_and_pasted_comes_last():
    assert len({item.name for item in FORMATS}) == len(FORMATS)
    assert FORMATS[-1].name == "pasted"
    assert all(item.help for item in FORMATS)


@given(st.text(max_size=400), st.sampled_from([None, "btl-csv", "page", "pasted"]))
@settings(deadline=None, max_examples=300)
def test_any_text_gives_records_or_a_named_error(text, name):
    with suppress(ThreadsError):
        parsed = parse(Source.from_text(text), Options(), name)
        assert parsed.report.kept == sum(len(d.comments) for d in parsed.discussions)


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=300)
def test_any_bytes_give_records_or_a_named_error(data):
    with suppress(ThreadsError):
        parsed = parse(Source.from_bytes(data), Options())
        assert parsed.report.kept == sum(len(d.comments) for d in parsed.discussions)


def page(count):
    comment = 'User {u}\nMay {d}, 2024 AT 10:41Number {i}, "so they say it is a fact".\nAs John said.\n'
    comments = (comment.format(u=i % 500, d=1 + i % 28, i=i) for i in range(count))
    return "Title\nArticle.\n" + "".join(comments)


def seconds(text):
    begin = time.process_time()
    parsed = parse(Source.from_text(text), Options())
    return time.process_time() - begin, parsed


def test_ten_times_the_comments_take_about_ten_times_as_long():
    seconds(page(200))  # the tables of words are built once
    (short, _), (long, parsed) = seconds(page(1_000)), seconds(page(10_000))
    assert parsed.report.kept == 10_000
    assert long < 30 * max(short, 0.3)  # 100 times if any step were quadratic


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "1" * 1_000_000,
        "May 17, 2024 20:41" * 50_000,
        "Ann\nMay 17, 2024 20:41" + "x " * 500_000,
        "x" + "-" * 1_000_000 + "y",
        "(" * 1_000_000,
        "Ann says:" + " " * 1_000_000 + "May 17, 2024",
        "May 17, 2024 20:41\n" * 5_000,
        "Ann\nMay 17, 2024 20:41\nx\nLeave a comment\n" * 2_000,
        "Ann\nMay 17, 2024 20:41\nx\n" + "Reply\n" * 50_000 + "Bob\nMay 17, 2024 20:41\nx\n",
        "@" * 1_000_000,
        "Ann\nMay 17, 2024 20:41\n" + "> " * 400_000 + "\nBob\nMay 17, 2024 20:41\n" + '"a b c d e ' * 50_000,
        "\u202e" * 500_000 + "\nAnn\n" + "\ud800" * 100_000,
        '"text","author"\r\n"' + "'=" * 400_000 + '","x"',
    ],
    ids=range(14),
)  # fmt: skip
def test_hostile_text_is_read_or_refused_in_time(text):
    begin = time.process_time()
    with suppress(InputError):
        parse(Source.from_text(text), Options())
    assert time.process_time() - begin < 10
