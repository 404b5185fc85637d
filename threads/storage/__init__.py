"""Keeping what was read and what was decided: the database and CSV."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_STORE = "threads.storage.store"
_HOME = {
    "Action": "threads.moderation.decisions",
    "Outcome": "threads.moderation.decisions",
    "QueueFilter": "threads.moderation.queue_filter",
    "merged": "threads.storage.merging",
    "numbered": "threads.storage.merging",
    "Changes": "threads.storage.changes",
    "Claim": "threads.storage.claims",
    "Held": "threads.storage.importing",
    "AuthorComment": "threads.storage.queue",
    "QueueItem": "threads.storage.queue",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for then: who writes a file needs no database."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, _STORE)), name)
