"""Who carries the talk of all partitions: what `threads.dynamics.people` says of one frame.

Rows go to buckets by person; a row is known by its number over all partitions.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.people import (
    COUNTED,
    measured,
    person_keys,
    person_of_each,
    ranked,
    sampled,
    totals,
    with_counts,
)
from threads.partitions import files
from threads.partitions.files import Partition

_READ: Final = (
    *("author", "author_id", "published_at", "published_at_precision", "sentiment"),
    *COUNTED,
)


def split(partition: Partition, first: int, buckets: int) -> list[pd.DataFrame]:
    """Return what is counted of a partition's rows, of which the first has this number, by bucket."""
    rows = files.read(partition, _READ)
    keys = person_keys(rows).fillna("")
    rows["row"] = first + np.arange(len(rows))
    bucket = pd.util.hash_array(keys.to_numpy(dtype=object), categorize=True) % np.uint64(buckets)
    return [rows[bucket == number] for number in range(buckets)]


def joined(number: int, *parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of a bucket."""
    return pd.concat([part[number] for part in parts], ignore_index=True).sort_values(
        "row", ignore_index=True
    )


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row a person of a bucket: `totals`, COUNTED, `key`, and `row`, the first or -1 for nobody."""
    persons = person_of_each(rows)
    by_person = rows.assign(key=person_keys(rows)).groupby(persons, sort=True)
    known = by_person.agg(key=("key", "first"), row=("row", "first"))
    known.loc[known["key"].isna(), "row"] = -1
    return pd.concat([totals(rows, persons), by_person[list(COUNTED)].sum(), known], axis="columns")


def in_order(counts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the persons of all buckets in order of appearance, all without a name before them."""
    return pd.concat([some for some in counts if len(some)]).sort_values("row", ignore_index=True)


def measured_rows(rows: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Return which rows of a bucket are measured: `row`, and `person`, the index of it in `wanted`."""
    numbers = pd.Series(wanted.index, index=wanted["key"].fillna(""))
    person = person_keys(rows).fillna("").map(numbers)
    chosen = rows.assign(person=person)[person.notna()]
    chosen = chosen[sampled(chosen["person"].to_numpy(dtype=np.intp))]
    return chosen[["row", "person"]]


def texts_at(partition: Partition, first: int, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return the texts of those rows that a partition has, with their numbers."""
    places = rows[(rows >= first) & (rows < first + partition.rows)] - first
    found = files.read(partition, ["text"]).iloc[places]
    return found.assign(row=places + first)


def finished(persons: pd.DataFrame, chosen: pd.DataFrame, texts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return what `threads.dynamics.people.people` does, of persons `in_order` and the texts of `chosen`."""
    rows = chosen.merge(pd.concat(texts), on="row").sort_values("row", ignore_index=True)
    measures = measured(rows, rows["person"].to_numpy(dtype=np.intp))
    found = pd.concat(
        [persons.drop(columns=list(COUNTED)), with_counts(measures, persons[list(COUNTED)])], axis="columns"
    )
    return ranked(found)
