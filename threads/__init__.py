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

from threads.analysis import analyse, read
from threads.records import Comment, Discussion, Flag, Parsed, Report, Skipped
from threads.scores import score

__all__ = ["Comment", "Discussion", "Flag", "Parsed", "Report", "Skipped", "analyse", "read", "score"]
