"""What is worked out from an outline, kept as long as that outline is in use and no longer.

A cache that counts its entries would hold some outlines of before: at a million comments 60 MB each.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from threads.outline import Outline

P = ParamSpec("P")
R = TypeVar("R")

Work = Callable[Concatenate[Outline, P], R]


def derived(most: int = 1) -> Callable[[Work[P, R]], Work[P, R]]:
    """Return a decorator: the `most` latest answers for each outline are kept, by the further arguments.

    What is decorated takes an outline first and what can be hashed after it, by place; its answer must not
    hold the outline.
    """

    def decorator(work: Work[P, R]) -> Work[P, R]:
        kept: WeakKeyDictionary[Outline, OrderedDict[Hashable, R]] = WeakKeyDictionary()
        lock = Lock()

        @functools.wraps(work)
        def asked(outline: Outline, /, *more: P.args, **named: P.kwargs) -> R:
            with lock:
                answers = kept.setdefault(outline, OrderedDict())
                if more in answers:
                    answers.move_to_end(more)
                    return answers[more]
            made = work(outline, *more, **named)
            with lock:
                answers[more] = made
                while len(answers) > most:
                    answers.popitem(last=False)
            return made

        return asked

    return decorator
