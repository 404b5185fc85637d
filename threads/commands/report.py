"""`btl report`: what a week brought, how right its flags were, how long decisions took."""

from __future__ import annotations

import click

from threads.commands.results import write_csv
from threads.settings import Settings


@click.command()
@click.option("--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given.")
@click.option("--week", metavar="WEEK", help="Such as 2026-W48; this week where not given.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write it as a table; - is standard output.")
def report(db: str | None, week: str | None, csv_file: str | None) -> None:
    """Print the weekly report: what was flagged, how right that was, how long decisions took."""
    from threads.moderation.report import report_lines, report_table
    from threads.moderation.weeks import Week
    from threads.storage import Store

    chosen = None if week is None else Week.parse(week)
    with Store.open(db or Settings.from_environment().database, must_exist=True) as store:
        found = store.learning.report(chosen)
    if csv_file:
        write_csv(csv_file, report_table(found), raw=False)
    else:
        click.echo("\n".join(report_lines(found)))
