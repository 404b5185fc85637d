"""The rules that put a comment before a moderator, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from threads.moderation.rules.base import CommentContext, Rule
from threads.moderation.rules.held import Held
from threads.moderation.rules.links import Links
from threads.moderation.rules.offensive import OffensiveLanguage
from threads.moderation.rules.repeats import Repeats, fingerprint
from threads.moderation.rules.shouting import Shouting
from threads.records import Flag
from threads.settings import Settings

__all__ = ["RULES", "CommentContext", "Rule", "flag"]

RULES: tuple[Rule, ...] = (OffensiveLanguage(), Shouting(), Links(), Repeats(), Held())

# What is gone already needs nobody.
_GONE = frozenset({"removed", "deleted"})


def flag(frame: pd.DataFrame, settings: Settings) -> dict[tuple[str, str], list[Flag]]:
    """Return the flags of each comment that has any, by (thread_id, comment_id).

    Parameters
    ----------
    frame
        One row a comment, columns as in COMMENT_COLUMNS; removed and deleted comments are passed over.
    settings
        The limits.
    """
    flags: dict[tuple[str, str], list[Flag]] = {}
    for key, context in _contexts(frame, settings):
        if found := [raised for rule in RULES if (raised := rule.check(context)) is not None]:
            flags[key] = found
    return flags


def _contexts(frame: pd.DataFrame, settings: Settings) -> Iterator[tuple[tuple[str, str], CommentContext]]:
    seen: dict[bytes, tuple[int, str]] = {}
    columns = (frame[name].tolist() for name in ("thread_id", "comment_id", "text", "status"))
    for thread_id, comment_id, whole, status in zip(*columns, strict=True):
        if status in _GONE or not isinstance(whole, str):
            continue
        text = whole[: settings.max_comment_characters]
        copies, first_copy = 0, comment_id
        if mark := fingerprint(text, settings.repeat_characters):
            copies, first_copy = seen.get(mark, (0, comment_id))
            seen[mark] = (copies + 1, first_copy)
        yield (thread_id, comment_id), CommentContext(text, status, settings, copies, first_copy)
