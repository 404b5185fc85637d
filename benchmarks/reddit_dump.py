"""A dump of Reddit against pandas' own reader of the same file: python -m benchmarks.reddit_dump [COMMENTS].

60,000 comments of 3,000 discussions that are spread over the file are generated where no number is given,
with the fields of a real line. `found` is our reader alone, `records` also checks references and gathers
discussions, `frame` also makes the table of all records. All on one core, in the same run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

import orjson
import pandas as pd

from benchmarks.measuring import medians
from threads.parse import Options, Source
from threads.parse.exports.reddit_dump import RedditDump
from threads.records import comments_frame
from threads.settings import Settings

RUNS = 3
THREAD_EACH = 20  # comments
LIMITS = Settings(max_input_bytes=10**11)
_WORDS = ("the", "of", "tunnel", "and", "port", "said", "we", "will", "not", "pay", "why", "again", "never")
_ALWAYS = {
    **dict.fromkeys(("approved_at_utc", "author_flair_text", "distinguished", "top_awarded_type")),
    **dict.fromkeys(("collapsed", "is_submitter", "locked", "stickied", "score_hidden"), False),
    **dict.fromkeys(("can_gild", "no_follow", "send_replies"), True),
    **dict.fromkeys(("controversiality", "gilded", "total_awards_received"), 0),
    **{"all_awardings": [], "awarders": [], "subreddit": "town", "subreddit_id": "t5_2x"},
}


def line(number: int, threads: int, random: Random) -> bytes:
    """Return one comment of a dump."""
    thread, before = f"p{random.randrange(threads):x}", random.randrange(number + 1)
    comment = {
        "id": f"c{number:x}",
        "author": f"user{random.randrange(5_000)}",
        "author_fullname": f"t2_{random.randrange(5_000):x}",
        "body": " ".join(random.choices(_WORDS, k=random.randrange(5, 80))),
        "created_utc": 1_500_000_000 + number,
        "edited": False,
        "link_id": f"t3_{thread}",
        "parent_id": f"t1_c{before:x}" if number % 3 else f"t3_{thread}",
        "permalink": f"/r/town/comments/{thread}/a_title/c{number:x}/",
        "retrieved_on": 1_510_000_000,
        "score": random.randrange(-5, 50),
    }
    return orjson.dumps(comment | _ALWAYS) + b"\n"


def main(comments: int) -> None:
    """Write a dump, read it with both, print seconds of processor time and how many times as fast ours is."""
    random = Random(1)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dump.ndjson"
        with path.open("wb") as file:
            file.writelines(line(n, max(comments // THREAD_EACH, 1), random) for n in range(comments))
        source, item = Source.from_path(path, LIMITS), RedditDump()
        works = {
            "pandas": lambda: pd.read_json(path, lines=True),
            "found": lambda: sum(1 for _ in item.found(source, Options())),
            "records": lambda: sum(len(d.comments) for d in item.reading(source, Options()).discussions),
            "frame": lambda: comments_frame(list(item.reading(source, Options()).discussions)),
        }
        assert len(works["frame"]()) == comments  # type: ignore[arg-type] # noqa: S101
        taken = medians(works, RUNS)
    for name, seconds in taken.items():
        print(f"{name:8} {seconds:6.2f} s  {taken['pandas'] / seconds:5.2f} times pandas")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)
