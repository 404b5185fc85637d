"""The words that set camps, authors or stretches of a discussion apart, in any language. Frame in, frame out.

Log-odds of a word in a group against the others, with an informative Dirichlet prior: Monroe, Colaresi and
Quinn, Fightin' Words, Political Analysis 16, 2008. The prior is the words of all comments, worth PRIOR words.
A word counts once a comment. Comments of one person are alike, so z is the smaller of the model's and of one
that draws people, not words. Many words are tried: q is adjusted for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.columns import Floats
from threads.dynamics.people import person_of_each
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.smoothing import Integers, clusters_of
from threads.dynamics.terms import Terms, spread_out, terms_of
from threads.frames import typed
from threads.language import _, counted, number
from threads.records import Column

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PRIOR: Final = 500  # words that the prior is worth
MOST_COMMENTS: Final = 4_000
FEWEST_COMMENTS: Final = 10  # in a group
FEWEST_WITH_WORD: Final = 5  # comments, in all groups together
ALARMS: Final = 0.05  # false discoveries among the words named
MOST_WORDS: Final = 20  # of a group
SHOWN: Final = 5  # words of a group in the sentence

Booleans = npt.NDArray[np.bool_]

APART_COLUMNS: tuple[Column, ...] = (
    Column("group", "text", "The group that uses the word more than the others."),
    Column("word", "text", "The word, in small letters."),
    Column("log_odds", "number", "Log-odds of the word in the group less those elsewhere, with the prior."),
    Column(
        "z",
        "number",
        "The ratio by its standard error; less where people differ more than that says.",
    ),
    Column("p", "number", "Two-sided p of no difference."),
    Column("q", "number", "p adjusted for all words tried (Benjamini and Hochberg 1995)."),
    Column("comments", "integer", "Comments of the group that hold it."),
    Column("comments_elsewhere", "integer", "Comments of the other groups that hold it."),
    Column("people", "integer", "People of the group who use it, each without a name counted as one."),
)


@dataclass(frozen=True, slots=True)
class WordsApart:
    """APART_COLUMNS, by group and z, the words whose q is at most ALARMS.

    `tried` is how many words were compared, of `read` comments of the `comments` with a group.
    """

    rows: pd.DataFrame
    tried: int
    read: int
    comments: int
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return the first words of each group."""
        if self.reason:
            return plain(self.reason)
        if self.rows.empty:
            return plain(
                _(
                    "No word of {tried} sets the groups apart more than chance would have it.",
                    tried=number(self.tried),
                )
            )
        groups = self.rows.groupby("group", sort=False)["word"]
        said = [f"{_(str(group))}: {', '.join(words.head(SHOWN))}" for group, words in groups]
        few = (
            ""
            if self.read == self.comments
            else " "
            + _(
                "(read: {read} of {comments} comments)",
                read=number(self.read),
                comments=number(self.comments),
            )
        )
        return plain(_("Words that set the groups apart: {list}{few}.", list="; ".join(said), few=few))


def words_apart(frame: pd.DataFrame, groups: pd.Series[str], *, fewest_people: int = 3) -> WordsApart:
    """Return the words that each group uses more than the others.

    Parameters
    ----------
    frame
        Comments: `text`, and `author`, `author_id` as far as they are known.
    groups
        The group of each row: a camp, a stance, an author, a stretch of time; missing for none.
    fewest_people
        How many people of a group must use a word; 1 where the groups are people.
    """
    labelled = np.flatnonzero(groups.notna().to_numpy())
    rows = spread_out(labelled, MOST_COMMENTS)
    group, names = pd.factorize(groups.iloc[rows], sort=True)
    sizes = np.bincount(group, minlength=len(names))
    if reason := _too_few(sizes, len(names)):
        nothing = typed(pd.DataFrame(index=pd.RangeIndex(0)), APART_COLUMNS)
        return WordsApart(nothing, 0, len(rows), len(labelled), reason)
    terms = terms_of(frame["text"].iloc[rows])
    terms.counts.data[:] = 1
    people = clusters_of(person_of_each(frame)[rows])
    tried = terms.texts_with >= FEWEST_WITH_WORD
    found = [
        _against_others(terms, people, group == number, tried).assign(group=name)
        for number, name in enumerate(names)
    ]
    table = pd.concat(found, ignore_index=True)
    table["q"] = _adjusted(table["p"].to_numpy(dtype=np.float64))
    kept = table[(table["z"] > 0) & (table["q"] <= ALARMS) & (table["people"] >= fewest_people)]
    ordered = kept.sort_values(["group", "z"], ascending=[True, False], kind="stable")
    most = ordered.groupby("group", sort=False).head(MOST_WORDS).reset_index(drop=True)
    return WordsApart(typed(most, APART_COLUMNS), int(tried.sum()), len(rows), len(labelled))


def log_odds(inside: Floats, outside: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Return the log-odds ratio of each word with its z, by the variance 1 / (y + a) of either side.

    `inside` and `outside` are counts of words in a group and elsewhere, `prior` the pseudo-counts of each.
    """
    own, other = inside + prior, outside + prior
    total, other_total = own.sum(), other.sum()
    ratio = np.log(own / (total - own)) - np.log(other / (other_total - other))
    return ratio, ratio / np.sqrt(1 / own + 1 / other)


def _too_few(sizes: Integers, groups: int) -> str:
    if groups < 2:
        return _(
            "{groups} of the groups has comments: words are compared between two and more.", groups=groups
        )
    if sizes.min() < FEWEST_COMMENTS:
        least = counted(int(sizes.min()), "comment", "comments")
        return _(
            "A group has {least}: too few to compare words (from {fewest_comments} on).",
            least=least,
            fewest_comments=FEWEST_COMMENTS,
        )
    return ""


def _against_others(terms: Terms, people: Integers, inside: Booleans, tried: Booleans) -> pd.DataFrame:
    from scipy.stats import norm  # noqa: PLC0415 - slow to import

    own, others = (_by_people(terms.counts[np.flatnonzero(r)], people[r]) for r in (inside, ~inside))
    own_counts, other_counts = own.sum(axis=0), others.sum(axis=0)
    everywhere = own_counts + other_counts
    ratio, z = log_odds(own_counts, other_counts, PRIOR * everywhere / everywhere.sum())
    between = _between_people(own, others)
    z = np.sign(z) * np.minimum(np.abs(z), np.abs(between))
    table = pd.DataFrame(
        {
            "word": terms.words,
            "log_odds": ratio,
            "z": z,
            "p": 2 * norm.sf(np.abs(z)),
            "comments": own_counts,
            "comments_elsewhere": other_counts,
            "people": np.bincount(own.indices, minlength=len(ratio)),
        }
    )
    return table[tried]


def _by_people(counts: csr_array, people: Integers) -> csr_array:
    """Return how many comments of each person (row) hold each word."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    rows = np.unique(people, return_inverse=True)[1]
    ones = np.ones(len(rows))
    return csr_array((ones, (rows, np.arange(len(rows)))), shape=(rows.max() + 1, len(rows))) @ counts


def _between_people(own: csr_array, others: csr_array) -> Floats:
    """Return for each word how far the group is from what it would be if its people were drawn from all.

    The sum of the group's residuals (a person's count less their words x the word's rate) by its standard
    deviation over all draws of as many people.
    """
    totals = own.sum(axis=0) + others.sum(axis=0)
    rate = totals / totals.sum()
    lengths, other_lengths = own.sum(axis=1), others.sum(axis=1)
    group = own.sum(axis=0) - rate * lengths.sum()
    squares = sum((side.multiply(side).sum(axis=0) for side in (own, others)), np.zeros(len(rate)))
    products = own.T @ lengths + others.T @ other_lengths
    residuals = squares - 2 * rate * products + rate**2 * (lengths @ lengths + other_lengths @ other_lengths)
    people, drawn = len(lengths) + len(other_lengths), len(lengths)
    variance = drawn * (people - drawn) / (people * max(people - 1, 1)) * residuals
    z: Floats = np.divide(group, np.sqrt(variance), out=np.zeros(len(rate)), where=variance > 0)
    return z


def _adjusted(p: Floats) -> Floats:
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - slow to import

    return np.asarray(false_discovery_control(p)) if len(p) else p
