"""What commands share that write comments: the options, and each format with its manifest beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from threads.commands.results import STANDARD_OUTPUT, binary_output, output, write_csv

if TYPE_CHECKING:
    import pandas as pd

    from threads.storage.parts import Part
    from threads.storage.provenance import Provenance, Tally

FORMATS = ("csv", "parquet", "json", "ndjson", "convokit")


def output_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of what comments are written to, for `Outputs.of`."""
    for option in reversed(
        [
            click.option(
                "--csv", metavar="FILE", help="Write one row a comment, safe to open in a spreadsheet."
            ),
            click.option(
                "--raw", is_flag=True, help="Plain CSV, for programs only: texts are not neutralised."
            ),
            click.option("--parquet", metavar="FILE", help="Write one row a comment as Parquet."),
            click.option("--json", metavar="FILE", help="Write discussions with their comments as JSON."),
            click.option("--ndjson", metavar="FILE", help="Write a comment a line as JSON."),
            click.option("--convokit", metavar="FOLDER", help="Write a corpus that ConvoKit loads."),
        ]
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Outputs:
    """What comments are written to: a file for each format, a folder for a corpus; `raw` is for the CSV."""

    names: Mapping[str, str]
    raw: bool

    @classmethod
    def of(cls, options: dict[str, Any], *, otherwise: str | None = None) -> Outputs:
        """Return what the options of `output_options` ask for, and take these out of `options`.

        Where they name nothing, CSV goes to `otherwise`. Wrong usage, and what is not installed, is
        told before anything is read.
        """
        asked = {kind: options.pop(kind) for kind in FORMATS}
        names = {kind: name for kind, name in asked.items() if name is not None}
        if not names and otherwise is not None:
            names = {"csv": otherwise}
        if names.get("convokit") == STANDARD_OUTPUT:
            raise click.UsageError("a corpus is a folder: --convokit cannot go to standard output")
        require_one_standard_output(*names.values())
        if "parquet" in names:
            from threads.storage.parquet_files import require_parquet

            require_parquet(names["parquet"])
        return cls(names, options.pop("raw"))

    def write(
        self,
        parts: Iterable[Part],
        made: Provenance,
        *,
        json_text: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        """Write each of them, with a manifest beside every file and in the folder of a corpus.

        `parts` are worked out once, however many there are to write. `json_text` gives the JSON in pieces
        where a command has more to say in it than discussions.
        """
        own = {kind: name for kind, name in self.names.items() if kind != "json" or json_text is None}
        with ExitStack() as stack:
            if len(own) > 1:
                from threads.storage.kept_parts import KeptParts

                parts = stack.enter_context(KeptParts(parts))
            for kind, name in own.items():
                self._write_one(kind, name, parts, made)
        if json_text is not None and "json" in self.names:
            with output(self.names["json"]) as file:
                file.writelines(json_text())

    def _write_one(self, kind: str, name: str, parts: Iterable[Part], made: Provenance) -> None:
        from threads.storage.provenance import Tally, manifest_beside, write_manifest

        tally = Tally()
        if kind == "convokit":
            _write_corpus(Path(name), parts, tally, made)
            return
        self._write_file(kind, name, parts, tally)
        if name != STANDARD_OUTPUT:
            write_manifest(manifest_beside(Path(name)), [Path(name)], tally, made)

    def _write_file(self, kind: str, name: str, parts: Iterable[Part], tally: Tally) -> None:
        if kind == "csv":
            write_csv(name, _frames(parts, tally), self.raw)
        elif kind == "parquet":
            from threads.storage.columns import known_columns
            from threads.storage.parquet_files import write_parquet

            with binary_output(name) as binary:
                write_parquet(_frames(parts, tally), known_columns(), binary)
        elif kind == "ndjson":
            from threads.storage.json_files import write_ndjson

            with output(name) as file:
                write_ndjson(_frames(parts, tally), file)
        else:
            from threads.storage.json_files import write_discussions

            with output(name) as file:
                write_discussions(tally.counted(parts), file)


def require_one_standard_output(*names: str | None) -> None:
    """Refuse a command whose results would run into each other."""
    if names.count(STANDARD_OUTPUT) > 1:
        raise click.UsageError("only one of them can go to standard output")


def _frames(parts: Iterable[Part], tally: Tally) -> Iterator[pd.DataFrame]:
    return (part.frame for part in tally.counted(parts))


def _write_corpus(folder: Path, parts: Iterable[Part], tally: Tally, made: Provenance) -> None:
    from threads.storage.corpus_files import FILES, write_corpus
    from threads.storage.provenance import MANIFEST_OF_FOLDER, PROGRAM, write_manifest

    write_corpus(tally.counted(parts), folder, version=version(PROGRAM), beside=(MANIFEST_OF_FOLDER,))
    write_manifest(folder / MANIFEST_OF_FOLDER, [folder / name for name in FILES], tally, made)
