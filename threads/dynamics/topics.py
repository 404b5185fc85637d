"""What sub-threads are about: topics by TF-IDF and non-negative matrix factorisation. Frame in, frames out.

A topic is a set of weights of words (Lee and Seung, Nature 401, 1999). How many there are is the number on
which runs agree best: each run sees four in five comments and starts at random, and agreement is that of the
first words of matched topics (Greene, O'Callaghan and Cunningham, How many topics?, ECML 2014). Where they
agree on no number, there are no topics to speak of. Works in any language: no list says which words tell
something, but the company that they keep (`_vocabulary`).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.columns import Floats
from threads.dynamics.people import known, person_of_each
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.smoothing import Integers
from threads.dynamics.steps import Steps, Told, unwatched
from threads.dynamics.terms import Terms, spread_out, terms_of
from threads.dynamics.tree import roots, tree_of
from threads.frames import typed
from threads.language import _, counted, number, percent
from threads.records import Column

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SEED: Final = 20_240_517
FEWEST_COMMENTS: Final = 50  # that hold enough of the words
FEWEST_WORDS: Final = 3  # different ones of the telling words in a comment that topics are learnt from
FEWEST_TO_ASSIGN: Final = 2  # in a comment that is said to be of a topic
MOST_COMMENTS: Final = 1_500  # that topics are learnt from
MOST_WORDS: Final = 1_000
MOST_SHARE: Final = 0.3  # of the comments; a word of more says little about any of them
FEWEST_WITH_WORD: Final = 3  # comments
NUMBERS: Final = (2, 3, 4, 5, 6, 8)  # of topics
COMMENTS_A_TOPIC: Final = 15  # at least, so that few comments have few topics
RUNS: Final = 4  # of each number of topics
SEEN: Final = 0.8  # share of comments that a run sees
COMPARED: Final = 10  # first words of a topic, by which runs are compared
STABLE: Final = 0.5  # agreement of runs from which topics are spoken of
DECIDED: Final = 1.5  # a comment is of its first topic where that weighs so many times the second
TELLING: Final = 0.3  # share of the words that topics are learnt from, and
BEYOND_CHANCE: Final = 2.0  # least z of the company that such a word keeps
SHOWN: Final = 8  # words of a topic
EXAMPLES: Final = 3  # comments that stand for a topic
FEWEST_IN_SUBTHREAD: Final = 5

TOPIC_COLUMNS: tuple[Column, ...] = (
    Column("topic", "integer", "Number of the topic, 1 having the most comments."),
    Column("words", "text", "The words that tell it from the others, the first the strongest."),
    Column("comments", "integer", "Comments of this topic, of those looked at."),
    Column("share", "number", "Of the comments with a topic.", "share"),
    Column("people", "integer", "Different people with a name who wrote them."),
    Column("sentiment", "number", "Their mean compound.", "-1 to 1"),
)
EXAMPLE_COLUMNS: tuple[Column, ...] = (
    Column("topic", "integer", "The topic that the comment stands for."),
    Column("thread_id", "text", "Its discussion."),
    Column("comment_id", "text", "The comment."),
    Column("author", "text", "Who wrote it."),
    Column("weight", "number", "Share of the topic among the comment's topics.", "share"),
)
SUBTHREAD_COLUMNS: tuple[Column, ...] = (
    Column("thread_id", "text", "The discussion."),
    Column("comment_id", "text", "The comment that the sub-thread begins with."),
    Column("comments", "integer", "Comments of the sub-thread."),
    Column("with_topic", "integer", "Those of them with a topic."),
    Column("topic", "integer", "The topic that most of these have."),
    Column("share", "number", "Of the comments with a topic, those with this one.", "share"),
)


@dataclass(frozen=True, slots=True)
class Model:
    """Words with their inverse document frequencies, and the unit weights of each topic (topics x words)."""

    columns: Mapping[str, int]
    idf: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Topics:
    """TOPIC_COLUMNS and EXAMPLE_COLUMNS, and the topic of each row; or none of them and a reason.

    `of_each` has the index of the frame, missing for comments that were not looked at, hold too few of the
    words or lie between topics; `weight_of_each` is the share of that topic among the comment's topics.
    `looked_at` of `comments` were looked at; `everywhere` does it for all, `among` for some.
    `stability` is how far runs agree on the number of topics, from 0 to 1; `tried` has it for every number.
    """

    rows: pd.DataFrame
    examples: pd.DataFrame
    of_each: pd.Series[int]
    weight_of_each: pd.Series[float]
    comments: int
    looked_at: int
    stability: float | None = None
    tried: Mapping[int, float] | None = None
    model: Model | None = None
    reason: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What each topic is called: the strongest of its words that no topic before it is called by."""
        names: list[str] = []
        for words in _words(self.model) if self.model is not None else ():
            names.append(next((word for word in words if word not in names), words[0]))
        return tuple(names)

    def sentence(self) -> Sentence:
        """Return what the topics with the most comments are."""
        if self.reason or not self.rows["comments"].sum():
            return plain(self.reason or _("None of these comments is clearly of one topic."))
        first = self.rows.head(2)
        said = _(" and ").join(
            f"{', '.join(words.split(', ')[:4])} ({percent(share)})"
            for words, share in zip(first["words"], first["share"], strict=True)
        )
        some = self.looked_at < self.comments
        few = (
            _(
                ", as {looked_at} of {comments} comments show",
                looked_at=number(self.looked_at),
                comments=number(self.comments),
            )
            if some
            else ""
        )
        return plain(
            _(
                "People speak of {count} things{few}: of {clear} that clearly are about one, most are about "
                "{said}.",
                count=len(self.rows),
                few=few,
                clear=counted(int(self.rows["comments"].sum()), "comment", "comments"),
                said=said,
            )
        )


def topics(frame: pd.DataFrame, told: Told = unwatched) -> Topics:
    """Return what comments are about: from `text`, and people and `sentiment` as far as they are known.

    `told` hears how far it is, and may stop it (`Stopped`).
    """
    rows = spread_out(np.arange(len(frame)), MOST_COMMENTS)
    terms = _vocabulary(terms_of(frame["text"].iloc[rows]))
    matrix, idf = _weighted(terms)
    enough = np.diff(matrix.indptr) >= FEWEST_WORDS
    if enough.sum() < FEWEST_COMMENTS:
        return _nothing(
            frame,
            len(rows),
            _(
                "{enough} of {comments} have {fewest_words} telling words in common with others: too "
                "few for topics (from {fewest_comments} on).",
                enough=number(int(enough.sum())),
                comments=counted(len(rows), "comment", "comments"),
                fewest_words=FEWEST_WORDS,
                fewest_comments=FEWEST_COMMENTS,
            ),
        )
    learnt = matrix[np.flatnonzero(enough)]
    tried = _stabilities(learnt, told)
    best, many = max((agreement, count) for count, agreement in tried.items())
    if best < STABLE:
        reason = _(
            "No number of topics is stable: of their first words, runs agree on {best} at best "
            "({needed} is needed).",
            best=percent(best),
            needed=percent(STABLE),
        )
        return _nothing(frame, len(rows), reason, tried)
    weights = _unit_rows(min((_factorised(learnt, many, SEED + run) for run in range(RUNS)), key=_error)[1])
    columns = {str(word): column for column, word in enumerate(terms.words)}
    topic, _shares = _assigned(matrix, weights)
    order = np.argsort(-np.bincount(topic[topic >= 0], minlength=many), kind="stable")
    model = Model(columns, idf, weights[order])
    topic, share = _assigned(matrix, model.weights)
    every, weight = np.full(len(frame), -1, dtype=np.intp), np.full(len(frame), np.nan)
    every[rows], weight[rows] = topic, share
    found = replace(_nothing(frame, len(rows), "", tried), stability=best, model=model)
    return _described(found, frame, every, weight)


def topic_of_each(frame: pd.DataFrame, model: Model) -> pd.Series[int]:
    """Return the topic of each row by a model that `topics` has learnt; missing as there."""
    return _numbered(_assigned(_by_words(frame, model), model.weights)[0], frame.index)


def everywhere(found: Topics, frame: pd.DataFrame) -> Topics:
    """Return topics that were learnt from some comments of `frame` with all of them looked at."""
    if found.model is None or found.looked_at == len(frame):
        return found
    topic, share = _assigned(_by_words(frame, found.model), found.model.weights)
    return _described(replace(found, looked_at=len(frame)), frame, topic, share)


def among(found: Topics, frame: pd.DataFrame) -> Topics:
    """Return topics as they stand among some of their comments: `frame` has these, under the same index."""
    if found.model is None or len(frame) == found.comments:
        return found
    topic: Integers = found.of_each.loc[frame.index].to_numpy(dtype=np.intp, na_value=0) - np.intp(1)
    weight = np.asarray(found.weight_of_each.loc[frame.index], dtype=np.float64)
    return _described(replace(found, comments=len(frame), looked_at=len(frame)), frame, topic, weight)


def _by_words(frame: pd.DataFrame, model: Model) -> csr_array:
    """Return the weights of a model's words in each comment."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    terms = terms_of(frame["text"])
    places = np.array([model.columns.get(word, -1) for word in terms.words], dtype=np.intp)
    chosen = np.flatnonzero(places >= 0)
    counts = terms.counts[:, chosen].tocoo()
    shape = (len(frame), len(model.idf))
    matrix = csr_array((counts.data, (counts.row, places[chosen][counts.col])), shape=shape)
    return _scaled(matrix, model.idf)


def subthreads(frame: pd.DataFrame, of_each: pd.Series[int]) -> pd.DataFrame:
    """Return one row a sub-thread of five comments and more, SUBTHREAD_COLUMNS, the longest first.

    A sub-thread is a comment on the article with all that hangs on it. `of_each` is of `topics` or
    `topic_of_each`; the topic is missing where none of the sub-thread's comments has one.
    """
    tops = roots(tree_of(frame))
    table = pd.DataFrame({"top": tops, "topic": of_each.to_numpy(dtype=np.float64, na_value=np.nan)})
    grouped = table.groupby("top")["topic"]
    sizes, judged = grouped.size(), grouped.count()
    most = table.dropna().groupby("top")["topic"].agg(lambda found: found.mode().iloc[0])
    hits = table["topic"].eq(table["top"].map(most)).groupby(table["top"]).sum()
    found = pd.DataFrame(
        {
            "comments": sizes,
            "with_topic": judged,
            "topic": most,
            "share": (hits / judged).where(judged > 0),
        }
    )
    found = found[found["comments"] >= FEWEST_IN_SUBTHREAD]
    at = found.index.to_numpy()
    found["thread_id"] = known(frame, "thread_id").iloc[at].to_numpy()
    found["comment_id"] = known(frame, "comment_id").iloc[at].to_numpy()
    ordered = found.sort_values("comments", ascending=False, kind="stable").reset_index(drop=True)
    return typed(ordered, SUBTHREAD_COLUMNS)


def _nothing(
    frame: pd.DataFrame, looked_at: int, reason: str, tried: Mapping[int, float] | None = None
) -> Topics:
    empty = pd.DataFrame(index=pd.RangeIndex(0))
    none = _numbered(np.full(len(frame), -1, dtype=np.intp), frame.index)
    return Topics(
        typed(empty, TOPIC_COLUMNS),
        typed(empty, EXAMPLE_COLUMNS),
        none,
        pd.Series(np.nan, index=frame.index),
        len(frame),
        looked_at,
        tried=tried,
        reason=reason,
    )


def _described(found: Topics, frame: pd.DataFrame, topic: Integers, share: Floats) -> Topics:
    """Return what comments, each with its topic or -1 and that topic's share, make of the topics."""
    persons = person_of_each(frame)
    sentiment = frame["sentiment"].to_numpy(dtype=np.float64) if "sentiment" in frame else None
    table, examples = [], []
    for place, words in enumerate(_words(found.model) if found.model is not None else ()):
        own = np.flatnonzero(topic == place)
        named = persons[own]
        table.append(
            {
                "topic": place + 1,
                "words": ", ".join(words[:SHOWN]),
                "comments": len(own),
                "share": len(own) / max(1, int((topic >= 0).sum())),
                "people": len(np.unique(named[named >= 0])),
                "sentiment": np.nanmean(sentiment[own])
                if sentiment is not None and np.isfinite(sentiment[own]).any()
                else None,
            }
        )
        for row in _standing(own, share, persons):
            comment = frame.iloc[row]
            examples.append(
                {
                    "topic": place + 1,
                    **{name: comment.get(name) for name in ("thread_id", "comment_id", "author")},
                    "weight": share[row],
                }
            )
    return replace(
        found,
        rows=typed(pd.DataFrame(table), TOPIC_COLUMNS),
        examples=typed(
            pd.DataFrame(examples, columns=[column.name for column in EXAMPLE_COLUMNS]), EXAMPLE_COLUMNS
        ),
        of_each=_numbered(topic, frame.index),
        weight_of_each=pd.Series(share, index=frame.index),
    )


def _words(model: Model) -> list[list[str]]:
    """Return the words of each topic, the most telling first."""
    words = list(model.columns)
    return [
        [words[column] for column in _telling(model.weights, place)] for place in range(len(model.weights))
    ]


def _standing(own: Integers, share: Floats, persons: Integers) -> list[int]:
    """Return the rows that stand for a topic: the purest ones, each by another person."""
    ordered = own[np.argsort(-share[own], kind="stable")]
    seen = pd.Series(np.where(persons[ordered] < 0, -1 - ordered, persons[ordered]))
    return [int(row) for row in ordered[~seen.duplicated().to_numpy()][:EXAMPLES]]


def _telling(weights: Floats, topic: int) -> Integers:
    """Return the words of a topic, first those that it has much of and the others little."""
    share = weights[topic] / np.maximum(weights.sum(axis=0), 1e-12)
    return np.argsort(-weights[topic] * share, kind="stable")


def _vocabulary(terms: Terms) -> Terms:
    """Return the words that keep company: with few words of a comment they tell what the others are.

    Of the words of a few comments and more, but not of too many, those are kept whose company (the words they
    share comments with) is least like that of any word: the first TELLING by chi squared, and beyond chance.
    "The" and "und" are with everything, and go.
    """
    texts = terms.texts_with
    allowed = (texts >= FEWEST_WITH_WORD) & (
        texts <= max(FEWEST_WITH_WORD, MOST_SHARE * len(terms.counts.indptr))
    )
    often = np.argsort(-np.where(allowed, texts, 0), kind="stable")[:MOST_WORDS]
    chosen = np.zeros(len(texts), dtype=np.bool_)
    chosen[often] = True
    frequent = terms.only(chosen & allowed)
    if not len(frequent.words):
        return frequent
    company = _company(frequent)
    return frequent.only(company > max(BEYOND_CHANCE, np.quantile(company, 1 - TELLING)))


def _company(terms: Terms) -> Floats:
    """Return for each word the z of chi squared of the words it shares comments with, against all words."""
    there = terms.counts.copy()
    there.data[:] = 1
    shared = (there.T @ there).toarray()
    np.fill_diagonal(shared, 0)
    places = there.T @ (there.sum(axis=1) - 1)
    expected = np.outer(places, terms.texts_with / terms.texts_with.sum())
    np.fill_diagonal(expected, 0)
    squares = np.divide((shared - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
    free = max(len(terms.words) - 1, 1)
    z: Floats = (squares.sum(axis=1) - free) / np.sqrt(2 * free)
    return z


def _weighted(terms: Terms) -> tuple[csr_array, Floats]:
    idf = np.log((1 + terms.counts.shape[0]) / (1 + terms.texts_with)) + 1
    return _scaled(terms.counts, idf), idf


def _scaled(counts: csr_array, idf: Floats) -> csr_array:
    """Return (1 + log count) x idf, each row of length 1."""
    found = counts.copy()
    found.data = (1 + np.log(found.data)) * idf[found.indices]
    lengths = np.sqrt(found.multiply(found).sum(axis=1))
    found.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(found.indptr))
    return found


def _stabilities(matrix: csr_array, told: Told) -> dict[int, float]:
    """Return for each number of topics how far runs on different comments agree."""
    most = max(NUMBERS[0], matrix.shape[0] // COMMENTS_A_TOPIC)
    random = np.random.default_rng(SEED)
    size = int(SEEN * matrix.shape[0])
    samples = [matrix[np.sort(random.choice(matrix.shape[0], size, replace=False))] for _ in range(RUNS)]
    tried = [many for many in NUMBERS if many <= min(most, matrix.shape[1])]
    found, steps = {}, Steps(told, len(tried))
    for many in tried:
        runs = [_factorised(sample, many, run)[1] for run, sample in enumerate(samples)]
        found[many] = _agreement(runs)
        steps.step()
    return found


def _agreement(runs: list[Floats]) -> float:
    """Return the mean Jaccard similarity of the first words of topics, matched between runs."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - slow to import

    firsts = [np.zeros(weights.shape, dtype=np.float64) for weights in runs]
    for first, weights in zip(firsts, runs, strict=True):
        for topic in range(len(weights)):
            first[topic, _telling(weights, topic)[:COMPARED]] = 1
    found = []
    for one, other in combinations(firsts, 2):
        shared = one @ other.T
        jaccard = shared / (2 * COMPARED - shared)
        found.append(float(jaccard[linear_sum_assignment(-jaccard)].mean()))
    return float(np.mean(found))


def _factorised(matrix: csr_array, number: int, seed: int) -> tuple[float, Floats]:
    """Return the error of a factorisation and its weights, topics x words."""
    from sklearn.decomposition import NMF  # noqa: PLC0415 - slow to import
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    model = NMF(number, init="random", random_state=seed, max_iter=60, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more steps hardly move the first words
        model.fit(matrix)
    return float(model.reconstruction_err_), np.asarray(model.components_, dtype=np.float64)


def _error(found: tuple[float, Floats]) -> float:
    return found[0]


def _unit_rows(weights: Floats) -> Floats:
    return np.asarray(weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12))


def _assigned(matrix: csr_array, weights: Floats) -> tuple[Integers, Floats]:
    """Return the topic of each comment, -1 where none is clearly first, and its share of the weights."""
    near = matrix @ weights.T
    ordered = np.sort(near, axis=1)
    enough = np.diff(matrix.indptr) >= FEWEST_TO_ASSIGN
    clear = enough & (ordered[:, -1] > 0) & (ordered[:, -1] >= DECIDED * ordered[:, -2])
    share = ordered[:, -1] / np.maximum(ordered.sum(axis=1), 1e-12)
    return np.where(clear, near.argmax(axis=1), -1).astype(np.intp), share


def _numbered(topic: npt.NDArray[np.intp], index: pd.Index) -> pd.Series[int]:
    """Return topics counted from 1, missing for -1."""
    return pd.Series(topic + 1, index=index, name="topic").astype("Int64").mask(topic < 0)
