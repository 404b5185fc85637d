"""Training of cue models: signed logistic regression, group folds, calibration, abstention, arrays, card."""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from threads.errors import InputError
from threads.models import MANIFEST, card_of
from threads.models.linear import Arrays, calibrated, excess, log_softmax, probabilities
from threads.models.trees import tree_probabilities
from threads.scores.cues import CUES, FEATURES, MEANS, feature_matrix
from threads.scores.evaluate import Examples, assess, even, read_examples

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

FOLDS: Final = 5
FEWEST_SPOKEN: Final = 50  # rows that a threshold must rest on
SMALLEST: Final = 1e-9
BELIEF: Final = 0.2  # log odds that a cue gives its own label before any data, per standard deviation
STRENGTH: Final = 0.5  # how hard weights are held to that belief
RARE: Final = 0.05  # added to standard deviations, so that a cue hardly ever seen does not weigh most
VALENCES: Final = ("valence", "first_valence", "last_valence", "shared_valence")
REPEATED: Final = 0.5  # share of a text's pairs of words found in its parent, from which it is a repeat
BOOSTING: Final[Mapping[str, Any]] = {
    "n_estimators": 100,
    "learning_rate": 0.06,
    "max_depth": 3,
    "min_samples_leaf": 20,
    "subsample": 0.5,
    "max_features": 0.3,
    "random_state": 0,
}
_RETWEET = re.compile(r"""\s*RT\b|.*[“"]@""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights, beside the data."""

    name: str
    version: str
    labels: tuple[str, ...]
    data: tuple[str, ...]
    licence: str
    trusted: Mapping[str, float]  # for each label, the share of right answers from which it is spoken
    purpose: str
    not_for: tuple[str, ...]
    speaks_for: Mapping[str, tuple[str, ...]]  # for each label, the cues that may speak for it
    believed: frozenset[str]  # the cues that are believed to speak for their label before any data
    trees: bool = False  # whether the forced choice is made by boosted trees, from the outward form too
    boosting: Mapping[str, Any] = field(default_factory=lambda: BOOSTING)

    @property
    def cues(self) -> tuple[str, ...]:
        """The cues that have a meaning, in the order of CUES."""
        meant = {cue for cues in self.speaks_for.values() for cue in cues}
        return tuple(cue for cue in CUES if cue in meant)


@dataclass(frozen=True, slots=True)
class Data:
    """Rows × FEATURES, each row's label as a number, and the group that folds must not split.

    `own` tells replies from retweets and mere repeats of the parent, from which no cue is learnt: a comment
    thread has no such thing.
    """

    rows: Vector
    labels: Numbers
    groups: npt.NDArray[np.str_]
    own: Flags

    def __getitem__(self, which: Any) -> Data:
        return Data(self.rows[which], self.labels[which], self.groups[which], self.own[which])


def table(recipe: Recipe, examples: Examples, groups: Sequence[str]) -> Data:
    """Return examples as numbers, each with the group given for it."""
    rows = feature_matrix(examples.texts, examples.contexts)
    labels = np.array([recipe.labels.index(label) for label in examples.labels])
    retweeted = np.array([_RETWEET.match(text) is not None for text in examples.texts])
    own = ~retweeted & (rows[:, FEATURES.index("pairs_from_parent")] <= REPEATED)
    return Data(rows, labels, np.array(groups), own)


def together(*parts: Data) -> Data:
    """Return the rows of several tables as one."""
    return Data(
        np.vstack([part.rows for part in parts]),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("labels", "groups", "own")),
    )


def examples_of(name: str, folder: Path, file: str) -> Examples:
    """Return labelled rows; InputError where there are none."""
    examples = read_examples(name, folder / file)
    if not examples.texts:
        raise InputError("holds no row to train on", source=str(folder / file))
    return examples


# --- the cue model


def signs(recipe: Recipe) -> tuple[Vector, Vector, Vector]:
    """Return the least, the greatest and the believed weights, cues × labels, by what the cues mean.

    A cue may speak for its own label and against any other, never for another. Before any data, a valence
    is believed to speak against the second label as much as for its own, the first.
    """
    shape = (len(recipe.cues), len(recipe.labels))
    least, greatest, believed = np.full(shape, -np.inf), np.zeros(shape), np.zeros(shape)
    for label, cues in recipe.speaks_for.items():
        column = recipe.labels.index(label)
        for cue in cues:
            row = recipe.cues.index(cue)
            least[row, column], greatest[row, column] = 0, np.inf
            believed[row, column] = BELIEF * (cue in recipe.believed)
            if cue in VALENCES:
                believed[row, 1] = -BELIEF
    return least, greatest, believed


def weighed(labels: Numbers) -> Vector:
    """Return row weights that sum to 1 and give every label that occurs the same sum."""
    weights = even(labels.tolist())
    return np.asarray(weights / weights.sum())


def cue_arrays(recipe: Recipe, data: Data) -> dict[str, npt.NDArray[Any]]:
    """Return fitted weights for the cues, from the replies of `data`; all labels count the same.

    Multinomial logistic regression with the signs of `signs`, held to the believed weights by a Gaussian
    prior around them (so that what the data do not tell is left as the words mean it).
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    rows, weight = _cue_rows(recipe, data[data.own])
    labels, usual = data.labels[data.own], _usual(recipe, rows)
    rows = excess(rows, weight, usual)
    scale = rows.std(axis=0) + RARE
    least, greatest, believed = signs(recipe)
    loss = _Loss(rows / scale, labels, weighed(labels), believed)
    free = [(-np.inf, np.inf)] * len(recipe.labels)
    bounds = [*zip(least.ravel(), greatest.ravel(), strict=True), *free]
    start = np.concatenate([believed.ravel(), np.zeros(len(recipe.labels))])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    weights, bias = loss.parts(found)
    return {
        "cues": np.array(recipe.cues),
        "usual": usual,
        "cue_weights": (weights / scale[:, None]).round(4),
        "bias": bias.round(4),
    }


@dataclass(frozen=True, slots=True)
class _Loss:
    """The mean log loss of weighted rows plus the squared distance from the belief, with its gradient."""

    rows: Vector
    labels: Numbers
    shares: Vector
    believed: Vector

    def parts(self, values: Vector) -> tuple[Vector, Vector]:
        """Return weights (cues × labels) and bias."""
        return values[: self.believed.size].reshape(self.believed.shape), values[self.believed.size :]

    def __call__(self, values: Vector) -> tuple[float, Vector]:
        weights, bias = self.parts(values)
        logs = log_softmax(self.rows @ weights + bias)
        own = np.arange(len(self.labels)), self.labels
        away = weights - self.believed
        wrong = np.exp(logs)
        wrong[own] -= 1
        wrong *= self.shares[:, None]
        gradient = self.rows.T @ wrong + 2 * STRENGTH * away
        loss = -(self.shares * logs[own]).sum() + STRENGTH * (away**2).sum()
        return float(loss), np.concatenate([gradient.ravel(), wrong.sum(axis=0)])


def _cue_rows(recipe: Recipe, data: Data) -> tuple[Vector, Vector]:
    """Return rows × the recipe's cues, and the weight of each row's means."""
    places = [FEATURES.index(cue) for cue in recipe.cues]
    return data.rows[:, places], data.rows[:, FEATURES.index("weight")]


def _usual(recipe: Recipe, rows: Vector) -> Vector:
    means = np.array([cue in MEANS for cue in recipe.cues])
    return np.asarray(np.where(means, rows.mean(axis=0), np.nan).round(4))


def _uncalibrated(recipe: Recipe, arrays: Arrays, data: Data) -> Vector:
    plain = {**arrays, "temperature": np.array(1.0), "shift": np.zeros(len(recipe.labels))}
    return probabilities(plain, *_cue_rows(recipe, data))


def cue_chances(recipe: Recipe, train: Data, test: Data) -> Vector:
    """Return uncalibrated probabilities of the cue model trained on one table for the rows of another."""
    return _uncalibrated(recipe, cue_arrays(recipe, train), test)


# --- trees, for the forced choice


def boosted(recipe: Recipe, data: Data) -> Any:
    """Return fitted gradient-boosted trees (Friedman 2001); the same rows give the same trees."""
    from sklearn.ensemble import GradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - slow to import

    with threadpool_limits(1):
        trees = GradientBoostingClassifier(**recipe.boosting)
        return trees.fit(data.rows.astype(np.float32), data.labels)


def tree_chances(recipe: Recipe, train: Data, test: Data) -> Vector:
    """Return probabilities of trees trained on one table for the rows of another."""
    found = np.zeros((len(test.labels), len(recipe.labels)))
    trees = boosted(recipe, train)
    found[:, trees.classes_] = trees.predict_proba(test.rows.astype(np.float32))
    return found


def tree_arrays(model: Any) -> dict[str, npt.NDArray[Any]]:
    """Return fitted boosting as arrays of trees × nodes, those of one label together (see ARRAYS)."""
    trees = [estimator.tree_ for stages in model.estimators_.T for estimator in stages]
    nodes = max(tree.node_count for tree in trees)
    shape = (len(trees), nodes)
    own = np.broadcast_to(np.arange(nodes, dtype=np.int16), shape)
    feature, threshold, value = np.zeros(shape, np.int16), np.zeros(shape), np.zeros(shape)
    left, right = own.copy(), own.copy()
    for number, tree in enumerate(trees):
        inner = np.flatnonzero(tree.children_left >= 0)
        feature[number, inner] = tree.feature[inner]
        threshold[number, inner] = tree.threshold[inner]
        left[number, inner] = tree.children_left[inner]
        right[number, inner] = tree.children_right[inner]
        value[number, : tree.node_count] = model.learning_rate * tree.value[:, 0, 0]
    return {
        "features": np.array(FEATURES),
        "initial": np.log(model.init_.class_prior_),
        "depth": np.array(max(tree.max_depth for tree in trees)),
        "tree_feature": feature,
        "tree_threshold": threshold,
        "tree_left": left,
        "tree_right": right,
        "tree_value": value,
    }


# --- what both share


def out_of_fold(recipe: Recipe, data: Data, made: Callable[[Recipe, Data, Data], Vector]) -> Vector:
    """Return probabilities for each row from a model that saw no row of its group."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - slow to import

    found = np.zeros((len(data.labels), len(recipe.labels)))
    folds = GroupKFold(min(FOLDS, len(set(data.groups))))
    for train, test in folds.split(data.rows, data.labels, data.groups):
        found[test] = made(recipe, data[train], data[test])
    return found


def train(recipe: Recipe, data: Data) -> tuple[dict[str, npt.NDArray[Any]], Vector, Vector]:
    """Return the arrays of the model, and its chances and forced choice out of fold.

    InputError where a label of the recipe does not occur, or all rows are one group.
    """
    absent = set(range(len(recipe.labels))) - set(data.labels[data.own].tolist())
    if absent or len(set(data.groups)) < 2:
        problem = f"no row is labelled {recipe.labels[min(absent)]}" if absent else "all rows are one group"
        raise InputError(problem, source=f"the training data of {recipe.name}")
    raw, labels = out_of_fold(recipe, data, cue_chances), data.labels[data.own]
    temperature, shift = calibration(raw[data.own], labels)
    chances = calibrated(np.log(raw + SMALLEST), temperature, shift)
    forced = out_of_fold(recipe, data, tree_chances) if recipe.trees else chances
    weights = forced_weights(forced, data.labels)
    trusted = [recipe.trusted[label] for label in recipe.labels]
    arrays = {
        "labels": np.array(recipe.labels),
        **cue_arrays(recipe, data),
        "temperature": np.array(temperature),
        "shift": shift,
        "weights": weights,
        "thresholds": thresholds(chances[data.own], labels, trusted),
        **(tree_arrays(boosted(recipe, data)) if recipe.trees else {}),
    }
    return arrays, chances, forced * weights


def calibration(raw: Vector, labels: Numbers) -> tuple[float, Vector]:
    """Return the temperature and the shift of each label that give `raw` probabilities the least log loss.

    Every label counts the same, however often it occurs: a probability says what the text tells, not what
    is usual in the data.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    logs, shares = np.log(raw + SMALLEST), weighed(labels)

    def loss(values: Vector) -> float:
        chances = calibrated(logs, float(np.exp(values[0])), np.concatenate([[0.0], values[1:]]))
        return float(-(shares * np.log(chances[np.arange(len(labels)), labels] + SMALLEST)).sum())

    found = minimize(loss, np.zeros(raw.shape[1]), method="BFGS").x.round(4)
    return float(np.exp(found[0]).round(4)), np.concatenate([[0.0], found[1:]])


def forced_weights(chances: Vector, labels: Numbers) -> Vector:
    """Return each label's share of the rows, to the power that makes the forced choice best in macro-F1."""
    from sklearn.metrics import f1_score  # noqa: PLC0415 - slow to import

    share = np.bincount(labels, minlength=chances.shape[1]) / len(labels)
    tried = {power: (share + SMALLEST) ** power for power in np.arange(-1, 1.05, 0.1).round(1)}
    scores = {
        power: f1_score(labels, (chances * weights).argmax(axis=1), average="macro", zero_division=0.0)
        for power, weights in tried.items()
    }
    return tried[max(scores, key=lambda power: (scores[power], -abs(power)))]


def thresholds(chances: Vector, labels: Numbers, trusted: Sequence[float]) -> Vector:
    """Return for each label the lowest probability from which it is right as often as `trusted` asks.

    Right if all labels were equally common. A label that never is, over FEWEST_SPOKEN rows or more, gets 2:
    it is never spoken.
    """
    best, top, shares = chances.argmax(axis=1), chances.max(axis=1), weighed(labels)
    found = []
    for label, share in enumerate(trusted):
        said = best == label
        found.append(_threshold(top[said], labels[said] == label, shares[said], share))
    return np.array(found)


def _threshold(top: Vector, right: Flags, shares: Vector, trusted: float) -> float:
    order = np.argsort(-top, kind="stable")
    share = np.cumsum((shares * right)[order]) / np.cumsum(shares[order])
    falls = np.diff(top[order], append=-1.0) < 0  # equal probabilities are spoken together or not at all
    good = np.flatnonzero((share >= trusted) & falls)
    return float(top[order][good[-1]]) if len(good) and good[-1] + 1 >= FEWEST_SPOKEN else 2.0


# --- measuring and writing


def run(recipe: Recipe, folder: Path, read: Callable[[Path, str], Data], out: Path) -> dict[str, Any]:
    """Train on the train part that `read` gives, measure, write to `out`; return the manifest entry.

    Measured on replies (not retweets) out of fold, from another place, on the development part, and for a
    model that has learnt from the other place alone.
    """
    data, dev, reddit = read(folder, "train"), read(folder, "dev"), elsewhere(recipe, folder)
    arrays, chances, forced = train(recipe, data)
    own = data.own
    parts = {
        "Out of fold": assessed(recipe, arrays, data[own], chances[own], forced[own]),
        "Elsewhere: Reddit Trump": applied(recipe, arrays, reddit),
        "RumourEval 2019, development part": applied(recipe, arrays, dev[dev.own]),
        "Learnt on Reddit Trump alone, measured on RumourEval": crossed(recipe, arrays, reddit, data[own]),
    }
    return save(recipe, arrays, measured(recipe, parts), out)


def elsewhere(recipe: Recipe, folder: Path) -> Data:
    """Return replies on Reddit to comments about Trump, which the models do not learn from."""
    parts = [
        examples_of(recipe.name, folder, f"reply_relation/reddit_trump_{part}.jsonl")
        for part in ("train", "val")
    ]
    return together(*(table(recipe, part, part.contexts) for part in parts))


def applied(recipe: Recipe, arrays: Arrays, data: Data) -> dict[str, Any]:
    """Return the figures of a trained model on data that it has not seen."""
    chances = probabilities(arrays, *_cue_rows(recipe, data))
    forced = tree_probabilities(arrays, data.rows) if recipe.trees else chances
    return assessed(recipe, arrays, data, chances, forced * arrays["weights"])


def crossed(recipe: Recipe, arrays: Arrays, train: Data, test: Data) -> dict[str, Any]:
    """Return how right the cues are by weights, learnt on `train` only, at the thresholds of `arrays`.

    Only labels that both have are kept.
    """
    kept = [k for k in range(len(recipe.labels)) if k in train.labels and k in test.labels]
    names = tuple(recipe.labels[k] for k in kept)
    small = replace(recipe, labels=names, speaks_for={name: recipe.speaks_for[name] for name in names})
    train, test = (_relabelled(part, kept) for part in (train, test))
    raw = cue_chances(small, train, test)
    chances = calibrated(np.log(raw + SMALLEST), float(arrays["temperature"]), np.zeros(len(kept)))
    limits = {"labels": np.array(names), "thresholds": arrays["thresholds"][kept]}
    return assessed(small, limits, test, chances, chances)


def _relabelled(data: Data, kept: Sequence[int]) -> Data:
    data = data[np.isin(data.labels, kept)]
    return replace(data, labels=np.searchsorted(kept, data.labels))


def assessed(recipe: Recipe, arrays: Arrays, data: Data, chances: Vector, forced: Vector) -> dict[str, Any]:
    """Return the figures of `assess` for the rows of a table."""
    return assess(chances, forced, [recipe.labels[label] for label in data.labels], arrays)


def measured(recipe: Recipe, parts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of each part; the model's one sentence speaks of the first two."""
    first, second = list(parts.values())[:2]
    spoken = {
        "accuracy": first["even"]["speaking"]["accuracy"],
        "accuracy_elsewhere": second["even"]["speaking"]["accuracy"],
        "chance": first["even"]["chance"],
        "chance_elsewhere": second["even"]["chance"],
        "coverage": first["coverage"],
        "never": [label for label in recipe.labels if label not in first["speaking"]["per_label"]],
    }
    return {"speaking": _rounded(spoken), "sets": _rounded(parts)}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def save(recipe: Recipe, arrays: Arrays, figures: dict[str, Any], out: Path) -> dict[str, Any]:
    """Write weights, card and manifest entry to the folder `out`; return the entry. No date is written."""
    import sklearn  # noqa: PLC0415 - slow to import

    out.mkdir(parents=True, exist_ok=True)
    weights = out / f"{recipe.name}.npz"
    np.savez(weights, allow_pickle=False, **dict(arrays))
    entry = {
        "name": recipe.name,
        "version": recipe.version,
        "file": weights.name,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "data": list(recipe.data),
        "licence": recipe.licence,
        "trained_with": f"scikit-learn {sklearn.__version__}",
        "measured": figures,
    }
    manifest = out / MANIFEST
    others = orjson.loads(manifest.read_bytes())["models"] if manifest.exists() else []
    models = sorted([entry, *(o for o in others if o["name"] != recipe.name)], key=lambda item: item["name"])
    manifest.write_bytes(orjson.dumps({"models": models}, option=orjson.OPT_INDENT_2) + b"\n")
    (out / f"{recipe.name}.md").write_text(card(recipe, entry), "utf-8")
    return entry


def card(recipe: Recipe, entry: dict[str, Any]) -> str:
    """Return the card of a model as Markdown: data, licence, how right it is, what it is not for."""
    known = card_of(entry)
    asked = ", ".join(f"{label} {share:.0%}" for label, share in recipe.trusted.items())
    parts = [
        f"# {recipe.name}@{recipe.version}",
        recipe.purpose,
        "## Data and licence",
        "\n".join(f"- {item}" for item in recipe.data),
        f"Licence of the weights: {recipe.licence}. Trained with {entry['trained_with']}.",
        "## What a probability means",
        "Probabilities assume that the labels are equally common. They say what the words of a comment tell, "
        "not what is usual in the data, where most replies take no side. Where a label is rarer than the "
        "others, fewer of the comments said to have it have it: the tables give both.",
        "## How right it is",
        "The first table is out of fold: no comment was judged by a model that saw its group. Thresholds of "
        "abstention were chosen on it, for each label the lowest from which it is right often enough, were "
        f"labels equally common ({asked}), over at least {FEWEST_SPOKEN} comments; a label for which there "
        "is none is never spoken. The other tables were only measured on. Retweets and repeats of the parent "
        "are left out. The last table says how far the cues carry from one place to another: its model has "
        "learnt from the other data alone.",
        f"In sum: {known.sentence}",
        *(_figures(name, figures) for name, figures in entry["measured"]["sets"].items()),
        "## Not for",
        "\n".join(f"- {item}" for item in recipe.not_for),
    ]
    return "\n\n".join(parts) + "\n"


def _figures(name: str, figures: dict[str, Any]) -> str:
    spoken, even_, likely = figures["speaking"], figures["even"], figures["most_likely"]
    lines = [
        f"### {name}, n = {figures['n']}",
        "",
        "| label | n | said | right when said, labels equally common | right when said, as common as here |",
        "|---|---|---|---|---|",
    ]
    for label in dict.fromkeys([*figures["per_class"], *spoken["per_label"]]):
        said = spoken["per_label"].get(label, {"n": 0, "precision": None})
        fair = even_["speaking"]["per_label"].get(label, {"precision": None})
        lines.append(
            f"| {label} | {figures['per_class'].get(label, {'n': 0})['n']} | {said['n']} "
            f"| {_share(fair['precision'])} | {_share(said['precision'])} |"
        )
    lines += [
        "",
        f"It speaks on {figures['coverage']:.1%}, and is right there {_share(even_['speaking']['accuracy'])} "
        f"of the time, were labels equally common (by chance {even_['chance']:.2f}), and "
        f"{_share(spoken['accuracy'])} as common as here. Likeliest label, never silent: balanced accuracy "
        f"{likely['balanced_accuracy']:.3f}, macro-F1 {likely['macro_f1']:.3f}. Forced choice that knows how "
        f"common labels are in the training data: macro-F1 {figures['macro_f1']:.3f}, accuracy "
        f"{figures['accuracy']:.3f}. Calibration error, labels equally common: "
        f"{even_['calibration_error']:.3f}, where a perfect model shows {even_['calibration_floor']:.3f}.",
    ]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def arguments(description: str) -> argparse.Namespace:
    """Return the arguments that every training script takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="Folder of labelled data.")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="Where the weights go.")
    parser.add_argument(
        "--compare", action="store_true", help="Print what further data would bring; write nothing."
    )
    return parser.parse_args()
