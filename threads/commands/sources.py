"""What commands share that read sources: the options, and reading with progress and messages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from threads.commands.tables import mapping_named, save_mapping, tell_columns
from threads.errors import InputError, SettingError
from threads.settings import Settings

if TYPE_CHECKING:
    from threads.parse.source import Source
    from threads.records import Parsed, Report

EXIT_INPUT_PROBLEM: Final = 1
SHOWN_REASONS: Final = 5


def source_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the argument SOURCES and the options of how to read them, for `parse_all`."""
    for option in reversed(
        [
            click.argument("sources", nargs=-1, required=True, metavar="SOURCE..."),
            click.option(
                "--format", "format_name", metavar="NAME", help="Format of the sources; see `btl formats`."
            ),
            click.option(
                "--timezone", metavar="ZONE", help="Zone of times that carry none, such as Europe/Berlin."
            ),
            click.option("--captured-at", metavar="TIME", help="When the page was saved (ISO 8601)."),
            click.option(
                "--encoding", metavar="NAME", help="Encoding of the sources; found out where not given."
            ),
            click.option(
                "--mapping",
                metavar="MAPPING",
                help="What the columns of a table mean: FIELD=COLUMN,…, a saved mapping or a file.",
            ),
            click.option(
                "--save-mapping",
                metavar="NAME",
                help="Keep what the columns of a table were taken for under a name, for --mapping.",
            ),
            click.option(
                "--no-article",
                is_flag=True,
                help="Leave out the article's text of saved pages, which takes most of the time.",
            ),
            click.option(
                "--allow-private", is_flag=True, help="Fetch from private addresses, too: an intranet."
            ),
        ]
    ):
        command = option(command)
    return command


def parse_all(
    sources: tuple[str, ...], how: dict[str, Any], inputs: list[dict[str, Any]] | None = None
) -> tuple[list[Parsed], bool]:
    """Parse every source; a problem with one is told and does not cost the others.

    `inputs` gets name, size and hash of each that was read, for a manifest.
    """
    from threads.analysis import options
    from threads.parse import parse as parse_source

    settings = Settings.from_environment()
    chosen = options(how["timezone"], _moment(how["captured_at"]))
    mapping = mapping_named(how.get("mapping"), settings)
    chosen = replace(chosen, article_text=not how["no_article"], mapping=mapping)
    source_of = _opener(settings, how["encoding"], allow_private=how["allow_private"])
    sources = tuple(dict.fromkeys(sources))  # a source named twice is read once
    results, failed = [], False
    with _progress(sources) as remaining:
        for name in remaining:
            try:
                source = source_of(name)
                parsed = parse_source(source, chosen, how["format_name"], settings=settings)
            except InputError as error:
                click.echo(f"btl: {error}", err=True)
                failed = True
                continue
            results.append(parsed)
            if inputs is not None:
                inputs.append(_hashed(source))
            failed |= not parsed.report.kept
            _tell(parsed.report)
    save_mapping(how.get("save_mapping"), results, chosen, settings)
    return results, failed


def _hashed(source: Source) -> dict[str, Any]:
    """Return name, size and hash of an input, packed as it came; of a corpus, of its utterances."""
    from threads.storage.provenance import input_of

    with source.stored() as stream:
        return input_of(source.name, stream)


def finish(failed: bool) -> None:
    """End with the exit code of an input problem where there was one."""
    if failed:
        click.get_current_context().exit(EXIT_INPUT_PROBLEM)


def _opener(settings: Settings, encoding: str | None, *, allow_private: bool) -> Callable[[str], Source]:
    """Return what makes an input of a name: of a file, a web address, or - for standard input."""
    from threads.parse.fetching import Fetcher, is_address
    from threads.parse.source import Source

    fetcher = Fetcher(settings, allow_private=allow_private)

    def source_of(name: str) -> Source:
        if name == "-":
            return Source.from_bytes(_standard_input(settings), "standard input", settings, encoding=encoding)
        if is_address(name):
            return fetcher.fetch(name, encoding=encoding)
        return Source.from_path(name, settings, encoding=encoding)

    return source_of


def _tell(report: Report) -> None:
    click.echo(
        f"{report.source}: {report.read} comments read, {report.kept} kept, {len(report.skipped)} left out",
        err=True,
    )
    for skipped in report.skipped[:SHOWN_REASONS]:
        click.echo(f"  left out: {skipped.place}: {skipped.reason}", err=True)
    if len(report.skipped) > SHOWN_REASONS:
        click.echo(f"  and {len(report.skipped) - SHOWN_REASONS} more; --json lists them all", err=True)
    for warning in report.warnings:
        click.echo(f"  note: {warning}", err=True)
    tell_columns(report)


def _standard_input(settings: Settings) -> bytes:
    # One byte more than allowed is enough for the size check to refuse it, and bounds the memory.
    return sys.stdin.buffer.read(settings.max_input_bytes + 1)


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise SettingError(
            f"{value!r} is not a time",
            source="--captured-at",
            remedy="Give ISO 8601, such as 2024-05-18T09:00:00Z",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def _progress(sources: tuple[str, ...]) -> Iterator[Iterable[str]]:
    """Show a progress bar on a terminal for more than one source; nothing in a pipe."""
    if len(sources) < 2 or not sys.stderr.isatty():
        yield sources
        return
    with click.progressbar(sources, label="Reading", file=sys.stderr) as bar:
        yield bar
