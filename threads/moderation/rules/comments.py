"""Comments as rules see them: a frame, its texts, and what several rules read in a text, worked out once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import pandas as pd

from threads.frames import typed
from threads.records import COMMENT_COLUMNS, GONE
from threads.scores.links import find_links
from threads.scores.offensive_model import Span
from threads.scores.text import MOST_CHARACTERS, without_quotes
from threads.wordlists.folding import Folded, fold, folded, letters_and_digits

BLOCK = 1_000  # comments whose readings are kept at a time
TOKEN = re.compile(r"[a-z0-9@$*!]+")
SIGNS = "@$*!"  # of TOKEN; around a word they stand for no letter
PART = re.compile(r"[a-z]+")
WORD = re.compile(r"\w+")
_SPELT_OUT = re.compile(r"(?<![a-z0-9])[a-z](?:[ ._*-][a-z](?![a-z0-9]))++")
_MAY_BE_SPELT_OUT = re.compile(r"[ ._*-][a-z][ ._*-][a-z](?![a-z0-9])")  # three letters or more
_BETWEEN = "".join(chr(code) if TOKEN.fullmatch(chr(code)) else " " for code in range(128))

STORED_COLUMNS: Final = tuple(
    column
    for column in COMMENT_COLUMNS
    if column.name in {"thread_id", "comment_id", "author", "author_id", "published_at", "text"}
)
"""What rules look at of comments of other discussions."""


class Text:
    """A comment's text as found, cut at the length that is read, and what rules read in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def links(self) -> list[tuple[int, int]]:
        """The (start, end) of every link."""
        return find_links(self.text)

    @cached_property
    def bare(self) -> str:
        """The folded text with blanks in the place of links."""
        plain = folded(self.text)
        return blanked(plain, self.links if self.text.isascii() else find_links(plain))

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The different Latin words of `bare`, digits and signs in them; parts of those with such, too."""
        bare = self.bare
        # The same for ASCII, in half the time.
        found = set(bare.translate(_BETWEEN).split() if bare.isascii() else TOKEN.findall(bare))
        odd = [token for token in found if not token.isalpha()]
        return frozenset(found.union(*((token.strip(SIGNS), *PART.findall(token)) for token in odd)))

    @cached_property
    def words(self) -> frozenset[str]:
        """The different words of `bare`, in any script."""
        return frozenset(WORD.findall(self.bare))

    @cached_property
    def spelt_out(self) -> list[tuple[int, int, str]]:
        """The (start, end) in `bare` of words whose three letters or more stand apart, and the word."""
        if not _MAY_BE_SPELT_OUT.search(self.bare):
            return []
        return [(*match.span(), "".join(PART.findall(match[0]))) for match in _SPELT_OUT.finditer(self.bare)]

    @cached_property
    def _folding(self) -> Folded:
        return fold(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the (start, end) in the text of a stretch of `bare`."""
        return self._folding.span(start, end)


class Comments:
    """The comments that are judged together.

    Parameters
    ----------
    frame
        One row a comment, columns as in COMMENT_COLUMNS, and scores as far as they are there; removed and
        deleted comments and those without a text are passed over.
    stored
        Comments of other discussions to hold them against, columns as in STORED_COLUMNS.
    characters
        How much of a text is read.
    """

    def __init__(
        self, frame: pd.DataFrame, stored: pd.DataFrame | None = None, *, characters: int = MOST_CHARACTERS
    ) -> None:
        there = ~frame["status"].isin(GONE) & frame["text"].notna()
        self.frame = frame[there].reset_index(drop=True)
        self.stored = typed(pd.DataFrame(columns=[]) if stored is None else stored, STORED_COLUMNS)
        self.characters = characters
        self._columns: dict[str, list[Any]] = {}
        self.offence: dict[int, list[Span]] = {}  # words that carry the offence of a comment, once found

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """(thread_id, comment_id) of each comment."""
        return list(zip(self.column("thread_id"), self.column("comment_id"), strict=True))

    @cached_property
    def texts(self) -> list[Text]:
        """The text of each comment."""
        return [Text(text[: self.characters]) for text in self.column("text")]

    @cached_property
    def letters(self) -> list[str]:
        """The letters and digits of each comment and then of each stored one, folded."""
        return list(map(letters_and_digits, self._said))

    @cached_property
    def own_letters(self) -> list[str]:
        """The same without lines that quote another comment, as `near_duplicates` compares them."""
        own = map(without_quotes, self._said)
        return [
            letters if said is whole else letters_and_digits(said)
            for said, whole, letters in zip(own, self._said, self.letters, strict=True)
        ]

    @cached_property
    def _said(self) -> list[str]:
        texts = [*self.column("text"), *self.stored["text"].fillna("").to_numpy().tolist()]
        return [text[: self.characters] for text in texts]

    def column(self, name: str) -> list[Any]:
        """Return the values of a column, None for missing ones; all missing where the frame lacks it."""
        if name not in self._columns:  # rules ask for it thread by thread
            if name in self.frame:
                column = self.frame[name]
                self._columns[name] = column.astype(object).where(column.notna(), None).tolist()
            else:
                self._columns[name] = [None] * len(self.frame)
        return self._columns[name]

    def blocks(self) -> Iterator[tuple[int, Comments]]:
        """Yield the comments in blocks of at most BLOCK, each with the place of its first comment."""
        for start in range(0, len(self.frame), BLOCK):
            part = self.frame.iloc[start : start + BLOCK]
            yield start, Comments(part, characters=self.characters)


def blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """Return `text` with blanks in the place of `spans`, which are in order."""
    pieces, place = [], 0
    for start, end in spans:
        pieces += [text[place:start], " " * (end - start)]
        place = end
    return "".join((*pieces, text[place:])) if pieces else text
