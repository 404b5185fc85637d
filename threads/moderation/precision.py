"""How often what rules flag is then rejected, and how sure that is."""

from __future__ import annotations

from threads.models.intervals import wilson

__all__ = ["wilson"]
