"""What short texts on a page are: names, buttons, marks, headings; asked often, so answers are kept."""

from __future__ import annotations

from functools import lru_cache

from threads.parse import headers, page_words

LONGEST_NAME = headers.LONGEST_NAME
_KEPT = 32_768


@lru_cache(maxsize=_KEPT)
def is_name(text: str, *, said: bool = False) -> bool:
    """Return whether `text` can be a displayed name."""
    return text[-1:] not in ("。", "！", "？") and headers.is_name(text, said=said)


@lru_cache(maxsize=_KEPT)
def split_name(text: str) -> tuple[str, str | None, bool]:
    """Return the name in a header, the name it answers, and whether a verb such as "says" stood there."""
    return headers.split_name(text)


@lru_cache(maxsize=_KEPT)
def is_button(text: str) -> bool:
    """Return whether `text` is what a reader clicks."""
    return page_words.is_button_line(text)


@lru_cache(maxsize=_KEPT)
def is_mark(text: str) -> bool:
    """Return whether `text` is only a separator."""
    return page_words.is_mark_line(text)


@lru_cache(maxsize=_KEPT)
def heading(text: str) -> tuple[bool, int | None]:
    """Return whether `text` heads comments, and how many it declares."""
    return page_words.comments_heading(text)


@lru_cache(maxsize=_KEPT)
def likes(text: str) -> int | None:
    """Return the likes that `text` counts."""
    return page_words.likes(text)
