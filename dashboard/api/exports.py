"""A discussion as a file, streamed: its comments with scores and decisions."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import pandas as pd
from flask import Response

from dashboard.api.declaring import Request, operation
from dashboard.api.discussions import require_thread
from dashboard.pages.base import Context
from dashboard.security.access import may, require
from threads.keys import read_key
from threads.pseudonyms import pseudonymised
from threads.scores import score_columns
from threads.storage.csv_files import write_csv
from threads.storage.json_files import write_ndjson
from threads.storage.parts import Part, whole_threads

MEDIA: Final = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


class ExportQuery(Request):
    """The form of the file, and whether names stay in it.

    `raw` is plain CSV for programs; otherwise it is safe to open in a spreadsheet.
    """

    format: Literal["ndjson", "csv"] = "ndjson"
    raw: bool = False
    pseudonyms: bool = False


@operation(
    "GET",
    "/threads/{thread_id}/export",
    permission="view",
    scope="read",
    answers={},
    media=tuple(MEDIA.values()),
    statuses=(404, 422),
)
def export_thread(context: Context, query: ExportQuery, *, thread_id: str) -> Response:
    """Export a discussion as NDJSON or CSV, row by row as it is read.

    Under pseudonyms for who may not export names, or asks for them; with names it is put on record.
    """
    require_thread(context, thread_id)
    pseudonyms = query.pseudonyms or not may("export_people")
    if not pseudonyms:
        details = {"what": "comments", "thread": thread_id, "rows": context.store.exports.count(thread_id)}
        context.store.accounts.put_on_record("export", require("export_people").name, details)
    key = read_key(context.settings.key_file) if pseudonyms else None
    parts = context.store.exports.comments(thread_id, score_columns())
    frames = (part.frame for part in (parts if key is None else _under_pseudonyms(parts, key)))
    name = re.sub(r"[^A-Za-z0-9_-]", "", thread_id) or "thread"
    return Response(
        _csv(frames, raw=query.raw) if query.format == "csv" else _ndjson(frames),
        mimetype=MEDIA[query.format],
        headers={"Content-Disposition": f'attachment; filename="comments-{name}.{query.format}"'},
    )


def _under_pseudonyms(parts: Iterable[Part], key: bytes) -> Iterator[Part]:
    for part in whole_threads(parts):  # names are found in whole discussions only
        yield Part(pseudonymised(part.frame, key), part.discussions)


def _ndjson(frames: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    for frame in frames:
        file = io.StringIO(newline="")
        write_ndjson([frame], file)
        yield file.getvalue().encode()


def _csv(frames: Iterable[pd.DataFrame], *, raw: bool) -> Iterator[bytes]:
    for number, frame in enumerate(frames):
        file = io.StringIO(newline="")
        write_csv(frame, file, mode="raw" if raw else "safe")
        text = file.getvalue()
        yield (text if number == 0 else text.partition("\r\n")[2]).encode()  # the header stands once
