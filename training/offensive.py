"""Train the offensive-language ranking: `btl train offensive --data FOLDER --out FOLDER`."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import scipy

from threads.errors import InputError
from threads.scores.classifier import Vector
from threads.scores.evaluate import assess
from threads.scores.labels import task
from threads.scores.offensive_model import HEADS, SHORTENING, TYPES, OffensiveModel, sigmoid, two_columns
from threads.scores.offensive_text import Words, frames, pair_feature, read, tokens, word, word_features
from threads.scores.text import sentences
from training.common import Flags, forced_weights
from training.offensive_suite import measure as suite
from training.offensive_suite import rows
from training.output import About, in_memory, save

Numbers = npt.NDArray[np.intp]
GROUPS: Final = (
    ("women", "a woman"),
    ("gay people", "a gay man"),
    ("trans people", "a trans person"),
    ("Muslims", "a Muslim"),
    ("Jews", "a Jew"),
    ("black people", "a black man"),
    ("immigrants", "an immigrant"),
    ("disabled people", "a disabled woman"),
    ("Mexicans", "a Mexican"),
    ("Christians", "a Christian"),
)
LABELS: Final = task("offensive").labels
FILES: Final = {
    "New York Times": "nytEditorialSnippets_GroundTruth.txt",
    "Amazon": "amazonReviewSnippets_GroundTruth.txt",
    "films": "movieReviewSnippets_GroundTruth.txt",
    "other tweets": "tweets_GroundTruth.txt",
}
SHARES: Final = {
    "Davidson": 1.0,
    "Civil": 1.0,
    "Civil sentences": 1.0,
    "New York Times": 0.4,
    "Amazon": 0.4,
    "films": 0.4,
    "other tweets": 0.5,
    "written attacks": 0.5,
    "written clean": 1.6,
}
"""How much each source weighs, whatever its number of rows."""


SPARING: Final = 2e-5  # how strongly great weights are held back
SCALE: Final = {"pair": 3.0, "severity": 5.0, "class": 1.5, "frame": 4.0}
"""The greater, the less a kind of feature is held back; 1 where not given."""
VULGAR: Final = 1.0  # severity in the word list
FEWEST: Final = 5  # sentences that a feature must stand in
SMALLEST: Final = 0.01  # features that weigh less for every head are left out
STEPS: Final = 50
ALPHA: Final = 0.8  # 0 adds sentences up, 1 takes their mean, before the logarithm
FOLDS: Final = 3
PARAGRAPH: Final = 4  # sentences


SURE: Final = 0.7  # probability from which a label is said
TWEETS: Final = "The tweets of Davidson et al."
NEWS: Final = "News comments and newspaper sentences"
NEWS_ALONE: Final = "News comments alone, out of fold"
LEFT_OUT: Final = {
    TWEETS: ("Davidson",),
    NEWS: ("Civil", "Civil sentences", "New York Times"),
}
OWN_SENTENCES: Final = "Sentences written for this project"
HOW: Final = (
    "Words (read behind disguised spellings by the word list of this project), their severity in that list, "
    "pairs of neighbours and frames have weights: a frame is a group or the reader named beside a word that "
    "attacks, with or without denial, wish or report. Weights of a sentence add up and are divided by the "
    "root of its number of words; sentences are put together by a smooth maximum. So every probability "
    "can be taken apart into words. Frames are also taught by short sentences written for this project "
    "(`training/offensive_templates.txt`). Probabilities follow the frequencies of comments and clean "
    "texts out of fold, of which about half are offensive: where fewer are, so are those that are right."
)
ABOUT: Final = About(
    name="offensive",
    version="1",
    purpose="Offensive-language ranking: puts comments in order by how likely readers find their language "
    "offensive, and marks the words that carry it. A linear model; it ranks, it does not understand.",
    data=(
        "Tweets of Davidson, Warmsley, Macy, Weber (2017), MIT; their labels hate and offensive are one here",
        "Toxic Spans of Civil Comments (Pavlopoulos et al. 2022; Borkan, Dixon, Sorensen, Thain, Vasserman "
        "2019), CC0; the share of annotators is the label",
        "Sentences of New York Times editorials, Amazon and film reviews, and tweets without a vulgar word, "
        "from VADER's ground truth (Hutto & Gilbert 2014), MIT; taken as clean",
        "Sentences written for this project, MIT",
    ),
    licence="MIT",
    trained_with=f"scipy {scipy.__version__}",
    says="",
    not_for=(
        "Removing or hiding a comment without a person's decision.",
        "Judging a person, a group of people, or who talks how.",
        "Telling hatred from anger, quotation, irony or friendly swearing: it sees words.",
        "Finding attacks in polite words: it misses them.",
        "Other languages than English, dialects and slang that the data do not know; in the tweets, words of "
        "African American English are labelled offensive more often than they should be (Sap et al. 2019).",
    ),
    notes={},
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts with their sources, and how offensive each is, texts × HEADS in 0 … 1; NaN where not known.

    Texts of one group are parts of one comment or article, and are not split between folds.
    """

    texts: list[str]
    sources: npt.NDArray[np.str_]
    targets: Vector
    groups: npt.NDArray[np.intp]


def read_rows(folder: Path) -> Rows:
    """Return all labelled texts; InputError names a file that cannot be read."""
    found: list[tuple[str, str, Sequence[float], int]] = []
    for group, (source, texts) in enumerate(sourced(folder)):
        for number, (text, targets) in enumerate(texts):
            part = source + " sentences" * (source == "Civil" and number > 0)
            found.append((part, html.unescape(text), targets, group))
    sources, written, shares, groups = zip(*found, strict=True)
    return Rows(list(written), np.array(sources), np.array(shares), np.array(groups))


def sourced(folder: Path) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Yield groups of texts with their source; in a group, a whole comment or paragraph comes first."""
    for row in lines(folder / "offensive" / "davidson.jsonl"):
        yield "Davidson", [(row["text"], [float(row["label"] != "neither"), *[np.nan] * len(TYPES)])]
    for row in lines(folder / "offensive" / "civil_comments_spans.jsonl"):
        yield "Civil", civil(row)
    for source, file in FILES.items():
        said = [line.split("\t")[2] for line in file_text(folder / "sentiment" / file).splitlines()]
        said = list(filter(is_clean, said)) if source == "other tweets" else said
        for start in range(0, len(said), PARAGRAPH):
            part = said[start : start + PARAGRAPH]
            yield source, [(text, [0.0] * len(HEADS)) for text in (" ".join(part), *part)]
    for kind, text in rows("offensive_templates.txt", GROUPS):
        # Harmless profanity is profane, and clean.
        targets = [float(kind not in ("clean", "profanity")), *(float(kind == name) for name in TYPES)]
        yield "written attacks" if targets[0] else "written clean", [(text, targets)]


def is_clean(text: str) -> bool:
    """Return whether a text holds no vulgar or worse word of the word list."""
    found = (word(token) for token in tokens(html.unescape(text)))
    return all(item is None or item.severity < VULGAR for item in found)


def civil(row: Mapping[str, Any]) -> list[tuple[str, Sequence[float]]]:
    """Return a comment of Civil Comments and its sentences with the share of annotators for each head."""
    text, annotators = row["text"], row["annotators"]
    votes = [(s["start"], s["end"], head_of(s["type"]), s["votes"]) for s in row["spans"]]

    def shares(start: int, end: int) -> list[float]:
        most = [0] * len(HEADS)
        for first, last, kind, count in votes:
            if first < end and last > start and last <= len(text) + 1:  # some spans lie beyond the text
                most[0], most[kind] = max(most[0], count), max(most[kind], count)
        return [min(1.0, count / annotators) for count in most]

    whole = [1 - row["not_toxic"] / annotators, *shares(0, len(text))[1:]]
    parts = sentences(text) if votes else []
    if len(parts) < 2:
        return [(text, whole)]
    return [(text, whole), *((text[start:end], shares(start, end)) for start, end in parts)]


def head_of(kind: str) -> int:
    """Return the place in HEADS of a type of spans, 0 for one that is not there; some names are cut short."""
    known = ("", "Insult", "Threat", "Identity based Attack", "Profane/Obscene")
    return next((place for place, name in enumerate(known) if place and name.startswith(kind)), 0)


def file_text(path: Path) -> str:
    """Return the text of a file; InputError where it cannot be read."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=str(path)) from error


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of JSON lines."""
    yield from map(orjson.loads, file_text(path).splitlines())


# --- texts as numbers


@dataclass(frozen=True, slots=True)
class Table:
    """Sentences × features (sparse, divided by the root of the sentence's words), each sentence's text."""

    matrix: Any
    text: npt.NDArray[np.intp]
    names: npt.NDArray[np.str_]

    def of(self, chosen: npt.NDArray[np.bool_]) -> Table:
        """Return the sentences of the chosen texts, texts numbered anew."""
        kept = np.flatnonzero(chosen[self.text])
        return Table(self.matrix[kept], (np.cumsum(chosen) - 1)[self.text[kept]], self.names)


def table(texts: Sequence[str]) -> Table:
    """Return texts as numbers, as OffensiveModel reads them; a text without words gets an empty sentence."""
    from scipy import sparse  # noqa: PLC0415 - slow to import

    known, names = Words(), _Names()
    reading = read([tokens(text) or ["."] for text in texts], known)
    count = len(reading.lengths)
    of_words = _counts([[names[n] for n in word_features(w)] if w else [] for w in known.words])
    occurs = _ones(reading.sentence, reading.words, (count, len(known.words)))
    forms = [w.form if w else "" for w in known.words]
    pairs = [
        names[pair_feature(forms[first], forms[second])]
        for first, second in zip(reading.words[reading.pairs], reading.words[reading.pairs + 1], strict=True)
    ]
    framed = [[names[frame.name] for frame in frames(int(classes))] for classes in reading.classes]
    shape = (count, len(names))
    of_words.resize(len(known.words), len(names))
    matrix = occurs @ of_words + _ones(reading.sentence[reading.pairs], pairs, shape) + _counts(framed, shape)
    shortened = sparse.diags(np.maximum(reading.lengths, 1.0) ** -SHORTENING)
    return Table((shortened @ matrix).tocsr().astype(np.float32), reading.text, np.array(list(names)))


class _Names(dict[str, int]):
    """Numbers for names, given when they are first asked for."""

    def __missing__(self, name: str) -> int:
        return self.setdefault(name, len(self))


def _ones(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    from scipy import sparse  # noqa: PLC0415 - slow to import

    return sparse.csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), shape=shape)


def _counts(lists: Sequence[Sequence[int]], shape: tuple[int, int] | None = None) -> Any:
    rows = np.repeat(np.arange(len(lists)), [len(item) for item in lists])
    columns = np.array([column for item in lists for column in item], dtype=np.intp)
    return _ones(rows, columns, shape or (len(lists), int(columns.max(initial=-1)) + 1))


# --- fitting


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt: weights, features × HEADS, and a bias for each head."""

    weights: Vector
    bias: Vector

    def odds(self, data: Table, texts: int) -> Vector:
        """Return the log odds of texts before calibration, texts × HEADS."""
        found = np.tile(self.bias, (texts, 1))
        there, starts, counts = _texts_of(data)
        found[there] = pooled(data.matrix @ self.weights + self.bias, starts, counts)[0]
        return found


def source_weights(data: Rows) -> Vector:
    """Return weights, texts × HEADS; each source sums up to its share, unknown targets weigh nothing."""
    found = np.zeros(data.targets.shape)
    for source, share in SHARES.items():
        own = (data.sources == source)[:, None] & ~np.isnan(data.targets)
        found += own * (share / np.maximum(own.sum(axis=0), 1))
    return np.asarray(found / found.sum(axis=0))


def fit(data: Table, targets: Vector, weights: Vector) -> Fitted:
    """Return weights of least weighted log loss after STEPS of L-BFGS, great ones held back.

    A text's log odds are the log-sum-exp over its sentences less ALPHA times the logarithm of their number.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    there, starts, counts = _texts_of(data)
    targets, weights = np.nan_to_num(targets[there]), weights[there]
    turned, heads = data.matrix.T.tocsr(), targets.shape[1]

    def loss(values: Vector) -> tuple[float, Vector]:
        own, bias = values[:-heads].reshape(-1, heads), values[-heads:]
        odds, shares = pooled(data.matrix @ own.astype(np.float32) + bias, starts, counts)
        total = (weights * (np.logaddexp(0, odds) - targets * odds)).sum() + SPARING * (own**2).sum()
        slopes = np.repeat(weights * (1 / (1 + np.exp(-odds)) - targets), counts, axis=0) * shares
        gradient = turned @ slopes.astype(np.float32) + 2 * SPARING * own
        return float(total), np.append(gradient.ravel(), slopes.sum(axis=0))

    start = np.zeros((data.matrix.shape[1] + 1) * heads)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return Fitted(found[:-heads].reshape(-1, heads), found[-heads:])


def pooled(sums: Vector, starts: Numbers, counts: Numbers) -> tuple[Vector, Vector]:
    """Return the log odds of texts from the sums of their sentences, and each sentence's share in them."""
    most = np.maximum.reduceat(sums, starts)
    exponentials = np.exp(sums - np.repeat(most, counts, axis=0))
    totals = np.add.reduceat(exponentials, starts)
    odds = most + np.log(totals) - ALPHA * np.log(counts)[:, None]
    return odds, exponentials / np.repeat(totals, counts, axis=0)


def _texts_of(data: Table) -> tuple[Any, Any, Any]:
    """Return the texts that have sentences, where each one's sentences start, and how many they are."""
    there, starts = np.unique(data.text, return_index=True)
    return there, starts, np.diff(np.append(starts, len(data.text)))


def learnable(data: Table) -> Table:
    """Return a table with the features that stand in at least FEWEST sentences, scaled as SCALE says."""
    from scipy import sparse  # noqa: PLC0415 - slow to import

    kept = np.flatnonzero(np.bincount(data.matrix.indices, minlength=len(data.names)) >= FEWEST)
    names = data.names[kept]
    return Table((data.matrix[:, kept] @ sparse.diags(scales(names))).tocsr(), data.text, names)


def scales(names: npt.NDArray[np.str_]) -> npt.NDArray[np.float32]:
    """Return what each feature was multiplied by."""
    return np.array([SCALE.get(name.split(" ")[0], 1.0) for name in names], dtype=np.float32)


def folds(groups: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return each text's fold; texts of a group share theirs."""
    drawn = np.random.default_rng(0).permutation(int(groups.max()) + 1)
    return np.asarray(drawn[groups] % FOLDS)


def out_of_fold(data: Table, known: Rows, weights: Vector) -> Vector:
    """Return log odds for each text from weights learnt without its group, texts × HEADS."""
    own, found = folds(known.groups), np.zeros(known.targets.shape)
    for fold in range(FOLDS):
        learnt = fit(data.of(own != fold), known.targets[own != fold], weights[own != fold])
        found[own == fold] = learnt.odds(data.of(own == fold), int((own == fold).sum()))
    return found


def platt(odds: Vector, targets: Vector) -> tuple[float, float]:
    """Return slope and shift of the odds that give the least log loss (Platt 1999)."""
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    def loss(values: Vector) -> float:
        moved = values[0] * odds + values[1]
        return float((np.logaddexp(0, moved) - targets * moved).mean())

    slope, shift = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x.round(4)
    return float(slope), float(shift)


# --- the model


def main(data: Path, out: Path) -> dict[str, Any]:
    """Train, measure and write the model; return its manifest entry."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - slow to import

    with threadpool_limits(1):
        rows_ = read_rows(data)
        matrix, weights = learnable(table(rows_.texts)), source_weights(rows_)
        held_out = HeldOut(
            rows_, out_of_fold(matrix, rows_, weights), elsewhere(matrix, rows_, weights[:, :1])
        )
        arrays = {**learnt(matrix, rows_, weights), **scaled(held_out)}
        model = OffensiveModel(in_memory(ABOUT, arrays))
        measured = {**held_out.assessed(model), OWN_SENTENCES: suite(model)}
        about = replace(ABOUT, says=sentence(measured), notes=notes(measured))
        return save(about, arrays, measured, out)


def learnt(matrix: Table, data: Rows, weights: Vector) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the model, all but calibration."""
    found = fit(matrix, data.targets, weights)
    own = found.weights * scales(matrix.names)[:, None]
    kept = np.abs(own).max(axis=1) >= SMALLEST
    return {
        "labels": np.array(LABELS),
        "heads": np.array(HEADS),
        "features": np.frombuffer("\n".join(matrix.names[kept]).encode(), dtype=np.uint8),
        "feature_weights": own[kept].astype(np.float16),
        "bias": found.bias.round(4),
        "alpha": np.array(ALPHA),
        "thresholds": np.full(2, SURE),
    }


def elsewhere(matrix: Table, data: Rows, weights: Vector) -> dict[str, tuple[Flags, Vector]]:
    """Return for each of LEFT_OUT its texts, and their log odds from weights that have seen nothing of it."""
    found = {}
    for name, left_out in LEFT_OUT.items():
        own = np.isin(data.sources, left_out)
        other = fit(matrix.of(~own), data.targets[~own, :1], weights[~own])
        odds = np.zeros(len(own))
        odds[own] = other.odds(matrix.of(own), int(own.sum()))[:, 0]
        found[name] = own, odds
    return found


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Log odds before calibration for texts not learnt from: out of fold, and with their source left out."""

    data: Rows
    folds: Vector
    elsewhere: Mapping[str, tuple[Flags, Vector]]

    def parts(self) -> dict[str, tuple[Vector, npt.NDArray[np.intp]]]:
        """Return by name the log odds of whole texts, and 0 for offensive (as most annotators say) or 1."""
        whole = ~np.isin(self.data.sources, ["Civil sentences", "written attacks", "written clean"])
        clean = np.where(self.data.targets[:, 0] >= 0.5, 0, 1)
        news = self.data.sources == "Civil"
        found = {
            "Out of fold": (self.folds[whole, 0], clean[whole]),
            NEWS_ALONE: (self.folds[news, 0], clean[news]),
        }
        for name, (own, odds) in self.elsewhere.items():
            found[f"{name}, of which it had learnt nothing"] = odds[whole & own], clean[whole & own]
        return found

    def assessed(self, model: OffensiveModel) -> dict[str, dict[str, Any]]:
        """Return the figures of each part."""
        return {
            name: assess(model.calibrated(odds), [LABELS[label] for label in clean], model)
            for name, (odds, clean) in self.parts().items()
        }


def scaled(held_out: HeldOut) -> dict[str, npt.NDArray[Any]]:
    """Return calibration and forced choice, both out of fold; types follow the shares of annotators."""
    odds, clean = held_out.parts()["Out of fold"]
    found = [platt(odds, np.asarray(1.0 - clean, dtype=np.float64))]
    for head in range(1, len(HEADS)):
        known = ~np.isnan(held_out.data.targets[:, head])
        found.append(platt(held_out.folds[known, head], held_out.data.targets[known, head]))
    slope, shift = np.array(found).T
    offensive = sigmoid(slope[0] * odds + shift[0])
    return {"slope": slope, "shift": shift, "weights": forced_weights(two_columns(offensive), clean)}


def sentence(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how right the model is, for readers."""
    own, suite_ = measured["Out of fold"], measured[OWN_SENTENCES]
    news, tweets = (measured[f"{name}, of which it had learnt nothing"]["auc"] for name in (NEWS, TWEETS))
    return (
        f"Ranks an offensive text above a clean one {own['auc']:.0%} of the time on texts like those it "
        f"learnt from, {measured[NEWS_ALONE]['auc']:.0%} among disputed news comments, {news:.0%} on news "
        f"and {tweets:.0%} on tweets it had seen nothing of. Takes {suite_['flagged_mentions']:.0%} of "
        "harmless lines on groups for offensive."
    )


def notes(measured: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the sections of the card that say how it works and what it makes of groups."""
    found = measured[OWN_SENTENCES]
    rows_ = [f"| {name} | {row['n']} | {row['right']:.0%} |" for name, row in found["by_function"].items()]
    return {
        "How it judges": HOW,
        "Sentences about groups": f"Of sentences that name a group neutrally or kindly "
        f"{found['flagged_mentions']:.0%} are shown as likely offensive (.5 or more): groups are named "
        "beside attacks in the data. By forced choice, and by what the sentences of "
        "`training/offensive_suite.txt` are:\n\n"
        "| sentences | n | judged right |\n|---|---|---|\n" + "\n".join(rows_),
    }
