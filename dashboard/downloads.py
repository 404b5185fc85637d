"""The CSV of what a page shows, as an address: the same query as the page's filters."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask, Response, abort, request

from dashboard.filters import Filters
from dashboard.pages.base import Context
from dashboard.security.access import may, needs, require
from threads.errors import StoreError
from threads.storage.csv_files import write_csv


def add_downloads(server: Flask, context: Context) -> None:
    """Add /export.csv: comments under the query's filters, of one `thread` if named; `raw` for raw mode.

    Whoever may not see people gets pseudonyms, and so does who asks for them with `pseudonyms`. An export
    with names is put on record.
    """

    @server.get("/export.csv")
    @needs("view", token=True)
    def export() -> Response:
        thread_id = request.args.get("thread")
        filters = Filters.from_query(request.query_string.decode("utf-8", "replace"))
        if filters.problems:
            abort(400, " ".join(filters.problems))
        if thread_id is not None:
            try:
                context.store.discussion(thread_id)
            except StoreError as error:
                abort(404, str(error))
        pseudonyms = "pseudonyms" in request.args or not may("export_people")
        frame = filters.apply(context.comments(thread_id, pseudonyms=pseudonyms))
        if not pseudonyms:
            actor = require("export_people").name
            context.store.accounts.put_on_record("export", actor, _details(thread_id, filters, len(frame)))
        file = io.StringIO(newline="")
        write_csv(frame, file, mode="raw" if "raw" in request.args else "safe")
        name = re.sub(r"[^A-Za-z0-9_-]", "", thread_id or "") or "all"
        return Response(
            file.getvalue().encode(),
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="comments-{name}.csv"'},
        )


def _details(thread_id: str | None, filters: Filters, rows: int) -> dict[str, Any]:
    """Return what is put on record of an export: of names and words only that they were asked for."""
    return {
        "thread": thread_id,
        "since": filters.since and filters.since.isoformat(),
        "until": filters.until and filters.until.isoformat(),
        "stances": list(filters.stances),
        "authors": len(filters.authors),
        "words": bool(filters.text),
        "rows": rows,
    }
