"""Below the Line: the talk under an article as records, scores and tables.

Data flows one way, and a module imports only what stands to its left or below it::

    page, paste, export -> parse -> records -> scores -> dynamics -> views (dashboard, CSV, JSON)
                                       |          |
                                       +-- storage+-> moderation: flags -> queue -> decisions

The three calls that do the main job:

>>> import threads
>>> discussions = threads.read("page.txt")             # doctest: +SKIP
>>> frame = threads.analyse("page.txt")                # doctest: +SKIP
>>> threads.score(["What a lovely day!"], ["sentiment"])["sentiment"].round(4).tolist()
[0.6696]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threads.analysis import analyse, read
    from threads.records import Comment, Discussion, Flag, Parsed, Report, Skipped
    from threads.scores import score

__all__ = ["Comment", "Discussion", "Flag", "Parsed", "Report", "Skipped", "analyse", "read", "score"]

_RECORDS = "threads.records"
_HOME = {"analyse": "threads.analysis", "read": "threads.analysis", "score": "threads.scores"}


def __getattr__(name: str) -> Any:
    """Import what is asked for then, so that `btl --help` need not wait for all of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME.get(name, _RECORDS)), name)
