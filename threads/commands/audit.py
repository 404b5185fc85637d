"""What is on record, and whether it is still as it was written: `btl audit` and `btl verify-audit`."""

from __future__ import annotations

import click

from threads.commands.keeping import database
from threads.commands.results import write_csv
from threads.commands.sources import EXIT_INPUT_PROBLEM
from threads.settings import Settings


@click.command()
@database
@click.option("--csv", "csv_file", metavar="FILE", default="-", show_default=True, help="Where to write.")
@click.option("--raw", is_flag=True, help="Plain CSV, for programs only: texts are not neutralised.")
def audit(db: str | None, csv_file: str, raw: bool) -> None:
    """Write the audit log as CSV: every event with who, when, ids, and the hashes that chain them."""
    from threads.storage import Store

    with Store.open(db or Settings.from_environment().database, must_exist=True) as store:
        write_csv(csv_file, store.audit(), raw)


@click.command("verify-audit")
@database
@click.option("--head", metavar="HASH", help="A hash that was printed earlier and kept elsewhere.")
@click.pass_context
def verify_audit(context: click.Context, db: str | None, head: str | None) -> None:
    """Check that the audit log is whole and unchanged, and that the store is what it says.

    Prints the number of rows and the hash of the last one: kept elsewhere and given as --head later, it
    shows a log that was cut off or written anew. Exits with 1 where something is wrong, and says what.
    """
    from threads.storage import Store

    with Store.open(db or Settings.from_environment().database, must_exist=True) as store:
        rows, last = store.audit_head()
        wrong = store.verify(head)
    click.echo(f"{rows:,} rows, head {last}")
    if not wrong:
        click.echo("Nothing was changed: the log is whole, and the store is what it says.")
    for line in wrong:
        click.echo(line)
    if wrong:
        click.echo(f"btl: the audit log and the store do not agree in {len(wrong):,} places", err=True)
        context.exit(EXIT_INPUT_PROBLEM)
