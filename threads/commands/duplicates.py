"""`btl duplicates`: near-duplicates and copy-paste campaigns across sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from threads.commands.results import write_csv
from threads.commands.sources import finish, parse_all, source_options

if TYPE_CHECKING:
    from threads.dynamics.near_duplicates import NearDuplicates


@click.command()
@source_options
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.7,
    show_default=True,
    help="Similarity from which two comments are linked: shared stretches of five letters by all of both.",
)
@click.option(
    "--csv",
    "csv_file",
    metavar="FILE",
    help="Write a row a comment of a group, safe to open in a spreadsheet.",
)
@click.option("--raw", is_flag=True, help="Plain CSV, for programs only: texts are not neutralised.")
def duplicates(
    sources: tuple[str, ...], threshold: float, csv_file: str | None, raw: bool, **how: Any
) -> None:
    """Find comments of SOURCES that nearly repeat each other, across threads and authors.

    Comments of fewer than 40 letters and digits are not compared: they are alike by chance.
    """
    import pandas as pd

    from threads.dynamics.near_duplicates import near_duplicates
    from threads.frames import comments_frame
    from threads.views import duplicates_text

    results, failed = parse_all(sources, how)
    records = comments_frame(tuple(d for parsed in results for d in parsed.discussions))
    # Two captures of one discussion hold the same comments.
    records = records.drop_duplicates(["thread_id", "comment_id"], ignore_index=True)
    found = near_duplicates(records, threshold=threshold)
    if not found.complete:
        click.echo("note: too many pairs to compare; groups may be missing", err=True)
    if csv_file:
        rows = pd.concat([found.comments, records], axis="columns").dropna(subset=["duplicate_group"])
        order = ["duplicate_group", "published_at", "thread_id", "position"]
        write_csv(csv_file, rows.sort_values(order, ignore_index=True), raw)
    else:
        click.echo(duplicates_text(found.groups))
    click.echo(_summary(found), err=True)
    finish(failed)


def _summary(found: NearDuplicates) -> str:
    """Return in a line what was compared and found."""
    from threads.dynamics.near_duplicates import FEWEST_CHARACTERS

    return (
        f"Near-duplicates among {len(found.comments):,} comments: {found.groups['comments'].sum():,}, in "
        f"{len(found.groups):,} groups; {found.too_short:,} with fewer than {FEWEST_CHARACTERS} letters and "
        "digits not compared"
    )
