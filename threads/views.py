"""Records and scores as text: JSON for programs, a few lines for people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any

import orjson

from threads.records import Discussion, Report

if TYPE_CHECKING:
    import pandas as pd

    from threads.storage.exporting import Flagged
    from threads.storage.keeping import Kept

SHOWN_CHARACTERS = 60


def parsed_json(discussions: Iterable[Discussion], reports: Callable[[], Iterable[Report]]) -> Iterator[str]:
    """Yield parsed sources as JSON, in pieces: {"discussions": […], "reports": […]}.

    Each discussion is in memory only while it is written; `reports` are asked for after the last.
    """
    yield '{\n  "discussions": ['
    for number, discussion in enumerate(discussions):
        yield ("," if number else "") + "\n" + _json(_discussion(discussion))
    yield '],\n  "reports": ' + _json([_report(report) for report in reports()]) + "\n}\n"


def _report(report: Report) -> dict[str, Any]:
    return {
        "source": report.source,
        "read": report.read,
        "kept": report.kept,
        "left_out": report.left_out,
        "found": report.found,
        "skipped": report.skipped,
        "warnings": report.warnings,
        **_columns(report),
    }


def _columns(report: Report) -> dict[str, Any]:
    """Return what the columns of a table were taken for, where it was a table."""
    columns = [
        {"name": column.name, "field": column.field, "reason": column.reason, "confidence": column.confidence}
        for column in report.columns
    ]
    return {"columns": columns} if columns else {}


def decisions_json(frame: pd.DataFrame) -> str:
    """Return decisions (`Exports.decisions`) as JSON: {"decisions": […]}; what is missing is null."""
    return _json({"decisions": _records(frame)}) + "\n"


def flagged_json(flagged: Flagged) -> str:
    """Return flagged comments as JSON: {"comments": [{…, "flags": […]}]}; what is missing is null."""
    records = _records(flagged.frame.drop(columns=["rules", "reasons"]))
    comments = [{**record, "flags": flags} for record, flags in zip(records, flagged.flags, strict=True)]
    return _json({"comments": comments}) + "\n"


def discussion_text(discussion: Discussion) -> str:
    """Return a discussion in a few lines: its title, then a line for each comment."""
    lines = [f"{discussion.title or '(no title)'}: {_counted(len(discussion.comments), 'comment')}"]
    for comment in discussion.comments:
        time = f"{comment.published_at.astimezone(UTC):%Y-%m-%d %H:%M}" if comment.published_at else "no time"
        lines.append(f"  {time}  {comment.author or '(no name)'}: {shortened(comment.text)}")
    return "\n".join(printable(line) for line in lines)


def scores_text(frame: pd.DataFrame) -> str:
    """Return the main scores of each comment as an aligned table."""
    import pandas as pd  # noqa: PLC0415 - records are shown without it, and sooner

    shown = pd.DataFrame(
        {
            "time": frame["published_at"].dt.strftime("%Y-%m-%d %H:%M"),
            "author": frame["author"].map(printable, na_action="ignore"),
            "sentiment": frame["sentiment"].map("{:+.2f}".format, na_action="ignore"),
            "words": frame["words"],
            "stance": frame["stance"],
            "text": frame["text"].map(shortened).map(printable),
        }
    )
    cells = shown.astype("object").where(shown.notna(), "-").astype("str")
    return aligned([list(shown.columns), *cells.to_numpy().tolist()])


def duplicates_text(groups: pd.DataFrame) -> str:
    """Return groups of near-duplicates as an aligned table, the largest first."""
    import pandas as pd  # noqa: PLC0415 - records are shown without it, and sooner

    if groups.empty:
        return "No two comments of enough length nearly repeat each other."
    columns = ["comments", "authors", "threads", "first", "last", "alike from", "campaign", "text"]
    rows = [
        [
            *(f"{row[name]:,}" for name in ("comments", "authors", "threads")),
            *(
                "-" if pd.isna(row[name]) else f"{row[name]:%Y-%m-%d %H:%M}"
                for name in ("first_at", "last_at")
            ),
            f"{row['least_similarity']:.2f}",
            "yes" if row["campaign"] else "no",
            printable(shortened(row["text"])),
        ]
        for row in groups.to_dict("records")
    ]
    return aligned([columns, *rows])


def kept_text(kept: Kept, *, dry_run: bool) -> list[str]:
    """Return in lines what retention or an erasure did, or would do."""
    were, went = ("would be", "would go or change") if dry_run else ("were", "went or changed")
    lines = [
        f"{printable(thread_id)}: {_counted(count, 'comment')}" for thread_id, count in kept.comments.items()
    ]
    lines += [
        f"{_counted(kept.total, 'comment')} in {_counted(len(kept.comments), 'discussion')} {were} emptied, "
        f"{kept.undecided:,} of them waiting for a decision.",
        f"{_counted(kept.notes, 'note')} of moderators {went}.",
    ]
    if kept.quotes or kept.names or kept.reasons:
        lines.append(
            f"From comments by others {were} taken: {_counted(kept.quotes, 'quoted line')}, "
            f"{_counted(kept.names, 'name')}, {_counted(kept.reasons, 'reason')} of flags."
        )
    lines += [f"Look at {printable(f'{thread}, {comment}: {why}')}." for thread, comment, why in kept.look_at]
    if kept.namesakes:
        ids = printable(", ".join(kept.namesakes[:10]))
        lines.append(f"{len(kept.namesakes):,} author ids share this name: {ids}. One id tells them apart.")
    lines += [
        f"Backup {printable(backup.name)} of {backup.at:%Y-%m-%d %H:%M} UTC may hold it still: delete it, or "
        "erase again after restoring it."
        for backup in kept.backups
    ]
    if kept.total:
        lines.append("Exported files are not known here: whoever wrote one must delete it.")
    return [*lines, f"{kept.remains}."] if kept.remains else lines


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def aligned(rows: list[list[str]]) -> str:
    """Return rows of cells as lines, each column as wide as its longest cell; the last one as it is."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    lines = (
        [*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]] for row in rows
    )
    return "\n".join("  ".join(line) for line in lines)


def printable(text: str) -> str:
    """Return `text` on one line without control characters, which could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\n", " "))


def shortened(text: str) -> str:
    """Return the beginning of `text` on one line."""
    flat = " ".join(text[: 4 * SHOWN_CHARACTERS].split())
    return flat if len(flat) <= SHOWN_CHARACTERS else flat[: SHOWN_CHARACTERS - 1] + "…"


def _discussion(discussion: Discussion) -> dict[str, Any]:
    return {
        "source": discussion.source,
        "thread_id": discussion.thread_id,
        "title": discussion.title,
        "url": discussion.url,
        "format": discussion.source_format,
        "article_text": discussion.article_text,
        "published_at": discussion.published_at,
        "language": discussion.language,
        "captured_at": discussion.captured_at,
        "comments": tuple(discussion.comments),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as objects, each value of a type that JSON has, or a moment."""
    columns = {
        name: [
            None if gone else _value(value)
            for value, gone in zip(frame[name], frame[name].isna(), strict=True)
        ]
        for name in frame.columns
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _value(value: Any) -> Any:
    import numpy as np  # noqa: PLC0415 - with pandas
    import pandas as pd  # noqa: PLC0415 - records are shown without it, and sooner

    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value


def _json(document: dict[str, Any] | list[dict[str, Any]]) -> str:
    try:
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode()
    except orjson.JSONEncodeError:
        # orjson refuses lone surrogates; the standard library writes them as escapes.
        return json.dumps(document, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value.isoformat().replace("+00:00", "Z")
