"""Files to take away, as addresses: a table of what a page shows, every decision, and flagged comments."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
from flask import Flask, Response, abort, request

from dashboard.filters import Filters
from dashboard.one_file import discussion_html
from dashboard.pages.base import Context
from dashboard.security.access import may, needs, require
from threads.errors import StoreError
from threads.language import _, explained
from threads.records import COMMENT_COLUMNS
from threads.scores import score_columns
from threads.storage.csv_files import write_csv
from threads.storage.json_files import write_ndjson
from threads.storage.parquet_files import require_parquet, write_parquet
from threads.views import decisions_json, flagged_json


def add_downloads(server: Flask, context: Context) -> None:
    """Add the address of each file; all take `thread`, for one discussion, and `raw`, for plain CSV.

    /export.csv, .ndjson and .parquet have comments under the query's filters, /export/decisions.csv and .json
    every decision, and /export/flagged.csv and .json flagged comments. An export with names is put on record.
    """
    _add_comments(server, context)
    _add_decisions_and_flagged(server, context)
    _add_labels(server, context)
    _add_one_file(server, context)


def _add_comments(server: Flask, context: Context) -> None:
    """Add /export.csv, .ndjson and .parquet, under pseudonyms for who may not see people or asks for them."""

    @server.get("/export.csv", defaults={"kind": "csv"})
    @server.get("/export.ndjson", defaults={"kind": "ndjson"})
    @server.get("/export.parquet", defaults={"kind": "parquet"})
    @needs("view", scope="read")
    def export(kind: str) -> Response:
        thread_id = _thread(context)
        _, chosen, _ = _asked_for(context, thread_id, "comments")
        write = {"csv": _csv, "ndjson": _ndjson, "parquet": _parquet}[kind]
        return _file(write(chosen), "comments", thread_id, kind)


def _add_one_file(server: Flask, context: Context) -> None:
    """Add /thread.html: a discussion under the query's filters as one file; names as in /export.csv."""

    @server.get("/thread.html")
    @needs("view", scope="read")
    def one_file() -> Response:
        thread_id = _thread(context)
        if thread_id is None:
            abort(400, _("Name the discussion: /thread.html?thread=ID"))
        frame, chosen, filters = _asked_for(context, thread_id, "report")
        made = discussion_html(context.store.discussion(thread_id), frame, chosen, filters.words)
        return _file(made.encode("utf-8", "replace"), "discussion", thread_id, "html")


def _add_decisions_and_flagged(server: Flask, context: Context) -> None:
    def made(what: str, thread_id: str | None) -> tuple[pd.DataFrame, Callable[[], str]]:
        """Return the table, and what makes JSON of it."""
        if what == "decisions":
            frame = context.store.exports.decisions(thread_id)
            return frame, lambda: decisions_json(frame)
        flagged = context.store.exports.flagged(thread_id)
        return flagged.frame, lambda: flagged_json(flagged)

    @server.get("/export/<any(decisions, flagged):what>.<any(csv, json):kind>")
    @needs("export_people", scope="read")
    def export_on_record(what: str, kind: str) -> Response:
        thread_id = _thread(context)
        frame, as_json = made(what, thread_id)
        details = {"what": what, "thread": thread_id, "rows": len(frame)}
        context.store.accounts.put_on_record("export", require("export_people").name, details)
        return _file(_csv(frame) if kind == "csv" else as_json().encode(), what, thread_id, kind)


def _add_labels(server: Flask, context: Context) -> None:
    """Add /export/labels.csv: what was labelled of a discussion for a target, as `btl topic fit` reads it."""

    @server.get("/export/labels.csv")
    @needs("export_people", scope="read")
    def labels() -> Response:
        thread_id = _thread(context)
        if thread_id is None:
            abort(400, _("Name a discussion: thread=…"))
        frame = context.store.labels.given(thread_id, request.args.get("target", ""))
        details = {"what": "labels", "thread": thread_id, "rows": len(frame)}
        context.store.accounts.put_on_record("export", require("export_people").name, details)
        return _file(_csv(frame), "labels", thread_id, "csv")


def _asked_for(
    context: Context, thread_id: str | None, what: str
) -> tuple[pd.DataFrame, pd.DataFrame, Filters]:
    """Return all comments, those that the query's filters choose, and the filters; 400 for wrong ones.

    Under pseudonyms for who may not take names away, or asks for them; with names it is put on record as
    `what`.
    """
    pseudonyms = "pseudonyms" in request.args or not may("export_people")
    filters = Filters.from_query(request.query_string.decode("utf-8", "replace"))
    if filters.problems:
        abort(400, " ".join(filters.problems))
    frame = context.comments(thread_id, pseudonyms=pseudonyms)
    filters = filters.checked(None if thread_id is None else frame)
    if filters.problems:
        abort(400, " ".join(filters.problems))
    chosen = filters.apply(frame)
    if not pseudonyms:
        details = _details(what, thread_id, filters, len(chosen))
        context.store.accounts.put_on_record("export", require("export_people").name, details)
    return frame, chosen, filters


def _thread(context: Context) -> str | None:
    """Return the discussion that is asked for; answer 404 where there is none."""
    thread_id = request.args.get("thread")
    if thread_id is not None:
        try:
            context.store.discussion(thread_id)
        except StoreError as error:
            abort(404, explained(error))
    return thread_id


def _csv(frame: pd.DataFrame) -> bytes:
    file = io.StringIO(newline="")
    write_csv(frame, file, mode="raw" if "raw" in request.args else "safe")
    return file.getvalue().encode()


def _ndjson(frame: pd.DataFrame) -> bytes:
    file = io.StringIO(newline="")
    write_ndjson([frame], file)
    return file.getvalue().encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    try:
        require_parquet("/export.parquet")
    except StoreError as error:
        abort(404, explained(error))
    file = io.BytesIO()
    write_parquet([frame], (*COMMENT_COLUMNS, *score_columns()), file)
    return file.getvalue()


_TYPES = {
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


def _file(content: bytes, what: str, thread_id: str | None, kind: str) -> Response:
    name = re.sub(r"[^A-Za-z0-9_-]", "", thread_id or "") or "all"
    return Response(
        content,
        mimetype=_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{what}-{name}.{kind}"'},
    )


def _details(what: str, thread_id: str | None, filters: Filters, rows: int) -> dict[str, Any]:
    """Return what is put on record of an export: of names and words only that they were asked for."""
    return {
        "what": what,
        "thread": thread_id,
        "since": filters.since and filters.since.isoformat(),
        "until": filters.until and filters.until.isoformat(),
        "stances": list(filters.stances),
        "authors": len(filters.authors),
        "words": bool(filters.text or filters.topic),
        "rows": rows,
    }
