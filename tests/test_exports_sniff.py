"""Every format knows its own files and leaves those of the others alone."""

import json

import pytest
from conftest import ROOT

from threads.parse import FORMATS
from threads.parse.source import Source

SAMPLES = ROOT / "sample_data"
GENERAL = {"page", "pasted", "excel", "table", "json-table", "xml-table"}  # which take what nobody else does
EXPORTS = [item for item in FORMATS if item.name not in GENERAL]
FOLDERS = sorted(path.parent for path in SAMPLES.glob("*/expected.json"))
HOSTILE = {
    "deep-json": b"[" * 100_000,
    "deep-objects": b'{"a":' * 100_000,
    "deep-xml": b"<rss>" * 20_000,
    "open-comment": b"<!--" * 20_000,
    "open-declaration": b"<?xml " * 20_000,
    "spaces": b"<?xml version='1.0'?>" + b" \n" * 40_000,
    "wide": "\ufeff<rss>".encode("utf-16"),
    "nul": b"SQLite format 3\x00" + bytes(200),
    "quotes": b'"' * 60_000,
    "bytes": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_sample_is_claimed_by_its_own_format_alone(folder):
    expected = json.loads((folder / "expected.json").read_bytes())["format"]
    (file,) = folder.glob("thread.*")
    source = Source.from_path(file)
    assert next(item.name for item in FORMATS if item.sniff(source)) == expected
    assert {item.name for item in EXPORTS if item.sniff(source)} == {expected} - GENERAL


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("item", FORMATS, ids=lambda item: item.name)
def test_sniffing_never_raises(item, name):
    assert item.sniff(Source(name, HOSTILE[name])) in (True, False)


def test_a_feed_of_articles_is_no_feed_of_comments():
    item = "<item><title>News</title><link>https://a.example/1</link><comments>https://a.example/1#comments</comments></item>"
    source = Source.from_text(f'<?xml version="1.0"?><rss version="2.0"><channel>{item}</channel></rss>')
    assert [item.name for item in EXPORTS if item.sniff(source)] == []


def test_no_two_formats_claim_a_real_export(shared):
    samples = shared / "exports" / "samples"
    for path in sorted(p for p in samples.rglob("*") if p.is_file()):
        source = Source.from_path(path)
        claimed = [item.name for item in EXPORTS if item.sniff(source)]
        assert len(claimed) <= 1, (path.relative_to(samples), claimed)
