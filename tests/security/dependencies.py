"""What the project is built on: versions without known holes, and no version held back without a reason."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.security.rows import Lab, NotTriedError, Row, Tally

ROOT = Path(__file__).resolve().parent.parent.parent
_REQUIREMENT = re.compile(r'^\s*"[A-Za-z0-9][^"]*?(?P<bound><=?|==|~=)[^"]*",?\s*(?P<reason>#\s*\S.*)?$')


def upper_bounds(_lab: Lab) -> Tally:
    """Read pyproject.toml: a requirement that holds a version back says why on its line."""
    tally = Tally()
    for path in (ROOT / "pyproject.toml", ROOT / "weights" / "pyproject.toml"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if found := _REQUIREMENT.match(line):
                tally.hold(
                    found["reason"] is not None, f"{path.name}, line {number}: no reason for {line.strip()}"
                )
    tally.tried = f"{tally.of} requirements with an upper bound"
    return tally


def known_holes(lab: Lab) -> Tally:
    """Ask the vulnerability service about everything that is pinned."""
    pins = ROOT / "constraints.txt"
    answer = lab.folder / "audit.json"
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(pins), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--output", str(answer), "--progress-spinner", "off", "--timeout", "15"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if not answer.exists() or not answer.stat().st_size:
        raise NotTriedError(f"pip-audit had no answer: {_reason(done.stderr)}")
    tally = Tally()
    for package in json.loads(answer.read_text(encoding="utf-8"))["dependencies"]:
        if "skip_reason" in package:
            raise NotTriedError(f"pip-audit could not ask about {package['name']}: {package['skip_reason']}")
        holes = [hole["id"] for hole in package["vulns"]]
        tally.hold(not holes, f"{package['name']} {package['version']}: {', '.join(holes)}")
    tally.tried = f"pip-audit on {tally.of} pinned packages"
    return tally


def _reason(messages: str) -> str:
    lines = [line for line in messages.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it said nothing"


BOUNDS = Row("upper-bounds", "No dependency is held back without a reason", upper_bounds)
AUDIT = Row("pip-audit", "No pinned package has a known hole", known_holes, sampled=False)
