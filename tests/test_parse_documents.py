"""From inputs to HTML documents: kinds told by content, decoding, and what a saving program wrote."""

from datetime import UTC, datetime

import pytest

from threads.errors import InputError
from threads.parse.charsets import decode
from threads.parse.documents import documents, is_page
from threads.parse.provenance import moment, provenance
from threads.parse.source import Origin, Source

PAGE = "<!DOCTYPE html><html><head><title>Größe</title></head><body><p>Schöne Grüße</p></body></html>"


def only(data, **how):
    (document,) = documents(Source.from_bytes(data, "page.html", **how))
    return document


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "\ufeff\n <!-- saved -->\n<HTML lang=de><body>",
        "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x'><html>",
        "<div class=comments><div>a</div><div>b</div></div>",
        "<script>var a</script><meta charset=utf-8><title>a</title><p>b</p>",
        "Warning: mysql in line 3\n" + PAGE.replace("<p>", "<ul><li>a<li>b<li>c</ul><p>"),
    ],
)
def test_pages_and_pieces_of_pages_are_pages(text):
    assert is_page(Source.from_text(text))
    assert is_page(Source.from_bytes(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "I would put <b>bold</b> and <i>italic</i> and <p>paragraphs</p> there",
        "<b>Ann Lee</b>\n<i>May 17</i>\n<p>At last</p> a <a href=x>tunnel</a>",
        "First comes <html>, then <head> and <body> with the text. " * 4,
        "How to write a page\n\n<!DOCTYPE html>\n<html>\n<body>\nhello\n</body>\n</html>\n" + "Words. " * 900,
        "<?xml version='1.0'?><rss><channel><title>a</title></channel></rss>",
        '{"html": "<html><body></body></html>"}',
        "MIME-Version: 1.0\nFrom: Ann\n\nA mail of text",
        "<3 <3 <3",
        "a,b,c\n1,2,3\n",
    ],
)
def test_text_that_mentions_tags_is_no_page(text):
    assert not is_page(Source.from_text(text))


def test_zero_bytes_in_a_page_are_left_out_and_told():
    document = only(PAGE.replace("Schö", "S\x00ch\x00ö").encode())
    assert document.html == PAGE
    assert document.warnings == ("2 zero characters left out",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_pages_are_read_with_and_without_a_mark(encoding):
    assert only(PAGE.encode(encoding)).html == PAGE


def test_a_declared_charset_is_read_as_browsers_read_it():
    data = "<meta charset=iso-8859-1><p>“5 €” – Grüße".encode("cp1252")
    assert "“5 €” – Grüße" in only(data).html


def test_a_charset_declared_late_in_a_long_head_is_found():
    head = "<html><head><style>" + "a{}" * 9_000 + "</style><!-- <meta charset=koi8-r> -->"
    data = (head + "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'></head>").encode()
    assert only(data + "<p>Привет".encode("cp1251")).html.endswith("<p>Привет")


def test_the_header_comes_before_the_meta():
    data = b"<html><meta charset=koi8-r><p>" + "Привет".encode("cp1251")
    source = Source.from_bytes(data, origin=Origin(charset="windows-1251"))
    assert next(documents(source)).html.endswith("Привет")


def test_utf_8_is_read_as_such_whatever_is_declared():
    document = only(b"<html><meta charset=iso-8859-1>" + "Grüße".encode())
    assert document.html.endswith("Grüße")
    assert document.warnings == ("declared as cp1252, but it is UTF-8",)


def test_a_page_declared_as_utf_8_that_is_not_is_detected():
    document = only("<html><meta charset=utf-8><p>Größe, Käse, Füße".encode("latin-1"))
    assert document.html.endswith("Größe, Käse, Füße")
    assert document.warnings == ("decoded as cp1252 (detected)",)


def test_few_broken_places_do_not_change_the_encoding_and_are_counted():
    decoded = decode(("ä" * 50 + "\ufffd").encode() + b"\xff")
    assert decoded.text == "ä" * 50 + "\ufffd\ufffd"
    assert decoded.warnings == ("1 unreadable places in utf-8 are shown as \ufffd",)


@pytest.mark.parametrize("label", ["utf-16", "x-user-defined", "no-such-thing", "iso-2022-kr", "gb2312"])
def test_odd_labels_cost_nothing(label):
    assert decode(f"<meta charset={label}><p>plain".encode()).text.endswith("plain")


def test_halves_of_characters_in_pasted_source_are_replaced():
    assert next(documents(Source.from_text("<html><p>a\ud800b"))).html == "<html><p>a\ufffdb"


def test_an_encoding_that_was_asked_for_is_obeyed():
    assert only("<html>ж".encode("koi8-r"), encoding="koi8-r").html == "<html>ж"


def test_a_page_of_white_space_is_an_error():
    with pytest.raises(InputError, match="nothing in it"):
        list(documents(Source("page.html", "\n")))


MAY = datetime(2024, 5, 17, 20, 41, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mark", "url", "at"),
    [
        ("<!-- saved from url=(0019)https://a.example/x -->", "https://a.example/x", None),
        ("<!-- saved from url=(0014)about:internet -->", None, None),
        (
            "<!--\n Page saved with SingleFile \n url: https://a.example/x \n"
            " saved date: Fri May 17 2024 22:41:05 GMT+0200 (Mitteleuropäische Zeit)\n-->",
            "https://a.example/x",
            MAY,
        ),
        (
            '<script>__wm.wombat("https://a.example/x","20240517204105","https://web.archive.org/")</script>',
            "https://a.example/x",
            MAY,
        ),
        (
            "<!-- saved from url=(0)https://web.archive.org/web/20240517204105id_/https:/a.example/x -->",
            "https://a.example/x",
            MAY,
        ),
        ("<!--\n     FILE ARCHIVED ON 20:41:05 May 17, 2024 AND RETRIEVED FROM", None, MAY),
        (
            "<meta name='savepage-url' content='https://a.example/x'>"
            "<meta name='savepage-date' content='Fri May 17 2024 20:41:05 GMT+0000 (UTC)'>",
            "https://a.example/x",
            MAY,
        ),
        (
            '<html data-scrapbook-source="https://a.example/x" data-scrapbook-create="20240517204105123">',
            "https://a.example/x",
            MAY,
        ),
        (
            "<!-- Mirrored from a.example/x by HTTrack Website Copier/3.x [XR&CO'2014], "
            "Fri, 17 May 2024 20:41:05 GMT -->",
            None,
            MAY,
        ),
    ],
)
def test_what_saving_programs_write_is_read(mark, url, at):
    found_url, found_at = provenance(f"<html>{mark}<body>")
    assert (found_url, found_at) == (url, at)


def test_marks_at_the_end_of_a_long_page_are_read():
    page = "<html>" + "x" * 100_000 + "<!-- FILE ARCHIVED ON 20:41:05 May 17, 2024 AND -->"
    assert provenance(page)[1] == MAY


def test_the_address_that_was_fetched_comes_before_the_one_written():
    source = Source.from_bytes(
        b"<html><!-- saved from url=(0)https://b.example/ -->",
        origin=Origin("https://a.example/", MAY),
    )
    document = next(documents(source))
    assert (document.url, document.captured_at) == ("https://a.example/", MAY)


@pytest.mark.parametrize("text", ["", "soon", "Fri Foo 17 2024 20:41:05", "Feb 31 2024 20:41:05", "9" * 14])
def test_what_is_no_time_is_none(text):
    assert moment(text) is None
