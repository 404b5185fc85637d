"""The table: tries every row, or those that are named, and prints a line each.

    python -m tests.security [--small] [--list] [ROW …]

Exit codes: 0 every promise that was tried held; 1 one did not; 2 no such row.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.security import (
    audit,
    code_points,
    concurrency,
    dependencies,
    inputs,
    live,
    load,
    markup,
    spreadsheets,
    suites,
    viewers,
    weights,
    xml,
)
from tests.security.rows import Lab, NotTriedError, Row, Tally

ROWS: tuple[Row, ...] = (
    suites.CALLBACKS,
    suites.SESSIONS,
    viewers.VIEWERS,
    markup.MARKUP,
    spreadsheets.ROUND_TRIPS,
    spreadsheets.FORMULAS_ROW,
    inputs.HOSTILE_INPUTS,
    xml.HOSTILE_XML,
    code_points.CODE_POINTS,
    weights.PICKLES,
    audit.TAMPERING,
    audit.REWRITING,
    concurrency.CONTESTED,
    concurrency.KILLED,
    concurrency.LOCKS,
    suites.UPGRADES,
    suites.BACKUPS,
    suites.KEEPING,
    load.LOAD,
    load.KILLED,
    live.KILLED,
    live.OVERLOAD,
    dependencies.BOUNDS,
    dependencies.AUDIT,
)


def main() -> int:
    """Try the rows that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.security")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="try these only")
    parser.add_argument("--small", action="store_true", help="a sample of each, for a quick run")
    parser.add_argument("--list", action="store_true", help="list the rows")
    asked = parser.parse_args()
    known = {row.name: row for row in ROWS}
    if unknown := [name for name in asked.rows if name not in known]:
        parser.error(f"no row is called {', '.join(unknown)}; known are {', '.join(known)}")
    if asked.list:
        for row in ROWS:
            print(f"{row.name:<18} {row.promise}")
        return 0
    rows = [known[name] for name in asked.rows] or list(ROWS)
    kept = [tried(row, small=asked.small) for row in rows]
    return 0 if all(kept) else 1


def tried(row: Row, *, small: bool) -> bool:
    """Try a row, print its line, and return whether the promise was kept as far as it was tried."""
    began = time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="btl-security-") as folder,
            Lab(Path(folder), small=small) as lab,
        ):
            tally = row.check(lab)
    except NotTriedError as missing:
        print(f"NOT TRIED  {row.name}: {row.promise}. {missing}", flush=True)
        return not os.environ.get("CI")
    except Exception as error:  # noqa: BLE001 - a row that breaks has failed, and the others are tried
        tally = Tally(tried="broke off", failures=[*_causes(error)], of=1)
    kept = tally.of > 0 and tally.held == tally.of
    print(
        f"{'held' if kept else 'FAILED':<9}  {row.name}: {row.promise}. "
        f"Tried: {tally.tried}; held {tally.held:,} of {tally.of:,} ({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    for failure in tally.failures:
        print(f"           {failure}", flush=True)
    return kept


def _causes(error: BaseException | None) -> Iterator[str]:
    """Yield what went wrong, and what went wrong before it."""
    while error is not None:
        yield f"{type(error).__name__}: {error}"
        error = error.__cause__ or error.__context__


if __name__ == "__main__":
    sys.exit(main())
