"""Promises that whole files of tests try to break; they run with every `make test` too."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from tests.security.rows import Lab, NotTriedError, Row, Tally

ROOT = Path(__file__).resolve().parent.parent.parent


def suite(name: str, promise: str, tried: str, *tests: str) -> Row:
    """Return the row of some tests, named as pytest does; each of them is one trial."""
    return Row(name, promise, _check(tried, tests), sampled=False)


def _check(tried: str, tests: tuple[str, ...]) -> Callable[[Lab], Tally]:
    def check(lab: Lab) -> Tally:
        report, tally = lab.folder / "report.xml", Tally(tried)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            *tests,
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert report.exists(), f"pytest wrote no report: {done.stdout[-500:]}{done.stderr[-500:]}"
        skipped = ""
        for case in ElementTree.parse(report).iter("testcase"):
            if (left_out := case.find("skipped")) is not None:
                skipped = left_out.get("message", "")
                continue
            problem = next(
                (case.find(tag) for tag in ("failure", "error") if case.find(tag) is not None), None
            )
            said = "" if problem is None else problem.get("message", "")
            tally.hold(problem is None, f"{case.get('name')}: {said[:300]}")
        if not tally.of:
            raise NotTriedError(f"every test was skipped: {skipped}")
        return tally

    return check


CALLBACKS = suite(
    "callbacks",
    "Nobody gets or does more than their role allows",
    "every route, page and callback as nobody, viewer, moderator and admin; 500 forged and 1,000 malformed "
    "bodies from each",
    "tests/test_access.py",
    "tests/test_signing_in.py",
    "-k",
    "matrix or forged or callback or declares or refused_in_the_page",
)
SESSIONS = suite(
    "sessions",
    "A copied cookie, another site and a guessed password open nothing",
    "cookies after sign-out, role and password changes; posts from another site to every route; limits on "
    "guesses; tokens; a local identity provider",
    "tests/test_signing_in.py",
    "tests/test_accounts.py",
    "tests/test_cli_users.py",
    "-k",
    "not matrix and not forged",
)
UPGRADES = suite(
    "upgrades",
    "Every old schema upgrades with equal rows, and a newer one is refused",
    "upgrades of each version on both databases, failing and killed ones too",
    "tests/test_upgrade.py",
)
BACKUPS = suite(
    "backups",
    "A backup taken while others write restores to the same rows",
    "backups and restores under writers, spoilt and newer ones",
    "tests/test_backup.py",
)
KEEPING = suite(
    "keeping",
    "What is erased or past its time is gone everywhere, and does not come back",
    "retention and erasure on both databases, caches, exports and new imports included",
    "tests/test_keeping.py",
    "tests/test_erasing.py",
    "tests/test_pseudonyms.py",
    "tests/test_keys.py",
)
