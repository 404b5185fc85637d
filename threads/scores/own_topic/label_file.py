"""Reading labels that a user gave to comments: a table from a spreadsheet, or JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from threads.errors import InputError
from threads.parse.charsets import decode
from threads.parse.spreadsheet import unescape
from threads.parse.storable import from_storable
from threads.scores.classifier import UNCLEAR
from threads.scores.evaluate import Data, Given, json_lines, wanted
from threads.scores.labels import task

TASK: Final = "topic_stance"
LABEL_COLUMNS: Final = ("label", "stance")  # the first one that is there counts
LARGEST: Final = 50_000_000  # bytes
_SEPARATORS: Final = ",;\t"
_NAMES: Final = "The first line names the columns: text, and stance or label"
_BY_ID: Final = "Add it, or say with --comments SOURCE where the comments are that comment_id names"
_FOR_ID: Final = "It names the comment that each label is for"

NAMED: Final = 5  # comments that a message names; of more it says how many

Comments = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class LabelFile:
    """Labelled texts of a file: `mapping` leads from its words to the labels.

    `unlabelled` counts rows without a label or labelled unclear, `elsewhere` rows that name another target.
    `unread` is a column that could have been the labels, beside the one that was.
    """

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    unlabelled: int = 0
    elsewhere: int = 0
    unread: str | None = None


@dataclass(frozen=True)
class _Row:
    """A row with the line it begins in; words and target as written, "" where there is none."""

    line: int
    text: str
    word: str
    target: str


def read_labels(data: Data, target: str, comments: Comments | None = None) -> LabelFile:
    """Return the labelled comments on `target` of a file, or of what was read already.

    A CSV (separated by commas, semicolons or tabs) has a column `label` or `stance`, and either a column
    `text` or, where `comments` (text by thread_id and comment_id) are given, `comment_id` and, if several
    threads have one of that id, `thread_id`. With both columns, `label` counts. JSON lines have `text` and
    `label`. Rows whose label is empty or null and rows whose `target` is another one are left out.

    Raises
    ------
    InputError
        The file cannot be read, lacks a column, has a label that means nothing or an unknown comment, was
        labelled by a model, or has no row on this target. The message names the line;
        of unknown comments, the first NAMED.
    """
    source, content = str(data), _bytes(data)
    if content.lstrip().startswith(b"{"):
        return _kept(list(_json_rows(Given(source, content))), target, source)
    text = decode(content).text
    found = _kept(list(_table_rows(text, source, comments)), target, source)
    columns = [name for name in LABEL_COLUMNS if name in _names(text, source)]
    return replace(found, unread=columns[1] if len(columns) > 1 else None)


def _bytes(data: Data) -> bytes:
    source = str(data)
    try:
        size = len(data.content) if isinstance(data, Given) else Path(data).stat().st_size
        if size > LARGEST:
            raise InputError(f"is larger than {LARGEST // 1_000_000} MB", source=source)
        return data.content if isinstance(data, Given) else Path(data).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=source) from error


def _kept(rows: list[_Row], target: str, source: str) -> LabelFile:
    asked, texts, labels = task(TASK), [], []
    mapping: dict[str, str] = {}
    unlabelled = elsewhere = 0
    for row in rows:
        if not same_target(row.target, target):
            elsewhere += 1
        elif row.word.strip().lower() in ("", UNCLEAR):
            unlabelled += 1
        else:
            label = asked.meaning(row.word)
            if label is None:
                raise InputError(
                    f"the label {row.word[:40]!r} is not known",
                    source=source,
                    place=f"line {row.line}",
                    remedy=f"Use one of {', '.join(asked.meanings)}; leave it empty to skip the comment",
                )
            mapping[row.word.strip()] = label
            texts.append(row.text)
            labels.append(label)
    if rows and elsewhere == len(rows):
        raise InputError(
            f"no row is about {target!r}", source=source, remedy=f"Its rows are about {rows[0].target[:80]!r}"
        )
    return LabelFile(texts, labels, mapping, unlabelled, elsewhere)


def same_target(written: str, target: str) -> bool:
    """Return whether a row is on `target`: it names none, or that one in whatever case and spacing."""
    return not written.strip() or written.casefold().split() == target.casefold().split()


def _json_rows(data: Given) -> Iterator[_Row]:
    remedy = wanted(task("topic_stance"))
    for line, row in json_lines(data, remedy):
        text, label = row.get("text"), row.get("label")
        if not isinstance(text, str) or "label" not in row or not isinstance(label, str | int | None):
            raise InputError("lacks text or label", source=str(data), place=f"line {line}", remedy=remedy)
        yield _Row(line, text, "" if label is None else str(label), target_of(row))


def target_of(row: Mapping[str, object]) -> str:
    """Return the target that a row of JSON lines names, "" for none."""
    return target if isinstance(target := row.get("target"), str) else ""


def _table_rows(text: str, source: str, comments: Comments | None) -> Iterator[_Row]:
    names, lines = _names(text, source), _lines(text, source)
    next(lines, None)
    label = next((name for name in LABEL_COLUMNS if name in names), None)
    if label is None:
        raise InputError("has no column called stance or label", source=source, place="line 1", remedy=_NAMES)
    texts = _Texts(names, comments, source)
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            raise InputError(
                f"{len(cells)} cells under a header of {len(names)}",
                source=source,
                place=f"line {line}",
                remedy="Put a text with commas or line breaks into quotation marks",
            )
        row = dict(zip(names, cells, strict=False))
        word = row.get(label, "")
        if word.strip() and label == "stance" and row.get("stance_model", "").strip():
            raise InputError(
                "the column stance was filled by a model, and a model would only repeat it",
                source=source,
                place=f"line {line}",
                remedy="Put your own labels into a column called label",
            )
        labelled = word.strip() != ""
        yield _Row(line, texts.of(row, line) if labelled else "", word, row.get("target", "").strip())
    texts.require_all()


def _names(text: str, source: str) -> list[str]:
    """Return the names of a table's columns, in small letters."""
    return [name.strip().lower() for name in next(_lines(text, source), (1, []))[1]]


def _lines(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table, each with the line it begins in."""
    # The limit is one for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, [from_storable(unescape(cell)) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"is not sound CSV ({error})",
            source=source,
            place=f"line {line}",
            remedy="Save it again as CSV; cells with quotation marks or line breaks must be quoted",
        ) from None


class _Texts:
    """Finds the text of a row: in the row itself, or among the comments given."""

    def __init__(self, names: list[str], comments: Comments | None, source: str) -> None:
        self._comments, self._source = comments, source
        self._threads: dict[str, list[str]] = {}
        self._unknown: list[tuple[int, str]] = []
        self._ambiguous: list[tuple[int, str]] = []
        for thread, comment in comments or ():
            self._threads.setdefault(comment, []).append(thread)
        wanted = "text" if comments is None else "comment_id"
        if wanted not in names:
            by_id = comments is None and "comment_id" in names
            raise InputError(
                f"has no column called {wanted}",
                source=source,
                place="line 1",
                remedy=_BY_ID if by_id else _NAMES if comments is None else _FOR_ID,
            )

    def of(self, row: Mapping[str, str], line: int) -> str:
        """Return the text of a row; "" for a comment that is not found, which `require_all` tells."""
        if self._comments is None:
            return row.get("text", "")
        comment, thread = row.get("comment_id", "").strip(), row.get("thread_id", "").strip()
        threads = [known for known in self._threads.get(comment, []) if thread in ("", known)]
        if len(threads) == 1:
            return self._comments[threads[0], comment]
        named = f"comment {comment[:40]!r}" + (f" in thread {thread[:40]!r}" if thread else "")
        (self._ambiguous if threads else self._unknown).append((line, named))
        return ""

    def require_all(self) -> None:
        """Raise InputError where a comment was not found, with how many were not."""
        if self._unknown:
            self._refuse(
                self._unknown,
                "no {} is in the sources",
                "{} comments are not in the sources",
                "Give the sources that the labels were made on",
            )
        if self._ambiguous:
            self._refuse(
                self._ambiguous,
                "several threads have a {}",
                "of {} comments several threads have one",
                "Add a column thread_id",
            )

    def _refuse(self, rows: list[tuple[int, str]], one: str, many: str, remedy: str) -> None:
        line, named = rows[0]
        problem = one.format(named)
        if len(rows) > 1:
            listed = [f"{name} (line {place})" for place, name in rows[:NAMED]]
            more = ["…"] if len(rows) > NAMED else []
            problem = f"{many.format(f'{len(rows):,}')}: {', '.join(listed + more)}"
        raise InputError(problem, source=self._source, place=f"line {line}", remedy=remedy)
