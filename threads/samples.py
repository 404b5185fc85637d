"""The sample threads that come with the program, for `btl demo`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson

from threads.analysis import import_parsed
from threads.parse import parse
from threads.parse.formats import options
from threads.parse.source import Source
from threads.settings import Settings
from threads.storage import Store


def sample_folder() -> Path:
    """Return the folder of samples: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "sample_data"
    return installed if installed.is_dir() else package.parent / "sample_data"


def samples() -> Iterator[Path]:
    """Yield the folder of every sample that the demo shows, by name: all without `"demo": false`."""
    for path in sorted(sample_folder().glob("*/expected.json")):
        if orjson.loads(path.read_bytes()).get("demo", True):
            yield path.parent


def add_samples(store: Store, settings: Settings) -> Iterator[str]:
    """Analyse and store every sample of the demo that has comments; yield a line on each."""
    for folder in samples():
        expected = orjson.loads((folder / "expected.json").read_bytes())
        how = expected.get("options", {})
        captured_at = datetime.fromisoformat(how["captured_at"]) if "captured_at" in how else None
        source = Source.from_path(next(folder.glob("thread.*")), settings)
        parsed = parse(source, options(how.get("timezone"), captured_at), settings=settings)
        if not parsed.report.kept:
            yield f"{folder.name}: no comments, as it should be"
            continue
        added = import_parsed(store, parsed, settings).added
        yield f"{folder.name}: {added.comments} comments"
