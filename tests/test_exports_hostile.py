"""Damaged and hostile inputs, with every format: a named error or a read that is reported, soon."""

import gzip
import io
import json
import random
import sqlite3
import time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from conftest import ROOT

from threads.errors import InputError
from threads.parse import FORMATS, Options, Source, parse
from threads.parse.unpacking import zstd
from threads.settings import Settings

SECONDS = 10
NAMES = [item.name for item in FORMATS]
SAMPLES = sorted(
    path for path in (ROOT / "sample_data").glob("*/thread.*") if not path.parent.name.startswith("page_")
)
COMMENT = {
    "id": "1",
    "body": "text",
    "text": "text",
    "author": "Ann",
    "created_utc": 1,
    "link_id": "t3_1",
    "parent_id": "t3_1",
    "date": "2024-01-01",
}


def xml(before, inside="&a;"):
    return (
        f'<?xml version="1.0"?>{before}<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>'
        f"<title>T</title><wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>{inside}"
        "</wp:comment_content></wp:comment></item></channel></rss>"
    )


def entities(*declared, inside="&a;"):
    return xml(f"<!DOCTYPE rss [{''.join(f'<!ENTITY {one}>' for one in declared)}]>", inside)


LAUGHS = [f'{b} "{f"&{a};" * 10}"' for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
XML_BOMBS = {
    "billion laughs": entities('a "ha"', *LAUGHS, inside="&i;"),
    "quadratic": entities(f'a "{"a" * 100_000}"', inside="&a;" * 10_000),
    "recursive": entities('a "&b;"', 'b "&a;"'),
    "to itself": entities('a "&a;"'),
    "a local file": entities('a SYSTEM "file:///etc/passwd"'),
    "a device": entities('a SYSTEM "file:///dev/zero"'),
    "the network": entities('a SYSTEM "http://127.0.0.1:1/"'),
    "a public id": entities('a PUBLIC "x" "http://127.0.0.1:1/"'),
    "a parameter": entities('% p SYSTEM "http://127.0.0.1:1/"', inside="x").replace("]>", "%p;]>"),
    "parameters": entities('% p "a"', *[f'% p{n} "%p;%p;"' for n in range(100)], 'a "x"'),
    "an outer DTD": xml('<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">'),
    "inclusion": xml(
        "", '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    ),
    "a stylesheet": xml('<?xml-stylesheet href="http://127.0.0.1:1/"?>', "x"),
    "depth": xml("", "<a>" * 100_000),
    "attributes": xml("", "<a " + " ".join(f"a{n}='x'" for n in range(50_000)) + "/>"),
    "a long name": xml("", f"<{'a' * 1_000_000}/>"),
    "namespaces": xml("", "<a " + " ".join(f"xmlns:n{n}='u{n}'" for n in range(20_000)) + "/>"),
    "default attributes": xml(f'<!DOCTYPE rss [<!ATTLIST wp:comment x CDATA "{"a" * 100_000}">]>', "x"),
}
JSONS = {
    "NaN": json.dumps({**COMMENT, "score": float("nan")}),
    "infinite": json.dumps([{**COMMENT, "score": float("-inf")}]),
    "lone surrogates": json.dumps([{**COMMENT, "body": "\ud800 no \udfff", "text": "\ud800"}]),
    "the same key twice": '[{"id": "1", "text": "a", "text": "b", "body": "a", "id": "2"}]',
    "deep lists": "[" * 100_000,
    "deep and closed": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"replies":' * 100_000 + "1" + "}" * 100_000,
    "deep answers": f"""{json.dumps(COMMENT)[:-1]}, "replies": {"[" * 100_000}{"]" * 100_000}}}""",
    "a long number": '{"id": ' + "9" * 100_000 + ', "text": "a"}',
    "a large number": '[{"id": 1e400, "created_utc": 1e400, "text": "a", "score": 1e308}]',
    "other kinds": json.dumps([{name: [value, {"a": None}] for name, value in COMMENT.items()}]),
    "nothing in it": json.dumps([dict.fromkeys(COMMENT)]),
    "no list": json.dumps({"data": {"children": 3}, "comments": "none", "items": [1, None, "x", []]}),
    "a bad line": "\n".join([json.dumps(COMMENT), '{"id": "2", "bo', json.dumps(COMMENT)]),
    "cut": json.dumps([COMMENT] * 10)[:-50],
    "NUL": json.dumps({**COMMENT, "body": "a\0b", "author": "\0"}),
}
TABLES = {
    "10,000 columns": ",".join(f"c{n}" for n in range(10_000)) + "\n" + "x," * 9_999 + "x\n",
    "columns of one name": ",".join(["text"] * 500) + "\n" + ",".join("x" * 500) + "\n",
    "an open quote": 'author,text\nAnn,"one\n' + "Ann,two\n" * 50_000,
    "one long cell": "author,text\nAnn," + "x" * 3_000_000 + "\n",
    "rows of other lengths": "author,text\n" + "".join("x," * (n % 9) + "x\n" for n in range(1_000)),
    "quotes": "author,text\n" + '"' * 100_000,
    "separators": ";,\t|" * 50_000,
    "formulas": "author,text\n=1+1,\"=cmd|' /C calc'!A0\"\n",
}
MIXED = "author,text\nAnn,Grüße aus Köln\n".encode() * 40 + "Bob,Grüße aus Köln\n".encode("cp1252") * 40
MIXED_LINES = (
    json.dumps({**COMMENT, "body": "Grüße"}, ensure_ascii=False).encode()
    + b"\n"
    + json.dumps({**COMMENT, "id": "2", "body": "Grüße"}, ensure_ascii=False).encode("cp1252")
)


def zipped(**files):
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return archive.getvalue()


def noise(size):
    return random.Random(1).randbytes(size)


BYTES = {
    "mixed encodings": MIXED,
    "lines of mixed encodings": MIXED_LINES,
    "noise": noise(100_000),
    "noise after SQLite": b"SQLite format 3\x00" + noise(100_000),
    "noise after ZIP": b"PK\x03\x04" + noise(100_000),
    "noise after zstandard": b"\x28\xb5\x2f\xfd" + noise(100_000),
    "a PDF": b"%PDF-1.7\n" + noise(1_000),
    "UTF-16": json.dumps([COMMENT]).encode("utf-16"),
    "a zip bomb": zipped(a=b" " * 60_000_000),
    "a bomb of a workbook": zipped(
        **{
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": "<workbook/>",
            "xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + "<row/>" * 8_000_000,
        }
    ),
    "a gzip bomb": gzip.compress(b"[" * 60_000_000),
    "a zstandard bomb": zstd.compress(b'{"a":' * 60_000_000),
}
PAYLOADS = {
    **{f"XML: {name}": text.encode() for name, text in XML_BOMBS.items()},
    **{f"JSON: {name}": text.encode() for name, text in JSONS.items()},
    **{f"table: {name}": text.encode() for name, text in TABLES.items()},
    **BYTES,
}


def read(data, format_name=None):
    """Parse; an InputError names the input and a remedy. What is returned adds up."""
    start = time.process_time()
    try:
        source = Source.from_bytes(data, "input") if isinstance(data, bytes) else Source.from_path(data)
        parsed = parse(source, Options(article_text=False), format_name, settings=Settings())
    except InputError as error:
        assert "" not in (error.source, error.remedy)  # noqa: PT017 - not every input is refused
        parsed = None
    assert time.process_time() - start < SECONDS
    if parsed is not None:
        assert parsed.report.kept == sum(len(d.comments) for d in parsed.discussions)
        for discussion in parsed.discussions:
            ids = [c.comment_id for c in discussion.comments]
            assert len(ids) == len(set(ids))
    return parsed


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_content_is_recognised_or_refused(payload):
    read(PAYLOADS[payload])


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", NAMES)
def test_hostile_content_is_survived_by_every_format(name, payload):
    read(PAYLOADS[payload], name)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_truncated_sample_gives_no_more_than_the_whole(sample, tmp_path):
    whole = read(sample)
    name = whole.discussions[0].source_format if whole.discussions else None
    data = sample.read_bytes()
    for tenth in range(1, 10):
        cut = tmp_path / sample.name
        cut.write_bytes(data[: len(data) * tenth // 10])
        for chosen in (None, name):
            parsed = read(cut, chosen)
            if parsed is not None and chosen is not None and name != "pasted":
                assert parsed.report.read <= whole.report.read


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_damaged_sample_is_survived(sample, tmp_path):
    name = next(iter(read(sample).discussions), None)
    data = bytearray(sample.read_bytes())
    chance = random.Random(7)
    for _ in range(10):
        damaged = bytearray(data)
        for _ in range(20):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        file = tmp_path / sample.name
        file.write_bytes(damaged)
        read(file)
        read(file, name.source_format if name else None)


def database(*statements):
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    data = connection.serialize()
    connection.close()
    return data


@pytest.mark.parametrize(
    "data",
    [
        database("CREATE TABLE comments (id, text)", "CREATE TABLE threads (id)"),
        database("CREATE VIEW Posts AS SELECT 1", "CREATE VIEW Articles AS SELECT 1"),
        database(
            "CREATE TABLE Articles (ID_Article)",
            "CREATE VIEW Posts AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
            "SELECT n AS ID_Post, n AS ID_Parent_Post, n AS ID_Article, n AS ID_User, n AS CreatedAt, "
            "n AS Status, n AS Headline, n AS Body, n AS PositiveVotes, n AS NegativeVotes FROM r",
        ),
        database("CREATE TABLE Posts (ID_Post, Body)", "INSERT INTO Posts VALUES (x'00', zeroblob(10))"),
    ],
    ids=["other columns", "views", "an endless view", "blobs"],
)
def test_a_hostile_database_is_survived(data, tmp_path):
    file = tmp_path / "posts.sqlite"
    file.write_bytes(data)
    for name in (None, *NAMES):
        read(file, name)
        read(data, name)
