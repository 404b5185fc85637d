"""Errors of the API as problem details (RFC 9457): what is wrong with which input, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException

from threads.errors import ThreadsError

API: Final = "/api/v1/"
PROBLEM: Final = "application/problem+json"
_KEPT: Final = frozenset({"retry-after", "allow", "www-authenticate"})


def is_api(path: str) -> bool:
    """Return whether an address is of the native API."""
    return path.startswith(API)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: with which input (body, query, path, header), at which place in it."""

    input: str
    place: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """An error. `type` is always about:blank: `title` and `status` are HTTP's; `detail` is a sentence.

    `now` is what stands in the way of a change: the comment's state and version, and who decided.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Fault, ...] = ()
    now: Mapping[str, Any] | None = None


class ProblemError(HTTPException):
    """Raised to answer a problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[Fault] = (),
        *,
        now: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.errors, self.now, self.retry_after = status, tuple(errors), now, retry_after


def problem_of(error: HTTPException) -> Response:
    """Return the answer to an error."""
    status = error.code or 500
    told = ProblemDetails(
        "about:blank",
        HTTPStatus(status).phrase,
        status,
        error.description or error.name,
        getattr(error, "errors", ()),
        getattr(error, "now", None),
    )
    answer = Response(orjson.dumps(_without_none(asdict(told))), status, content_type=PROBLEM)
    for name, value in error.get_headers():
        if name.lower() in _KEPT:
            answer.headers[name] = value
    if (seconds := getattr(error, "retry_after", None)) is not None:
        answer.headers["Retry-After"] = str(seconds)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def fault_of(error: ThreadsError, given: str) -> Fault:
    """Return what an error of the library says, of the input `given`."""
    place = ", ".join(part for part in (error.source, error.place) if part)
    return Fault(given, place, error.problem, error.remedy)


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
