"""Whole discussions of comments that lie in several partitions, and what is scored of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.analysis import with_context
from threads.frames import typed
from threads.parse.language import detect
from threads.partitions import files
from threads.partitions.files import ABOUT_DISCUSSION, Partition
from threads.records import COMMENT_COLUMNS, Discussion
from threads.scores import score
from threads.scores.base import Score

Keys = npt.NDArray[np.uint64]
_SCORING: Final = Lock()  # of a worker with several threads: scores keep what they have seen


@dataclass(frozen=True, slots=True)
class Homes:
    """Where the comments of discussions belong that lie in several partitions: in the first of these.

    `keys` are sorted; `homes` are the numbers of partitions.
    """

    keys: Keys
    homes: npt.NDArray[np.int64]

    def of(self, keys: Keys, own: int) -> npt.NDArray[np.int64]:
        """Return the partition in which each row belongs; `own` where its discussion lies in that alone."""
        if not len(self.keys):
            return np.full(len(keys), own)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.homes[places], own)


def keys_of(threads: pd.Series[str]) -> Keys:
    """Return a number for each id of a discussion, the same everywhere; two ids may seldom share one."""
    return pd.util.hash_array(threads.to_numpy(dtype=object), categorize=True)


def threads_in(partition: Partition) -> Keys:
    """Return the keys of the discussions of which there are comments."""
    return np.unique(keys_of(files.read(partition, ["thread_id"])["thread_id"]))


def homes(*threads: Keys) -> tuple[Homes, list[list[int]]]:
    """Return where comments belong, by the discussions in each partition; and from where each gets some."""
    keys = np.concatenate([np.zeros(0, dtype=np.uint64), *threads])
    places = np.repeat(np.arange(len(threads)), [len(some) for some in threads])
    order = np.argsort(keys, kind="stable")  # of each key the first partition comes first
    keys, places = keys[order], places[order]
    first = np.ones(len(keys), dtype=np.bool_)
    first[1:] = keys[1:] != keys[:-1]
    home = places[first][np.cumsum(first) - 1] if len(keys) else places
    moved = ~first
    spread = np.unique(keys[moved])
    starts = np.searchsorted(keys, spread)
    origins: list[list[int]] = [[] for _ in threads]
    for to, origin in sorted(set(zip(home[moved].tolist(), places[moved].tolist(), strict=True))):
        origins[to].append(origin)
    return Homes(spread, places[starts]), origins


def sent(partition: Partition, own: int, belongs: Homes) -> dict[int, pd.DataFrame]:
    """Return the records of a partition that belong in others, by these."""
    records = files.read_records(partition)
    home = belongs.of(keys_of(records["thread_id"]), own)
    return {int(to): records[home == to] for to in np.unique(home[home != own])}


def whole(partition: Partition, own: int, belongs: Homes, *others: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Return the records of the discussions whose home a partition is, those of one side by side."""
    found = files.read_records(partition)
    records: pd.DataFrame = found[belongs.of(keys_of(found["thread_id"]), own) == own]
    more = [sent_here[own] for sent_here in others if own in sent_here]
    if not more:
        return records.reset_index(drop=True)
    records = pd.concat([records, *more], ignore_index=True)
    order = np.argsort(pd.factorize(records["thread_id"])[0], kind="stable")
    return records.iloc[order].reset_index(drop=True)


def scored(records: pd.DataFrame, scores: Sequence[Score], target: str | None) -> pd.DataFrame:
    """Return records and scores side by side, as `threads.analysis.scored_frame` does of what was parsed."""
    comments = typed(records, COMMENT_COLUMNS)
    with _SCORING:
        found = score(with_context(comments, _discussions(records), target), scores)
    return pd.concat([comments, found], axis="columns")


def _discussions(records: pd.DataFrame) -> tuple[Discussion, ...]:
    """Return what is known of each discussion, its language worked out where it is not; no comments."""
    about = typed(records, ABOUT_DISCUSSION).assign(text=records["text"])
    return tuple(
        _discussion(str(thread), rows) for thread, rows in about.groupby(records["thread_id"], sort=False)
    )


def _discussion(thread: str, rows: pd.DataFrame) -> Discussion:
    title, article, language = (_first(rows[column.name]) for column in ABOUT_DISCUSSION)
    return Discussion(
        thread_id=thread,
        source="",
        source_format="",
        title=title,
        article_text=article,
        language=language or detect(rows["text"]) or detect([article]),
    )


def _first(values: pd.Series[Any]) -> str | None:
    there = values.dropna()
    return None if there.empty else str(there.iloc[0])
