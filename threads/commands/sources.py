"""What commands share that read sources: the options, and reading with progress and messages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from threads.commands.tables import mapping_named, save_mapping, tell_columns
from threads.errors import InputError, SettingError
from threads.settings import Settings

if TYPE_CHECKING:
    from threads.parse import Options
    from threads.parse.fetching import Fetcher
    from threads.parse.reading import Reading
    from threads.parse.source import Source
    from threads.records import Discussion, Parsed, Report
    from threads.scores.evaluate import Data
    from threads.storage import Added
    from threads.workers import Workers

EXIT_INPUT_PROBLEM: Final = 1
STANDARD_INPUT: Final = "-"
SHOWN_REASONS: Final = 5
_PROGRESS_FROM: Final = 5_000_000  # bytes: less is read in a moment


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
                "--with-addresses",
                is_flag=True,
                help="Keep e-mail and IP addresses that stand for authors' names and ids in exports.",
            ),
            click.option(
                "--allow-private", is_flag=True, help="Fetch from private addresses, too: an intranet."
            ),
        ]
    ):
        command = option(command)
    return command


workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes to work with; every core for large inputs and 1 for others where not given.",
)


@contextmanager
def workers_for(read: Sources, asked: int | None) -> Iterator[Workers]:
    """Give the processes that work on sources; what small ones among many hold is read by them, too."""
    from threads.workers import Workers, number_of_workers

    count = number_of_workers(asked or read.settings.workers, read.size)
    with Workers(count, told=lambda what: click.echo(f"note: {what}", err=True)) as workers:
        read.workers = workers
        yield workers


@dataclass(frozen=True, slots=True)
class _Whole:
    """A source that another process read: its discussions up to what could not be read, if anything."""

    discussions: tuple[Discussion, ...]
    report: Report
    hashed: dict[str, Any]
    error: InputError | None

    def reading(self) -> Reading:
        """Return it as if it were read here."""
        from threads.parse.reading import Reading

        return Reading(self._all(), lambda: self.report)

    def _all(self) -> Iterator[Discussion]:
        yield from self.discussions
        if self.error is not None:
            raise self.error


class Sources:
    """What a command reads, one source after the other; a problem with one is told and costs no other.

    `failed` is whether there was one, or a source without a comment. `inputs` are name, size and hash of
    each that was read, for a manifest. To go through it again reads again, and tells nothing twice.
    `workers` read small files, where there are several.
    """

    def __init__(self, names: tuple[str, ...], how: dict[str, Any], settings: Settings | None = None) -> None:
        from threads.parse.formats import options

        self.settings = settings or Settings.from_environment()
        mapping = mapping_named(how.get("mapping"), self.settings)
        self._options = replace(
            options(how["timezone"], _moment(how["captured_at"])),
            article_text=not how["no_article"],
            addresses=how.get("with_addresses", False),
            mapping=mapping,
        )
        self._format = how["format_name"]
        self._saved_mapping = how.get("save_mapping")
        self._encoding = how["encoding"]
        self._source_of = _opener(self.settings, self._encoding, allow_private=how["allow_private"])
        self._names = tuple(dict.fromkeys(names))  # a source named twice is read once
        self._sources: dict[str, Source] = {}
        self._told: dict[str, Report] = {}
        self.failed = False
        self.inputs: list[dict[str, Any]] = []
        self.workers: Workers | None = None

    def __iter__(self) -> Iterator[Reading]:
        """Yield the discussions of each source; what is wrong with it was told before the first of them."""
        for name, whole in self._read():
            found = self._opened(name, whole)
            if found is not None:
                yield found
        save_mapping(self._saved_mapping, self.reports, self._options, self.settings)

    @property
    def size(self) -> int:
        """Bytes of the files among the sources; of what else is read it is not known yet."""
        return sum(map(_size, self._names))

    def _read(self) -> Iterator[tuple[str, _Whole | None]]:
        """Yield the name of each source, and what is in it where a worker has read it."""
        names = self._names
        if self.workers is None or self.workers.count == 1 or len(names) == 1:
            yield from ((name, None) for name in names)
            return
        work = partial(
            _whole,
            options=self._options,
            format_name=self._format,
            encoding=self._encoding,
            settings=self.settings,
        )
        small = (name if 0 < _size(name) < _PROGRESS_FROM else None for name in names)
        yield from zip(names, self.workers.in_order(work, small), strict=True)

    @property
    def reports(self) -> list[Report]:
        """How it went with each that was read to its end."""
        return list(self._told.values())

    def with_comments(self) -> Iterator[Reading]:
        """Yield those in which there is a comment."""
        from threads.parse.reading import Reading

        for found in self:
            start: list[Discussion] = []
            for discussion in found.discussions:
                start.append(discussion)
                if discussion.comments:
                    yield Reading(chain(start, found.discussions), found.report)
                    break

    def batches(self, comments: int) -> Iterator[tuple[Discussion, ...]]:
        """Yield the discussions of all some at a time: as many as have so many comments."""
        from threads.parse.reading import batches

        for found in self:
            yield from batches(found.discussions, comments)

    def _opened(self, name: str, whole: _Whole | None) -> Reading | None:
        from threads.parse.reading import Reading

        try:
            if whole is None:
                found, first, hashed = self._begun(name)
            else:
                found, hashed = whole.reading(), lambda: whole.hashed
                first = list(islice(found.discussions, 1))
        except InputError as error:
            self._problem(name, error)
            return None
        return Reading(
            self._told_of(name, hashed, chain(first, found.discussions), found.report), found.report
        )

    def _begun(self, name: str) -> tuple[Reading, list[Discussion], Callable[[], dict[str, Any]]]:
        from threads.parse import reading

        source = self._sources[name] if name in self._sources else self._source_of(name)
        self._sources[name] = source
        with _progress(source):
            found = reading(source, self._options, self._format, settings=self.settings)
            # An export is read to its end before its first discussion is known to be whole.
            first = list(islice(found.discussions, 1))
        return found, first, lambda: _hashed(source)

    def _told_of(
        self,
        name: str,
        hashed: Callable[[], dict[str, Any]],
        discussions: Iterator[Discussion],
        report: Callable[[], Report],
    ) -> Iterator[Discussion]:
        try:
            yield from discussions
        except InputError as error:
            self._problem(name, error)
            return
        if name not in self._told:
            self._told[name] = made = report()
            self.failed |= not made.kept
            self.inputs.append(hashed())
            _tell(made)

    def _problem(self, name: str, error: InputError) -> None:
        if name in self._names:
            click.echo(f"btl: {error}", err=True)
        self.failed = True
        self._names = tuple(other for other in self._names if other != name)


def parse_all(names: tuple[str, ...], how: dict[str, Any]) -> tuple[list[Parsed], bool]:
    """Parse every source into memory; a problem with one is told and does not cost the others."""
    from threads.records import Parsed

    sources = Sources(names, how)
    results = []
    for found in sources:
        discussions = tuple(found.discussions)
        results.append(Parsed(discussions=discussions, report=found.report()))
    return results, sources.failed


def _whole(
    name: str | None,
    *,
    options: Options,
    format_name: str | None,
    encoding: str | None,
    settings: Settings,
) -> _Whole | None:
    """Read a file to its end, in another process; None where it is not for one."""
    from threads.parse import reading
    from threads.parse.source import Source
    from threads.records import Report

    if name is None:
        return None
    discussions: list[Discussion] = []
    report, hashed, error = Report(source=name), {}, None
    try:
        source = Source.from_path(name, settings, encoding=encoding)
        found = reading(source, options, format_name, settings=settings)
        discussions.extend(found.discussions)
        report, hashed = found.report(), _hashed(source)
    except InputError as problem:
        error = problem
    return _Whole(tuple(discussions), report, hashed, error)


def _size(name: str) -> int:
    """Return the bytes of a file; 0 for what is none, such as an address or a folder."""
    path = Path(name)
    return path.stat().st_size if path.is_file() else 0


def _hashed(source: Source) -> dict[str, Any]:
    """Return name, size and hash of an input, packed as it came; of a corpus, of its utterances."""
    from threads.storage.provenance import input_of

    with source.stored() as stream:
        return input_of(source.name, stream)


def finish(failed: bool) -> None:
    """End with the exit code of an input problem where there was one."""
    if failed:
        click.get_current_context().exit(EXIT_INPUT_PROBLEM)


@contextmanager
def stored_so_far() -> Iterator[Callable[[Added], None]]:
    """Give what is told of each part that is stored: shown on a terminal, and where an import is stopped."""
    done = 0

    def told(part: Added) -> None:
        nonlocal done
        done += part.comments + part.known
        if sys.stderr.isatty():
            click.echo(f"\r{done:,} comments stored \r", nl=False, err=True)

    try:
        yield told
    except KeyboardInterrupt:
        click.echo(f"\nstopped: {done:,} comments are stored; the same command goes on from there", err=True)
        raise


def _opener(settings: Settings, encoding: str | None, *, allow_private: bool) -> Callable[[str], Source]:
    """Return what makes an input of a name: of a file, a web address, or - for standard input."""
    from threads.parse.source import Source, is_address

    @cache
    def fetcher() -> Fetcher:
        from threads.parse.fetching import Fetcher

        return Fetcher(settings, allow_private=allow_private)

    def source_of(name: str) -> Source:
        if name == STANDARD_INPUT:
            return Source.from_bytes(_standard_input(settings), "standard input", settings, encoding=encoding)
        if is_address(name):
            return fetcher().fetch(name, encoding=encoding)
        return Source.from_path(name, settings, encoding=encoding)

    return source_of


def _tell(report: Report) -> None:
    from threads.parse.reading import in_words

    click.echo(
        f"{report.source}: {report.read:,} comments read, {report.kept:,} kept, {report.dropped:,} left out"
        + (f" ({in_words(report.left_out)})" if report.dropped > SHOWN_REASONS else ""),
        err=True,
    )
    if report.found:
        click.echo(f"  found: {in_words(report.found)}", err=True)
    for skipped in report.skipped[:SHOWN_REASONS]:
        click.echo(f"  left out: {skipped.place}: {skipped.reason}", err=True)
    if report.dropped > SHOWN_REASONS:
        click.echo(f"  and {report.dropped - SHOWN_REASONS:,} more; --json lists them", err=True)
    for warning in report.warnings:
        click.echo(f"  note: {warning}", err=True)
    tell_columns(report)


def labelled(name: str) -> Data:
    """Return labelled data as what reads them takes them: a file by its name, or - for standard input.

    Raises
    ------
    InputError
        Standard input is more than `max_input_bytes`.
    """
    from threads.scores.evaluate import Given

    return Given("standard input", standard_input()) if name == STANDARD_INPUT else name


def standard_input() -> bytes:
    """Return all of standard input; InputError where it is more than `max_input_bytes`."""
    from threads.parse.source import check_size

    settings = Settings.from_environment()
    content = _standard_input(settings)
    check_size(len(content), "standard input", settings)
    return content


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
def _progress(source: Source) -> Iterator[None]:
    """Show on a terminal how much of a large file has been read; nothing in a pipe."""
    if source.size < _PROGRESS_FROM or not sys.stderr.isatty():
        yield
        return
    with click.progressbar(length=source.size, label=f"Reading {source.name}", file=sys.stderr) as bar:
        source.on_read = bar.update
        yield
        source.on_read = None
