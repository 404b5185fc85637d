"""Values of JSON as programs write them: numbers as text, text as numbers, null, or nothing at all."""

from __future__ import annotations

import math
from typing import Any

_LARGEST = 2**63 - 1


def text(value: object) -> str:
    """Return a text as it is; "" where there is none."""
    return value if isinstance(value, str) else ""


def name(value: object) -> str | None:
    """Return an id or a name as text, 12 and 12.0 as "12"; None where it is empty, no text and no number."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)


def whole(value: object) -> int | None:
    """Return a number, or the text of one, without what follows its point; None where no table holds it."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = value if isinstance(value, int) else int(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if -_LARGEST <= number <= _LARGEST else None


def record(value: object) -> dict[str, Any]:
    """Return an object; {} where it is none."""
    return value if isinstance(value, dict) else {}


def records(value: object) -> list[dict[str, Any]]:
    """Return the objects in a list; [] where it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
