"""Fit the offensive-language ranking to a team's decisions: `btl train offensive --decisions DB`.

A team's decisions are too few to learn a language from, so the shipped weights are where learning starts and
what it is drawn back to: the most probable weights under a normal prior around them (a logistic regression
with its penalty on the change). How strongly they are drawn back is chosen by cross-validation within what is
learnt from; the strongest leaves the weights and only fits slope and shift (Platt 1999) to how common offence
is in the queue. What comes out is measured on decisions it has not seen, beside the shipped model.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.errors import InputError
from threads.models import FOLDER
from threads.scores.classifier import Vector
from threads.scores.evaluate import assess
from threads.scores.offensive_model import HEADS, OffensiveModel, sigmoid, two_columns
from threads.scores.offensive_text import tokens
from threads.scores.text import without_quotes
from training.common import forced_weights
from training.offensive import ABOUT, LABELS, SURE, Table, pooled, scales, table
from training.output import About, in_memory, save

FEWEST: Final = 50  # different labelled comments
FEWEST_EACH: Final = 15  # of them offensive, and not
FEWEST_TEXTS: Final = 3  # comments that a word must stand in to get a weight that it had not
STRENGTHS: Final = (math.inf, 30.0, 10.0, 3.0, 1.0)  # of the drawing back, in log loss of one comment
STEPS: Final = 60
OUTER: Final = 5  # folds to measure in,
INNER: Final = 4  # and to choose the strength in
RESAMPLED: Final = 500
SLOPE_SPREAD: Final = 0.5  # standard deviation of the logarithm of the slope around the shipped one,
SHIFT_SPREAD: Final = 2.0  # and of the shift
MEASURES: Final = ("auc", "log_loss", "brier")
NEW: Final = "Decisions of the team, on which it had not learnt"
OLD: Final = "The same decisions by the shipped model"

Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Different texts and whether each is offensive (1) or not (0); how many were left out, and why."""

    texts: list[str]
    truth: Vector
    repeated: int
    contradictory: int
    blank: int

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Labelled:
        """Return the labelled texts of `text` and `offensive`; InputError where they are too few."""
        given: dict[str, set[int]] = {}
        texts = {" ".join(tokens(text)): text for text in (without_quotes(text) for text in frame["text"])}
        keys = [" ".join(tokens(without_quotes(text))) for text in frame["text"]]
        for key, label in zip(keys, frame["offensive"], strict=True):
            given.setdefault(key, set()).add(int(label))
        kept = {key: labels.pop() for key, labels in sorted(given.items()) if key and len(labels) == 1}
        usable, blank = sum(key in kept for key in keys), keys.count("")
        truth = np.array(list(kept.values()), dtype=float)
        _check(truth)
        return cls([texts[key] for key in kept], truth, usable - len(kept), len(keys) - usable - blank, blank)

    def folds(self, count: int, among: Numbers | None = None) -> Numbers:
        """Return each text's fold of `count`, both labels spread evenly; -1 for texts not `among` them."""
        chosen = np.arange(len(self.truth)) if among is None else among
        order = np.random.default_rng(count).permutation(chosen)
        order = order[np.argsort(self.truth[order], kind="stable")]
        folds = np.full(len(self.truth), -1, dtype=np.intp)
        folds[order] = np.arange(len(order)) % count
        return folds


def _check(truth: Vector) -> None:
    offensive = int(truth.sum())
    if len(truth) < FEWEST or min(offensive, len(truth) - offensive) < FEWEST_EACH:
        raise InputError(
            f"{offensive} comments rejected for their language and {len(truth) - offensive} marked as not "
            f"offensive are too few to learn from: {FEWEST} are the least, {FEWEST_EACH} of each",
            source="decisions",
            remedy="Give rejections their reason, and mark what was flagged wrongly as not offensive",
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """Texts as numbers: `matrix` is sentences × features (scaled), `sums` what the shipped weights give."""

    data: Table
    sums: Vector
    slope: float
    shift: float

    @classmethod
    def of(cls, texts: Sequence[str], shipped: OffensiveModel) -> Problem:
        """Return texts with the features that the shipped model knows or FEWEST_TEXTS of them have."""
        from scipy import sparse  # noqa: PLC0415 - slow to import

        whole = table(texts)
        known = shipped_weights(shipped)
        cells = whole.matrix.tocoo()
        there = np.unique(np.stack([whole.text[cells.row], cells.col]), axis=1)
        counts = np.bincount(there[1], minlength=len(whole.names))
        own = np.array([name in known for name in whole.names])
        kept = np.flatnonzero(own | (counts >= FEWEST_TEXTS))
        names = whole.names[kept]
        before = np.array([known.get(name, 0.0) for name in names])
        matrix = whole.matrix[:, kept]
        sums = matrix @ before + shipped.model.array("bias")[0]
        scaled = (matrix @ sparse.diags(scales(names))).tocsr()
        return cls(
            Table(scaled, whole.text, names),
            np.asarray(sums, dtype=float),
            float(shipped.model.array("slope")[0]),
            float(shipped.model.array("shift")[0]),
        )

    def of_texts(self, chosen: Numbers) -> Problem:
        """Return the problem of some texts, given in order."""
        flags = np.zeros(int(self.data.text.max()) + 1, dtype=bool)
        flags[chosen] = True
        return replace(self, data=self.data.of(flags), sums=self.sums[flags[self.data.text]])

    def odds(self, found: Fitted) -> Vector:
        """Return the calibrated log odds of each text."""
        odds, _, _ = self._pooled(found.change)
        return found.slope * odds + found.shift

    @property
    def unchanged(self) -> Fitted:
        """The shipped weights as they are."""
        return Fitted(np.zeros(self.data.matrix.shape[1]), self.slope, self.shift, math.inf)

    def _pooled(self, change: Vector) -> tuple[Vector, Vector, Numbers]:
        _, starts, counts = np.unique(self.data.text, return_index=True, return_counts=True)
        sums = self.sums + (self.data.matrix @ change if change.any() else 0.0)
        odds, shares = pooled(sums[:, None], starts, counts)
        return odds[:, 0], shares[:, 0], counts

    def loss_of(self, truth: Vector, strength: float) -> Callable[[Vector], tuple[float, Vector]]:
        """Return what gives the loss and its gradient for a change of weights, log slope and shift.

        With infinite `strength` weights do not change, and are not among the values.
        """
        from scipy.special import expit  # noqa: PLC0415 - slow to import

        turned = self.data.matrix.T.tocsr()

        def loss(values: Vector) -> tuple[float, Vector]:
            change, slope, moved = values[:-2], math.exp(values[-2]), values[-1]
            odds, shares, counts = self._pooled(change)
            logits = slope * odds + moved
            errors = expit(logits) - truth
            steeper, further = values[-2] - math.log(self.slope), moved - self.shift
            total = losses(logits, truth).sum()
            total += steeper**2 / SLOPE_SPREAD**2 / 2 + further**2 / SHIFT_SPREAD**2 / 2
            gradient = [
                slope * (errors @ odds) + steeper / SLOPE_SPREAD**2,
                errors.sum() + further / SHIFT_SPREAD**2,
            ]
            if not len(change):
                return float(total), np.array(gradient)
            slopes = turned @ (np.repeat(errors * slope, counts) * shares) + 2 * strength * change
            return float(total + strength * (change @ change)), np.append(slopes, gradient)

        return loss

    def fit(self, truth: Vector, strength: float) -> Fitted:
        """Return the most probable change of weights, slope and shift."""
        from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

        features = self.data.matrix.shape[1]
        changing = 0 if math.isinf(strength) else features
        start = np.append(np.zeros(changing), [math.log(self.slope), self.shift])
        loss = self.loss_of(truth, strength)
        values = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
        change = values[:-2] if changing else np.zeros(features)
        return Fitted(change, math.exp(values[-2]), float(values[-1]), strength)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A change of weights (scaled), and the calibration that goes with it."""

    change: Vector
    slope: float
    shift: float
    strength: float


def main(frame: pd.DataFrame, out: Path) -> dict[str, Any]:
    """Fit, measure and write the model; return its manifest entry, with `compared` as in `compare`.

    `frame` has columns `text` and `offensive` (1 or 0). The same decisions give the same model.

    Raises
    ------
    InputError
        The decisions are too few, or `out` is the folder of the package's own models.
    """
    import scipy.optimize  # noqa: F401, PLC0415 - before threads are limited, or its library is not
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - slow to import

    if out.resolve() == FOLDER.resolve():
        raise InputError("holds the shipped models", source=str(out), remedy="Give another folder for yours")
    data, shipped = Labelled.of(frame), OffensiveModel.load("offensive")
    with threadpool_limits(1):  # many small sums: threads would only wait for each other
        problem = Problem.of(data.texts, shipped)
        unseen, recalibrated = out_of_fold(problem, data)
        fitted = learn(problem, data, np.arange(len(data.truth)))
        before = problem.odds(problem.unchanged)
    compared = {
        **compare(data.truth, before, recalibrated, unseen),
        "left_out": {name: getattr(data, name) for name in ("repeated", "contradictory", "blank")},
    }
    labels = np.where(data.truth > 0, 0, 1)
    arrays = {
        **adapted(shipped, problem, fitted),
        "weights": forced_weights(two_columns(sigmoid(unseen)), labels),
    }
    about = about_own(shipped, compared, arrays)
    model = OffensiveModel(in_memory(about, arrays))
    said = [LABELS[label] for label in labels]
    measured_on = {
        NEW: assess(two_columns(sigmoid(unseen)), said, model),
        OLD: assess(two_columns(sigmoid(before)), said, shipped),
    }
    return {**save(about, arrays, measured_on, out), "compared": compared}


def about_own(
    shipped: OffensiveModel, compared: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
) -> About:
    """Return what the card says; the version names the weights it began with and a hash of all it holds."""
    digest = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()
    return replace(
        ABOUT,
        version=f"{shipped.model.version}+own.{digest[:8]}",
        purpose=f"{ABOUT.purpose} Fitted to the decisions of one team.",
        data=(*ABOUT.data, f"{compared['n']:,} comments decided by the team that fitted it"),
        licence="MIT; the team's own where its decisions are",
        says=sentence(compared),
        notes={"Fitted to decisions": "\n".join(compared_lines(compared)), "What it keeps": KEEPS},
    )


KEEPS: Final = (
    f"Words and pairs of words that stand in at least {FEWEST_TEXTS} of the comments it learnt from, with a "
    "weight each, and no comment. Fit it again after comments were erased."
)


def learn(problem: Problem, data: Labelled, chosen: Numbers) -> Fitted:
    """Return what is learnt from the chosen texts, the strength chosen by cross-validation among them."""
    folds = data.folds(INNER, chosen)
    lost = dict.fromkeys(STRENGTHS, 0.0)
    for fold in range(INNER):
        inside, outside = (np.flatnonzero(flags) for flags in ((folds >= 0) & (folds != fold), folds == fold))
        learning, held = problem.of_texts(inside), problem.of_texts(outside)
        for strength in STRENGTHS:
            odds = held.odds(learning.fit(data.truth[inside], strength))
            lost[strength] += float(losses(odds, data.truth[outside]).sum())
    best = min(STRENGTHS, key=lambda strength: lost[strength])
    return problem.of_texts(chosen).fit(data.truth[chosen], best)


def out_of_fold(problem: Problem, data: Labelled) -> tuple[Vector, Vector]:
    """Return log odds of each text by what was learnt without its fold; and those with weights unchanged."""
    folds = data.folds(OUTER)
    found, recalibrated = np.empty(len(folds)), np.empty(len(folds))
    for fold in range(OUTER):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        held = problem.of_texts(outside)
        found[outside] = held.odds(learn(problem, data, inside))
        recalibrated[outside] = held.odds(problem.of_texts(inside).fit(data.truth[inside], math.inf))
    return found, recalibrated


# --- before and after


def compare(truth: Vector, before: Vector, recalibrated: Vector, after: Vector) -> dict[str, Any]:
    """Return how right the shipped model is, one only calibrated anew, and the fitted one, on unseen texts.

    n, offensive; shipped, recalibrated and fitted with MEASURES each; and `better`: for each measure the 95%
    interval of fitted less shipped, over RESAMPLED draws of texts with replacement (Efron 1979).
    """
    found = {"shipped": before, "recalibrated": recalibrated, "fitted": after}
    drawn = np.random.default_rng(0).multinomial(len(truth), np.full(len(truth), 1 / len(truth)), RESAMPLED)
    drawn = drawn[(drawn @ truth > 0) & (drawn @ truth < len(truth))]
    old, new = measured(before, truth, drawn), measured(after, truth, drawn)
    once = np.ones((1, len(truth)))
    return {
        "n": len(truth),
        "offensive": int(truth.sum()),
        **{
            name: {measure: float(value[0]) for measure, value in measured(odds, truth, once).items()}
            for name, odds in found.items()
        },
        "better": {name: np.quantile(new[name] - old[name], [0.025, 0.975]).tolist() for name in MEASURES},
    }


def measured(odds: Vector, truth: Vector, times: npt.NDArray[Any]) -> dict[str, Vector]:
    """Return MEASURES of log odds for each row of `times`, which says how often each text counts.

    The higher an AUC the better, the lower the others.
    """
    order = np.argsort(odds, kind="stable")
    _, starts = np.unique(odds[order], return_index=True)  # what is equal ranks neither higher nor lower
    offensive, clean = (
        np.add.reduceat(times[:, order] * part[order], starts, axis=1) for part in (truth, 1 - truth)
    )
    below = np.cumsum(clean, axis=1) - clean / 2
    return {
        "auc": (offensive * below).sum(axis=1) / (offensive.sum(axis=1) * clean.sum(axis=1)),
        "log_loss": times @ losses(odds, truth) / times.sum(axis=1),
        "brier": times @ np.square(sigmoid(odds) - truth) / times.sum(axis=1),
    }


def losses(odds: Vector, truth: Vector) -> Vector:
    """Return the log loss of each text."""
    return np.asarray(np.logaddexp(0, odds) - truth * odds)


def surely_better(compared: Mapping[str, Any]) -> bool:
    """Return whether the fitted model's log loss is surely lower, and its ranking not surely worse."""
    better = compared["better"]
    return bool(better["log_loss"][1] < 0 and better["auc"][1] > 0)


def sentence(compared: Mapping[str, Any]) -> str:
    """Return how right the fitted model is, for readers."""
    new, old = compared["fitted"], compared["shipped"]
    sure = "" if surely_better(compared) else " That is not surely better."
    return (
        f"Fitted to {compared['n']:,} decisions. On those it had not seen it puts an offensive comment above "
        f"another {new['auc']:.0%} of the time (shipped: {old['auc']:.0%}), log loss {new['log_loss']:.2f} "
        f"({old['log_loss']:.2f}).{sure}"
    )


def compared_lines(compared: Mapping[str, Any]) -> Iterator[str]:
    """Yield before and after as lines of text."""
    names = {"auc": "ranks right (AUC)", "log_loss": "log loss", "brier": "Brier score"}
    left = ", ".join(f"{count:,} {reason}" for reason, count in compared["left_out"].items() if count)
    yield (
        f"{compared['n']:,} comments, {compared['offensive']:,} of them offensive"
        + (f"; left out: {left}" if left else "")
        + ". Each is judged by what was learnt without it:"
    )
    for measure, text in names.items():
        low, high = compared["better"][measure]
        yield (
            f"- {text}: shipped {compared['shipped'][measure]:.3f}, calibrated anew "
            f"{compared['recalibrated'][measure]:.3f}, fitted {compared['fitted'][measure]:.3f}; "
            f"fitted less shipped {low:+.3f} to {high:+.3f}"
        )
    yield (
        "Surely better than the shipped one."
        if surely_better(compared)
        else "Not surely better: keep the shipped one."
    )


# --- the model


def shipped_weights(shipped: OffensiveModel) -> dict[str, float]:
    """Return the shipped weight of each feature for offence."""
    names = bytes(shipped.model.array("features")).decode().split("\n")
    return dict(zip(names, shipped.model.array("feature_weights")[:, 0].astype(float).tolist(), strict=True))


def adapted(shipped: OffensiveModel, problem: Problem, found: Fitted) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the shipped model with what was learnt; what it says of types stays."""
    model = shipped.model
    names = bytes(model.array("features")).decode().split("\n")
    places = {name: place for place, name in enumerate(names)}
    weights = model.array("feature_weights").astype(np.float64)
    new: list[tuple[str, float]] = []
    for name, change in zip(problem.data.names, found.change * scales(problem.data.names), strict=True):
        if name in places:
            weights[places[name], 0] += change
        elif abs(change) > 0:
            new.append((str(name), float(change)))
    more = np.zeros((len(new), len(HEADS)))
    more[:, 0] = [weight for _, weight in new]
    slope, shift = model.array("slope").copy(), model.array("shift").copy()
    slope[0], shift[0] = found.slope, found.shift
    return {
        **model.arrays,
        "features": np.frombuffer("\n".join([*names, *(name for name, _ in new)]).encode(), dtype=np.uint8),
        "feature_weights": np.concatenate([weights, more]).astype(np.float16),
        "slope": slope,
        "shift": shift,
        "thresholds": np.full(2, SURE),
    }
