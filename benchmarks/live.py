"""What it costs to take in one comment, alone and with others, in discussions of different length.

    python -m benchmarks.live [COMMENTS …]

Times are of the processor, in milliseconds a comment, the median of some tries; waits are not in them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from threads.live import Change, settle_all, take
from threads.live.taking import warm
from threads.records import Comment, Discussion, Parsed, Report
from threads.settings import Settings
from threads.storage import Store

SIZES = (100, 1_000, 10_000)
TOGETHER = (1, 8, 32)
TRIES = 15
WORDS = "The tunnel will cost ninety million and nobody knows who pays for it in the end, people say. " * 4
START = datetime(2026, 5, 1, tzinfo=UTC)


def main() -> int:
    """Measure and print."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    settings = Settings()
    warm(settings)
    for size in sizes:
        with (
            tempfile.TemporaryDirectory() as folder,
            Store.open(f"sqlite:///{Path(folder) / 'live.sqlite'}") as store,
        ):
            about = _stored(store, size)
            costs = []
            number = size
            for together in TOGETHER:
                tries = []
                for _ in range(TRIES):
                    changes = [_change(about, number + place + 1) for place in range(together)]
                    number += together
                    began = time.process_time()
                    take(store, changes, settings)
                    tries.append(1_000 * (time.process_time() - began) / together)
                costs.append(f"{together} at once {statistics.median(tries):.1f}")
            began = time.process_time()
            settle_all(store, settings)
            settled = time.process_time() - began
            print(f"{size:,} comments: {', '.join(costs)} ms each; settling {settled:.1f} s", flush=True)
    return 0


def _comment(number: int) -> Comment:
    return Comment(
        thread_id="t",
        comment_id=str(number),
        position=number,
        parent_id=str(number // 2) if number > 1 else None,
        parent_source="given" if number > 1 else None,
        author=f"Author {number % 500}",
        published_at=START + timedelta(seconds=number),
        published_at_precision="second",
        timezone_source="given",
        text=f"{WORDS}{number}",
        source_format="wordpress-rest",
    )


def _stored(store: Store, size: int) -> Discussion:
    """Store a discussion, with some scores, as an import would have; return it without comments."""
    comments = tuple(map(_comment, range(1, size + 1)))
    about = Discussion(
        thread_id="t", source="bench", source_format="wordpress-rest", title="A tunnel", language="en"
    )
    whole = Discussion(
        thread_id="t",
        source="bench",
        source_format="wordpress-rest",
        title="A tunnel",
        language="en",
        comments=comments,
    )
    scores = pd.DataFrame({"sentiment": np.linspace(-1, 1, size), "offensive": np.full(size, 0.1)})
    store.add(Parsed(discussions=(whole,), report=Report(source="bench", kept=size)), scores, {})
    return about


def _change(about: Discussion, number: int) -> Change:
    return Change(about=about, comment_id=str(number), comment=_comment(number), at=START)


if __name__ == "__main__":
    sys.exit(main())
