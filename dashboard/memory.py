"""A process that serves: what it keeps in memory, and how many cores a request may take."""

from __future__ import annotations

import gc

from threadpoolctl import threadpool_limits


def settle() -> None:
    """Put aside what is loaded, and let a request calculate on one core: others wait for the next one.

    What is loaded stays, and looking for garbage in it would hold up a page by .15 s.
    """
    threadpool_limits(limits=1)
    gc.collect()
    gc.freeze()
