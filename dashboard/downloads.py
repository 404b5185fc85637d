"""The CSV of what a page shows, as an address: the same query as the page's filters."""

from __future__ import annotations

import io
import re

from flask import Flask, Response, abort, request

from dashboard.filters import Filters
from dashboard.pages.base import Context
from dashboard.security.access import needs
from threads.errors import StoreError
from threads.storage.csv_files import write_csv


def add_downloads(server: Flask, context: Context) -> None:
    """Add /export.csv: comments under the query's filters, of one `thread` if named; `raw` for raw mode."""

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
        file = io.StringIO(newline="")
        write_csv(
            filters.apply(context.comments(thread_id)), file, mode="raw" if "raw" in request.args else "safe"
        )
        name = re.sub(r"[^A-Za-z0-9_-]", "", thread_id or "") or "all"
        return Response(
            file.getvalue().encode(),
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="comments-{name}.csv"'},
        )
