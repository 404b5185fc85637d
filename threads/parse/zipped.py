"""A ZIP archive of several exports, read file by file: platforms give large blogs and forums so."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from threads.errors import InputError
from threads.language import N_
from threads.parse.reading import Reading
from threads.parse.source import Source
from threads.parse.unpacking import extracted, files_of
from threads.records import Discussion, LeftOut, Report, Skipped

_MOST_FILES = 1_000
_SHOWN = 5


def files_in(source: Source) -> list[str]:
    """Return the names of the files in a ZIP archive of several; none for any other input."""
    if not source.start.startswith(b"PK\x03\x04"):
        return []
    with source.stored() as stream:
        return files_of(stream)


def of_archive(source: Source, names: list[str], read: Callable[[Source], Reading]) -> Reading:
    """Return the discussions of the files in an archive, one file unpacked at a time.

    A file that cannot be read costs no other: the report says which, and why.

    Raises
    ------
    InputError
        There are too many files, or, once all were tried, none of them could be read.
    """
    if len(names) > _MOST_FILES:
        raise InputError(
            N_("the archive holds {files} files, more than the {most} that are read").format(
                files=f"{len(names):,}", most=f"{_MOST_FILES:,}"
            ),
            source=source.name,
            remedy=N_("Unpack it, and name the files with comments"),
        )
    archive = _Archive(source, names, read)
    return Reading(archive.discussions(), archive.report)


@dataclass(slots=True)
class _Archive:
    source: Source
    names: list[str]
    read: Callable[[Source], Reading]
    reports: dict[str, Report] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def discussions(self) -> Iterator[Discussion]:
        with tempfile.TemporaryDirectory(prefix="btl-") as folder:
            for name in self.names:
                try:
                    yield from self._of_file(name, Path(folder) / "file")
                except InputError as error:
                    self.problems[name] = error.problem
        if not self.reports:
            raise InputError(
                N_("none of the {files} files in this ZIP archive could be read ({problems})").format(
                    files=len(self.names), problems=self._told()
                ),
                source=self.source.name,
                remedy=N_("Unpack it, and name the files with comments"),
            )

    def _of_file(self, name: str, path: Path) -> Iterator[Discussion]:
        settings = self.source.settings
        most = None if self.source.path is not None else settings.max_unpacked_bytes
        with self.source.stored() as stream, path.open("wb") as file:
            for piece in extracted(stream, name, self.source.name, settings, most=most):
                file.write(piece)
        one = Source(f"{self.source.name}, {name}", path, self.source.asked_encoding)
        found = self.read(one)
        for discussion in found.discussions:
            yield replace(discussion, source=self.source.name)
        self.reports[name] = found.report()

    def report(self) -> Report:
        reports = self.reports.items()
        left_out: dict[str, int] = {}
        for _, report in reports:
            for reason, count in report.left_out.items():
                left_out[reason] = left_out.get(reason, 0) + count
        notes = [
            N_("read from the archive: {read} of {files} files").format(
                read=f"{len(self.reports):,}", files=f"{len(self.names):,}"
            )
        ]
        if self.problems:
            notes.append(N_("not read: {problems}").format(problems=self._told()))
        places = (Skipped(f"{name}, {s.place}", s.reason) for name, r in reports for s in r.skipped)
        return Report(
            source=self.source.name,
            kept=sum(report.kept for _, report in reports),
            skipped=tuple(place for place, _ in zip(places, range(LeftOut.MOST_PLACES), strict=False)),
            left_out=left_out,
            warnings=(*notes, *(f"{name}: {note}" for name, r in reports for note in r.warnings[:_SHOWN])),
            columns=next((report.columns for _, report in reports if report.columns), ()),
        )

    def _told(self) -> str:
        shown = [f"{name}: {problem}" for name, problem in list(self.problems.items())[:_SHOWN]]
        more = len(self.problems) - len(shown)
        return "; ".join([*shown, *([N_("and {more} more").format(more=f"{more:,}")] if more > 0 else [])])
