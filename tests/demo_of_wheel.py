"""Run `btl demo` of an installed wheel outside the repository: `python demo_of_wheel.py PATH_OF_BTL`."""

import csv
import io
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path


def main(btl):
    """Start the demo, ask it how many comments wait, stop it."""
    with (
        tempfile.TemporaryDirectory() as elsewhere,
        subprocess.Popen(
            [btl, "demo", "--port", "0", "--no-browser"], cwd=elsewhere, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        try:
            line = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address, f"no address in {line!r}"
            with urllib.request.urlopen(address.group() + "export/flagged.csv", timeout=30) as answer:
                waiting = sum(1 for _ in csv.DictReader(io.TextIOWrapper(answer, "utf-8-sig", newline="")))
        finally:
            process.terminate()
            process.wait(timeout=30)
    assert waiting > 0, "the samples have flagged comments"
    assert process.returncode == 0
    print(f"btl demo of the wheel answered: {waiting} flagged comments wait")


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()))
