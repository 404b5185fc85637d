"""The addresses of Perspective's API on this server; `threads.perspective` answers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from dashboard.pages.base import Context
from dashboard.security.access import needs, require
from dashboard.security.services import DISCOVERY, sent
from threads.perspective import ATTRIBUTES, Models, RequestRefusedError, analyze, described, suggestion
from threads.settings import Settings


def add_perspective(server: Flask, context: Context) -> None:
    """Add /v1alpha1/comments:analyze, comments:suggestscore and models, and their discovery document."""
    longest = context.settings.max_comment_characters

    @server.post("/v1alpha1/comments:analyze")
    @needs("view", scope="score", service=True)
    def analyze_comment() -> ResponseReturnValue:
        return sent(analyze(_body(), _models(context.settings), longest=longest))

    @server.post("/v1alpha1/comments:suggestscore")
    @needs("view", scope="score", service=True)
    def suggest_score() -> ResponseReturnValue:
        body = _body()
        told = suggestion(body, longest=longest)
        if body.get("doNotStore") is not True:
            actor = require("view").name
            context.store.suggestions.add(told["text"], told["language"], told["scores"], actor=actor)
        answer = {"detectedLanguages": [told["language"]] if told["language"] else []}
        return sent(answer | {name: told[name] for name in ("clientToken",) if name in told})

    @server.get("/v1alpha1/models")
    @needs("view", scope="score", service=True)
    def models() -> ResponseReturnValue:
        return jsonify(models=described(_models(context.settings)))

    @server.get(DISCOVERY)
    @needs("view", scope="score", service=True)
    def discovery() -> ResponseReturnValue:
        return jsonify(discovery_document(request.host_url))

    server.register_error_handler(RequestRefusedError, lambda error: sent(error.answer(), 400))


@lru_cache(maxsize=2)
def _models(settings: Settings) -> Models:
    return Models.chosen(settings)


def _body() -> Any:
    """Return what was sent, read by a strict and fast reader; 400 for what is no JSON."""
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is no JSON: {error}") from None
    if not isinstance(body, dict):
        raise RequestRefusedError("the request is no object")
    return body


def discovery_document(root: str) -> dict[str, Any]:
    """Return what Google's own client libraries build their calls from; `root` is the server's address."""
    score = {"type": "object", "properties": {"value": {"type": "number"}, "type": {"type": "string"}}}
    text = {"type": "object", "properties": {"text": {"type": "string"}, "type": {"type": "string"}}}
    entries = {"type": "object", "properties": {"entries": _list(_ref("TextEntry"))}}
    attributes = {"type": "object", "additionalProperties": _ref("AttributeParameters")}
    scores = {"type": "object", "additionalProperties": _ref("AttributeScores")}
    shared = {
        "comment": _ref("TextEntry"),
        "context": _ref("Context"),
        "languages": _list({"type": "string"}),
        "clientToken": {"type": "string"},
        "sessionId": {"type": "string"},
        "communityId": {"type": "string"},
    }
    flags = {name: {"type": "boolean"} for name in ("doNotStore", "spanAnnotations")}
    found = {"languages": _list({"type": "string"}), "detectedLanguages": _list({"type": "string"})}
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "version": "v1alpha1",
        "title": "Below the Line: scores of comments",
        "description": f"Attributes: {', '.join(attribute.name for attribute in ATTRIBUTES)}.",
        "protocol": "rest",
        "rootUrl": root,
        "servicePath": "",
        "baseUrl": root,
        "batchPath": "batch",
        "parameters": {"key": {"type": "string", "location": "query"}},
        "schemas": {
            "TextEntry": {"id": "TextEntry", **text},
            "Context": {"id": "Context", **entries},
            "Score": {"id": "Score", **score},
            "AttributeParameters": {
                "id": "AttributeParameters",
                "type": "object",
                "properties": {"scoreType": {"type": "string"}, "scoreThreshold": {"type": "number"}},
            },
            "SpanScore": {
                "id": "SpanScore",
                "type": "object",
                "properties": {
                    "begin": {"type": "integer", "format": "int32"},
                    "end": {"type": "integer", "format": "int32"},
                    "score": _ref("Score"),
                },
            },
            "AttributeScores": {
                "id": "AttributeScores",
                "type": "object",
                "properties": {"summaryScore": _ref("Score"), "spanScores": _list(_ref("SpanScore"))},
            },
            "AnalyzeCommentRequest": {
                "id": "AnalyzeCommentRequest",
                "type": "object",
                "properties": {**shared, **flags, "requestedAttributes": attributes},
            },
            "AnalyzeCommentResponse": {
                "id": "AnalyzeCommentResponse",
                "type": "object",
                "properties": {"attributeScores": scores, **found, "clientToken": {"type": "string"}},
            },
            "SuggestCommentScoreRequest": {
                "id": "SuggestCommentScoreRequest",
                "type": "object",
                "properties": {**shared, "doNotStore": {"type": "boolean"}, "attributeScores": scores},
            },
            "SuggestCommentScoreResponse": {
                "id": "SuggestCommentScoreResponse",
                "type": "object",
                "properties": {
                    "detectedLanguages": found["detectedLanguages"],
                    "clientToken": {"type": "string"},
                },
            },
        },
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment"),
                    "suggestscore": _method("suggestscore", "SuggestCommentScore"),
                }
            }
        },
    }


def _method(name: str, schema: str) -> dict[str, Any]:
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": f"v1alpha1/comments:{name}",
        "flatPath": f"v1alpha1/comments:{name}",
        "httpMethod": "POST",
        "parameters": {},
        "parameterOrder": [],
        "request": _ref(f"{schema}Request"),
        "response": _ref(f"{schema}Response"),
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": name}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
