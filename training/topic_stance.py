"""Train stance toward a target: `btl train topic_stance --data FOLDER --out threads/models`.

Writes two models: topic_relevance, from texts that anybody may use, and topic_stance, from Perspectrum, whose
share-alike licence its weights carry. The word vectors are those of the package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import sklearn

from threads.scores.classifier import Vector
from threads.scores.evaluate import assess
from threads.scores.topic_stance import leaning, relevance
from threads.scores.topic_stance.leaning import said, side_of
from threads.scores.topic_stance.model import LABELS, NEUTRAL, RELEVANCE, STANCE, TopicStance, together
from threads.scores.topic_stance.relevance import Relevance
from threads.scores.topic_stance.tokens import Reading
from threads.scores.topic_stance.vectors import WordVectors
from training.common import Numbers, forced_weights, numbered, out_of_fold, thresholds
from training.output import About, in_memory, save
from training.topic_texts import Pair, about_pairs, as_comments, claims, replies

FEWEST: Final = 3  # texts in which a word must occur to count
MEASURES_SCALE: Final = 0.3  # standard deviation of a measure, where the words of a text have length 1
STRENGTH: Final = 0.3  # inverse of the penalty: weak words are not believed, and carry over better
SIDES_RIGHT: Final = 0.75  # when said, out of fold
OFF_TOPIC_RIGHT: Final = 0.8
BY_TOPIC: Final = "Claims, out of fold: none that shares a perspective was seen"
BY_CLAIM: Final = "Claims, out of fold: the claim was not seen, though a perspective may have been"
AS_COMMENTS: Final = "Comments of perspectives and targets they are not about, out of fold"
REAL: Final = "Replies about Trump"
PERSPECTRUM: Final = "topic_stance/perspectrum_{}.jsonl"

MINILM: Final = "Word vectors from all-MiniLM-L6-v2, Apache 2.0 (see word_vectors.md)"
ABOUT_RELEVANCE: Final = About(
    name=RELEVANCE,
    version="1",
    purpose="Judges how much a comment is about a target, such as an article's title: logistic regression "
    "on how many of the target's words it takes up, the same or close ones, and how close it comes on the "
    "whole.",
    data=(
        MINILM,
        "Civil Comments, as in Toxic Spans (SemEval-2021 Task 5), CC0",
        "New York Times editorial snippets of VADER (Hutto & Gilbert 2014), MIT",
    ),
    licence="MIT; uses word vectors under Apache 2.0",
    trained_with=f"scikit-learn {sklearn.__version__}",
    says="",
    not_for=(
        "Removing a comment as off topic: one that answers another need not name the subject.",
        "Texts in other languages than English.",
    ),
    notes={
        "What it was taught": "A target is a phrase or a sentence of a text, and the text, or what is left "
        "of it without that sentence, is about the target; another text is not. Half the pairs are about "
        "their target, and probabilities follow that."
    },
)
ABOUT_STANCE: Final = About(
    name=STANCE,
    version="1",
    purpose="Judges which side a comment takes toward a target, such as an article's title, with no label on "
    "its topic: neutral as far as the comment is not about the target (topic_relevance), else a leaning from "
    "words of approval and disapproval, turned round where the target speaks against what it names.",
    data=(
        "Perspectrum (Chen, Khashabi, Yin, Callison-Burch, Roth: NAACL 2019), CC BY-SA 4.0; perspectives "
        "joined to comments, claims cut down to what they name",
        "VADER lexicon (Hutto & Gilbert 2014), MIT; read from the package vaderSentiment",
    ),
    licence="CC BY-SA 4.0, as the data; the package works without this file, and then takes no side",
    trained_with=f"scikit-learn {sklearn.__version__}",
    says="",
    not_for=(
        "Counting who is for and who is against: silence is not neutrality, and on real comments the sides "
        "are little better than guessed.",
        "Deciding about a person, or removing a comment.",
        "Texts in other languages than English, irony, quotations of the other side.",
    ),
    notes={},
)


def main(data: Path, out: Path) -> dict[str, Any]:
    """Train, measure and write both models; return the manifest entry of the stance."""
    vectors = WordVectors.load()
    about = about_pairs(data)
    perspectives = claims(STANCE, data / PERSPECTRUM.format("train"))
    other = claims(STANCE, data / PERSPECTRUM.format("dev"))
    judge = _relevance(about, vectors, as_comments(other), out)
    return _stance(perspectives, other, replies(STANCE, data), judge, out)


# --- relevance


def _relevance(pairs: Sequence[Pair], vectors: WordVectors, other: Sequence[Pair], out: Path) -> Relevance:
    middle = relevance.usual(vectors, [Reading(pair.text) for pair in pairs])
    blank = relevance.arrays(np.zeros(len(relevance.MEASURES)), 0.0, middle)
    rows = _measured(Relevance(in_memory(ABOUT_RELEVANCE, blank), vectors), pairs)
    labels = numbered([pair.label for pair in pairs], ("off", "on"), "the training data of topic_relevance")

    def judged(train: Numbers, test: Numbers) -> Vector:
        slopes, intercept = _regression(rows[train], labels[train])
        return np.asarray(rows[test] @ slopes + intercept)

    odds = out_of_fold(judged, [pair.group for pair in pairs])
    arrays = relevance.arrays(*_regression(rows, labels), middle)
    judge = Relevance(in_memory(ABOUT_RELEVANCE, arrays), vectors)
    measured = {
        "Out of fold": _on_or_off(odds, labels),
        "Perspectrum, development part": _on_or_off(
            _odds(judge, other),
            np.array([pair.label != "neutral" for pair in other], dtype=np.intp),
        ),
    }
    save(replace(ABOUT_RELEVANCE, says=_relevance_sentence(measured)), arrays, measured, out)
    return judge


def _measured(judge: Relevance, pairs: Sequence[Pair]) -> Vector:
    found = [judge.measures(Reading(pair.text), judge.target(pair.target)) for pair in pairs]
    return np.array([row or [0.0] * len(relevance.MEASURES) for row in found])


def _regression(rows: Vector, labels: Numbers) -> tuple[Vector, float]:
    """Return slopes and intercept of a logistic regression on standardised measures."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    middle, spread = rows.mean(axis=0), rows.std(axis=0) + np.finfo(float).tiny
    fitted = LogisticRegression(max_iter=1000).fit((rows - middle) / spread, labels)
    slopes = fitted.coef_[0] / spread
    return slopes, float(fitted.intercept_[0] - middle @ slopes)


def _on_or_off(odds: Vector, labels: Numbers) -> dict[str, Any]:
    """Return the figures of two labels, of which the likelier is said."""
    about = 1 / (1 + np.exp(-odds))
    return assess(np.column_stack([1 - about, about]), [("off", "on")[label] for label in labels], OnOrOff())


class OnOrOff:
    """What `assess` asks of a classifier, for relevance: all is said."""

    label, labels, sentence = RELEVANCE, ("off", "on"), ""
    weights, thresholds = np.ones(2), np.zeros(2)

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Never asked: probabilities are at hand."""
        raise NotImplementedError


def _relevance_sentence(measured: Mapping[str, Mapping[str, Any]]) -> str:
    own, other = (measured[name] for name in measured)
    return (
        f"Tells a comment about the target from one about something else {10 * own['accuracy']:.1f} times in "
        f"10 (by chance 5), perspectives on claims {10 * other['accuracy']:.1f}. It takes no side."
    )


# --- stance


def _stance(
    pairs: Sequence[Pair],
    other: Sequence[Pair],
    real: Mapping[str, Sequence[Pair]],
    judge: Relevance,
    out: Path,
) -> dict[str, Any]:
    comments, count = as_comments(pairs), len(pairs)
    names = _vocabulary(pairs)
    rows = leaning_rows([*pairs, *comments], names)
    for_it = np.array([pair.label == "supportive" for pair in pairs], dtype=np.intp)
    by_topic = _held_out(rows, for_it, [pair.group for pair in [*pairs, *comments]])
    by_claim = _held_out(rows[:count], for_it, [pair.target for pair in pairs])
    slopes, intercept = _fitted(rows[:count], for_it)
    relevant, truth = _odds(judge, comments), [pair.label for pair in comments]
    arrays = {
        "labels": np.array(LABELS),
        **leaning.arrays(names, slopes, intercept),
        **_scaled(relevant, truth, np.concatenate([by_topic[:count], by_claim]), np.tile(for_it, 2)),
    }
    held_out = _joined(arrays, relevant, by_topic[count:])
    labels = numbered(truth, LABELS, "the training data of topic_stance")
    arrays["weights"] = _weights(held_out, labels)
    arrays["thresholds"] = _thresholds(held_out, labels)
    model = TopicStance(in_memory(ABOUT_STANCE, arrays), judge)
    of_pairs = _odds(judge, pairs), [pair.label for pair in pairs]
    measured = {
        BY_TOPIC: assess(_joined(arrays, of_pairs[0], by_topic[:count]), of_pairs[1], model),
        BY_CLAIM: assess(_joined(arrays, of_pairs[0], by_claim), of_pairs[1], model),
        AS_COMMENTS: assess(held_out, truth, model),
        "Development part": _assessed(other, model),
        "Development part, perspectives that were not seen": _assessed(_unseen(other, pairs), model),
        "Development part, as comments": _assessed(as_comments(other), model),
        **{name: _assessed(found, model) for name, found in real.items()},
    }
    return save(replace(ABOUT_STANCE, says=_sentence(measured)), arrays, measured, out)


def _vocabulary(pairs: Sequence[Pair]) -> list[str]:
    texts = [Reading(pair.text) for pair in pairs]
    counts = Counter(word for text in texts for word in set(said(text).words))
    return sorted(word for word, count in counts.items() if count >= FEWEST)


def leaning_rows(pairs: Sequence[Pair], names: Sequence[str]) -> Any:
    """Return marked words times the target's side, and measures: a sparse matrix, a row a pair."""
    places = {name: place for place, name in enumerate(names)}
    rows, columns, values, measures = [], [], [], []
    for number, pair in enumerate(pairs):
        text, side = Reading(pair.text), side_of(pair.target)
        found = said(text)
        known = [places[word] for word in dict.fromkeys(found.words) if word in places]
        rows += [number] * len(known)
        columns += known
        values += [side.side / np.sqrt(max(1, len(known)))] * len(known)
        measures.append(leaning.measures(text, found, side))
    sided = sp.csr_matrix((values, (rows, columns)), (len(pairs), len(names)))
    return sp.hstack([sided, sp.csr_matrix(np.array(measures))]).tocsr()


def _held_out(rows: Any, for_it: Numbers, groups: Sequence[str]) -> Vector:
    """Return log odds of all rows, from the first ones, which are labelled `for_it`, of other groups."""

    def judged(train: Numbers, test: Numbers) -> Vector:
        taught = train[train < len(for_it)]
        slopes, intercept = _fitted(rows[taught], for_it[taught])
        return np.asarray(rows[test] @ slopes + intercept)

    return out_of_fold(judged, groups)


def _fitted(rows: Any, for_it: Numbers) -> tuple[Vector, float]:
    """Return slopes and intercept of a logistic regression in which measures count less than words."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    scale = np.ones(rows.shape[1])
    measures = rows[:, -len(leaning.MEASURES) :].toarray()
    scale[-len(leaning.MEASURES) :] = MEASURES_SCALE / (measures.std(axis=0) + np.finfo(float).eps)
    fitted = LogisticRegression(C=STRENGTH, max_iter=1000).fit(rows @ sp.diags(scale), for_it)
    return fitted.coef_[0] * scale, float(fitted.intercept_[0])


def _odds(judge: Relevance, pairs: Sequence[Pair]) -> Vector:
    return judge.log_odds([Reading(pair.text) for pair in pairs], [pair.target for pair in pairs])


def _scaled(
    relevant: Vector, truth: Sequence[str], odds: Vector, for_it: Numbers
) -> dict[str, npt.NDArray[Any]]:
    """Return how log odds are scaled to follow the frequencies of held-out texts.

    Those of the leaning lie between unseen topics and unseen claims on topics that were seen.
    """
    slope, shift = _line(relevant, np.array([label != LABELS[NEUTRAL] for label in truth]))
    scale, _ = _line(odds, for_it, intercept=False)
    return {
        "relevance_slope": np.array(slope),
        "relevance_shift": np.array(shift),
        "leaning_scale": np.array(scale),
    }


def _line(odds: Vector, labels: npt.NDArray[Any], *, intercept: bool = True) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    fitted = LogisticRegression(C=np.inf, fit_intercept=intercept).fit(odds[:, None], labels)
    return float(fitted.coef_[0, 0].round(4)), float(np.ravel(fitted.intercept_)[0].round(4))


def _joined(arrays: Mapping[str, npt.NDArray[Any]], relevant: Vector, leaning_: Vector) -> Vector:
    return together(
        relevant * float(arrays["relevance_slope"]) + float(arrays["relevance_shift"]),
        leaning_ * float(arrays["leaning_scale"]),
    )


def _weights(found: Vector, labels: Numbers) -> Vector:
    """Return the weights of the forced choice: both sides alike, so that it serves two labels, too."""
    weights = forced_weights(found, labels)
    sides = np.sqrt(np.delete(weights, NEUTRAL).prod())
    return np.array([weights[NEUTRAL] if label == NEUTRAL else sides for label in range(len(LABELS))])


def _unseen(pairs: Sequence[Pair], seen: Sequence[Pair]) -> list[Pair]:
    """Return the pairs whose text is not that of a pair `seen`, whatever the case."""
    texts = {pair.text.strip().lower() for pair in seen}
    return [pair for pair in pairs if pair.text.strip().lower() not in texts]


def _thresholds(found: Vector, labels: Numbers) -> Vector:
    """Return the thresholds of abstention: one for both sides, so that it says neither the more readily."""
    sides = np.delete(found, NEUTRAL, axis=1)
    right = np.where(labels == sides.argmax(axis=1), 0, 1)  # a side or not: neutral stands last
    side = thresholds(np.column_stack([sides.max(axis=1), found[:, NEUTRAL]]), right, [SIDES_RIGHT] * 2)[0]
    neutral = thresholds(found, labels, [OFF_TOPIC_RIGHT] * len(LABELS))[NEUTRAL]
    return np.array([neutral if label == NEUTRAL else side for label in range(len(LABELS))])


def _assessed(pairs: Sequence[Pair], model: TopicStance) -> dict[str, Any]:
    found = model.probabilities([pair.text for pair in pairs], [pair.target for pair in pairs])
    return assess(found, [pair.label for pair in pairs], model)


def _sentence(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how right the model is, for readers."""
    made, real = measured[AS_COMMENTS], measured[REAL]
    _, neutral = _spoken(made, LABELS[NEUTRAL:])
    said_of, right = _spoken(made, LABELS[:NEUTRAL])
    return (
        f"Neutral (off topic) is right {10 * neutral:.1f} times in 10 it is said. A side is said of "
        f"{said_of:.0%}, right {10 * right:.1f} in 10 on written arguments; on real replies sides are "
        f"guesses ({10 * real['balanced_accuracy']:.1f} in 10, by chance 5)."
    )


def _spoken(figures: Mapping[str, Any], labels: Sequence[str]) -> tuple[float, float]:
    """Return on what share of texts one of `labels` is said, and how often it is right there."""
    rows = [row for label, row in figures["speaking"]["per_label"].items() if label in labels]
    count = sum(row["n"] for row in rows)
    return count / figures["n"], sum(row["n"] * row["precision"] for row in rows) / max(1, count)
