"""The whole job on a cluster: records in, scored records, people and near-duplicates out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from threads.dynamics.near_duplicates import near_duplicates
from threads.dynamics.people import wordiest
from threads.errors import InputError
from threads.partitions import discussions, duplicates, files, models, people
from threads.partitions.files import File, Partition, beside
from threads.settings import Settings
from threads.storage.parts import Part
from threads.storage.provenance import Provenance, Tally, manifest_text

if TYPE_CHECKING:
    from distributed import Client, Future

PARTS: Final = "part-*.parquet"
PEOPLE: Final = "_people.parquet"
DUPLICATES: Final = "_duplicates.parquet"
GROUPS: Final = "_duplicate_groups.parquet"
MANIFEST: Final = "_manifest.json"
_ADDED_AT_ONCE: Final = 16

Told = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Written:
    """A part of the result: what a manifest tells of it, how many rows, and what was seen in them."""

    told: dict[str, Any]
    partition: Partition
    tally: Tally


@dataclass(frozen=True, slots=True)
class Done:
    """What a job wrote: comments, people, groups of near-duplicates; `complete` as in NearDuplicates."""

    comments: int
    people: int
    groups: int
    complete: bool


def analyse(
    patterns: Sequence[str],
    folder: str,
    settings: Settings,
    client: Client,
    *,
    target: str | None = None,
    told: Told = lambda _: None,
) -> Done:
    """Score the comments of Parquet files, and find people and near-duplicates among all of them.

    Into `folder` go `part-….parquet`, records and scores in the order of the files, comments of a discussion
    together; PEOPLE and DUPLICATES with their GROUPS, as of one frame of all parts; and at the very end
    MANIFEST. What begins with an underscore is passed over where the folder is read as one table.

    Parameters
    ----------
    patterns
        Addresses of files, with * and the like; `thread_id`, `comment_id` and `text` must be in them.
    folder
        Where the result goes; parts that are there already are written over, and more of them removed.
    client
        Whose workers do it.
    target
        As in `threads.analysis.analyse`.
    told
        Gets a line on each step.

    Raises
    ------
    InputError, StoreError, ModelError
        As `threads.partitions.files` and `threads.partitions.models`.
    """
    found, written = score_files(patterns, folder, settings, client, target=target, told=told)
    parts = [one.partition for one in written if one.partition.rows]
    told("people")
    persons = _people(client, parts)
    told("near-duplicates")
    nearly, complete = _near_duplicates(client, parts)
    tables = {PEOPLE: persons, **nearly}
    files.keep_only([str(one.told["name"]) for one in written], folder, PARTS)
    others = [files.write(table, beside(folder, name))[0] for name, table in tables.items()]
    _write_manifest(folder, settings, target, found, written, others)
    return Done(sum(p.rows for p in parts), len(persons), len(nearly[GROUPS]), complete)


def score_files(
    patterns: Sequence[str],
    folder: str,
    settings: Settings,
    client: Client,
    *,
    target: str | None = None,
    told: Told = lambda _: None,
) -> tuple[list[File], list[Written]]:
    """Write the scored parts alone; parameters and errors as in `analyse`."""
    urls = [url for pattern in patterns for url in files.matching(pattern)]
    files.begin(folder, MANIFEST, urls)
    found: list[File] = client.gather(client.map(files.file_of, urls, pure=False))
    partitions = [partition for file in found for partition in file.partitions]
    if not partitions:
        raise InputError("there is no comment in it", source=", ".join(patterns))
    told(f"{len(urls):,} files, {sum(p.rows for p in partitions):,} comments")
    models.ship(client, settings)
    return found, _scored(client, partitions, folder, target, told)


def _scored(
    client: Client, partitions: Sequence[Partition], folder: str, target: str | None, told: Told
) -> list[Written]:
    from distributed import as_completed  # noqa: PLC0415 - an extra

    threads = client.map(discussions.threads_in, partitions, pure=False)
    found = client.submit(discussions.homes, *threads, pure=False)
    homes = client.submit(itemgetter(0), found, pure=False)
    origins: list[list[int]] = client.submit(itemgetter(1), found, pure=False).result()
    needed = sorted({origin for some in origins for origin in some})
    sent = {
        number: client.submit(discussions.sent, partitions[number], number, homes, pure=False)
        for number in needed
    }
    parts = [
        client.submit(
            _score_part,
            beside(folder, f"part-{number:06}.parquet"),
            target,
            partition,
            number,
            homes,
            *(sent[origin] for origin in origins[number]),
            pure=False,
        )
        for number, partition in enumerate(partitions)
    ]
    for done, _ in enumerate(as_completed(parts), start=1):
        told(f"{done:,} of {len(parts):,} parts scored")
    written: list[Written] = client.gather(parts)
    return written


def _score_part(url: str, target: str | None, partition: Partition, number: int, *whole: Any) -> Written:
    frame = discussions.scored(discussions.whole(partition, number, *whole), models.loaded(), target)
    tally = Tally()
    (_,) = tally.counted([Part(frame, {})])
    return Written(*files.write(frame, url), tally)


def _people(client: Client, parts: Sequence[Partition]) -> pd.DataFrame:
    firsts = [0, *accumulate(part.rows for part in parts)][: len(parts)]
    buckets = max(1, len(parts))
    split = [
        client.submit(people.split, part, first, buckets, pure=False)
        for part, first in zip(parts, firsts, strict=True)
    ]
    rows = [client.submit(people.joined, number, *split, pure=False) for number in range(buckets)]
    persons = people.in_order(client.gather(client.map(people.counted, rows, pure=False)))
    wanted = persons.loc[wordiest(persons["words"]), ["key"]]
    chosen = pd.concat(client.gather(client.map(people.measured_rows, rows, wanted=wanted, pure=False)))
    numbers = np.sort(chosen["row"].to_numpy(dtype=np.int64))
    texts = [
        client.submit(people.texts_at, part, first, numbers, pure=False)
        for part, first in zip(parts, firsts, strict=True)
    ]
    return people.finished(persons, chosen, client.gather(texts))


def _near_duplicates(client: Client, parts: Sequence[Partition]) -> tuple[dict[str, pd.DataFrame], bool]:
    folded = client.map(duplicates.folded, parts, pure=False)
    counts = _sum(client, client.map(duplicates.counts_of, folded, pure=False))
    blocks = [client.submit(duplicates.block, some, counts, pure=False) for some in folded]
    pairs = [(number, number) for number in range(len(parts))] + list(combinations(range(len(parts)), 2))
    marks: list[list[Future]] = [[] for _ in parts]
    complete = []
    for one, other in pairs:
        both = (blocks[one],) if one == other else (blocks[one], blocks[other])
        compared = client.submit(duplicates.compared_blocks, *both, pure=False)
        complete.append(client.submit(itemgetter(2), compared, pure=False))
        marks[one].append(client.submit(itemgetter(0), compared, pure=False))
        if one != other:
            marks[other].append(client.submit(itemgetter(1), compared, pure=False))
    rows = [
        client.submit(duplicates.rows_of, part, some, *marked, pure=False)
        for part, some, marked in zip(parts, folded, marks, strict=True)
    ]
    repeated = pd.concat(client.gather(rows), ignore_index=True)
    found = near_duplicates(repeated)
    comments = pd.concat([repeated[["thread_id", "comment_id"]], found.comments], axis="columns")
    tables = {
        DUPLICATES: comments.dropna(subset=["duplicate_group"]).reset_index(drop=True),
        GROUPS: found.groups,
    }
    return tables, found.complete and all(client.gather(complete))


def _sum(client: Client, counts: list[Future]) -> Future:
    """Add counts up, some at a time: no worker need hold all of them."""
    while len(counts) > 1:
        some = range(0, len(counts), _ADDED_AT_ONCE)
        counts = [
            client.submit(duplicates.added, *counts[start : start + _ADDED_AT_ONCE], pure=False)
            for start in some
        ]
    return counts[0]


def _write_manifest(
    folder: str,
    settings: Settings,
    target: str | None,
    found: Sequence[File],
    written: Sequence[Written],
    others: Sequence[dict[str, Any]],
) -> None:
    tally = Tally(columns=written[0].tally.columns)
    for one in written:
        tally.rows += one.tally.rows
        tally.judges |= one.tally.judges
    made = Provenance(
        command="btl analyse",
        options={"engine": "dask", "target": target},
        settings=settings,
        sources=[file.told for file in found],
    )
    text = manifest_text([*(one.told for one in written), *others], tally, made)
    files.write_bytes(text.encode(), beside(folder, MANIFEST))
