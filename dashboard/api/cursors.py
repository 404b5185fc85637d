"""Where a page of a list ended, as text that a program gives back and does not look into."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from dashboard.security.problems import Fault, ProblemError


def cursor_of(*values: str | int) -> str:
    """Return the cursor of what a page ended with."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def after(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """Return what `cursor_of` was given, None for the first page; answer 422 for what is no cursor."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    fits = isinstance(values, list) and len(values) == len(types)
    if not fits or not all(type(value) is kind for value, kind in zip(values, types, strict=True)):
        fault = Fault("query", "after", "this is no cursor", "Give `next` of the page before")
        raise ProblemError(422, "query, after: this is no cursor", [fault])
    return tuple(values)
