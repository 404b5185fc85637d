"""The OpenAPI 3.1 document: made from what operations declare, and from Perspective's discovery document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from dashboard.api.declaring import Operation
from dashboard.api.serving import KEY, LONGEST_KEY, REPLAYED
from dashboard.perspective import discovery_document
from dashboard.security.problems import API, PROBLEM, ProblemDetails
from threads.moderation.roles import SCOPES
from threads.perspective import ATTRIBUTES

JSON: Final = "application/json"
OF_ALL: Final = (401, 403, 405, 429, 503)
OF_POSTS: Final = (409, 413, 415)
_SCHEMAS: Final = "#/components/schemas/"
_PROBLEM_OF: Final = {
    400: "The body is no JSON.",
    401: "There is no token, or it no longer holds.",
    403: "The role or the scopes of the token do not allow this.",
    404: "There is no such discussion or comment.",
    405: "The address does not take this method.",
    409: "Somebody came first, or the same request is being worked on.",
    413: "The body is larger than the server takes.",
    415: "The body is not sent as application/json.",
    422: "The request is not as declared here, or cannot be done; `errors` say where and why.",
    429: "The token has asked too often; Retry-After says for how many seconds to wait.",
    503: "The store cannot be used at present.",
}
_DESCRIPTION: Final = f"""Scores of comments, discussions with their comments, and decisions about them.

Send an API token as `Authorization: Bearer …`; without accounts a server asks for none, and answers its own
machine alone. A token has scopes ({", ".join(SCOPES)}) and a role, which is at most its owner's.

Errors are problem details (RFC 9457). Lists come in pages: give `next` back as `after`. Answers to GET have
an ETag. A POST with an {KEY} is done once: sent again within 24 hours it has the same answer, with the header
{REPLAYED}. The Perspective calls, `/v1alpha1/`, have Google's shapes and errors.
"""

Keyed = tuple[Any, JsonSchemaMode]


@lru_cache(maxsize=2)
def document(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """Return the document of `operations`, and of Perspective's calls."""
    keyed = list(_types(operations))
    inputs = [(number, mode, TypeAdapter(kind)) for number, (kind, mode) in enumerate(keyed)]
    found, shared = TypeAdapter.json_schemas(
        inputs, ref_template=f"{_SCHEMAS}{{model}}", schema_generator=GenerateJsonSchema
    )
    schemas = {keyed[number]: schema for (number, _), schema in found.items()}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = paths.setdefault(API.rstrip("/") + operation.path, {})
        path[operation.method.lower()] = _operation(operation, schemas)
    google = _perspective()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Below the Line",
            "version": version("below-the-line"),
            "description": _DESCRIPTION,
        },
        "paths": {**paths, **google["paths"]},
        "components": {
            "schemas": {**shared.get("$defs", {}), **google["schemas"]},
            "headers": _HEADERS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`btl user token` makes one."},
                "key": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "key",
                    "description": "The same, as Coral sends it.",
                },
            },
        },
    }


def _types(operations: Iterable[Operation]) -> Iterable[Keyed]:
    yield ProblemDetails, "serialization"
    for operation in operations:
        if operation.body is not None:
            yield operation.body, "validation"
        for kind in operation.answers.values():
            yield kind, "serialization"


def _operation(operation: Operation, schemas: Mapping[Keyed, Any]) -> dict[str, Any]:
    summary, _, more = operation.help.partition("\n")
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": summary.strip(),
        "description": " ".join(more.split()),
        "security": [{"token": [operation.scope]}],
        "parameters": [*_parameters(operation)],
        "responses": _responses(operation, schemas),
    }
    if operation.body is not None:
        content = {JSON: {"schema": schemas[operation.body, "validation"]}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name in operation.parts:
        schema = {"type": "string", "minLength": 1, "maxLength": 1_000}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, schema in _properties(operation.query).items():
        yield {"name": name, "in": "query", "required": False, "schema": _given(schema)}
    if operation.method == "POST":
        schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY}
        yield {"name": KEY, "in": "header", "required": False, "schema": schema}
    else:
        yield {"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}


def _properties(kind: Any) -> dict[str, Any]:
    found: dict[str, Any] = TypeAdapter(kind).json_schema(ref_template=f"{_SCHEMAS}{{model}}")
    return dict(found.get("properties", {}))


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a parameter is where it is given: an address has no null."""
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if not choices:
        return schema
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return {**rest, **(choices[0] if len(choices) == 1 else {"anyOf": choices})}


def _responses(operation: Operation, schemas: Mapping[Keyed, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    headers = dict.fromkeys(("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"))
    extra = ("ETag",) if operation.method == "GET" and not operation.media else (REPLAYED,)
    for status, kind in operation.answers.items():
        content = {JSON: {"schema": schemas[kind, "serialization"]}}
        found[str(status)] = _response(HTTPStatus(status).phrase, content, (*headers, *extra))
    if operation.media:
        content = {media: {"schema": {"type": "string"}} for media in operation.media}
        found["200"] = _response("The file.", content, headers)
    elif operation.method == "GET":
        found["304"] = {"description": "It is as If-None-Match says."}
    problem = {PROBLEM: {"schema": schemas[ProblemDetails, "serialization"]}}
    statuses = {*OF_ALL, *operation.statuses, *(OF_POSTS if operation.method == "POST" else ())}
    for status in sorted(statuses):
        found[str(status)] = _response(_PROBLEM_OF[status], problem, ())
    return found


def _response(description: str, content: Mapping[str, Any], headers: Iterable[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"description": description, "content": content}
    if named := {name: {"$ref": f"#/components/headers/{name}"} for name in headers}:
        told["headers"] = named
    return told


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


_HEADERS: Final = {
    "RateLimit-Limit": _header("Requests a minute that the token may ask.", "integer"),
    "RateLimit-Remaining": _header("How many are left of this minute.", "integer"),
    "RateLimit-Reset": _header("Seconds until the next one begins.", "integer"),
    "ETag": _header("What is answered now, for If-None-Match."),
    REPLAYED: _header("true: this is the answer of before."),
}


# --- Perspective's calls ---


# What our answers hold requests to, which a discovery document has no words for.
_NARROWED: Final[Mapping[str, Any]] = {
    "TextEntry": {
        "required": ["text"],
        "properties": {
            "text": {"type": "string", "minLength": 1},
            "type": {"enum": ["PLAIN_TEXT", "HTML", "TEXT_TYPE_UNSPECIFIED"]},
        },
    },
    "AttributeParameters": {
        "properties": {
            "scoreType": {"enum": sorted({"SCORE_TYPE_UNSPECIFIED", *(item.type for item in ATTRIBUTES)})},
            "scoreThreshold": {"type": "number"},
        },
    },
}
_SUGGESTED: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["summaryScore"],
    "properties": {
        "summaryScore": {
            "type": "object",
            "required": ["value"],
            "properties": {"value": {"type": "number", "minimum": 0, "maximum": 1}},
        }
    },
}
_REQUIRED: Final = {
    "AnalyzeCommentRequest": ("comment", "requestedAttributes"),
    "SuggestCommentScoreRequest": ("comment", "attributeScores"),
}


def _perspective() -> dict[str, Any]:
    """Return paths and schemas of the calls that Google's clients are built from."""
    found = discovery_document("/")
    schemas = {name: _with_references(schema) for name, schema in found["schemas"].items()}
    for name, more in _NARROWED.items():
        schemas[name] |= more
    for name in ("AnalyzeCommentRequest", "SuggestCommentScoreRequest"):
        schemas[name]["required"] = list(_REQUIRED[name])
        for given in _REQUIRED[name][1:]:
            narrowed = {"propertyNames": {"enum": [item.name for item in ATTRIBUTES]}, "minProperties": 1}
            schemas[name]["properties"][given] |= narrowed
    schemas["SuggestCommentScoreRequest"]["properties"]["attributeScores"]["additionalProperties"] = (
        _SUGGESTED
    )
    methods = found["resources"]["comments"]["methods"].values()
    paths = {f"/{method['path']}": {"post": _google(method)} for method in methods}
    paths["/v1alpha1/models"] = {"get": _google_get("models", "List the attributes, and how right each is.")}
    schemas["GoogleError"] = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "status"],
                "properties": {
                    "code": {"type": "integer"},
                    "message": {"type": "string"},
                    "status": {"type": "string"},
                    "details": {"type": "array", "items": {"type": "object"}},
                },
            }
        },
    }
    return {"paths": paths, "schemas": schemas}


def _with_references(schema: Any) -> Any:
    """Return a schema of a discovery document as JSON Schema."""
    if isinstance(schema, list):
        return [_with_references(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"{_SCHEMAS}{schema['$ref']}"}
    return {
        name: _with_references(value)
        for name, value in schema.items()
        if name != "id" and not (name == "format" and schema.get("type") == "integer")
    }


def _google(method: Mapping[str, Any]) -> dict[str, Any]:
    request = {"schema": {"$ref": f"{_SCHEMAS}{method['request']['$ref']}"}}
    answer = {"schema": {"$ref": f"{_SCHEMAS}{method['response']['$ref']}"}}
    name = method["id"].rpartition(".")[2]
    return {
        "operationId": name,
        "summary": f"Perspective's comments:{name}.",
        "security": [{"token": ["score"]}, {"key": []}],
        "requestBody": {"required": True, "content": {JSON: request}},
        "responses": _google_responses(answer, (400, *OF_ALL, 413, 415)),
    }


def _google_get(name: str, summary: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"token": ["score"]}, {"key": []}],
        "responses": _google_responses({"schema": {"type": "object"}}, OF_ALL),
    }


def _google_responses(answer: Mapping[str, Any], statuses: Sequence[int]) -> dict[str, Any]:
    error = {JSON: {"schema": {"$ref": f"{_SCHEMAS}GoogleError"}}}
    return {"200": {"description": "OK", "content": {JSON: answer}}} | {
        str(status): {"description": _PROBLEM_OF[status], "content": error} for status in sorted(statuses)
    }
