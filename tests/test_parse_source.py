"""Inputs: what is read, how it is decoded, and what is refused with a reason."""

import bz2
import gzip
import io
import lzma
import os
import random
import threading
from contextlib import suppress
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.errors import InputError, ThreadsError
from threads.parse.source import HEAD_BYTES, Source
from threads.parse.unpacking import zstd
from threads.settings import Settings

GERMAN = "Grüße aus Köln – schöne Häuser"


def test_name_is_the_path_as_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    assert Source.from_path("a.txt").name == "a.txt"
    assert Source.from_path("a.txt").text == "hello"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (GERMAN.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + GERMAN.encode(), "utf-8"),
        (GERMAN.encode("utf-16"), "utf-16"),
        (GERMAN.encode("utf-32"), "utf-32"),
    ],
)
def test_unicode_is_recognised_without_a_warning(data, encoding):
    source = Source.from_bytes(data)
    assert (source.text, source.encoding, source.warnings) == (GERMAN, encoding, ())


def test_windows_text_is_detected_and_said():
    source = Source.from_bytes(GERMAN.encode("cp1252"))
    assert source.text == GERMAN
    assert source.warnings == ("not UTF-8: decoded as cp1252 (detected)",)


def test_cyrillic_is_not_taken_for_western():
    text = "Привет всем, как дела сегодня в Москве? Хорошая статья, спасибо автору."
    assert Source.from_bytes(text.encode("cp1251")).text == text


def test_one_broken_byte_does_not_change_the_encoding():
    source = Source.from_bytes(("ä" * 50).encode() + b"\xff")
    assert source.text == "ä" * 50 + "\ufffd"
    assert "1 unreadable" in source.warnings[0]


def test_encoding_can_be_given():
    assert Source.from_bytes("ж".encode("koi8-r"), encoding="koi8-r").text == "ж"


@pytest.mark.parametrize("encoding", ["no-such-thing", "base64", "a\x00b"])
def test_unknown_encoding_is_an_error(encoding):
    with pytest.raises(InputError, match="no encoding is called"):
        Source.from_bytes(b"hello", encoding=encoding)


def test_bytes_that_do_not_fit_the_given_encoding_name_the_place():
    with pytest.raises(InputError, match="byte 3"):
        _ = Source.from_bytes(b"ab\xff", encoding="utf-8").text


@pytest.mark.parametrize("data", [b"", b" \r\n\t ", b"\xef\xbb\xbf", " \n".encode("utf-16")])
def test_nothing_is_refused(data):
    with pytest.raises(InputError, match="nothing in it"):
        _ = Source.from_bytes(data).text


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04...", "ZIP"),
        (b"\x89PNG\r\n\x1a\n...", "PNG"),
        (b"\x1f\x8b\x08...", "gzip"),
        (b"\xff\xd8\xff\xe0...", "JPEG"),
        (b"hello\x00world", "not text"),
        (b"\x01\x02\x03\x04hello", "not text"),
        ("hello world".encode("utf-16-le"), "not text"),
    ],
)
def test_what_is_no_text_is_named(data, kind):
    with pytest.raises(InputError, match=kind):
        _ = Source.from_bytes(data, "input").text


PACKED = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstandard": zstd.compress,
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("on_disk", [True, False])
def test_a_compressed_file_is_unpacked_all_members_of_it(kind, on_disk, tmp_path):
    data = PACKED[kind](b"hello " * 50_000) + PACKED[kind](b"world")
    (tmp_path / "a.txt").write_bytes(data)
    source = Source.from_path(tmp_path / "a.txt") if on_disk else Source.from_bytes(data)
    assert source.head.startswith("hello hello")
    assert source.text == "hello " * 50_000 + "world"


@pytest.mark.parametrize("kind", PACKED)
def test_a_compressed_file_longer_than_what_is_read_at_once_is_read_to_its_end(kind):
    letters = random.Random(1).choices("abcdefgh", k=3_000_000)
    assert Source.from_bytes(PACKED[kind]("".join(letters).encode())).text == "".join(letters)


@pytest.mark.parametrize("kind", PACKED)
def test_a_compressed_file_that_ends_in_the_middle_is_an_error(kind):
    data = PACKED[kind](os.urandom(300_000).hex().encode())
    with pytest.raises(InputError, match=f"this is a {kind} archive, and it ends in the middle"):
        _ = Source.from_bytes(data[:-5_000]).text


@pytest.mark.parametrize("kind", ["bzip2", "xz", "zstandard"])
def test_a_small_file_that_unpacks_to_much_is_refused(kind):
    with pytest.raises(InputError, match=r"times its size, more than the limit of 200"):
        _ = Source.from_bytes(PACKED[kind](b" " * 30_000_000 + b"x")).data


def zipped(*files, **how):
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED, **how) as file:
        for name, data in files:
            file.writestr(name, data)
    return archive.getvalue()


def test_a_zip_archive_of_one_file_is_read_as_that_file():
    assert Source.from_bytes(zipped(("a/", b""), ("a/b.txt", b"hello"), ("__MACOSX/x", b""))).text == "hello"


def test_a_zip_archive_of_several_files_stays_one():
    data = zipped(("a", b"1"), ("b", b"2"))
    source = Source.from_bytes(data)
    assert source.data == data
    with pytest.raises(InputError, match="ZIP archive or an office document"):
        _ = source.text


def test_a_zip_bomb_is_refused():
    with pytest.raises(InputError, match=r"times its size, more than the limit of 200"):
        _ = Source.from_bytes(zipped(("a", b" " * 30_000_000 + b"x"))).data


def test_a_damaged_zip_archive_is_an_error():
    data = bytearray(zipped(("a", os.urandom(200_000))))
    data[150_000] ^= 1
    with pytest.raises(InputError, match="this is a ZIP archive, and it is damaged"):
        _ = Source.from_bytes(bytes(data)).data


def test_an_upload_may_unpack_to_so_much():
    with pytest.raises(InputError, match=r"limit of 8,000 bytes.*BTL_MAX_UNPACKED_BYTES"):
        Source.from_bytes(gzip.compress(os.urandom(9_000)), settings=Settings(max_unpacked_bytes=8_000))


def utf8(source):
    with source.open_utf8() as stream:
        return stream.read().decode()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_a_stream_of_text_is_utf8_whatever_it_was(encoding):
    source = Source.from_bytes((GERMAN * 20_000).encode(encoding))
    assert utf8(source) == GERMAN * 20_000
    assert source.warnings == (("decoded as cp1252",) if encoding == "cp1252" else ())


def test_bytes_that_are_no_utf8_are_mended_and_counted():
    source = Source.from_bytes((GERMAN * 50).encode() + "Grüße".encode("cp1252"))
    assert utf8(source) == GERMAN * 50 + "Grüße"
    assert source.warnings == ("damaged utf-8: 2 bytes are read as Windows-1252",)


def test_a_stream_of_text_is_of_text():
    with pytest.raises(InputError, match="SQLite"):
        Source.from_bytes(b"SQLite format 3\x00...").open_utf8()


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Source.from_path(tmp_path / "absent.txt")
    with pytest.raises(InputError, match="this is a folder"):
        Source.from_path(tmp_path)
    with pytest.raises(ThreadsError):
        Source.from_path("a\x00b")


def test_what_is_too_large_is_a_stream_and_no_text(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 11)
    source = Source.from_path(file, Settings(max_input_bytes=10))
    with source.open() as stream:
        assert stream.read() == b"x" * 11
    with pytest.raises(InputError, match=r"11 bytes.*limit of 10.*BTL_MAX_INPUT_BYTES"):
        _ = source.text


def test_what_has_no_end_is_read_to_the_limit():
    with pytest.raises(InputError, match="does not end within the limit of 1,000 bytes"):
        Source.from_path("/dev/zero", Settings(max_input_bytes=1_000))


def test_a_pipe_is_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("hello",))
    writer.start()
    assert Source.from_path(pipe).text == "hello"
    writer.join()


def test_head_is_short_and_does_not_decode_the_rest():
    source = Source.from_bytes(b"a" * HEAD_BYTES + b"\xff" * 10)
    assert source.head == "a" * HEAD_BYTES


def test_a_character_cut_by_the_head_is_left_out():
    assert Source.from_bytes("ä".encode() * HEAD_BYTES).head == "ä" * (HEAD_BYTES // 2)
    assert Source.from_bytes(b"a" + "ä".encode() * HEAD_BYTES).head == "a" + "ä" * (HEAD_BYTES // 2 - 1)


@given(st.text())
def test_pasted_text_keeps_every_code_point(text):
    if text.strip():
        source = Source.from_text(text)
        assert source.text == text
        assert source.data.decode("utf-8", errors="surrogatepass") == text


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_a_named_error(data):
    with suppress(ThreadsError):
        assert isinstance(Source.from_bytes(data).text, str)
