"""Comments as they come: `take` stores changes one by one, `settle` what they are to the whole."""

from threads.live.changes import Change, Taken
from threads.live.settling import settle, settle_all
from threads.live.taking import take

__all__ = ["Change", "Taken", "settle", "settle_all", "take"]
