"""`btl analyse --engine dask`: very many comments in Parquet, on a cluster."""

from __future__ import annotations

import sys
from typing import Any

import click

from threads.commands.outputs import Outputs
from threads.settings import Settings

_NOT_HERE = ("format_name", "timezone", "captured_at", "encoding", "mapping", "save_mapping")


def analyse_on_cluster(
    patterns: tuple[str, ...],
    outputs: Outputs,
    settings: Settings,
    how: dict[str, Any],
    *,
    target: str | None,
    scheduler: str | None,
    workers: int | None,
) -> None:
    """Score Parquet files of records into the folder that --parquet names; wrong usage is told before."""
    from threads.partitions.cluster import cluster, require_dask
    from threads.workers import LARGE, number_of_workers

    if set(outputs.names) != {"parquet"} or outputs.names["parquet"] == "-":
        raise click.UsageError(
            "--engine dask writes a folder of Parquet: give --parquet FOLDER, and no other"
        )
    if given := [name for name in _NOT_HERE if how.get(name)]:
        option = given[0].removesuffix("_name").replace("_", "-")
        raise click.UsageError(f"--engine dask reads records, and has no use for --{option}")
    if scheduler and workers:
        raise click.UsageError("--scheduler names workers that run already: --workers is for this machine")
    require_dask()
    from threads.partitions.job import analyse

    count = number_of_workers(workers or settings.workers, LARGE)
    folder = outputs.names["parquet"]
    with cluster(scheduler, count) as client:
        try:
            done = analyse(patterns, folder, settings, client, target=target, told=_tell_on_a_terminal)
        except KeyboardInterrupt:
            _tell_on_a_terminal("")
            click.echo(f"stopped: {folder} holds no whole result; the same command begins anew", err=True)
            raise
    if not done.complete:
        click.echo("note: too many pairs to compare; groups of near-duplicates may be missing", err=True)
    click.echo(
        f"{folder}: {done.comments:,} comments, {done.people:,} people, "
        f"{done.groups:,} groups of near-duplicates",
        err=True,
    )


def _tell_on_a_terminal(step: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{step}", nl=False, err=True)
