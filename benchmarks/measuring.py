"""What the benchmarks share: programs take turns at the same work; memory is measured in fresh processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

RUNS = 5

# Prints how many bytes the peak of the resident set is above its size before a program does its work.
_MEASURE = """
import ctypes, gc, re, runpy, sys
from pathlib import Path
work = runpy.run_path(sys.argv[1])["prepared"](*sys.argv[2:])
gc.collect()
ctypes.CDLL("libc.so.6").malloc_trim(0)
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
size = lambda name: int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
before = size("VmRSS")
kept = work()
print(size("VmHWM") - before)
"""


def medians(works: Mapping[str, Callable[[], object]], runs: int = RUNS) -> dict[str, float]:
    """Return the median seconds of processor time of each work, the works taking turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            begun = time.process_time()
            work()
            times[name].append(time.process_time() - begun)
    return {name: statistics.median(taken) for name, taken in times.items()}


def peak_growth(script: str, *arguments: str) -> int:
    """Return by how many bytes the peak of memory grows while `script` works in a fresh process (Linux).

    Its function `prepared` gets the arguments, imports and warms up, and returns the work that is measured.
    """
    command = [sys.executable, "-c", _MEASURE, script, *arguments]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603
