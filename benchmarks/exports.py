"""How fast large exports become records, beside bare readers of the same files, and in how much memory.

    python -m benchmarks.exports [comments] [megabytes of the file whose memory is measured]

The files are made here. Peers: pandas' own readers, into the same columns; lxml's iterparse with nothing done
but letting go of what was read.
"""

from __future__ import annotations

import csv
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from benchmarks.measuring import medians, peak_growth
from threads.frames import comments_frame, typed
from threads.parse import Options, Source, reading
from threads.parse.reading import batches
from threads.records import COMMENT_COLUMNS
from threads.settings import Settings

COMMENTS = 20_000
MEGABYTES = 200
EACH = 50  # comments of a discussion
BAR = 0.5
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_WORDS = re.findall(
    r"\S+",
    "the tunnel is far too dear and nobody asked us about it, before they began to dig under our river! Yes? "
    "No: why should we pay for this when trains are late every day; I agree with you. "
    '"never" it\'s <b> & café 10:30 :) 50\\50',  # what must be escaped
)
_COMMENT = "{http://wordpress.org/export/1.2/}comment"


def texts() -> list[str]:
    """Return 2,000 texts of 5 to 80 words, the same on every run."""
    chance = random.Random(1)  # noqa: S311 - the same on every run
    return [" ".join(chance.choices(_WORDS, k=chance.randint(5, 80))) for _ in range(2_000)]


def rows(comments: int) -> Iterator[dict[str, Any]]:
    """Yield comments as a table would have them."""
    said = texts()
    for number in range(comments):
        yield {
            "id": number,
            "thread": number // EACH,
            "parent": number - 1 if number % EACH and number % 3 else None,
            "author": f"User {number % 5_000}",
            "time": _FIRST + timedelta(minutes=number),
            "text": said[number % len(said)],
            "likes": number % 9,
        }


def write_csv(path: Path, comments: int) -> None:
    """Write a table as platforms export it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "article_id", "parent_id", "author", "created_at", "text", "likes"])
        for row in rows(comments):
            table.writerow([*list(row.values())[:4], row["time"].isoformat(), row["text"], row["likes"]])


def write_ndjson(path: Path, comments: int) -> None:
    """Write a dump of Reddit with the fields that are read and some that are not."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows(comments):
            thread = f"t3_{row['thread']:x}"
            values = {
                "id": f"{row['id']:x}",
                "link_id": thread,
                "parent_id": thread if row["parent"] is None else f"t1_{row['parent']:x}",
                "author": row["author"],
                "created_utc": int(row["time"].timestamp()),
                "body": row["text"],
                "score": row["likes"],
                "subreddit": "test",
                "edited": False,
                "distinguished": None,
                "stickied": False,
            }
            file.write(json.dumps(values) + "\n")


def write_wxr(path: Path, comments: int) -> None:
    """Write an export of WordPress."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>')
        for row in rows(comments):
            if row["id"] % EACH == 0:
                file.write("</item>" if row["id"] else "")
                file.write(f"<item><title>Post</title><link>https://b.example/{row['thread']}</link>")
            values = {
                "id": row["id"],
                "author": row["author"],
                "author_email": "",
                "author_IP": "",
                "date": f"{row['time']:%Y-%m-%d %H:%M:%S}",
                "date_gmt": f"{row['time']:%Y-%m-%d %H:%M:%S}",
                "content": f"<![CDATA[{row['text']}]]>",
                "approved": 1,
                "type": "",
                "parent": row["parent"] or 0,
                "user_id": 0,
            }
            fields = "".join(
                f"<wp:comment_{name}>{value}</wp:comment_{name}>" for name, value in values.items()
            )
            file.write(f"<wp:comment>{fields}</wp:comment>\n")
        file.write("</item></channel></rss>")


def ours(path: Path) -> int:
    """Read a file into frames, some thousand rows at a time; return how many."""
    found = reading(Source.from_path(path), Options(article_text=False), settings=Settings())
    return sum(len(comments_frame(some)) for some in batches(found.discussions, 10_000))


def pandas_csv(path: Path) -> int:
    """Read the table with pandas into the columns of comments."""
    frame = pd.read_csv(path).rename(
        columns={"id": "comment_id", "article_id": "thread_id", "created_at": "published_at_raw"}
    )
    frame["published_at"] = pd.to_datetime(frame["published_at_raw"], utc=True, format="ISO8601")
    frame = frame.astype({"comment_id": str, "thread_id": str})
    return len(typed(frame, COMMENT_COLUMNS))


def pandas_ndjson(path: Path) -> int:
    """Read the dump with pandas into the columns of comments."""
    frame = pd.read_json(path, lines=True, dtype=False).rename(
        columns={"id": "comment_id", "link_id": "thread_id", "body": "text", "score": "likes"}
    )
    frame["published_at"] = pd.to_datetime(frame["created_utc"], unit="s", utc=True)
    return len(typed(frame, COMMENT_COLUMNS))


def bare_xml(path: Path) -> int:
    """Go through the comments of an export of WordPress with lxml."""
    count = 0
    for _, element in etree.iterparse(path, tag=_COMMENT):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def prepared(path: str) -> Callable[[], int]:
    """Return what the memory is measured of: all discussions, one after the other."""
    source = Source.from_path(path)
    found = reading(source, Options(), settings=Settings())
    return lambda: sum(len(d.comments) for d in found.discussions)


def main() -> None:
    """Print the ratios and the memory."""
    comments = int(sys.argv[1]) if len(sys.argv) > 1 else COMMENTS
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else MEGABYTES
    with tempfile.TemporaryDirectory(prefix="btl-bench-") as folder:
        print(f"{comments:,} comments; processor time, medians of runs that take turns")
        for kind, write, peer in (
            ("NDJSON, beside pandas", write_ndjson, pandas_ndjson),
            ("CSV, beside pandas", write_csv, pandas_csv),
            ("WXR, beside bare iterparse", write_wxr, bare_xml),
        ):
            path = Path(folder) / kind.partition(",")[0].lower()
            write(path, comments)
            works = {"ours": lambda path=path: ours(path), "peer": lambda path=path, peer=peer: peer(path)}
            assert works["ours"]() == works["peer"]() == comments  # noqa: S101 - they did the same work
            taken = medians(works)
            each = {name: seconds / comments * 1e6 for name, seconds in taken.items()}
            ratio = taken["peer"] / taken["ours"]
            verdict = "met" if ratio >= BAR else "missed"
            print(
                f"{kind:<27} {each['ours']:6.1f} µs a comment, peer {each['peer']:6.1f}: "
                f"{ratio:.2f} × its speed (bar {BAR}: {verdict})"
            )
        path = Path(folder) / "large"
        write_ndjson(path, megabytes * 1_000_000 // 420)
        grown = peak_growth(__file__, str(path))
        size = path.stat().st_size / 1e6
        print(f"a dump of {size:,.0f} MB is read in {grown / 1e6:,.0f} MB beyond what is loaded")


if __name__ == "__main__":
    main()
