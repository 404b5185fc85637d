"""Corpora against ConvoKit 5 in the same run: writing one and loading it, in fresh processes that take turns.

    python -m benchmarks.convokit PYTHON [UTTERANCES]

PYTHON is an interpreter of an environment that has ConvoKit 5; 50,000 utterances are generated where no
number is given. What both understood is compared first. Writing is building the corpus from records, counting
words and saving it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from threads.frames import comments_frame
from threads.parse import Options, Source, parse
from threads.records import Comment, Discussion
from threads.settings import Settings
from threads.storage.corpus_files import UTTERANCES, write_corpus
from threads.storage.parts import Part

RUNS = 3
SIDE = Path(__file__).with_name("convokit_side.py")
IN_A_THREAD = 100  # comments
AT_ONCE = 100  # discussions
_WORDS = ("the", "of", "tunnel", "and", "port", "said", "we", "will", "not", "pay", "why", "again", "never")

_OURS = """
import sys
from pathlib import Path
from benchmarks.convokit import LIMITS, counted, generated, parts_of
from benchmarks.convokit_side import measured
from threads.parse import Options, Source, parse
from threads.storage.corpus_files import write_corpus
what, argument, out = sys.argv[1:]
if what == "load":
    with measured():
        kept = parse(Source.from_path(argument, LIMITS), Options(), settings=LIMITS)
else:
    made = list(generated(int(argument)))
    with measured():
        write_corpus(map(counted, parts_of(made)), Path(out), version="1")
"""
LIMITS = Settings(max_input_bytes=10**10, max_comments=10**9)


def generated(utterances: int) -> Iterator[Discussion]:
    """Yield discussions of a hundred comments, forty words each, by a fixed seed."""
    random = Random(1)  # noqa: S311
    noon = datetime(2024, 5, 18, 12, tzinfo=UTC)
    for number in range(0, utterances, IN_A_THREAD):
        thread = f"thread{number}"
        comments = tuple(
            Comment(
                thread_id=thread,
                comment_id=f"c{place}",
                position=place + 1,
                parent_id=f"c{random.randrange(place)}" if place and random.random() < 0.6 else None,
                parent_source="given" if place else None,
                author=f"author {random.randrange(5_000)}",
                published_at=noon + timedelta(minutes=number + place),
                published_at_precision="second",
                timezone_source="given",
                text=" ".join(random.choices(_WORDS, k=40)),
                likes=random.randrange(100),
                source_format="test",
            )
            for place in range(min(IN_A_THREAD, utterances - number))
        )
        yield Discussion(
            thread_id=thread, source="generated", source_format="test", title=thread, comments=comments
        )


def parts_of(discussions: list[Discussion]) -> Iterator[Part]:
    """Yield discussions as they are written, some thousand comments at a time."""
    for start in range(0, len(discussions), AT_ONCE):
        some = discussions[start : start + AT_ONCE]
        yield Part(comments_frame(some), {d.thread_id: d for d in some})


def counted(part: Part) -> Part:
    """Return a part with the words of each comment counted."""
    words = [len(text.split()) for text in part.frame["text"]]
    return part._replace(frame=part.frame.assign(words=words))


def main(interpreter: str, utterances: int) -> None:
    """Compare and measure; print a table in Markdown."""
    found = measured(interpreter, utterances)
    print(f"\n{utterances:,} utterances, medians of {RUNS}, processor time\n")
    print("| work | program | seconds | peak memory, MB | of it for the work, MB |\n|---|---|---|---|---|")
    for (work, program), one in found.items():
        peak, growth = one["peak"] / 1e6, one["growth"] / 1e6
        print(f"| {work} | {program} | {one['seconds']:.2f} | {peak:,.0f} | {growth:,.0f} |")


def measured(interpreter: str, utterances: int) -> dict[tuple[str, str], dict[str, float]]:
    """Return seconds, peak and growth of memory in bytes by (work, program): medians."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        discussions = list(generated(utterances))
        write_corpus(parts_of(discussions), home / "ours", version="1")
        _compare(interpreter, home, discussions)
        works = {
            ("write", "below-the-line"): _ours("write", str(utterances), home / "again"),
            ("write", "ConvoKit 5"): _theirs(
                interpreter, "time-build", home / "ours" / UTTERANCES, home / "b"
            ),
            ("load", "below-the-line"): _ours("load", home / "ours", ""),
            ("load", "ConvoKit 5"): _theirs(interpreter, "time-load", home / "ours"),
        }
        taken: dict[tuple[str, str], list[dict[str, float]]] = {name: [] for name in works}
        for _ in range(RUNS):
            for name, command in works.items():
                taken[name].append(json.loads(_run(command, home).splitlines()[-1]))
    return {
        work: {name: statistics.median(one[name] for one in found) for name in ("seconds", "peak", "growth")}
        for work, found in taken.items()
    }


def _compare(interpreter: str, home: Path, discussions: list[Discussion]) -> None:
    said = _run(_theirs(interpreter, "load", home / "ours", home / "theirs"), home)
    theirs = {item["id"]: item for item in map(json.loads, _objects(said)) if "id" in item}
    ours = [
        json.loads(line) for line in (home / "ours" / UTTERANCES).read_text(encoding="utf-8").splitlines()
    ]
    different = sum(
        any(theirs[mine["id"]][name] != mine[name] for name in mine if name != "vectors") for mine in ours
    )
    print(f"{len(ours):,} utterances written, {len(theirs):,} loaded by ConvoKit, {different:,} different")
    back = parse(Source.from_path(home / "theirs", LIMITS), Options(), settings=LIMITS)
    records = [c for d in back.discussions for c in d.comments]
    written = [c for d in discussions for c in d.comments]
    same = sum(one == other for one, other in zip(records, written, strict=True))
    print(f"{len(records):,} comments read back from ConvoKit's own dump, {same:,} the very records")


def _objects(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("{")]


def _ours(*arguments: object) -> list[str]:
    return [sys.executable, "-c", _OURS, *map(str, arguments)]


def _theirs(interpreter: str, *arguments: object) -> list[str]:
    # Without the script's folder on the path: a module of it is called as one of the standard library.
    return [interpreter, "-P", str(SIDE), *map(str, arguments)]


def _run(command: list[str], home: Path) -> str:
    ours = command[0] == sys.executable
    # ConvoKit writes settings into the home of whoever runs it.
    environment = {**os.environ, "HOME": str(home), **({} if ours else {"PYTHONPATH": ""})}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50_000)
