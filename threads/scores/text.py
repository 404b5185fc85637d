"""Words and sentences of a comment, shared by the scores. Everything here takes time linear in the text.

A word is what a reader would count, close to the word boundaries of Unicode (UAX #29):

- letters, marks and digits run together; apostrophes and hyphens between them join (don't, well-known), as in
  Flesch's rule of counting; so do the dots and commas of numbers (3.5) and of initials (U.S.)
- a web address is one word
- in Chinese and Japanese each ideograph is a word and each run of hiragana or of katakana is one, as word
  processors count; Thai, Lao, Khmer and Burmese put no blanks between words, and a run counts as one
- emoji and punctuation are no words
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import regex

from threads.records import GONE
from threads.settings import SETTINGS

MOST_CHARACTERS: Final = int(next(s.default for s in SETTINGS if s.name == "max_comment_characters"))
"""What is read of a longer text."""

# Invisible characters inside a word (soft hyphen, joiners, zero-width blank) do not part it.
_INNER = r"\p{L}\p{M}\p{N}\u00ad\u200b-\u200d\u2060"
_UNSPACED = r"\p{Han}|\p{Hiragana}[\p{Hiragana}\u30fc\p{M}]*+|\p{Katakana}[\p{Katakana}\u30fc\p{M}]*+"
_START = r"[[\p{L}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}]]"
_REST = rf"[[{_INNER}]--[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}]]"
_RUN = rf"{_START}{_REST}*+"
_JOINED = rf"(?:['’\-‐‑]{_RUN}|(?<=\p{{N}})[.,]\p{{N}}{_REST}*+|(?<=\b\p{{L}})\.\p{{L}}\b)*+"
_ADDRESS = r"(?:https?://|www\.)\S++"
_WORD = regex.compile(rf"{_ADDRESS}|{_UNSPACED}|{_RUN}{_JOINED}", regex.VERSION1)
_ASCII_RUN = "[A-Za-z0-9]++"
# The first alternative is the second without its joints, which take long to rule out.
_ASCII = (
    rf"{_ASCII_RUN}(?!['\-.,])|{_ASCII_RUN}(?:['-]{_ASCII_RUN}|(?<=[0-9])[.,][0-9][A-Za-z0-9]*+"
    r"|(?<=\b[A-Za-z])\.[A-Za-z]\b)*+"
)
_ASCII_WORD = re.compile(_ASCII, re.ASCII)
_ASCII_WORD_OR_ADDRESS = re.compile(rf"{_ADDRESS}|{_ASCII}", re.ASCII)

# Quotation marks, dashes, signs of money and emoji part words as ASCII does; most other texts hold no more.
_BEYOND_ASCII_MARKS = re.compile(r"[^\x00-\x7f£€‘“”–—…\u2600-\u2764\U0001f300-\U0001faff]")

_ADDRESS_INSIDE = r"(?:https?://|www\.)\S*[^\s.!?,;:'\"”’»)\]]"
_STOP = re.compile(
    rf"{_ADDRESS_INSIDE}|(?P<marks>[.!?…。！？．؟۔।]++)(?P<closing>[\"'”’»)\]」』]*+)(?P<gap>\s*+)|(?P<line>\n\s*+)"
)
_STOP_SIGN = re.compile(r"[.!?…。！？．؟۔।\n]")
_FULL_WIDTH = frozenset("。！？．")
_WORD_CHARACTER = re.compile(r"[^\W_]")
_BRACKETED = re.compile(r"\[[^\[\]\n]{1,100}\]")
_PLACEHOLDER = re.compile(
    r"\[ ?(?:deleted|removed)\b[^\[\]\n]{0,100}\]", re.IGNORECASE
)  # of Reddit and its exports
_NEXT_WORD = re.compile(r"[\"'“‘«(\[]*+(\w{0,12})")
_LONGEST_ABBREVIATION = 12


def writable(text: str) -> str:
    """Return a text with its lone surrogates, which no library outside Python takes, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def has_word(text: str) -> bool:
    """Return whether a text holds a word: a letter or a digit, of any script."""
    return _WORD_CHARACTER.search(text) is not None


def without_quotes(text: str) -> str:
    """Return a comment without the lines that quote another one, which begin with ">" as in e-mail.

    A comment that is nothing but quotation is returned whole.
    """
    if ">" not in text:
        return text
    own = [line for line in text.split("\n") if not line.lstrip(" ").startswith(">")]
    said = "\n".join(own).strip()
    return said or text


def is_placeholder(text: str, status: str = "visible") -> bool:
    """Return whether a text stands in the place of a comment that is gone, as "[deleted]" does.

    Of a comment whose status says so, anything in brackets does.
    """
    pattern = _BRACKETED if status in GONE else _PLACEHOLDER
    return pattern.fullmatch(text.strip()) is not None


def own_text(text: str, status: str = "visible", parent: str | None = None) -> str | None:
    """Return what the author of a comment says, for scores: the text without quotations of others.

    None for a placeholder: what stood there is not known. "" for nothing but a quotation of `parent`, the
    text of the comment answered; lines behind ">" that the parent does not have may be the author's own, as
    on imageboards.
    """
    if is_placeholder(text, status):
        return None
    said = without_quotes(text)
    if parent is None or said is not text or ">" not in text:
        return said
    return "" if _unmarked(text) in " ".join(parent.split()) else said


def _unmarked(text: str) -> str:
    """Return the words behind the marks of quotation, blanks as one."""
    return " ".join(" ".join(line.lstrip(" >") for line in text.split("\n")).split())


def only_quotes(text: str) -> bool:
    """Return whether a comment is nothing but lines that quote another one."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(line.lstrip(" ").startswith(">") for line in lines)


def listed(text: str) -> frozenset[str]:
    """Return the blank-separated words of a list in the source as a set."""
    return frozenset(text.split())


# After these a sentence goes on.
_TITLES = listed("mr mrs ms mx dr prof st sen rep gov gen col capt lt sgt hon rev pres vs e.g i.e cf viz")
# After these it may end: it does when the next word is one that starts sentences.
_SHORT_FORMS = listed("u.s u.k u.n e.u d.c a.m p.m jr sr inc ltd co corp dept est approx ca fig")
_STARTERS = listed(
    """a after also although an and as at because both but by can did do even for from he her here his how
    i if in is it it's its just let maybe my no not now of oh on one or our perhaps she since so some still
    than that the their then there these they this those to was we well were what when where which while who
    why yes you your"""
)


def words(text: str) -> list[str]:
    """Return the words of the text in order, as they are written."""
    ascii_word = _ASCII_WORD_OR_ADDRESS if _may_hold_address(text) else _ASCII_WORD
    quick = text.isascii() or not _BEYOND_ASCII_MARKS.search(text)
    return (ascii_word if quick else _WORD).findall(text)


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where each sentence starts and ends: [start, end) offsets, blanks around it left out.

    A line break ends a sentence unless the next line goes on in small letters. A piece between two stops that
    holds no letter and no digit (an emoji, a row of dots) belongs to the sentence before it. A text of blanks
    has no sentence.
    """
    spans: list[tuple[int, int]] = []
    start, first_word = 0, _next_word(text, 0)
    for stop in _stops(text):
        if not _ends_sentence(text, stop):
            continue
        if first_word < stop.end():
            spans.append((start, stop.end()))
        elif spans:
            spans[-1] = (spans[-1][0], stop.end())
        else:
            continue
        start = stop.end()
        if first_word < start:
            first_word = _next_word(text, start)
    if spans and first_word == len(text):
        spans[-1] = (spans[-1][0], len(text))
    else:
        spans.append((start, len(text)))
    return [trimmed for span in spans if (trimmed := _trimmed(text, *span))]


def _may_hold_address(text: str) -> bool:
    return "://" in text or "www." in text


def _stops(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of _STOP, which takes long to pass over the places that are none."""
    if _may_hold_address(text):
        yield from _STOP.finditer(text)
        return
    end = 0
    for sign in _STOP_SIGN.finditer(text):
        if sign.start() >= end and (stop := _STOP.match(text, sign.start())):
            end = stop.end()
            yield stop


def _next_word(text: str, start: int) -> int:
    match = _WORD_CHARACTER.search(text, start)
    return match.start() if match else len(text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = end - len(piece) + len(piece.rstrip())
    return (left, right) if left < right else None


def _ends_sentence(text: str, stop: re.Match[str]) -> bool:
    marks, gap, line = stop["marks"], stop["gap"], stop["line"]
    following = text[stop.end() : stop.end() + 1]
    if line is not None:
        return line.count("\n") > 1 or not following.islower()
    if marks is None or not following or "\n" in gap or not _FULL_WIDTH.isdisjoint(marks):
        return marks is not None
    if not gap:
        return _is_missing_blank(text, stop, following)
    if "!" in marks or "?" in marks:
        return not (stop["closing"] and following.islower())
    if marks == ".":
        return bool(stop["closing"]) or not _is_abbreviation(text, stop)
    return not following.islower()


def _is_missing_blank(text: str, stop: re.Match[str], following: str) -> bool:
    """Return whether a sentence starts right after the mark, as in "so it is.The next"."""
    before = text[max(0, stop.start() - 2) : stop.start()]
    return (
        not stop["closing"]
        and following.isupper()
        and len(before) == 2
        and before.islower()
        and before.isalpha()
    )


def _is_abbreviation(text: str, stop: re.Match[str]) -> bool:
    """Return whether the one dot belongs to the word before it and the sentence goes on."""
    window = text[max(0, stop.start() - _LONGEST_ABBREVIATION) : stop.start()]
    # The window may begin inside a longer word; then the piece is as long as the window and no abbreviation.
    word = window.split()[-1].lstrip("\"'“‘«([") if window.strip() else ""
    match = _NEXT_WORD.match(text, stop.end())
    following = match[1] if match else ""
    lower = word.lower()
    if lower in _TITLES:
        return True
    if lower == "no":
        return following.isdigit()
    if lower == "etc":
        return following.islower()
    if word.isdigit():
        return _starts_line(text, stop.start() - len(word))
    if lower in _SHORT_FORMS or (len(word) == 1 and word.isupper() and word != "I"):
        return following.lower() not in _STARTERS
    return False


def _starts_line(text: str, place: int) -> bool:
    return place == 0 or text[place - 1] == "\n"
