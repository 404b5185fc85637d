"""From a request to an operation and back: reading, checking, answering, and answering again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from flask import Flask, Response, request
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.routing import PathConverter

from dashboard.api.declaring import Nothing, Operation, Reply
from dashboard.pages.base import Context
from dashboard.security.access import needs, require
from dashboard.security.problems import Fault, ProblemError, fault_of
from threads.errors import ConflictError, InputError, SettingError, StoreError, ThreadsError
from threads.storage import Store
from threads.storage.kept_answers import KeptAnswer

KEY: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST_KEY: Final = 200
MOST_FAULTS: Final = 20
DOCUMENT: Final = "/api/v1/openapi.json"
_KEPT_HEADERS: Final = ("Location",)


class IdConverter(PathConverter):
    """An id in an address: slashes, as in addresses, and line breaks too, wherever they stand in it."""

    regex = r"[\s\S]+?"
    part_isolating = False


def add_operation(server: Flask, context: Context, operation: Operation) -> None:
    """Let the server answer an operation."""

    @needs(operation.permission, scope=operation.scope, service=True)
    def view(**parts: str) -> Response:
        given = _given(operation, parts)

        def answer() -> Response:
            return _answered(operation, context, given)

        return _once(context.store, answer) if operation.method == "POST" else answer()

    server.add_url_rule(
        operation.rule,
        endpoint=f"api.{operation.name}",
        view_func=view,
        methods=[operation.method],
        merge_slashes=False,
    )


def _answered(operation: Operation, context: Context, given: dict[str, Any]) -> Response:
    try:
        reply = operation.run(context, **given)
    except ThreadsError as error:
        raise _problem(error) from error
    if isinstance(reply, Response):
        return reply
    answer = json_response(reply)
    if operation.method == "GET":
        answer.add_etag()
        answer.make_conditional(request)
    return answer


def json_response(reply: Reply) -> Response:
    """Return an answer as JSON."""
    answer = Response(encoded(reply.content), reply.status, mimetype="application/json")
    answer.headers.extend(reply.headers)
    return answer


def encoded(value: Any) -> bytes:
    """Return JSON; a lone surrogate, which UTF-8 cannot hold, is an escape."""
    try:
        return orjson.dumps(value, option=orjson.OPT_UTC_Z)
    except TypeError:  # orjson refuses them; the standard library writes them as escapes
        return json.dumps(value, default=_plain).encode()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return dict(value)


def _problem(error: ThreadsError) -> ProblemError:
    given = "body" if request.method == "POST" else "query"
    if isinstance(error, ConflictError):
        return ProblemError(409, str(error), [fault_of(error, given)])
    if isinstance(error, StoreError):
        return ProblemError(503, "The store cannot be used at present.", retry_after=10)
    if isinstance(error, InputError | SettingError):
        return ProblemError(422, "The request cannot be done as it is.", [fault_of(error, given)])
    raise error


# --- reading ---


def _given(operation: Operation, parts: dict[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {**parts}
    query = _query(operation.query)
    if operation.query is not Nothing:
        given["query"] = query
    if operation.body is not None:
        given["body"] = _body(operation.body)
    return given


@lru_cache(maxsize=64)
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _query(kind: Any) -> Any:
    given = request.args.to_dict(flat=False)
    for name, values in given.items():
        if len(values) > 1:
            fault = Fault("query", name[:100], f"it is given {len(values)} times", "Give it once")
            raise ProblemError(422, f"The query parameter {name[:100]} is given more than once.", [fault])
    try:
        return _reader(kind).validate_strings({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise _refused(error, "query") from None
    except InputError as error:
        fault = fault_of(error, "query")
        raise ProblemError(422, f"The query is not as declared: {error}", [fault]) from None


def _body(kind: Any) -> Any:
    try:
        return _reader(kind).validate_json(request.get_data())
    except ValidationError as error:
        raise _refused(error, "body") from None


def _refused(error: ValidationError, given: str) -> ProblemError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        fault = Fault(given, "", found[0]["msg"], "Send JSON in UTF-8")
        return ProblemError(400, f"The body is no JSON: {found[0]['msg']}", [fault])
    faults = [_fault(item, given) for item in found[:MOST_FAULTS]]
    first = faults[0]
    where = f"{given}, {first.place}" if first.place else given
    more = f" ({len(found) - 1:,} more)" if len(found) > 1 else ""
    return ProblemError(422, f"{where}: {first.problem}{more}", faults)


def _fault(item: ErrorDetails, given: str) -> Fault:
    place = ""
    for part in item["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part[:100]}"
    return Fault(given, place.removeprefix("."), item["msg"], f"See what is declared at {DOCUMENT}")


# --- once ---


def _once(store: Store, answer: Callable[[], Response]) -> Response:
    """Answer a request, or give the answer that the same one had under the same Idempotency-Key."""
    key = request.headers.get(KEY)
    if key is None:
        return answer()
    if not 1 <= len(key) <= LONGEST_KEY:
        fault = Fault("header", KEY, f"it has {len(key):,} characters", f"Give 1 to {LONGEST_KEY}")
        raise ProblemError(422, f"The header {KEY} has {len(key):,} characters.", [fault])
    actor, this = require("view").name, _fingerprint()
    before = store.kept_answers.begin(actor, key, this)
    if before is not None:
        return _again(before, this)
    try:
        made = answer()
    except BaseException:
        store.kept_answers.forget(actor, key)
        raise
    headers = {name: made.headers[name] for name in _KEPT_HEADERS if name in made.headers}
    store.kept_answers.keep(actor, key, KeptAnswer(this, made.status_code, headers, made.get_data()))
    return made


def _again(before: KeptAnswer, this: str) -> Response:
    if before.request != this:
        fault = Fault("header", KEY, "it was used for another request", "Use a new key for each request")
        raise ProblemError(422, f"The {KEY} was used for another request.", [fault])
    if before.status is None:
        raise ProblemError(409, "The same request is being worked on.", retry_after=1)
    answer = Response(before.body, before.status, mimetype="application/json")
    answer.headers.extend(before.headers)
    answer.headers[REPLAYED] = "true"
    return answer


def _fingerprint() -> str:
    told = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    return hashlib.sha256(told).hexdigest()
