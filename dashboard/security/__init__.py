"""What stands between a browser and the application: who may ask, and what a page may do."""

from __future__ import annotations

from dashboard.security.binding import is_loopback, require_admin, require_safe

__all__ = ["is_loopback", "require_admin", "require_safe"]
