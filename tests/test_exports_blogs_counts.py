"""Real exports of blogs and forums give the counts that were taken of them independently."""

import json
from collections import Counter
from datetime import UTC

import pytest

from threads.parse import Options, Source, parse

STATUSES = {
    "1": "visible",
    "0": "pending",
    "None": "visible",
    "approved/comment": "visible",
    "approved deleted=False": "visible",
    "hidden=False deleted_at=None type=1": "visible",
    "deleted=false spam=false": "visible",
    "deleted=true spam=false": "deleted",
}
# What differs from the counts, and why it is right: pingbacks and trackbacks are no comments, so that they
# are skipped by reason; threads that have nothing else, and times that only they have, go with them.
DIFFERENT = {
    "wxr/spotthevuln.xml": {
        "threads": 41,
        "skipped": {"a pingback": 100},
        "last": "2012-04-23T10:22:25Z",
        "statuses": {"visible": 69, "pending": 3},
    },
    "wxr/bitcoinfrance.xml": {
        "threads": 37,
        "skipped": {"a pingback": 42},
        "last": "2016-07-15T09:22:00Z",
        "statuses": {"visible": 193},
    },
    "wxr/themeunittestdata.xml": {
        "skipped": {"a pingback": 2, "a trackback": 2},
        "statuses": {"visible": 26, "pending": 3},
    },
    # The feed has no field for what a comment answers; its first line says so in 15 of them.
    "feeds/boolesrings_atom.xml": {"replies": 15},
    # Both of its comments have the id 0, which is one in each of its two threads.
    "isso/generic.json": {"ids": 2},
}
FORMATS = {
    "wordpress-wxr": "wordpress-wxr",
    "disqus-xml": "disqus-xml",
    "atom-comments": "comment-feed",
    "isso-generic-json": "isso-json",
    "commento-json": "commento",
    "wordpress-rest-comments": "wordpress-rest",
    "discourse-topic-json": "discourse",
}


def counts(parsed):
    comments = [c for d in parsed.discussions for c in d.comments]
    times = sorted(c.published_at for c in comments if c.published_at)
    skipped = Counter(item.reason for item in parsed.report.skipped)
    return {
        "formats": {c.source_format for c in comments},
        "threads": len(parsed.discussions),
        "kept": len(comments),
        "skipped": dict(skipped),
        "replies": sum(c.parent_source == "given" for c in comments),
        "ids": len({(c.thread_id, c.comment_id) for c in comments}),
        "first": iso(times[0]) if times else None,
        "last": iso(times[-1]) if times else None,
        "without a time": sum(c.published_at is None for c in comments),
        "statuses": dict(Counter(c.status for c in comments)),
    }


def iso(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def expected(sample):
    different = DIFFERENT.get(sample["file"], {})
    skipped = different.get("skipped", {})
    statuses = Counter()
    for name, count in sample["statuses"].items():
        statuses[STATUSES[name]] += count
    return {
        "formats": {FORMATS[sample["format"]]},
        "threads": sample["n_threads"],
        "kept": sample["n_comments"] - sum(skipped.values()),
        "skipped": skipped,
        "replies": sample["n_replies_with_parent"],
        "ids": sample["n_distinct_ids"] - sum(skipped.values()),
        # A time without a zone is UTC for us, where the user says no other.
        "first": sample["first_timestamp_iso"].replace(" (naive)", "Z"),
        "last": sample["last_timestamp_iso"].replace(" (naive)", "Z"),
        "without a time": sample["n_without_timestamp"],
        "statuses": dict(statuses),
    } | different


@pytest.mark.parametrize("name", FORMATS)
def test_real_exports_give_their_counts(name, shared):
    folder = shared / "exports"
    samples = [s for s in json.loads((folder / "index.json").read_bytes())["samples"] if s["format"] == name]
    assert samples
    for sample in samples:
        parsed = parse(Source.from_path(folder / "samples" / sample["file"]), Options())
        assert counts(parsed) == expected(sample), sample["file"]
