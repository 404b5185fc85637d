"""Floors for what the reader of pasted pages reaches on real pages; they only ever go up.

The pages were looked at while the readers were written. On 58 other pages, of sites never seen, the first run
of the reader of pasted text gave F1 .83 (micro) and .67 (mean of the pages): the figures to expect elsewhere.
"""

import hashlib
import json
import re
import subprocess
import sys

import pytest

from threads.parse import Options, Source, parse

pytestmark = pytest.mark.quality

# sha256 over the pasted pages and their gold records, by name
PAGES = "d1ab83d1107c0fe806053bb8cecd61bee975cba6702329d71523f03d170e57dc"


def fingerprint(folder):
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("pasted/*.txt"), *folder.glob("gold/*.json")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def records(path):
    discussions = parse(Source.from_path(path), Options()).discussions
    comments = [comment for discussion in discussions for comment in discussion.comments]
    places = {comment.comment_id: place for place, comment in enumerate(comments)}
    return [
        {
            "author": comment.author,
            "published_at": comment.published_at.isoformat() if comment.published_at else None,
            "timestamp_raw": comment.published_at_raw,
            "text": comment.text,
            "parent": places.get(comment.parent_id),
        }
        for comment in comments
    ]


# What is measured, and the least of it for each kind of page; behind each floor what was measured.
FIGURES = {
    "found": r"micro P \S+ R \S+ F1 (\S+)",
    "found per page": r"macro P \S+ R \S+ F1 (\S+)",
    "author": r"author\s+(\S+)%",
    "minute": r"timestamp to minute\s+(\S+)%",
}
FLOORS = {
    "pasted": {
        "found": 0.985,  # .990
        "found per page": 0.98,  # .988
        "author": 96.5,  # 96.9
        "minute": 92.5,  # 92.8
    },
}
SUFFIXES = {"pasted": "txt"}


@pytest.fixture(scope="module")
def scored(shared, tmp_path_factory):
    """What the scorer beside the pages prints of our records, for each kind of page."""
    pages = shared / "pages"
    assert fingerprint(pages) == PAGES, "other pages than the floors are for"
    printed = {}
    for kind, suffix in SUFFIXES.items():
        out = tmp_path_factory.mktemp(kind)
        for path in pages.glob(f"{kind}/*.{suffix}"):
            (out / f"{path.stem}.json").write_text(json.dumps(records(path)), encoding="utf-8")
        command = [sys.executable, str(pages / "score.py"), str(out)]
        printed[kind] = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        sys.stdout.write(printed[kind])
    return printed


def figure(printed, pattern):
    found = re.search(pattern, printed)
    assert found, f"{pattern} is not in {printed}"
    return float(found.group(1))


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in FLOORS for name in FLOORS[kind]])
def test_pages_are_read_as_well_as_before(scored, kind, name):
    assert figure(scored[kind], FIGURES[name]) >= FLOORS[kind][name]


@pytest.mark.parametrize("kind", FLOORS)
def test_pages_without_comments_give_none(scored, kind):
    assert figure(scored[kind], r"false comments (\d+)") == 0
