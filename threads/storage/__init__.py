"""Keeping what was read and what was decided: the database and CSV."""

from threads.moderation.decisions import Action, Outcome
from threads.storage.store import Added, QueueItem, Store

__all__ = ["Action", "Added", "Outcome", "QueueItem", "Store"]
