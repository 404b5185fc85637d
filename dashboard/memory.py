"""A process that serves: what it keeps in memory, and how many cores a request may take."""

from __future__ import annotations

import gc
import sys
from typing import Final

from threadpoolctl import threadpool_limits

# Seconds after which a request that calculates lets another go on. Each answer of the database is waited for
# so long while a page is drawn beside it; of Python's own 5 ms a decision, with its dozen queries, waits for
# as long as the page takes (https://github.com/python/cpython/issues/52194, the convoy effect).
SWITCH_AFTER: Final = 0.0005


def settle() -> None:
    """Put aside what is loaded, let a request calculate on one core, and others have their turn soon.

    What is loaded stays, and looking for garbage in it would hold up a page by .15 s.
    """
    threadpool_limits(limits=1)
    sys.setswitchinterval(SWITCH_AFTER)
    gc.collect()
    gc.freeze()
