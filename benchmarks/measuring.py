"""What the benchmarks share: programs take turns at the same work; memory is measured in fresh processes."""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

RUNS = 5

# Prints how many bytes the peak of the resident set is above its size before a program does its work, and the
# seconds of processor time that it takes.
_MEASURE = """
import ctypes, gc, re, runpy, sys, time
from pathlib import Path
work = runpy.run_path(sys.argv[1])["prepared"](*sys.argv[2:])
gc.collect()
ctypes.CDLL("libc.so.6").malloc_trim(0)
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
size = lambda name: int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
before, begun = size("VmRSS"), time.process_time()
kept = work()
print(size("VmHWM") - before, time.process_time() - begun)
"""


def medians(
    works: Mapping[str, Callable[[], object]],
    runs: int = RUNS,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """Return the median seconds of processor time of each work, the works taking turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            begun = clock()
            work()
            times[name].append(clock() - begun)
    return {name: statistics.median(taken) for name, taken in times.items()}


def wall(works: Mapping[str, Callable[[], object]], runs: int = RUNS) -> dict[str, float]:
    """Return the median seconds on the clock of each work: for what other processes do."""
    return medians(works, runs, time.perf_counter)


def peak_of_tree(command: list[str]) -> tuple[float, int]:
    """Run a command; return its seconds, and the most bytes that it held with its children (Linux).

    What processes share counts once; looked at ten times a second.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(held, _tree(process.pid))))
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - begun, peak


def held(process: int) -> int:
    """Return the bytes that a process holds, its part of what it shares with others included (Linux)."""
    with suppress(OSError, AttributeError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        return int(re.search(r"Pss:\s+(\d+)", text)[1]) * 1024  # type: ignore[index]
    return 0


def _tree(process: int) -> list[int]:
    found = [process]
    with suppress(OSError):
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                found += _tree(int(child))
    return found


def machine() -> dict[str, str]:
    """Return what figures depend on: processor, cores, memory, Python and what works figures out."""
    processor, memory = platform.processor() or platform.machine(), ""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
        memory = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    return {
        "processor": processor,
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": memory,
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pandas", "scikit-learn", "SQLAlchemy")},
    }


def peak_growth(script: str, *arguments: str) -> int:
    """Return by how many bytes the peak of memory grows while `script` works in a fresh process (Linux).

    Its function `prepared` gets the arguments, imports and warms up, and returns the work that is measured.
    """
    return alone(script, *arguments)[1]


def alone(script: str, *arguments: str) -> tuple[float, int]:
    """Return the seconds of processor time, too; as `peak_growth`."""
    command = [sys.executable, "-c", _MEASURE, script, *arguments]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    growth, seconds = said.split()[-2:]
    return float(seconds), int(growth)
