"""Keeping what was read and what was decided: the database and CSV."""

from threads.moderation.decisions import Action, Outcome
from threads.moderation.queue_filter import QueueFilter
from threads.storage.changes import Changes
from threads.storage.claims import Claim
from threads.storage.importing import Held
from threads.storage.merging import merged, numbered
from threads.storage.queue import AuthorComment, QueueItem
from threads.storage.store import Added, Store

__all__ = [
    "Action",
    "Added",
    "AuthorComment",
    "Changes",
    "Claim",
    "Held",
    "Outcome",
    "QueueFilter",
    "QueueItem",
    "Store",
    "merged",
    "numbered",
]
