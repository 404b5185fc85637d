"""The native API under /api/v1: a small module a resource, and a document written from what they declare."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import MethodNotAllowed

from dashboard.api.declaring import Operation, Reply, declared
from dashboard.api.discussions import add_comments, create_thread, list_comments, list_threads, read_thread
from dashboard.api.dynamics import read_dynamics
from dashboard.api.exports import export_thread
from dashboard.api.moderation import decide, list_decisions, list_flags, read_queue
from dashboard.api.openapi import document
from dashboard.api.scores import score_comments
from dashboard.api.serving import DOCUMENT, IdConverter, add_operation, json_response
from dashboard.pages.base import Context
from dashboard.security.access import open_to_all
from dashboard.security.problems import API, Fault, ProblemError

OPERATIONS: Final[tuple[Operation, ...]] = declared(
    score_comments,
    list_threads,
    create_thread,
    read_thread,
    list_comments,
    add_comments,
    read_dynamics,
    export_thread,
    list_flags,
    list_decisions,
    decide,
    read_queue,
)


def add_api(server: Flask, context: Context) -> None:
    """Let the server answer every operation, and give the document of them all."""
    server.url_map.converters["id"] = IdConverter
    for operation in OPERATIONS:
        add_operation(server, context, operation)

    @server.get(DOCUMENT)
    @open_to_all()
    def api_document() -> Response:
        answer = json_response(Reply(document(OPERATIONS)))
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    @server.route(f"{API}<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @open_to_all(service=True)
    def api_unknown(rest: str) -> Response:  # noqa: ARG001 - Flask gives it by name
        """Answer in the API's own way; Dash would show its page."""
        if others := [method for method in ("GET", "POST") if _is_known(method)]:
            raise MethodNotAllowed(others)
        fault = Fault("path", "", "there is no such address of the API", f"{DOCUMENT} lists them")
        raise ProblemError(404, "There is no such address of the API.", [fault])


def _is_known(method: str) -> bool:
    """Return whether the address that is asked for takes a method."""
    adapter = request_ctx.url_adapter
    return adapter is not None and adapter.match(method=method)[0] != "api_unknown"
