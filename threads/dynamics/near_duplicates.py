"""Comments that say nearly the same, across threads and authors, and campaigns among them. Frames in and out.

Comments are compared by their letters and digits, folded: case, accents, punctuation, blanks (also between
letters) and letters that look like Latin ones make no difference; lines that quote another comment are left
out. How alike two of them are is Jaccard's similarity of their five-character shingles (`similar_texts`), and
comments linked by similar pairs are one group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from threads.dynamics.people import known, person_of_each
from threads.frames import typed
from threads.records import Column
from threads.scores.text import MOST_CHARACTERS, without_quotes
from threads.similar_texts import Groups, group_similar, jaccard, shingles
from threads.wordlists.folding import letters_and_digits

THRESHOLD: Final = 0.7
FEWEST_CHARACTERS: Final = 40  # letters and digits; "I agree with you" is everybody's
CAMPAIGN_AUTHORS: Final = 3
CAMPAIGN_THREADS: Final = 3

NEAR_DUPLICATE_COLUMNS: tuple[Column, ...] = (
    Column(
        "duplicate_group", "integer", "Number of the group, 1 being the largest; missing outside of groups."
    ),
    Column("duplicate_copies", "integer", "Comments of the group, this one included."),
    Column("duplicate_of_thread", "text", "Discussion of the group's first comment."),
    Column("duplicate_of", "text", "The group's first comment, by time; its own id for the first itself."),
    Column("duplicate_similarity", "number", "Jaccard similarity with the first comment.", "0 to 1"),
)

GROUP_COLUMNS: tuple[Column, ...] = (
    Column("duplicate_group", "integer", "Number of the group, as beside its comments."),
    Column("comments", "integer", "Number of comments."),
    Column("authors", "integer", "Number of people with a name or an id who wrote them."),
    Column("threads", "integer", "Number of discussions they stand in."),
    Column("first_at", "time", "First of them with a known time.", "UTC"),
    Column("last_at", "time", "Last of them with a known time.", "UTC"),
    Column("least_similarity", "number", "Smallest similarity with the first comment.", "0 to 1"),
    Column("campaign", "integer", "1 where it has enough authors or threads to be a campaign, else 0."),
    Column("first_thread", "text", "Discussion of the first comment."),
    Column("first_comment", "text", "The first comment."),
    Column("text", "text", "What the first comment says."),
)


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """What was found: a row a comment (NEAR_DUPLICATE_COLUMNS), and a row a group (GROUP_COLUMNS).

    `complete` is False where there were too many pairs to look at, so that groups may be missing.
    `too_short` is the number of comments that have too few letters and digits to be compared.
    """

    comments: pd.DataFrame
    groups: pd.DataFrame
    complete: bool
    too_short: int


def near_duplicates(
    frame: pd.DataFrame,
    *,
    threshold: float = THRESHOLD,
    fewest_characters: int = FEWEST_CHARACTERS,
    campaign_authors: int = CAMPAIGN_AUTHORS,
    campaign_threads: int = CAMPAIGN_THREADS,
) -> NearDuplicates:
    """Return which comments of a frame nearly repeat each other, in whichever threads they stand.

    A comment outside of all groups has missing values. Only the first 65,535 characters of each are read.
    The answer does not depend on the order of the rows.

    Parameters
    ----------
    frame
        Records: `text`, and `thread_id`, `comment_id`, `author`, `author_id`, `published_at` as far as known.
    threshold
        Jaccard similarity from which two comments are linked; above 0, up to 1.
    fewest_characters
        Letters and digits that a comment must have; shorter ones are alike by chance. At least 5 counts.
    campaign_authors, campaign_threads
        A group is a campaign from so many authors, or from so many threads, on. A lead for a person to
        follow, never a verdict: people do copy a slogan that they believe in.

    Raises
    ------
    SettingError
        `threshold` is out of its range.
    """
    rows = _ordered(frame)
    folded = compared(rows["text"])
    rows["same"] = pd.factorize(np.array(folded, dtype=object))[0]
    different = list(dict.fromkeys(folded))
    found = grouped_texts(different, threshold, fewest_characters)
    rows["label"] = found.labels[rows["same"]]
    grouped = _numbered(rows[rows["label"] >= 0])
    grouped["duplicate_similarity"] = _similarities(grouped, different)
    groups = _groups(grouped, campaign_authors, campaign_threads)
    comments = grouped.set_index("row").reindex(range(len(frame))).set_axis(frame.index)
    return NearDuplicates(
        _blank_as_missing(typed(comments, NEAR_DUPLICATE_COLUMNS)),
        _blank_as_missing(typed(groups, GROUP_COLUMNS)),
        found.complete,
        sum(not _is_long_enough(text, fewest_characters) for text in folded),
    )


def grouped_texts(different: Sequence[str], threshold: float, fewest_characters: int) -> Groups:
    """Return the groups of texts that are `compared`, none twice; of one that is too short it is -1."""
    long_enough = [n for n, text in enumerate(different) if _is_long_enough(text, fewest_characters)]
    found = group_similar([different[n] for n in long_enough], threshold)
    labels = np.full(len(different), -1, dtype=np.int64)
    labels[long_enough] = found.labels
    return Groups(labels, found.complete)


def compared(texts: Iterable[object]) -> list[str]:
    """Return what is compared of each text: its own letters and digits; "" for what is no text."""
    return [
        letters_and_digits(without_quotes(text[:MOST_CHARACTERS])) if isinstance(text, str) else ""
        for text in texts
    ]


def _is_long_enough(text: str, fewest_characters: int) -> bool:
    """Return whether a text that is `compared` is compared at all."""
    return len(text) >= max(5, fewest_characters)


def _blank_as_missing(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose identities, "" while rows were compared, are missing where they were not known."""
    return table.mask(table == "")


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what is needed of the rows, the earliest first; `row` is a row's place in `frame`."""
    times = frame["published_at"] if "published_at" in frame else pd.Series(pd.NaT, index=frame.index)
    rows = pd.DataFrame(
        {
            "row": np.arange(len(frame)),
            "text": frame["text"].to_numpy(dtype=object),
            "thread_id": known(frame, "thread_id").fillna("").to_numpy(dtype=object),
            "comment_id": known(frame, "comment_id").fillna("").to_numpy(dtype=object),
            "person": person_of_each(frame),
            "published_at": pd.to_datetime(times, utc=True).array,
        }
    )
    return rows.sort_values(
        ["published_at", "thread_id", "comment_id"], kind="stable", na_position="last", ignore_index=True
    )


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of groups of two and more, with the group's number, size and first comment."""
    rows = rows.assign(duplicate_copies=rows.groupby("label")["row"].transform("size"))
    rows = rows[rows["duplicate_copies"] > 1]
    # Stable: of groups of one size, the one that began earlier comes first.
    firsts = rows.drop_duplicates("label").sort_values("duplicate_copies", ascending=False, kind="stable")
    firsts = firsts.set_index("label")
    return rows.assign(
        duplicate_group=rows["label"].map(pd.Series(range(1, len(firsts) + 1), index=firsts.index)),
        duplicate_of_thread=rows["label"].map(firsts["thread_id"]),
        duplicate_of=rows["label"].map(firsts["comment_id"]),
        first_same=rows["label"].map(firsts["same"]),
    )


def _similarities(rows: pd.DataFrame, different: list[str]) -> list[float]:
    """Return each row's similarity with the first of its group; equal texts are compared once."""
    known_pairs: dict[tuple[int, int], float] = {}
    first, first_shingles = -1, frozenset[str]()
    for same, other in sorted(set(zip(rows["first_same"], rows["same"], strict=True))):
        if same != first:
            first, first_shingles = same, shingles(different[same])
        known_pairs[same, other] = jaccard(first_shingles, shingles(different[other]))
    return [known_pairs[pair] for pair in zip(rows["first_same"], rows["same"], strict=True)]


def _groups(rows: pd.DataFrame, campaign_authors: int, campaign_threads: int) -> pd.DataFrame:
    named = rows.assign(person=rows["person"].where(rows["person"] >= 0))
    groups = (
        named.groupby("duplicate_group", sort=True)
        .agg(
            comments=("row", "size"),
            authors=("person", "nunique"),
            threads=("thread_id", "nunique"),
            first_at=("published_at", "min"),
            last_at=("published_at", "max"),
            least_similarity=("duplicate_similarity", "min"),
            first_thread=("thread_id", "first"),
            first_comment=("comment_id", "first"),
            text=("text", "first"),
        )
        .reset_index()
    )
    campaign = (groups["authors"] >= campaign_authors) | (groups["threads"] >= campaign_threads)
    return groups.assign(campaign=campaign.astype("int64"))
