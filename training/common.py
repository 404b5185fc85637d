"""Training of boosted trees on hand-made features: group folds, calibration, abstention, arrays, card."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from threads.errors import InputError
from threads.models import MANIFEST, card_of
from threads.models.trees import Arrays, calibrated, probabilities
from threads.scores.cues import FEATURES, feature_matrix, words
from threads.scores.evaluate import Examples, assess, read_examples
from threads.scores.pair_model import Judgement

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

FOLDS: Final = 5
FEWEST_SPOKEN: Final = 50  # rows that a threshold must rest on
WITHIN: Final = 97.5  # percentile of words; a longer comment is out of what was measured
SMALLEST: Final = 1e-9


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
    features: tuple[str, ...] = FEATURES
    boosting: dict[str, Any] = field(
        default_factory=lambda: {
            "n_estimators": 100,
            "learning_rate": 0.06,
            "max_depth": 3,
            "min_samples_leaf": 20,
            "subsample": 0.5,
            "max_features": 0.3,
            "random_state": 0,
        }
    )


@dataclass(frozen=True, slots=True)
class Data:
    """Rows × features, words a row, each row's label as a number, and the group that folds must not split."""

    rows: Vector
    words: Vector
    labels: Numbers
    groups: npt.NDArray[np.str_]


def table(recipe: Recipe, examples: Examples, groups: Sequence[str]) -> Data:
    """Return examples as numbers, each with the group given for it."""
    columns = [FEATURES.index(feature) for feature in recipe.features]
    rows = feature_matrix(examples.texts, examples.contexts)
    labels = np.array([recipe.labels.index(label) for label in examples.labels])
    return Data(rows[:, columns], words(rows), labels, np.array(groups))


def examples_of(name: str, folder: Path, file: str) -> Examples:
    """Return labelled rows; InputError where there are none."""
    examples = read_examples(name, folder / file)
    if not examples.texts:
        raise InputError("holds no row to train on", source=str(folder / file))
    return examples


def boosted(recipe: Recipe, rows: Vector, labels: Numbers) -> Any:
    """Return fitted gradient-boosted trees (Friedman 2001); the same rows give the same trees."""
    from sklearn.ensemble import GradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - slow to import

    with threadpool_limits(1):
        return GradientBoostingClassifier(**recipe.boosting).fit(rows.astype(np.float32), labels)


def out_of_fold(recipe: Recipe, data: Data, extra: Data | None = None) -> Vector:
    """Return probabilities for each row from trees that saw no row of its group; `extra` rows only train."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - slow to import

    found = np.zeros((len(data.labels), len(recipe.labels)))
    folds = GroupKFold(min(FOLDS, len(set(data.groups))))
    for train, test in folds.split(data.rows, data.labels, data.groups):
        rows, labels = data.rows[train], data.labels[train]
        if extra is not None:
            rows, labels = np.vstack([rows, extra.rows]), np.concatenate([labels, extra.labels])
        model = boosted(recipe, rows, labels)
        found[np.ix_(test, model.classes_)] = model.predict_proba(data.rows[test].astype(np.float32))
    return found


def log_loss(chances: Vector, labels: Numbers) -> float:
    """Return the mean negative logarithm of the probability given to the true label, in nats."""
    return float(-np.log(chances[np.arange(len(labels)), labels] + SMALLEST).mean())


def train(recipe: Recipe, data: Data) -> tuple[dict[str, npt.NDArray[Any]], Vector]:
    """Return the arrays of the model, and the calibrated out-of-fold probabilities that they rest on.

    InputError where a label of the recipe does not occur, or all rows are one group.
    """
    absent = set(range(len(recipe.labels))) - set(data.labels.tolist())
    if absent or len(set(data.groups)) < 2:
        problem = f"no row is labelled {recipe.labels[min(absent)]}" if absent else "all rows are one group"
        raise InputError(problem, source=f"the training data of {recipe.name}")
    raw = out_of_fold(recipe, data)
    temperature, shift = calibration(raw, data.labels)
    chances = calibrated(np.log(raw + SMALLEST), temperature, shift)
    most_words = int(np.percentile(data.words, WITHIN))
    usual = data.words <= most_words
    trusted = [recipe.trusted[label] for label in recipe.labels]
    arrays = {
        "labels": np.array(recipe.labels),
        "features": np.array(recipe.features),
        **tree_arrays(boosted(recipe, data.rows, data.labels)),
        "temperature": np.array(temperature),
        "shift": shift,
        "weights": forced_weights(chances, data.labels),
        "thresholds": thresholds(chances[usual], data.labels[usual], trusted),
        "most_words": np.array(most_words),
    }
    return arrays, chances


def calibration(raw: Vector, labels: Numbers) -> tuple[float, Vector]:
    """Return the temperature and the shift of each label that give `raw` probabilities the least log loss."""
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    logs = np.log(raw + SMALLEST)

    def loss(values: Vector) -> float:
        chances = calibrated(logs, float(np.exp(values[0])), np.concatenate([[0.0], values[1:]]))
        return log_loss(chances, labels)

    found = minimize(loss, np.zeros(raw.shape[1]), method="BFGS").x.round(4)
    return float(np.exp(found[0]).round(4)), np.concatenate([[0.0], found[1:]])


def forced_weights(chances: Vector, labels: Numbers) -> Vector:
    """Return each label's rarity, to the power that makes the forced choice best in macro-F1."""
    from sklearn.metrics import f1_score  # noqa: PLC0415 - slow to import

    share = np.bincount(labels, minlength=chances.shape[1]) / len(labels)
    tried = {power: (share + SMALLEST) ** -power for power in np.arange(0, 1.05, 0.1).round(1)}
    scores = {
        power: f1_score(labels, (chances * weights).argmax(axis=1), average="macro", zero_division=0.0)
        for power, weights in tried.items()
    }
    return tried[max(scores, key=lambda power: (scores[power], -power))]


def thresholds(chances: Vector, labels: Numbers, trusted: Sequence[float]) -> Vector:
    """Return for each label the lowest probability from which it is right as often as `trusted` asks.

    A label that never is, over FEWEST_SPOKEN rows or more, gets 2: it is never spoken.
    """
    best, top = chances.argmax(axis=1), chances.max(axis=1)
    return np.array(
        [_threshold(top[best == k], labels[best == k] == k, share) for k, share in enumerate(trusted)]
    )


def _threshold(top: Vector, right: npt.NDArray[np.bool_], trusted: float) -> float:
    order = np.argsort(-top, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = [place for place in range(FEWEST_SPOKEN - 1, len(order)) if share[place] >= trusted]
    return float(top[order][good[-1]]) if good else 2.0


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
        "initial": np.log(model.init_.class_prior_),
        "depth": np.array(max(tree.max_depth for tree in trees)),
        "tree_feature": feature,
        "tree_threshold": threshold,
        "tree_left": left,
        "tree_right": right,
        "tree_value": value,
    }


def run(recipe: Recipe, folder: Path, read: Callable[[Path, str], Data], out: Path) -> dict[str, Any]:
    """Train on the train part that `read` gives, measure, write to `out`; return the manifest entry.

    Measured out of fold, on replies from another place, and on the development part.
    """
    data, dev, reddit = read(folder, "train"), read(folder, "dev"), elsewhere(recipe, folder)
    arrays, chances = train(recipe, data)
    parts = {
        "Out of fold": (chances, data),
        "Elsewhere: Reddit Trump": (probabilities(arrays, reddit.rows), reddit),
        "RumourEval 2019, development part": (probabilities(arrays, dev.rows), dev),
    }
    return save(recipe, arrays, measured(recipe, arrays, parts), out)


def elsewhere(recipe: Recipe, folder: Path) -> Data:
    """Return replies on Reddit to posts about Trump, which nothing is trained on nor decided by."""
    parts = [
        examples_of(recipe.name, folder, f"reply_relation/reddit_trump_{part}.jsonl")
        for part in ("train", "val")
    ]
    both = Examples(
        texts=[text for part in parts for text in part.texts],
        contexts=[context for part in parts for context in part.contexts],
        labels=[label for part in parts for label in part.labels],
    )
    return table(recipe, both, both.contexts)


def measured(recipe: Recipe, arrays: Arrays, parts: Mapping[str, tuple[Vector, Data]]) -> dict[str, Any]:
    """Return the figures of `assess` for each part; the model's one sentence speaks of the first two."""
    sets = {
        name: assess(Judgement(chances, data.words), [recipe.labels[label] for label in data.labels], arrays)
        for name, (chances, data) in parts.items()
    }
    first, second = list(sets.values())[:2]
    spoken = {
        "accuracy": first["speaking"]["accuracy"],
        "accuracy_elsewhere": second["speaking"]["accuracy"],
        "coverage": first["coverage"],
        "most_words": int(arrays["most_words"]),
        "never": [label for label in recipe.labels if label not in first["speaking"]["per_label"]],
    }
    return {"speaking": _rounded(spoken), "sets": _rounded(sets)}


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
    parts = [
        f"# {recipe.name}@{recipe.version}",
        recipe.purpose,
        "## Data and licence",
        "\n".join(f"- {item}" for item in recipe.data),
        f"Licence of the weights: {recipe.licence}. Trained with {entry['trained_with']}.",
        "## How right it is",
        "The first table is out of fold: no comment was judged by trees that saw its group. Thresholds of "
        "abstention were chosen on it, for each label the lowest from which it is right often enough "
        f"({', '.join(f'{label} {share:.0%}' for label, share in recipe.trusted.items())}) over at least "
        f"{FEWEST_SPOKEN} comments; a label for which there is none is never spoken. A comment of more "
        f"than {known.most_words} words is always unclear: nearly all that was measured is shorter. The "
        "other tables were only measured on; the second, of another place, shows how little carries over.",
        f"In sum: {known.sentence}",
        *(_figures(name, figures) for name, figures in entry["measured"]["sets"].items()),
        "## Not for",
        "\n".join(f"- {item}" for item in recipe.not_for),
    ]
    return "\n\n".join(parts) + "\n"


def _figures(name: str, figures: dict[str, Any]) -> str:
    spoken, likely = figures["speaking"], figures["most_likely"]
    lines = [
        f"### {name}, n = {figures['n']}",
        "",
        "| label | n | precision | recall | F1 | said | right when said |",
        "|---|---|---|---|---|---|---|",
    ]
    for label, row in figures["per_class"].items():
        said = spoken["per_label"].get(label, {"n": 0, "precision": None})
        precision = "–" if said["precision"] is None else f"{said['precision']:.2f}"
        lines.append(
            f"| {label} | {row['n']} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} "
            f"| {said['n']} | {precision} |"
        )
    majority = max(row["n"] for row in figures["per_class"].values()) / figures["n"]
    right = "–" if spoken["accuracy"] is None else f"{spoken['accuracy']:.3f}"
    lines += [
        "",
        f"Forced choice (precision, recall, F1 above): macro-F1 {figures['macro_f1']:.3f}, accuracy "
        f"{figures['accuracy']:.3f}. Most likely label: macro-F1 {likely['macro_f1']:.3f}, accuracy "
        f"{likely['accuracy']:.3f}; always the commonest label: {majority:.3f}. Calibration error "
        f"{figures['calibration_error']:.3f}, where a perfect model shows {figures['calibration_floor']:.3f} "
        f"at this n. With abstention it speaks on {figures['coverage']:.1%}, and is right there {right} of "
        "the time.",
    ]
    return "\n".join(lines)


def arguments(description: str) -> argparse.Namespace:
    """Return the arguments that every training script takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="Folder of labelled data.")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="Where the weights go.")
    parser.add_argument(
        "--compare", action="store_true", help="Print what further data would bring; write nothing."
    )
    return parser.parse_args()
