"""What stands between a browser and the application: who may ask, and what a page may do."""

from __future__ import annotations

from dashboard.security.binding import is_loopback, require_loopback
from dashboard.security.headers import add_headers

__all__ = ["add_headers", "is_loopback", "require_loopback"]
