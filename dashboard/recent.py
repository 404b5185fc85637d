"""Answers that many ask for all the time, kept for a moment."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

KEPT_FOR: Final = 1.0  # seconds
TIMES: Final = 20
MOST: Final = 64  # answers

_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Kept:
    answer: Any = None
    until: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)


class Recent(Generic[_Key, _Answer]):
    """What `ask` answers, up to a second old; older where it takes long to find out.

    An answer is kept for KEPT_FOR, or TIMES as long as it took, so that asking takes a twentieth of the time
    at most, however many ask; those who ask at once wait for one answer. Errors are not kept.
    """

    def __init__(self, ask: Callable[[_Key], _Answer], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: _Key) -> _Answer:
        """Return the answer for a key, which may be a moment old."""
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        with kept.lock:
            began = self._clock()
            if began >= kept.until:
                kept.answer = self._ask(key)
                now = self._clock()
                kept.until = now + max(KEPT_FOR, TIMES * (now - began))
            answer: _Answer = kept.answer
        return answer
