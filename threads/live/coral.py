"""Coral's external moderation phase: it shows a comment before it is published, and asks what to do.

Request and answer as in docs.coralproject.net/external-moderation-phases. A comment has no id yet, and
nothing is stored. What a rule flags is withheld for a moderator, with the reasons; nothing else is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from threads.analysis import with_context
from threads.errors import InputError
from threads.frames import comments_frame
from threads.moderation.flagging import flag
from threads.moderation.rules import RULES
from threads.parse.exports.texts import from_loose_html
from threads.parse.identity import stable_id
from threads.parse.language import detect
from threads.records import Comment, Discussion, Flag
from threads.scores import score
from threads.scores.chosen import scores_for
from threads.settings import Settings
from threads.storage import Store
from threads.storage.intake import ALONE

WITHHELD: Final = "SYSTEM_WITHHELD"
_TOXIC: Final = frozenset({"offensive", "harassment", "identity_attack", "threat"})
_SPAM: Final = frozenset({"spam", "repeat"})
_REASON_OF: Final = {rule.name: rule.reason for rule in RULES}
_ID: Final = "new"


def asked(body: bytes, store: Store, settings: Settings) -> dict[str, Any] | None:
    """Return the answer to a request of Coral's; None, which is 204, where no rule flags the comment.

    Raises
    ------
    InputError
        It is no request of that phase.
    """
    try:
        content = orjson.loads(body)
        text, parent_id = content["comment"]["body"], content["comment"].get("parentID")
        url = content["story"]["url"]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise InputError("no request of an external moderation phase", source="coral") from None
    if not isinstance(text, str) or not isinstance(url, str) or not isinstance(parent_id, str | None):
        raise InputError("comment or story is not as Coral has them", source="coral")
    flags = _flags(_discussion(from_loose_html(text), url, parent_id, store), store, settings)
    return _answer(flags) if flags else None


def _discussion(text: str, url: str, parent_id: str | None, store: Store) -> Discussion:
    """Return the comment in its discussion, with what is stored of it: its title, and what is answered."""
    thread_id = stable_id("page", url)
    comment = Comment(
        thread_id=thread_id,
        comment_id=_ID,
        position=1,
        parent_id=parent_id,
        parent_source=None if parent_id is None else "given",
        text=text,
        source_format="coral",
    )
    around = store.intake.around([comment])
    about = around.discussions.get(thread_id) or Discussion(
        thread_id=thread_id, source="coral", source_format="coral", url=url
    )
    parent = around.comments.get((thread_id, parent_id or ""))
    comments = (comment,) if parent is None else (comment, parent.comment)
    return Discussion(
        thread_id=thread_id,
        source="coral",
        source_format="coral",
        title=about.title,
        url=url,
        article_text=about.article_text,
        language=about.language or detect([text]),
        comments=comments,
    )


def _flags(discussion: Discussion, store: Store, settings: Settings) -> list[Flag]:
    records = comments_frame((discussion,))
    frame = with_context(records, (discussion,)).iloc[:1]
    scored = records.iloc[:1].join(score(frame, scores_for(settings)))
    book = store.rule_books.current(settings)
    found = flag(scored, book, characters=settings.max_comment_characters, only=ALONE)
    return found.get((discussion.thread_id, _ID), [])


def _answer(flags: Sequence[Flag]) -> dict[str, Any]:
    """Return that it is withheld; Coral leaves `reasons` out, which are for who reads its log."""
    told = {_REASON_OF[found.rule] for found in flags}
    detected = [
        code
        for code, reasons in (("COMMENT_DETECTED_TOXIC", _TOXIC), ("COMMENT_DETECTED_SPAM", _SPAM))
        if told & reasons
    ]
    return {
        "status": WITHHELD,
        "actions": [{"actionType": "FLAG", "reason": code} for code in detected],
        "reasons": [{"rule": found.rule, "reason": found.reason} for found in flags],
    }
