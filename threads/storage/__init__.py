"""Keeping what was read and what was decided: the database and CSV."""

from threads.moderation.decisions import Action, Outcome
from threads.storage.importing import Held
from threads.storage.merging import merged, numbered
from threads.storage.store import Added, QueueItem, Store

__all__ = ["Action", "Added", "Held", "Outcome", "QueueItem", "Store", "merged", "numbered"]
