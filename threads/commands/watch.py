"""`btl watch`: a folder whose files are imported as they come."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from threads.commands.deliver import until_stopped
from threads.settings import Settings

if TYPE_CHECKING:
    from threads.live.watching import Imported

PAUSE_SECONDS = 1.0  # a file that stood still for so long is whole


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given.")
@click.option("--format", "format_name", metavar="NAME", help="Format of the files; see `btl formats`.")
@click.option("--timezone", metavar="ZONE", help="Zone of times that carry none, such as Europe/Berlin.")
@click.option("--no-article", is_flag=True, help="Leave out the article's text of saved pages.")
def watch(
    folder: Path, db: str | None, format_name: str | None, timezone: str | None, no_article: bool
) -> None:
    """Import the files of FOLDER as they appear and as they grow, until stopped.

    A file that is still being written is waited for. What was imported is remembered in the database: a
    restart neither loses nor doubles.
    """
    from threads.live.watching import Folder
    from threads.live.watching import watch as watch_folder
    from threads.parse.formats import options
    from threads.storage import Store

    settings = Settings.from_environment()
    how = replace(options(timezone, None), article_text=not no_article)
    stop = until_stopped()
    with Store.open(db or settings.database) as store:
        watched = Folder(folder, store, how, settings, format_name)
        click.echo(f"watching {folder}; Ctrl-C stops it", err=True)
        watch_folder(watched, stop.wait, _say, lambda error: click.echo(error, err=True), PAUSE_SECONDS)


def _say(imported: Imported) -> None:
    from threads.views import printable

    if imported.added is None:
        click.echo(printable(f"btl: {imported.problem}"), err=True)
        return
    added = imported.added
    click.echo(
        printable(f"{imported.path}: {added.comments} comments added, {added.known} known already"), err=True
    )
