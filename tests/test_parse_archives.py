"""Compressed pages, MHTML, web archives, and what stood in the frames of a page."""

import gzip
import os
import time
import zlib
from datetime import UTC, datetime

import brotli
import pytest

from threads.errors import InputError
from threads.parse.documents import documents, is_page
from threads.parse.source import Source
from threads.settings import Settings

PAGE = "<!DOCTYPE html><html><head><title>Brücke</title></head><body><p>Schöne Grüße</p></body></html>"
OTHER = PAGE.replace("Schöne", "Liebe")
MAY = datetime(2024, 5, 17, 20, 41, 5, tzinfo=UTC)
URL = "https://a.example/x"


def read(data, name="input", **how):
    return list(documents(Source.from_bytes(data, name, **how)))


# gzip


def test_a_gzipped_page_is_unpacked_whatever_its_name():
    (document,) = read(gzip.compress(PAGE.encode()), "page.html")
    assert document.html == PAGE


def test_a_gzip_file_of_several_members_is_read_whole():
    data = gzip.compress(PAGE[:40].encode()) + gzip.compress(PAGE[40:].encode()) + b"\x00" * 9
    assert read(data)[0].html == PAGE


@pytest.mark.parametrize("cut", [12, 60, -9, -3])
def test_a_gzip_file_that_ends_in_the_middle_is_an_error(cut):
    with pytest.raises(
        InputError, match=r"input: this is a gzip archive, and it (ends in the middle|is damaged)"
    ):
        read(gzip.compress((PAGE * 50).encode())[:cut])


def test_a_damaged_gzip_file_is_an_error():
    data = bytearray(gzip.compress(PAGE.encode() * 50))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(InputError, match="it is damaged"):
        read(bytes(data))


def test_a_small_file_that_holds_too_much_is_refused_before_it_is_unpacked():
    bomb = gzip.compress(b"<html>" + b"\x00" * 60_000_000)
    with pytest.raises(
        InputError, match=r"times its size, more than the limit of 200.*BTL_MAX_UNPACKED_RATIO"
    ):
        _ = Source.from_bytes(bomb).data
    with pytest.raises(InputError, match=r"limit of 1,000 bytes.*BTL_MAX_INPUT_BYTES"):
        _ = Source.from_bytes(
            gzip.compress(os.urandom(900) * 2), settings=Settings(max_input_bytes=1_000)
        ).data


# MHTML

CHROME = """From: <Saved by Blink>
Snapshot-Content-Location: https://a.example/x
Subject: =?utf-8?Q?Br=C3=BCcke?=
Date: Fri, 17 May 2024 20:41:05 -0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----MultipartBoundary--x----"


------MultipartBoundary--x----
Content-Type: text/html
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://a.example/x

<html><body><p>Sch=C3=B6ne Gr=C3=BC=
=C3=9Fe</p><iframe src=3D"cid:frame-2@mhtml.blink"></iframe></body></html>
------MultipartBoundary--x----
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://a.example/a.png

iVBORw0KGgo=
------MultipartBoundary--x----
Content-Type: text/html
Content-ID: <frame-2@mhtml.blink>
Content-Transfer-Encoding: base64
Content-Location: https://comments.example/embed

PGh0bWw+PGJvZHk+PHA+SW4gdGhlIGZyYW1lPC9wPjwvYm9keT48L2h0bWw+
------MultipartBoundary--x------
"""
EXPLORER = """From: "Saved by Windows Internet Explorer 8"
Subject: Br
Date: Fri, 17 May 2024 22:41:05 +0200
MIME-Version: 1.0
Content-Type: text/html;
\tcharset="Windows-1252"
Content-Transfer-Encoding: quoted-printable
Content-Location: https://a.example/x

<HTML><BODY><P>Gr=FC=DFe =96 bald</P></BODY></HTML>
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_mhtml_of_todays_browsers(newline):
    (document,) = read(CHROME.replace("\n", newline).encode(), "page.mhtml")
    assert "<p>Schöne Grüße</p>" in document.html
    assert (document.name, document.url, document.captured_at) == ("page.mhtml", URL, MAY)
    (frame,) = document.frames
    assert (frame.url, frame.html) == (
        "https://comments.example/embed",
        "<html><body><p>In the frame</p></body></html>",
    )


def test_mhtml_of_old_browsers():
    (document,) = read(EXPLORER.encode())
    assert "<P>Grüße – bald</P>" in document.html
    assert (document.url, document.captured_at) == (URL, MAY)


def test_mhtml_without_a_page_is_an_error():
    with pytest.raises(InputError, match="there is no HTML page in it"):
        read(CHROME.replace("text/html\n", "text/css\n").encode())


def test_mhtml_nested_without_end_is_an_error_soon():
    nested = "".join(f"--{n}\nContent-Type: multipart/related; boundary={n + 1}\n\n" for n in range(5_000))
    start = time.monotonic()
    with pytest.raises(InputError, match="nested too deep"):
        read(f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=0\n\n{nested}".encode())
    assert time.monotonic() - start < 5


# Web archives


def warc(*records, packed=True):
    """Return a web archive of (kind, url, headers, payload); the first header of an answer is its status."""
    data = b""
    for kind, url, headers, body in records:
        content_type, payload = headers[0], body
        if kind == "response":
            content_type = "application/http; msgtype=response"
            lines = [f"HTTP/1.1 {headers[0]}", *(f"{name}: {value}" for name, value in headers[1:])]
            payload = "\r\n".join([*lines, "", ""]).encode() + body
        record = (
            (
                f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
                f"WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\n"
                f"WARC-Date: 2024-05-17T20:41:05Z\r\nContent-Type: {content_type}\r\n"
                f"Content-Length: {len(payload)}\r\n\r\n"
            ).encode()
            + payload
            + b"\r\n\r\n"
        )
        data += gzip.compress(record) if packed else record
    return data


OK = ("200 OK", ("Content-Type", "text/html; charset=windows-1252"))


@pytest.mark.parametrize("packed", [True, False])
def test_the_pages_of_a_web_archive_in_order(packed):
    data = warc(
        ("response", "https://a.example/robots.txt", ("200 OK", ("Content-Type", "text/plain")), b"no"),
        ("response", URL, OK, PAGE.encode("cp1252")),
        (
            "response",
            "https://a.example/gone",
            ("404 Not Found", ("Content-Type", "text/html")),
            b"<html>gone",
        ),
        ("resource", "https://a.example/y", ("text/html",), OTHER.encode()),
        packed=packed,
    )
    source = Source.from_bytes(data, "crawl.warc")
    assert is_page(source)
    found = list(documents(source))
    assert [d.name for d in found] == [f"crawl.warc#1 {URL}", "crawl.warc#2 https://a.example/y"]
    assert [d.html for d in found] == [PAGE, OTHER]
    assert {d.captured_at for d in found} == {MAY}


@pytest.mark.parametrize(
    ("encoding", "payload"),
    [
        ("gzip", gzip.compress(PAGE.encode("cp1252"), mtime=0)),
        ("deflate", zlib.compress(PAGE.encode("cp1252"))),
        ("br", brotli.compress(PAGE.encode("cp1252"))),
        ("gzip", PAGE.encode("cp1252")),  # some archives keep it unpacked, with the header as it was
    ],
)
def test_answers_are_kept_as_they_were_sent(encoding, payload):
    (document,) = read(warc(("response", URL, (*OK, ("Content-Encoding", encoding)), payload)))
    assert document.html == PAGE


def test_answers_in_chunks_are_put_together():
    body = PAGE.encode("cp1252")
    payload = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:30], body[30:])) + b"0\r\n\r\n"
    (document,) = read(warc(("response", URL, (*OK, ("Transfer-Encoding", "chunked")), payload)))
    assert document.html == PAGE


def test_an_answer_that_unpacks_to_too_much_is_refused():
    bomb = brotli.compress(b"<html>" + b" " * 80_000_000, quality=1)
    with pytest.raises(InputError, match=r"record 1: the page has more than the limit.*BTL_MAX_INPUT_BYTES"):
        read(warc(("response", URL, (*OK, ("Content-Encoding", "br")), bomb)))


def test_a_damaged_answer_names_its_record():
    with pytest.raises(InputError, match=r"record 1: the page cannot be unpacked \('gzip'\)"):
        read(warc(("response", URL, (*OK, ("Content-Encoding", "gzip")), b"\x1f\x8b\x08 nothing")))


def test_a_web_archive_that_is_cut_off_is_an_error():
    data = warc(("response", URL, OK, PAGE.encode()), ("response", URL, OK, OTHER.encode()))
    with pytest.raises(InputError, match="ends in the middle"):
        read(data[:-30])


def test_a_page_that_is_cut_off_in_a_web_archive_is_an_error():
    data = warc(("response", URL, OK, PAGE.encode()), packed=False)
    with pytest.raises(InputError, match=r"input, record 1: the web archive ends in the middle"):
        read(data[:-30])


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"Content-Length: 1", b"Content-Length: -1"),
        (b"Content-Length: ", b"Content-Length: 1"),
        (b"Content-Length: ", b"Content-Size: "),
        (b"Content-Length: %d" % len(OTHER.encode()), b"Content-Length: %d" % (len(OTHER.encode()) - 20)),
        (b"WARC-Target-URI", b"WARC-Target"),
        (b"WARC/1.0\r\nWARC-Type: resource", b"WARC/9.9\r\nWARC-Type: resource"),
    ],
)
def test_records_that_are_not_what_they_say_are_an_error(right, wrong, capfd):
    records = ("response", URL, OK, PAGE.encode()), ("resource", URL, ("text/html",), OTHER.encode())
    with pytest.raises(
        InputError, match=r"input, record \d: the web archive (is damaged|ends in the middle)"
    ):
        read(warc(*records, packed=False).replace(right, wrong, 1))
    assert capfd.readouterr().err == ""


def test_a_web_archive_that_holds_too_much_is_refused():
    data = warc(*[("resource", URL, ("image/png",), os.urandom(1000))] * 20)
    with pytest.raises(InputError, match=r"limit of 5,000 bytes.*BTL_MAX_UNPACKED_BYTES"):
        read(data, settings=Settings(max_unpacked_bytes=5_000))


def test_a_web_archive_without_a_page_is_an_error():
    with pytest.raises(InputError, match="there is no HTML page in it"):
        read(warc(("resource", URL, ("image/png",), b"png"), packed=False))


# Frames


@pytest.fixture
def saved(tmp_path):
    """A page saved with its folder; returns a function that reads it with a given frame address."""
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page_files" / "comments 1.html").write_text(OTHER, encoding="utf-8")
    (tmp_path / "secret.html").write_text("<html>secret</html>", encoding="utf-8")

    def read_with(address):
        page = tmp_path / "page.html"
        page.write_text(f'<html><IFRAME class=a\nsrc="{address}" title=b></IFRAME>', encoding="utf-8")
        (document,) = documents(Source.from_path(page))
        return document

    return read_with


@pytest.mark.parametrize(
    "address",
    ["page_files/comments%201.html", "./page_files/comments 1.html?a=b#c", "page_files\\comments 1.html"],
)
def test_frames_saved_in_the_folder_beside_the_page_are_read(saved, address):
    (frame,) = saved(address).frames
    assert frame.html == OTHER
    assert frame.name.endswith("page.html, frame comments 1.html")


@pytest.mark.parametrize(
    "address",
    [
        "secret.html",
        "page_files/../secret.html",
        "../secret.html",
        "/etc/passwd",
        "file:///etc/passwd",
        "https://a.example/page_files/comments%201.html",
        "page_files/absent.html",
        "page_files",
        "page_files/",
        "page_files/a%00b",
        "page_files/" + "a" * 5_000,
        "",
    ],
)
def test_nothing_outside_of_the_folder_is_read(saved, address):
    document = saved(address)
    assert (document.frames, document.warnings) == ((), ())


def test_links_out_of_the_folder_are_not_followed(saved, tmp_path):
    (tmp_path / "page_files" / "out.html").symlink_to(tmp_path / "secret.html")
    assert saved("page_files/out.html").frames == ()


def test_frames_in_frames_are_found_once_though_they_show_each_other(saved, tmp_path):
    folder = tmp_path / "page_files"
    (folder / "a.html").write_text('<html><iframe src="b.html">A', encoding="utf-8")
    (folder / "b.html").write_text(
        '<html><iframe src="./a.html"><iframe src="../secret.html">B', encoding="utf-8"
    )
    assert [frame.html[-1] for frame in saved("page_files/a.html").frames] == ["A", "B"]


def test_a_frame_that_cannot_be_read_costs_a_warning(saved, tmp_path):
    (tmp_path / "page_files" / "empty.html").write_text("", encoding="utf-8")
    assert saved("page_files/empty.html").warnings == (
        "the frame empty.html is not read: there is nothing in it",
    )


def test_documents_written_into_frames_are_read_and_those_in_them():
    inner = '<html><iframe srcdoc="&amp;quot;<p>deep">one'.replace('"', "&quot;")
    (document,) = documents(Source.from_text(f'<html><iframe title=">" srcdoc="{inner}"></iframe>'))
    assert [frame.html for frame in document.frames] == [
        '<html><iframe srcdoc="&quot;<p>deep">one',
        '"<p>deep',
    ]


@pytest.mark.parametrize(
    "piece", ["<iframe ", '<iframe src="', "<iframe src='a\" ", "<iframe a=b/", "<frame\n\t"]
)
def test_hostile_frames_take_linear_time(piece):
    start = time.monotonic()
    list(documents(Source.from_text("<html>" + piece * 300_000)))
    list(documents(Source.from_text("<html><iframe" + piece[7:] * 300_000)))
    assert time.monotonic() - start < 5
