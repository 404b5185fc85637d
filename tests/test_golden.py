"""Every sample thread gives exactly the records that were written down with it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from threads.parse import FORMATS, Options, Source, parse

SAMPLES = Path(__file__).resolve().parent.parent / "sample_data"
FOLDERS = sorted(path.parent for path in SAMPLES.glob("*/expected.json"))


def read(folder):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    given = expected.get("options", {})
    captured_at = given.get("captured_at")
    options = Options(
        timezone=ZoneInfo(given["timezone"]) if given.get("timezone") else None,
        captured_at=datetime.fromisoformat(captured_at) if captured_at else None,
    )
    (file,) = folder.glob("thread.*")
    return expected, parse(Source.from_path(file), options)


def as_expected(discussion):
    places = {comment.comment_id: i for i, comment in enumerate(discussion.comments)}
    return [
        {
            "author": c.author,
            "published_at": (
                c.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if c.published_at else None
            ),
            "published_at_raw": c.published_at_raw,
            "text": c.text,
            "parent": places.get(c.parent_id),
            "parent_source": c.parent_source,
            **({} if c.status == "visible" else {"status": c.status}),
        }
        for c in discussion.comments
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sample_gives_its_records(folder):
    expected, parsed = read(folder)
    discussions = expected.get("discussions", [expected])
    assert [as_expected(d) for d in parsed.discussions] == [d["comments"] for d in discussions]
    assert [d.title for d in parsed.discussions] == [d["title"] for d in discussions]
    assert {d.source_format for d in parsed.discussions} == {expected["format"]}
    assert {"kept": parsed.report.kept, "skipped": len(parsed.report.skipped)} == expected["report"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sample_gives_the_same_ids_again(folder):
    first, second = (
        [(c.thread_id, c.comment_id) for d in read(folder)[1].discussions for c in d.comments]
        for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == len(first)


@pytest.mark.parametrize("item", FORMATS, ids=lambda item: item.name)
def test_every_format_has_a_sample(item):
    formats = [json.loads((f / "expected.json").read_text(encoding="utf-8"))["format"] for f in FOLDERS]
    assert item.name in formats
