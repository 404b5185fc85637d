"""Addresses for programs made for Perspective: how their requests and errors differ from those of pages."""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException

SERVICES: Final = "/v1alpha1/"
DISCOVERY: Final = "/$discovery/rest"
STATUSES: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
_KEPT = {"retry-after", "allow"}


def is_service(path: str) -> bool:
    """Return whether an address is for programs."""
    return path.startswith((SERVICES, DISCOVERY))


def sent(answer: Any, status: int = 200) -> Response:
    """Return an answer as JSON."""
    return Response(orjson.dumps(answer), status, mimetype="application/json")


def service_error(error: HTTPException) -> Response:
    """Return an error in the shape that Google's have."""
    code = error.code or 500
    status = STATUSES.get(code, "INTERNAL")
    answer = sent({"error": {"code": code, "message": error.description, "status": status}}, code)
    for name, value in error.get_headers():
        if name.lower() in _KEPT:
            answer.headers[name] = value
    return answer
