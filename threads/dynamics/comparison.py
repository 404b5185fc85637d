"""Discussions, or groups of them, side by side: 8 comments and 8,000, each with how sure it is.

Comments of one chain of replies, and of one thread, resemble each other, so what is drawn anew, and
exchanged between groups, are whole chains or threads. Means and shares do not depend on how much was
written; how many people wrote does, and is told for an equal number of comments (Hurlbert, Ecology 52,
1971). What a group is too small to carry is missing with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.chains import chain_of_each
from threads.dynamics.changes import ALPHA, benjamini_hochberg
from threads.dynamics.columns import Floats, numbers_of, texts_of, times_of
from threads.dynamics.participation import rarefied_people
from threads.dynamics.people import exactly_timed, person_of_each, word_counts
from threads.dynamics.sentences import Part, Sentence, figure
from threads.dynamics.smoothing import SEED, clusters_of
from threads.dynamics.steps import Steps, Told, unwatched
from threads.dynamics.timeline import OFFENSIVE
from threads.dynamics.tree import tree_of
from threads.errors import SettingError
from threads.frames import typed
from threads.language import N_, _, chance, counted, percent
from threads.records import Column

Unit = Literal["threads", "chains", "people"]

FEWEST: Final = 5  # chains, threads or people of a group that an interval is made from
FEWEST_THREADS: Final = 6  # in every group, from which threads are what is drawn
MOST_GROUPS: Final = 12
REPLICATES: Final = 1_999
PERMUTATIONS: Final = 999
DRAWS: Final = 5_000_000  # at most, of units in all replicates together, from 199 replicates on
BATCH: Final = 500_000  # of them at a time
FOLDS: Final = 20  # of the jackknife
NOBODY_TWICE: Final = N_(
    "Nobody wrote twice: how many people there are behind these comments cannot be told."
)
MOST_APART: Final = 0.25  # difference of the shares of inferred replies up to which trees are compared

ESTIMATE_COLUMNS: tuple[Column, ...] = (
    Column("group", "text", "Group."),
    Column("measure", "text", "Measure, as in MEASURES."),
    Column("estimate", "number", "Its value in the group."),
    Column("low", "number", "Lower end of the 95% interval."),
    Column("high", "number", "Upper end."),
    Column("comments", "integer", "Comments with a value."),
    Column("units", "integer", "Chains, threads or people that they belong to."),
    Column("inferred_replies", "number", "Share of the group's replies that are inferred.", "share"),
    Column("reason", "text", "Why estimate or interval is missing."),
)
DIFFERENCE_COLUMNS: tuple[Column, ...] = (
    Column("measure", "text", "Measure, as in MEASURES."),
    Column("group", "text", "Group."),
    Column("other", "text", "The group that it is compared with."),
    Column("difference", "number", "Estimate of the group less that of the other."),
    Column("low", "number", "Lower end of the 95% interval of the difference."),
    Column("high", "number", "Upper end."),
    Column("p", "number", "Chance of a difference as large where the groups are alike."),
    Column("q", "number", "p adjusted for all comparisons made (Benjamini-Hochberg)."),
    Column("reason", "text", "Why they are not compared."),
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that groups are compared by; `told` makes of the mean of its values what is told."""

    name: str
    help: str
    values: Callable[[pd.DataFrame], Floats]
    told: Callable[[Floats], Floats] = lambda mean: mean
    of_tree: bool = False
    share: bool = False
    digits: int = 2


def _known_share(hits: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> Floats:
    return np.where(known, hits, np.nan).astype(np.float64)


def _stance(side: str) -> Callable[[pd.DataFrame], Floats]:
    def values(frame: pd.DataFrame) -> Floats:
        stances = texts_of(frame, "stance")
        return _known_share((stances == side).to_numpy(), stances.notna().to_numpy())

    return values


def _offensive(frame: pd.DataFrame) -> Floats:
    scores = numbers_of(frame, "offensive")
    return _known_share(scores >= OFFENSIVE, ~np.isnan(scores))


def _words(frame: pd.DataFrame) -> Floats:
    return word_counts(frame) if "text" in frame else numbers_of(frame, "words")


def _gaps(frame: pd.DataFrame) -> Floats:
    """Return log(1 + minutes since the comment before in the thread), of exact times."""
    times = times_of(frame)
    seconds = times.astype("int64").where(times.notna()).astype("float64") / 1e6
    seconds[~exactly_timed(frame)] = np.nan
    threads = pd.factorize(texts_of(frame, "thread_id"), use_na_sentinel=False)[0]
    order = np.lexsort([seconds.to_numpy(), threads])
    gaps = np.diff(seconds.to_numpy()[order], prepend=np.nan)
    gaps[np.diff(threads[order], prepend=-1) != 0] = np.nan
    found: Floats = np.empty(len(frame))
    found[order] = np.log1p(gaps / 60)
    return found


MEASURES: Final = (
    Measure("sentiment", N_("mean sentiment"), lambda frame: numbers_of(frame, "sentiment")),
    Measure(
        "supportive", N_("share of known stances that are supportive"), _stance("supportive"), share=True
    ),
    Measure("critical", N_("share of known stances that are critical"), _stance("critical"), share=True),
    Measure(
        "offensive",
        N_("share with the score offensive at .5 or more"),
        _offensive,
        share=True,
    ),
    Measure("words", N_("mean number of words"), _words, digits=0),
    Measure("pace", N_("typical minutes between comments"), _gaps, np.expm1, digits=1),
    Measure(
        "replies",
        N_("share of comments that answer another"),
        lambda frame: (tree_of(frame).parents >= 0).astype(np.float64),
        of_tree=True,
        share=True,
    ),
    Measure("depth", N_("mean depth"), lambda frame: tree_of(frame).depths.astype(np.float64), of_tree=True),
)
DIVERSITY: Final[Mapping[str, str]] = {
    "people": N_("people among an equal number of comments"),
    "equal_people": N_("people, had all written equally many comments (Hill number of order 2, unbiased)"),
}
HELP: Final[Mapping[str, str]] = {measure.name: measure.help for measure in MEASURES} | dict(DIVERSITY)
DIGITS: Final[Mapping[str, int]] = {m.name: m.digits for m in MEASURES} | dict.fromkeys(DIVERSITY, 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups side by side: `estimates`, a row a group and measure, `differences`, a row a pair and measure.

    `unit` is what was drawn and exchanged. Where it is threads, the groups stand for more discussions of
    their kind; where it is chains or people, for these discussions only. `rarefied_to` is the number of
    comments that `people` is told for, None where there is none.
    """

    unit: Unit
    estimates: pd.DataFrame
    differences: pd.DataFrame
    rarefied_to: int | None

    def sentence(self) -> Sentence:
        """Return the surest difference, or that none stands out, in one sentence."""
        tested = self.differences[self.differences["q"].notna()]
        if tested.empty:
            reasons = self.differences["reason"].dropna()
            return Sentence((Part(reasons.iloc[0] if len(reasons) else _("There is nothing to compare.")),))
        surest = tested.loc[tested["q"].sort_values(kind="stable").index].to_dict("records")[0]
        among = counted(len(tested), "comparison", "comparisons")
        if surest["q"] > ALPHA:
            return Sentence(
                (Part(_("None of {among} shows a difference that stands out from chance.", among=among)),)
            )
        sides = _(" against ").join(
            self._told(surest[side], surest["measure"]) for side in ("group", "other")
        )
        said = _(
            "{measure}: {sides}; p {q}, adjusted for {among}.",
            measure=_sentence_case(_(HELP[surest["measure"]])),
            sides=sides,
            q=chance(surest["q"]),
            among=among,
        )
        return Sentence((Part(said),))

    def _told(self, group: str, measure: str) -> str:
        rows = self.estimates[(self.estimates["group"] == group) & (self.estimates["measure"] == measure)]
        value, low, high = (
            figure(float(rows[name].iloc[0]), DIGITS[measure]) for name in ("estimate", "low", "high")
        )
        return _("{value} in {group} ({low} to {high})", value=value, group=group, low=low, high=high)


@dataclass(frozen=True, slots=True)
class _Sample:
    """What is known of one measure in one group: an estimate, replicates of it, and sums for permutations."""

    estimate: float
    comments: int
    units: int
    low: float = math.nan
    high: float = math.nan
    replicates: Floats | None = None
    sums: Floats | None = None  # units × (sum, count)
    error: float = math.nan  # standard error, of the jackknife
    reason: str = ""


def by_column(frame: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """Return the comments of each value of a column, such as section or author; missing ones are left out."""
    return {str(value): rows for value, rows in frame.groupby(column, sort=True, dropna=True)}


def by_week(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the comments of each ISO week in UTC, "2024-W20"; comments without a time are left out."""
    weeks = times_of(frame).dt.strftime("%G-W%V")
    return {str(week): rows for week, rows in frame.groupby(weeks, sort=True, dropna=True)}


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def compare(
    groups: Mapping[str, pd.DataFrame],
    *,
    unit: Unit | None = None,
    measures: Collection[str] = tuple(HELP),
    told: Told = unwatched,
) -> Comparison:
    """Return groups of comments side by side.

    Intervals are bootstraps over `unit`, widened for few units (Hesterberg, The American Statistician
    69:371, 2015). p exchanges units between two groups and compares differences in standard errors, so that
    groups of unlike size and spread do not look different for that (Janssen, Statistics & Probability
    Letters 36:9, 1997). The two measures of diversity have intervals and p by a jackknife over the units,
    as drawing people twice would make them fewer.

    Parameters
    ----------
    groups
        Comments of each group, with the scores that there are.
    unit
        What is drawn: threads where every group has six or more, else chains, unless given.
    measures
        Names of those to compare by, all in HELP if not given; the fewer, the less p is adjusted.
    told
        Hears how far it is, and may stop it.

    Raises
    ------
    Stopped
        `told` answered that it is not to go on.
    SettingError
        There are fewer than 2 or more than 12 groups.
    """
    if not 2 <= len(groups) <= MOST_GROUPS:
        raise SettingError(f"{len(groups)} groups cannot be compared", remedy=f"Take 2 to {MOST_GROUPS}")
    unit = unit or _unit(groups)
    units = {name: _units(frame, unit) for name, frame in groups.items()}
    inferred = {name: _inferred(frame) for name, frame in groups.items()}
    steps = Steps(told, len(groups) * len(set(measures) & set(HELP)) + len(list(combinations(groups, 2))))
    samples = {}
    for name, frame in groups.items():
        for kind in MEASURES:
            if kind.name in measures:
                samples[name, kind.name] = _sample(frame, kind, units[name], unit)
                steps.step()
    folds = {name: _folds(frame, units[name]) for name, frame in groups.items()}
    least = [int(counts.sum(axis=1).min()) for counts in folds.values() if counts is not None]
    rarefied_to = min(least) if least and min(least) >= FEWEST else None
    diversity = {"people": _rarefied(rarefied_to), "equal_people": equal_people}
    for name, frame in groups.items():
        for measure, function in diversity.items():
            if measure in measures:
                samples[name, measure] = _jackknifed(frame, folds[name], unit, function)
                steps.step()
    estimates = [
        {
            "group": name,
            "measure": measure,
            "estimate": sample.estimate,
            "low": sample.low,
            "high": sample.high,
            "comments": sample.comments,
            "units": sample.units,
            "inferred_replies": inferred[name],
            "reason": sample.reason or None,
        }
        for (name, measure), sample in samples.items()
    ]
    differences = _differences(groups, samples, inferred, steps)
    return Comparison(
        unit,
        typed(pd.DataFrame(estimates), ESTIMATE_COLUMNS),
        differences,
        rarefied_to,
    )


def equal_people(counts: npt.NDArray[np.intp]) -> float:
    """Return the inverse of the chance that two comments are by one person: N (N - 1) / sum x (x - 1).

    Hill number of order 2, unbiased, so that it does not depend on how many comments there are; infinite
    where nobody wrote twice.
    """
    total, twice = int(counts.sum()), int((counts * (counts - 1)).sum())
    return total * (total - 1) / twice if twice else math.inf


def _rarefied(comments: int | None) -> Callable[[npt.NDArray[np.intp]], float]:
    return lambda counts: math.nan if comments is None else rarefied_people(counts.tolist(), comments)


def _unit(groups: Mapping[str, pd.DataFrame]) -> Unit:
    threads = [texts_of(frame, "thread_id").nunique() for frame in groups.values()]
    return "threads" if min(threads) >= FEWEST_THREADS else "chains"


def _units(frame: pd.DataFrame, unit: Unit) -> npt.NDArray[np.intp]:
    if unit == "threads":
        return pd.factorize(texts_of(frame, "thread_id"), use_na_sentinel=False)[0]
    return chain_of_each(frame) if unit == "chains" else clusters_of(person_of_each(frame))


def _inferred(frame: pd.DataFrame) -> float:
    sources = texts_of(frame, "parent_source").dropna()
    return float((sources == "inferred").mean()) if len(sources) else math.nan


def _sample(frame: pd.DataFrame, measure: Measure, units: npt.NDArray[np.intp], unit: Unit) -> _Sample:
    values = measure.values(frame) if len(frame) else np.empty(0)
    there = np.isfinite(values)
    count = int(there.sum())
    if not count or (measure.of_tree and not (tree_of(frame).parents >= 0).any()):
        what = (
            _("no comment is known to answer another")
            if measure.of_tree and count
            else _("no comment has a value")
        )
        return _Sample(
            math.nan,
            count,
            0,
            reason=_("Of {measure} nothing can be told: {what}.", measure=_(measure.help), what=what),
        )
    here = np.unique(units[there], return_inverse=True)[1]
    totals, counts = np.bincount(here, weights=values[there]), np.bincount(here)
    sums: Floats = np.stack([totals, counts.astype(np.float64)], axis=1)
    estimate = float(measure.told(np.array(values[there].mean())))
    if len(sums) < FEWEST:
        return _Sample(estimate, count, len(sums), reason=_too_few(len(sums), unit))
    if np.ptp(values[there]) > 0:
        replicates, levels = np.sort(measure.told(_replicates(sums))), _levels(len(sums))
    elif measure.share:
        replicates, levels = _of_none_or_all(len(sums), all_of_them=estimate > 0), (0.025, 0.975)
    else:
        reason = _("Of {measure} all values are the same: no interval can be told.", measure=_(measure.help))
        return _Sample(estimate, count, len(sums), reason=reason)
    low, high = np.quantile(replicates, levels)
    reach = (min(float(low), estimate), max(float(high), estimate))
    return _Sample(estimate, count, len(sums), *reach, replicates, sums)


def _too_few(units: int, unit: Unit) -> str:
    counts = {
        "threads": counted(units, "thread", "threads"),
        "chains": counted(units, "chain of replies", "chains of replies"),
        "people": counted(units, "person", "people"),
    }
    said = (
        N_("{count} is too few for an interval; it takes {fewest}.")
        if units == 1
        else N_("{count} are too few for an interval; it takes {fewest}.")
    )
    return _(said, count=counts[unit], fewest=FEWEST)


def _replicates(sums: Floats) -> Floats:
    """Return means of units drawn with putting back."""
    random = np.random.default_rng(SEED)
    replicates = min(REPLICATES, max(199, DRAWS // len(sums)))
    drawn = [
        sums[random.integers(len(sums), size=(size, len(sums)))].sum(axis=1)
        for size in _batches(replicates, len(sums))
    ]
    total, count = np.concatenate(drawn).T
    return np.asarray(total / count, dtype=np.float64)


def _of_none_or_all(units: int, *, all_of_them: bool) -> Floats:
    """Return replicates of a share that none, or all, of the units have; drawing these would never vary.

    Beta(1, units), whose upper quantiles are the exact ends of the interval (Clopper and Pearson 1934).
    """
    drawn = np.sort(np.random.default_rng(SEED).beta(1, units, REPLICATES))
    return 1 - drawn[::-1] if all_of_them else drawn


def _batches(replicates: int, units: int) -> list[int]:
    """Return how many replicates to draw at a time, for memory's sake."""
    size = max(1, BATCH // units)
    return [min(size, replicates - start) for start in range(0, replicates, size)]


def _levels(units: int) -> tuple[float, float]:
    """Return the percentiles of a 95% interval of so few units: wider than 2.5 and 97.5 (Hesterberg 2015)."""
    from scipy.special import ndtr, stdtrit  # noqa: PLC0415 - slow to import

    below = float(ndtr(math.sqrt(units / (units - 1)) * stdtrit(units - 1, 0.025)))
    return below, 1 - below


def _folds(frame: pd.DataFrame, units: npt.NDArray[np.intp]) -> npt.NDArray[np.intp] | None:
    """Return comments of each person without each fold of units, folds × people; None for too few units."""
    people = person_of_each(frame)
    named = people >= 0
    here = np.unique(units[named], return_inverse=True)[1]
    count = int(here.max(initial=-1)) + 1
    if count < FEWEST:
        return None
    size = min(FOLDS, count)
    fold = np.random.default_rng(SEED).permutation(np.arange(count) % size)[here]
    counts = np.zeros((size, int(people.max()) + 1), dtype=np.intp)
    np.add.at(counts, (fold, people[named]), 1)
    left: npt.NDArray[np.intp] = counts.sum(axis=0) - counts
    return left


def _jackknifed(
    frame: pd.DataFrame,
    without: npt.NDArray[np.intp] | None,
    unit: Unit,
    measure: Callable[[npt.NDArray[np.intp]], float],
) -> _Sample:
    """Return a measure of diversity with its standard error by leaving out folds."""
    people = person_of_each(frame)
    named = int((people >= 0).sum())
    if without is None:
        units = len(np.unique(_units(frame, unit)[people >= 0])) if len(frame) else 0
        return _Sample(math.nan, named, units, reason=_too_few(units, unit))
    estimate = measure(np.bincount(people[people >= 0]))
    others = np.array([measure(counts) for counts in without])
    size = len(others)
    if not np.isfinite([estimate, *others]).all():
        reason = _(
            "There are too few comments, or too few people who wrote twice, to tell how many people wrote."
        )
        return _Sample(math.nan, named, size, reason=reason)
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    error = float(np.sqrt((size - 1) / size * ((others - others.mean()) ** 2).sum()))
    if np.bincount(people[people >= 0]).max() == 1:
        return _Sample(estimate, named, size, reason=_(NOBODY_TWICE))
    reach = float(stdtrit(size - 1, 0.975)) * error
    return _Sample(estimate, named, size, max(1.0, estimate - reach), estimate + reach, error=error)


def _differences(
    groups: Mapping[str, pd.DataFrame],
    samples: Mapping[tuple[str, str], _Sample],
    inferred: Mapping[str, float],
    steps: Steps,
) -> pd.DataFrame:
    told = {measure.name: measure for measure in MEASURES}
    rows = []
    for one, other in combinations(groups, 2):
        for measure in dict.fromkeys(measure for _group, measure in samples):
            first, second = samples[one, measure], samples[other, measure]
            row: dict[str, object] = {"measure": measure, "group": one, "other": other}
            reason = _not_comparable(one, other, first, second)
            if not reason and measure in told and told[measure].of_tree:
                reason = _unlike_replies(inferred[one], inferred[other])
            if reason:
                row["reason"] = reason
            else:
                row |= dict(zip(("difference", "low", "high", "p"), _difference(first, second), strict=True))
            rows.append(row)
        steps.step()
    table = typed(pd.DataFrame(rows), DIFFERENCE_COLUMNS)
    tested = table["p"].notna()
    table.loc[tested, "q"] = benjamini_hochberg(table.loc[tested, "p"].to_numpy(dtype=np.float64))
    return table


def _not_comparable(one: str, other: str, first: _Sample, second: _Sample) -> str:
    return next((f"{name}: {s.reason}" for name, s in ((one, first), (other, second)) if s.reason), "")


def _unlike_replies(one: float, other: float) -> str:
    if abs(np.nan_to_num(one) - np.nan_to_num(other)) > MOST_APART:
        shares = _(
            "{one} of one and {other} of the other",
            one=percent(np.nan_to_num(one)),
            other=percent(np.nan_to_num(other)),
        )
        return _("Replies are inferred in {shares}: trees cannot be compared.", shares=shares)
    return ""


def _difference(first: _Sample, second: _Sample) -> tuple[float, float, float, float]:
    """Return the difference, the ends of its interval, and p."""
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415 - slow to import

    difference = first.estimate - second.estimate
    fewest = min(first.units, second.units)
    if first.replicates is None or second.replicates is None or first.sums is None or second.sums is None:
        error = math.hypot(first.error, second.error)
        reach = float(stdtrit(fewest - 1, 0.975)) * error
        p = 2 * float(stdtr(fewest - 1, -abs(difference) / error)) if error > 0 else float(difference == 0)
        return difference, difference - reach, difference + reach, p
    random = np.random.default_rng(SEED)
    size = min(len(first.replicates), len(second.replicates))
    drawn = random.permutation(first.replicates)[:size] - random.permutation(second.replicates)[:size]
    low, high = np.quantile(drawn, _levels(fewest))
    return difference, float(low), float(high), _exchanged(first.sums, second.sums, random)


def _exchanged(first: Floats, second: Floats, random: np.random.Generator) -> float:
    """Return p of the difference of two means, units being exchanged between the groups."""
    if len(first) > len(second):
        first, second = second, first
    together = np.concatenate([first, second])
    total, count = together.T
    # What a mean and its standard error are made of adds up over units.
    powers = np.stack([total, count, total**2, total * count, count**2], axis=1)
    everything = powers.sum(axis=0)
    sizes = (len(first), len(second))

    seen = _distances(powers[None, : len(first)].sum(axis=1), everything, sizes)[0]
    replicates = min(PERMUTATIONS, max(199, DRAWS // len(together)))
    beyond = 0
    for size in _batches(replicates, len(together)):
        chosen = np.argpartition(random.random((size, len(together))), len(first) - 1, axis=1)[
            :, : len(first)
        ]
        found = _distances(powers[chosen].sum(axis=1), everything, sizes)
        beyond += int((found >= seen - 1e-12).sum())
    return (1 + beyond) / (1 + replicates)


def _distances(parts: Floats, everything: Floats, sizes: tuple[int, int]) -> Floats:
    """Return by how many standard errors the means of `parts` (rows) and of the rest differ."""
    means: list[Floats] = []
    variance: Floats = np.zeros(len(parts))
    for side, units in zip((parts, everything - parts), sizes, strict=True):
        total, count, squares, products, counts = side.T
        mean = total / count
        rest = squares - 2 * mean * products + mean**2 * counts
        variance += units / (units - 1) * np.maximum(rest, 0) / count**2
        means.append(mean)
    difference = np.abs(means[0] - means[1])
    alike: Floats = np.where(difference < 1e-12, 0.0, np.inf)
    np.divide(difference, np.sqrt(variance), out=alike, where=variance > 1e-18)
    return alike
