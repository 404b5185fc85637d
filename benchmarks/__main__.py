"""Every measure against its peers, in one run: python -m benchmarks [MEASURE…] [--check].

Prints a table in Markdown, and writes the same as JSON with `--json`. `--check` compares the ratios, never
the seconds, with the floors that stand in `benchmarks.measures`, and fails where one is not reached. What
cannot be measured, because a peer or an input is not there, is named and fails nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from benchmarks.measures import MEASURES, Bench, Found, Measure, NotMeasuredError
from benchmarks.measuring import machine

COMMENTS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "comments_20k.jsonl"
PAGES = COMMENTS.parent.parent / "pages" / "html"


def main() -> None:
    """Measure, print, and check where that is asked for."""
    known = [measure.name for measure in MEASURES]
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(known))
    asked.add_argument("--comments", type=Path, default=COMMENTS, help="comments as JSON lines with text")
    asked.add_argument("--pages", type=Path, default=PAGES, help="folder of saved pages")
    asked.add_argument("--convokit", help="an interpreter that has ConvoKit 5")
    asked.add_argument("--size", type=int, default=20_000, help="comments of what is generated")
    asked.add_argument("--json", type=Path, help="file for the figures")
    asked.add_argument("--check", action="store_true", help="fail where a ratio is below its floor")
    given = asked.parse_args()
    if unknown := set(given.measures) - set(known):
        asked.error(f"no measure is called {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    if not given.comments.is_file():
        asked.error(f"{given.comments}: there is no such file. Name comments with --comments")
    warnings.simplefilter("ignore")  # peers warn at import
    about = machine()
    print("; ".join(f"{name} {value}" for name, value in about.items() if value))
    print(f"{given.size:,} comments where they are generated; programs take turns, medians\n")
    print("| measure | what each takes | ratio | wanted | floor |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="btl-bench-") as folder:
        pages = given.pages if given.pages.is_dir() else None
        bench = Bench(given.comments, given.size, Path(folder), pages, given.convokit)
        results = [
            _measured(measure, bench)
            for measure in MEASURES
            if not given.measures or measure.name in given.measures
        ]
    if given.json:
        given.json.write_text(json.dumps({"machine": about, "measures": results}, indent=2) + "\n")
    below = [one["name"] for one in results if one["ratio"] is not None and one["ratio"] < one["floor"]]
    if given.check:
        print(f"\n{'below their floors: ' + ', '.join(below) if below else 'every floor is reached'}")
        sys.exit(bool(below))


def _measured(measure: Measure, bench: Bench) -> dict[str, Any]:
    """Measure, and print the row of it at once."""
    told = {"name": measure.name, "about": measure.about, "bar": measure.bar, "floor": measure.floor}
    try:
        found = measure.run(bench)
    except NotMeasuredError as missing:
        print(
            f"| {measure.name} | not measured: {missing} | | {measure.bar:g} | {measure.floor:g} |",
            flush=True,
        )
        return {**told, "ratio": None, "missing": str(missing)}
    ratio = f"{found.ratio:.2f}{'' if found.ratio >= measure.bar else ' (missed)'}"
    print(
        f"| {measure.name} | {_taken(found)} | {ratio} | {measure.bar:g} | {measure.floor:g} |",
        flush=True,
    )
    notes = dict(found.notes)
    return {**told, "ratio": found.ratio, "taken": dict(found.taken), "unit": found.unit, "notes": notes}


def _taken(found: Found) -> str:
    taken = [f"{name} {value:.3g} {found.unit}" for name, value in found.taken.items()]
    return "; ".join([*taken, *(f"{name}: {value:,.3g}" for name, value in found.notes.items())])


if __name__ == "__main__":
    main()
