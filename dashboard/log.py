"""The log on standard error: JSON lines, in which no failure is told by its message."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import structlog


def logger() -> Any:
    """Return what writes a line for each event with what is told of it."""
    return structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )


def log_failure(exception: BaseException, **told: Any) -> None:
    """Write where something failed; not the message, which may hold what a commenter wrote."""
    frames = traceback.extract_tb(exception.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    logger().error("failure", **told, error=type(exception).__name__, places=places)
