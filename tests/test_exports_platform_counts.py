"""Real exports of platforms give the counts that were taken of them independently."""

import json
from datetime import UTC

import pytest

from threads.parse import Options, Source, parse

FORMATS = {
    "reddit-listing-json": "reddit-listing",
    "youtube-commentThreads-json": "youtube-api",
    "telegram-desktop-json": "telegram",
    "bluesky-getPostThread-json": "bluesky",
    "mbox": "mbox",
    "microformats2-comments": "page",
    "stackexchange-comments-xml": "stack-exchange",
}
# What differs from the counts, and why it is right.
DIFFERENT = {
    # The two messages of Telegram itself (a channel was made, a message pinned) are left out, and said.
    "telegram/private_channel.json": {"kept": 5, "skipped": 2, "ids": 5, "first": "2021-03-22T17:16:36Z"},
    # Two mails are equal to the last letter, id and date: one is kept. Those that only share an id are kept
    # with ids of our own, as is one that has none.
    "mbox/mbox_no_fields.mbox": {"kept": 5, "skipped": 1, "ids": 5},
}


def iso(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counts(parsed):
    comments = [c for d in parsed.discussions for c in d.comments]
    times = sorted(c.published_at for c in comments if c.published_at)
    return {
        "format": {c.source_format for c in comments},
        "threads": len(parsed.discussions),
        "kept": len(comments),
        "skipped": len(parsed.report.skipped),
        "replies": sum(c.parent_source == "given" for c in comments),
        "ids": len({c.comment_id for c in comments}),
        "first": iso(times[0]) if times else None,
        "last": iso(times[-1]) if times else None,
        "without a time": sum(c.published_at is None for c in comments),
        "deleted": sum(c.status == "deleted" for c in comments),
        "edited": sum(c.edited_at is not None for c in comments),
    }


def expected(sample):
    """Return what was counted; a time without a zone is UTC for us, where the user says no other."""
    first, last = (sample[f"{end}_timestamp_iso"] for end in ("first", "last"))
    return {
        "format": {FORMATS[sample["format"]]},
        "threads": sample["n_threads"],
        "kept": sample["n_comments"],
        "skipped": 0,
        "replies": sample["n_replies_with_parent"],
        "ids": sample["n_distinct_ids"],
        "first": first and first.replace(" (naive)", "Z"),
        "last": last and last.replace(" (naive)", "Z"),
        "without a time": sample["n_without_timestamp"],
        "deleted": sample["statuses"].get("deleted", 0),
        **({"edited": sample["n_edited"]} if "n_edited" in sample else {}),
        **DIFFERENT.get(sample["file"], {}),
    }


def test_every_count_is_met(shared):
    folder = shared / "exports"
    samples = json.loads((folder / "index.json").read_bytes())["samples"]
    known = [sample for sample in samples if sample["format"] in FORMATS]
    assert {sample["format"] for sample in known} == set(FORMATS)
    for sample in known:
        found = counts(parse(Source.from_path(folder / "samples" / sample["file"]), Options()))
        wanted = expected(sample)
        assert {name: found[name] for name in wanted} == wanted, sample["file"]


@pytest.mark.parametrize(
    ("file", "note"),
    [
        ("reddit/3hahrw.json", "476 of 543 comments are present; 61 behind 12 links to load more; "),
        ("youtube/7ghhRHRP6t4.json", "0 of 6 replies are present"),
        ("youtube/7ghhRHRP6t4.json", "further pages follow"),
    ],
)
def test_what_is_not_in_a_file_is_said(shared, file, note):
    parsed = parse(Source.from_path(shared / "exports" / "samples" / file), Options())
    assert any(warning.startswith(note) for warning in parsed.report.warnings), parsed.report.warnings
