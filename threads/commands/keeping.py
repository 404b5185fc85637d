"""What is kept and what is not: `btl retain`, `btl erase`, `btl backup` and `btl restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from threads.settings import Settings

if TYPE_CHECKING:
    from threads.storage.keeping import Kept


database = click.option(
    "--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given."
)
_threads = click.option(
    "--thread", "threads", multiple=True, metavar="ID", help="In this discussion only; may be repeated."
)
_dry_run = click.option("--dry-run", is_flag=True, help="Print what would be done, and do nothing.")


@click.command()
@database
@click.option(
    "--days", type=click.IntRange(1), help="Keep comments this long; BTL_RETENTION_DAYS if not given."
)
@_threads
@_dry_run
def retain(db: str | None, days: int | None, threads: tuple[str, ...], dry_run: bool) -> None:
    """Empty comments that are older than they are to be kept; ids, decisions and figures stay."""
    from threads.storage import Store
    from threads.storage.accounts import LOCAL

    settings = Settings.from_environment()
    days = days or settings.retention_days
    if not days:
        raise click.UsageError("say how long comments are kept: --days, or the variable BTL_RETENTION_DAYS")
    with Store.open(db or settings.database, must_exist=True) as store:
        kept = store.keeping.retain(days, actor=LOCAL, threads=threads, dry_run=dry_run)
    _tell(kept, dry_run=dry_run)


@click.command()
@database
@click.option("--author", metavar="NAME", help="All that this author wrote, named as displayed.")
@click.option("--author-id", metavar="ID", help="All that this author wrote, by the platform's id.")
@click.option("--comment", nargs=2, metavar="THREAD COMMENT", help="One comment, by both of its ids.")
@click.option("--again", is_flag=True, help="What was erased before and is there again from a backup.")
@_threads
@_dry_run
def erase(
    db: str | None,
    author: str | None,
    author_id: str | None,
    comment: tuple[str, str] | None,
    again: bool,
    threads: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Erase what somebody wrote, wherever it stands, for good: later imports leave it out."""
    from threads.keys import read_key
    from threads.storage import Store
    from threads.storage.accounts import LOCAL
    from threads.storage.keeping import Whom

    if again == (author is not None or author_id is not None or comment is not None):
        raise click.UsageError("say whom: --author, --author-id or --comment, or else --again")
    settings = Settings.from_environment()
    with Store.open(db or settings.database, must_exist=True) as store:
        key = read_key(settings.key_file)
        if again:
            kept = store.keeping.erase_again(key, actor=LOCAL, dry_run=dry_run)
        else:
            whom = Whom(author=author, author_id=author_id, comment=comment, threads=threads)
            kept = store.keeping.erase(whom, key, actor=LOCAL, dry_run=dry_run)
    _tell(kept, dry_run=dry_run)


@click.command()
@database
@click.argument("file", type=click.Path(path_type=Path))
def backup(db: str | None, file: Path) -> None:
    """Write a checked backup of the store to FILE while others work, and FILE.manifest.json beside it."""
    from threads.storage import Store
    from threads.storage.accounts import LOCAL

    settings = Settings.from_environment()
    with Store.open(db or settings.database, must_exist=True) as store:
        manifest = store.back_up(file, actor=LOCAL)
    click.echo(
        f"{file}: {manifest.bytes:,} bytes, {sum(manifest.rows.values()):,} rows, checked; the audit log has "
        f"{manifest.audit_rows:,} events, the last {manifest.audit_head or '-'}"
    )


@click.command()
@database
@click.option("--replace", is_flag=True, help="Put it in the place of a database that is there.")
@click.argument("file", type=click.Path(path_type=Path))
def restore(db: str | None, replace: bool, file: Path) -> None:
    """Make a database of the backup FILE, checked against its manifest and its audit log."""
    from datetime import UTC, datetime

    from threads.storage.accounts import LOCAL
    from threads.storage.backup import restore as restore_backup

    url = db or Settings.from_environment().database
    restored = restore_backup(file, url, actor=LOCAL, clock=lambda: datetime.now(UTC), replace=replace)
    manifest = restored.manifest
    click.echo(
        f"{file}: restored as it was at {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"{sum(manifest.rows.values()):,} rows, checked"
    )
    if restored.erasures is None:
        click.echo("The database that was there cannot be read: do erasures since then again.")
    elif restored.erasures:
        click.echo(f"{restored.erasures:,} erasures were made since then: do them with `btl erase --again`.")


def _tell(kept: Kept, *, dry_run: bool) -> None:
    from threads.views import kept_text

    for line in kept_text(kept, dry_run=dry_run):
        click.echo(line)
