"""Measure how often turning points are told in threads that have none, and how many they miss.

    python -m benchmarks.turning_points [THREADS] [PROCESSES]

THREADS (1,000 where none is given) threads of each kind and size are simulated. A null thread has no turn:
its sentiment, stance, offensiveness and length are independent series of neighbours that resemble each
other, AR(1) with a coefficient of .4, with the heavy tails of Student's t of 3 degrees of freedom; comments
come faster and more slowly in the same way, with day and night, over a third of a day to three days, while
the thread ages. Other kinds lack some of it. A false alarm is a thread in which any turn of any measure is
told. For power, sentiment and tempo are shifted in the middle, by half and by one standard deviation; a
turn counts when it is told in that measure within 10 comments, or a tenth of the thread.
"""

from __future__ import annotations

import math
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd

from threads.dynamics.turning_points import turning_points

SIZES = (20, 40, 100, 1_000)
KINDS = ("independent", "neighbours alike", "neighbours alike, heavy tails", "and day and night")
START = pd.Timestamp("2024-05-17T14:00", tz="UTC")
DAYS = {20: 1 / 3, 40: 1 / 2, 100: 1.5, 1_000: 3.0}


def noise(random: np.random.Generator, count: int, kind: str) -> np.ndarray:
    """Return a series of standard deviation 1 about."""
    warm = 50
    draws = random.standard_t(3, count + warm) / math.sqrt(3) if "heavy" in kind or "night" in kind else None
    draws = random.standard_normal(count + warm) if draws is None else draws
    if kind == "independent":
        return draws[warm:]
    found = np.empty(count + warm)
    found[0] = draws[0]
    for place in range(1, count + warm):
        found[place] = 0.4 * found[place - 1] + math.sqrt(1 - 0.4**2) * draws[place]
    return found[warm:]


def null_thread(
    random: np.random.Generator, count: int, kind: str, *, shift: float = 0.0, tempo: float = 0.0
) -> pd.DataFrame:
    """Return a thread; in its later half `shift` is added to sentiment, `tempo` to log gaps, in sd."""
    later = np.arange(count) >= count // 2
    sentiment = noise(random, count, kind) + shift * later
    side = noise(random, count, kind)
    gaps = np.log(random.standard_exponential(count))
    if kind != "independent":
        gaps = gaps + 0.5 * np.clip(noise(random, count, kind), -4, 4)
    gaps = np.exp(gaps + tempo * later * gaps.std())
    return pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [f"c{number}" for number in range(count)],
            "author": [f"person {number % 37}" for number in range(count)],
            "published_at": START + pd.to_timedelta(np.round(_seconds(gaps, count, kind)), unit="s"),
            "published_at_precision": "second",
            "sentiment": np.tanh(0.5 * sentiment),
            "stance": np.where(side > 0.5, "supportive", np.where(side < -0.5, "critical", "unclear")),
            "offensive": 1 / (1 + np.exp(2 - noise(random, count, kind))),
            "words": np.round(np.exp(3.5 + 0.8 * np.clip(noise(random, count, kind), -4, 4))),
        }
    )


def _seconds(gaps: np.ndarray, count: int, kind: str) -> np.ndarray:
    """Return when comments come whose gaps are `gaps` where the rate is even."""
    counted, length = np.cumsum(gaps), DAYS[count] * 86_400
    if "night" not in kind:
        return counted / counted[-1] * length
    at = np.linspace(0, length, 2_000)
    hour = (at + 14 * 3_600) / 86_400 * 2 * math.pi
    # Least at 3 in the night.
    rate = np.exp(-1.5 * at / length) * (1 - 0.9 * np.cos(hour - 2 * math.pi * 3 / 24))
    total = np.concatenate([[0.0], np.cumsum(rate[1:])])
    return np.interp(counted / counted[-1], total / total[-1], at)


def alarm(seed: int, *, count: int, kind: str) -> bool:
    """Return whether any turn is told of a null thread."""
    return bool(turning_points(null_thread(_random(seed, count, kind), count, kind)).points)


def told(seed: int, *, count: int, kind: str, measure: str, size: float) -> bool:
    """Return whether a shift in the middle of a thread is told in its measure."""
    shift = {"shift" if measure == "sentiment" else "tempo": size}
    thread = null_thread(_random(seed, count, kind), count, kind, **shift)
    return any(
        abs(point.row - count // 2) <= max(10, count // 10)
        for point in turning_points(thread).points
        if any(turn.measure == measure for turn in point.turns)
    )


def _random(seed: int, count: int, kind: str) -> np.random.Generator:
    return np.random.default_rng((seed, count, KINDS.index(kind)))


def main() -> None:
    """Print a row for each size: false alarms of each kind, and power where all is hard."""
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    shifts = [(measure, size) for measure in ("sentiment", "tempo") for size in (0.5, 1.0)]
    names = [*(f"false: {kind}" for kind in KINDS), *(f"{name} {size} sd" for name, size in shifts)]
    print(f"| comments | threads | {' | '.join(names)} |\n|{'---|' * (len(names) + 2)}")
    with ProcessPoolExecutor(processes) as pool:
        for count in SIZES:
            runs = range(threads if count < 1_000 else max(50, threads // 4))
            works = [partial(alarm, count=count, kind=kind) for kind in KINDS]
            works += [partial(told, count=count, kind=KINDS[-1], measure=m, size=s) for m, s in shifts]
            shares = [f"{np.mean(list(pool.map(work, runs, chunksize=10))):.3f}" for work in works]
            print(f"| {count} | {len(runs)} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
