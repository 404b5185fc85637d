"""Signs of link spam and of shouting, each a number that a reader can check against the text.

`spam` puts them together by a formula that stands here, not by a trained model: each sign, divided by the
amount at which it counts in full and cut at 1, takes away its weight's share of what is left,

    spam = 1 - product over signs of (1 - weight × min(1, sign / full))

Full amounts and weights (FORMULA) are set by hand: there were no labelled comments to measure them on. The
signs need no language, save for the few English and brand names among the contacts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from threads.frames import typed
from threads.records import Column
from threads.scores.links import find_links
from threads.scores.text import MOST_CHARACTERS

FEWEST_LETTERS: Final = 20  # below it a share of capitals says nothing: NATO, OK
RUN_LENGTH: Final = 3  # copies of one word in words, or of one character in a run, that are still usual

FORMULA: Final[dict[str, tuple[float, float]]] = {
    "links_beyond_first": (3, 0.6),
    "link_share": (1, 0.5),
    "same_link_again": (2, 0.5),
    "contacts": (2, 0.6),
    "prices_beside_them": (2, 0.4),
    "capitals_beyond_half": (0.5, 0.4),
    "repetition_beyond_fifth": (0.8, 0.6),
}
"""For each sign: the amount at which it counts in full, and its weight, the spam of that sign alone."""

_NOT_CAPITALS: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
_NOT_SMALL: Final = bytes(set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyz"))
_RUN = re.compile(rf"(\S)\1{{{RUN_LENGTH},}}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_DIGIT = re.compile(r"[0-9]")
_SEVEN_DIGITS = re.compile(r"[0-9](?:[^a-z0-9]{0,3}[0-9]){6}")
# Only what is written as a telephone number and not as a date: with + or 0 or a bracket in front, or in the
# groups of 555 010 0199.
_PHONE = re.compile(
    r"""
    (?<![\w.,/+-]) (?! [0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}\b )
    (?: (?:\+|0|\(0?)[0-9] (?:[ ()./-]{0,2}[0-9]){6,13}
      | (?:1[ .-])? \(?[0-9]{3}\)? [ .-] [0-9]{3} [ .-] [0-9]{4} ) (?![\w/-])
    """,
    re.VERBOSE,
)
_MAIL = re.compile(r"@(?<=[\w.+-]@)[a-z0-9-]{1,63}\.[a-z]{2,}")
_MESSENGERS = ("whatsapp", "telegram", "viber", "wechat")
_ASKS = ("contact", "dm", "e-?mail", "inbox", "message", "text", "whatsapp")  # contact me, text us …
_MAY_CALL = (".me/", *_MESSENGERS, "contact ", "dm ", "mail ", "inbox ", "message ", "text ")
_CALL = re.compile(
    rf"\b(?:{'|'.join(_ASKS)}) (?:me|us)\b(?= (?:at|on|for|via|to|now|today)\b|\W*+(?:$|[+0-9]))"
    rf"|\b(?:{'|'.join(_MESSENGERS)})\b(?=[ :(-]{{0,3}}[+@0-9])"
    r"|\b(?:t|wa)\.me/(?=\w)"
)
_MONEY_SIGNS = ("$", "€", "£", "¥", "₹", "usd", "eur", "dollar")
_PRICE = re.compile(
    r"(?:[$€£¥₹]|\b(?:usd|eur) ?) ?[0-9]|[0-9] ?(?:[$€£¥₹](?! ?[0-9])|(?:usd|euros?|dollars?)\b)"
)
_SCHEME = re.compile(r"^(?:\w+://)?(?:www\.)?")


class Signs(NamedTuple):
    """What a text shows of spam; None where there is too little text to say."""

    links: int
    link_share: float | None
    same_link: int
    contacts: int
    prices: int
    shouting: float | None
    repetition: float | None


class Spam:
    """Links, contacts, prices, capitals and repetition of each comment, and `spam`, put together of them.

    Only the first 65,535 characters of a comment are read.
    """

    name = "spam"
    help = "Signs of advertising and shouting: links, contacts, prices, capitals, repetition."
    columns: tuple[Column, ...] = (
        Column(
            "spam", "number", "How strong the signs are together, by the formula in its module.", "0 to 1"
        ),
        Column("spam_links", "integer", "Number of links, plain or disguised."),
        Column("spam_link_share", "number", "Share of its characters that are links.", "share"),
        Column("spam_same_link", "integer", "How many times the link that stands in it most often does."),
        Column("spam_contacts", "integer", "Telephone numbers, e-mail addresses, calls to a messenger."),
        Column("spam_prices", "integer", "Amounts of money; they count only beside a link or a contact."),
        Column("spam_shouting", "number", "Share of capitals, from 20 letters on.", "share"),
        Column("spam_repetition", "number", "Share of it that only says itself again.", "share"),
    )

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row; a comment of blanks has counts only."""
        rows = [_row(text) if isinstance(text, str) else _MISSING for text in frame["text"].tolist()]
        names = [column.name for column in self.columns]
        return typed(pd.DataFrame(rows, columns=names, index=frame.index, dtype=object), self.columns)


_MISSING: Final = (None,) * len(Spam.columns)


def _row(text: str) -> tuple[float | None, ...]:
    found = signs(text)
    return (
        together(found),
        found.links,
        found.link_share,
        found.same_link,
        found.contacts,
        found.prices,
        found.shouting,
        found.repetition,
    )


def signs(text: str) -> Signs:
    """Return the signs of one text, of which the first 65,535 characters are read; linear in these."""
    text = text[:MOST_CHARACTERS]
    lower = text.lower()
    pieces = lower.split()
    characters = sum(map(len, pieces))
    spans = find_links(text)
    linked = sum(end - start for start, end in spans)
    capitals, letters = capitals_of(text)
    digits = _DIGIT.search(text) is not None
    return Signs(
        links=len(spans),
        link_share=min(1.0, linked / characters) if characters else None,
        same_link=_most_often([text[start:end] for start, end in spans]),
        contacts=_contacts(lower, digits=digits),
        prices=len(_PRICE.findall(lower)) if digits and any(map(lower.__contains__, _MONEY_SIGNS)) else 0,
        shouting=capitals / letters if letters >= FEWEST_LETTERS else None,
        repetition=_repetition(lower, pieces, characters) if characters else None,
    )


def together(found: Signs) -> float | None:
    """Return the signs as one number from 0 to 1 by FORMULA; None for a text of blanks."""
    if found.link_share is None or found.repetition is None:
        return None
    amounts = {
        "links_beyond_first": found.links - 1,
        "link_share": found.link_share,
        "same_link_again": found.same_link - 1,
        "contacts": found.contacts,
        "prices_beside_them": found.prices if found.links or found.contacts else 0,
        "capitals_beyond_half": (found.shouting or 0) - 0.5,
        "repetition_beyond_fifth": found.repetition - 0.2,
    }
    return 1 - math.prod(
        1 - weight * min(1.0, max(0.0, amounts[name] / full)) for name, (full, weight) in FORMULA.items()
    )


def capitals_of(text: str) -> tuple[int, int]:
    """Return the number of capitals, and of letters that have a small and a capital form."""
    plain = text.encode("ascii", "ignore")
    others = "" if text.isascii() else "".join(_BEYOND_ASCII.findall(text))
    capitals = len(plain.translate(None, _NOT_CAPITALS)) + sum(map(str.isupper, others))
    return capitals, capitals + len(plain.translate(None, _NOT_SMALL)) + sum(map(str.islower, others))


def _most_often(links: list[str]) -> int:
    if len(links) < 2:
        return len(links)
    plain = (_SCHEME.sub("", link.lower()).rstrip("/.,;:!?)'\"") for link in links)
    return max(Counter(plain).values())


def _contacts(lower: str, *, digits: bool) -> int:
    found = len(_PHONE.findall(lower)) if digits and _SEVEN_DIGITS.search(lower) else 0
    if "@" in lower:
        found += len(_MAIL.findall(lower))
    if any(map(lower.__contains__, _MAY_CALL)):
        found += len(_CALL.findall(lower))
    return found


def _repetition(lower: str, pieces: list[str], characters: int) -> float:
    """Return the larger of two shares: three words in a row said before, characters that lengthen a run."""
    triples = len(pieces) - 2
    said_again = (
        1 - len(set(zip(pieces, pieces[1:], pieces[2:], strict=False))) / triples if triples > 0 else 0
    )
    drawn_out = 0
    if _may_hold_runs(lower):
        drawn_out = sum(len(run[0]) - RUN_LENGTH for run in _RUN.finditer(lower))
    return max(said_again, drawn_out / characters)


def _may_hold_runs(text: str) -> bool:
    """Return whether a character, perhaps a blank, stands more than RUN_LENGTH times in a row, quickly."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return b"\1" * RUN_LENGTH in (codes[1:] == codes[:-1]).tobytes()
