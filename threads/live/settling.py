"""What comments that came one by one are to the whole discussion, worked out a little later.

Scores within the thread and the flags of rules that look at many comments are those that an import of the
discussion would give. Until then the former are missing, and the latter are of the last time.
"""

from __future__ import annotations

import pandas as pd

from threads.analysis import with_context
from threads.parse.language import ENGLISH, detect
from threads.records import COMMENT_COLUMNS
from threads.scores import WITHIN_THREAD, score
from threads.scores.chosen import scores_for
from threads.settings import Settings
from threads.storage import Store


def settle(store: Store, thread_id: str, revision: int, settings: Settings) -> None:
    """Take all comments of a discussion into account that had come by `revision`.

    No lock is held for long, and comments may come meanwhile: they leave the discussion unsettled.

    Raises
    ------
    StoreError
        There is no such discussion, or the database refuses.
    """
    about = store.discussion(thread_id)
    records = store.comments(thread_id)[[column.name for column in COMMENT_COLUMNS]]
    language = about.language or detect(records["text"])
    records.index = pd.Index(records["comment_id"])
    context = with_context(records, (about,)).assign(language=language)
    # Until its language is known a discussion is scored as English.
    anew = about.language is None and language not in (None, ENGLISH)
    chosen = [
        item
        for item in scores_for(settings)
        if anew or any(column.name in WITHIN_THREAD for column in item.columns)
    ]
    scores = score(context, chosen)
    store.intake.refine(thread_id, scores if anew else scores[[n for n in scores if n in WITHIN_THREAD]])
    store.rule_books.reflag(settings, threads=[thread_id])
    store.intake.settled(thread_id, revision, language)


def settle_all(store: Store, settings: Settings) -> int:
    """Settle every discussion that has to be; return how many there were."""
    waiting = store.intake.unsettled()
    for thread_id, revision in waiting.items():
        settle(store, thread_id, revision, settings)
    return len(waiting)
