"""The words, numbers and times that people read, in their language.

Messages are written in English where they are used, `_("Who talks")`, and looked up in the catalogue of the
language in use: `threads/translations/LANGUAGE.po`, as gettext has it. `make words` gathers new ones. Values
go into places with names, never into an f-string: `_("page {page} of {last}", page=…, last=…)`. What stands
in a constant is marked there by `N_`, and looked up where it is shown. Without a language in use, as on the
command line, everything is English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from threads.errors import ThreadsError, message_of

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

SOURCE: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {SOURCE: "English", "de": "Deutsch"}
"""Every language by its code, as its readers call it."""
RETOLD: Final = (
    "threads/moderation/",
    "threads/scores/",
    "threads/parse/",
    "threads/storage/",
    "threads/isolation.py",
    "threads/records.py",
    "threads/scored_isolated.py",
    "threads/workers.py",
)
"""Where messages are that are stored as they were told, in English."""
MISSING: Final = "–"
DEEPEST: Final = 4  # a message in a place of a message in …
Width: TypeAlias = Literal["abbreviated", "wide"]
FOLDER: Final = Path(__file__).parent / "translations"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_TAKES: Final = {
    "number": re.compile(r"[\d,.]*\d|N"),  # N as a count of reasons has it
    "token": re.compile(r"\S+"),
}
"""What stands in places that are called so; in another may stand whatever it is."""

_in_use: ContextVar[str] = ContextVar("language", default=SOURCE)


def use(language: str) -> None:
    """Let what follows in this context, such as the answer to a request, be in a language of LANGUAGES."""
    _in_use.set(language)


@contextmanager
def using(language: str) -> Iterator[None]:
    """Let what is done meanwhile be in a language."""
    before = _in_use.set(language)
    try:
        yield
    finally:
        _in_use.reset(before)


def language() -> str:
    """Return the code of the language in use."""
    return _in_use.get()


def _(message: str, /, **values: Any) -> str:
    """Return a message in the language in use, with `values` in its places."""
    text = translations(language()).gettext(message)
    return text.format(**values) if values else text


def ngettext(one: str, many: str, count: int, /, **values: Any) -> str:
    """Return the form of a message that goes with a count, which `{number}` stands for."""
    text = translations(language()).ngettext(one, many, count)
    return text.format(number=number(count), **values)


def N_(message: str, /) -> str:  # noqa: N802 - gettext's own name for it
    """Return a message as it is: it is marked for the catalogues, and looked up where it is shown."""
    return message


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun, "1 comment" or "2 comments"."""
    return f"{number(count)} {noun(count, one, many)}"


def noun(count: int, one: str, many: str) -> str:
    """Return the noun alone, as it stands behind a number."""
    return translations(language()).ngettext(one, many, count)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Catalog:
    """Return the messages of a language as they stand in its file."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - whoever only marks messages need not wait for it

    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> NullTranslations:
    """Return what looks messages up; what a catalogue lacks stays English."""
    if language == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415

    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with its thousands set apart, rounded to `digits`; – where it is missing."""
    return MISSING if value is None else localised(f"{value:,.{digits}f}")


def percent(value: float | None, digits: int = 0) -> str:
    """Return a share of 1 in percent; – where it is missing."""
    return MISSING if value is None else localised(f"{value:.{digits}%}")


def signed(value: float, digits: int = 2) -> str:
    """Return a number with its sign, as typographers set it."""
    return localised(f"{value:+.{digits}f}")


def decimals(value: float, digits: int = 2) -> str:
    """Return a number between 0 and 1: .64, or 0,64 where the zero is not left out."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("0") if language() == SOURCE else localised(text)


def chance(p: float) -> str:
    """Return a p behind its sign, "= .012"; one that three decimals would make none is "< .001"."""
    return f"< {decimals(0.001, 3)}" if p < 0.001 else f"= {decimals(p, 3)}"


def localised(text: str) -> str:
    """Return a number as Python writes it with the signs of the language in use."""
    return text.translate(_signs(language()))


@lru_cache(maxsize=len(LANGUAGES))
def _signs(language: str) -> dict[int, str]:
    from babel import Locale  # noqa: PLC0415
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415

    locale = Locale.parse(language)
    spaced = locale.percent_formats[None].pattern.endswith("\u00a0%")
    return {
        ord("-"): "−",
        ord(","): get_group_symbol(locale),
        ord("."): get_decimal_symbol(locale),
        ord("%"): "\u00a0%" if spaced else "%",
    }


def day(time: date) -> str:
    """Return a day, 03 Jun 2024."""
    return written(time, _("%d %b %Y"))


def moment(time: date) -> str:
    """Return a moment to the minute, 03 Jun 2024, 20:41."""
    return written(time, _("%d %b %Y, %H:%M"))


def written(time: date, pattern: str) -> str:
    """Return a time by a pattern of `strftime`, names of months in the language in use."""
    widths: tuple[tuple[str, Width], ...] = (("%b", "abbreviated"), ("%B", "wide"))
    for directive, width in widths:
        if directive in pattern:
            pattern = pattern.replace(directive, _month(time.month, width, language()))
    return time.strftime(pattern)


@lru_cache(maxsize=64)
def _month(place: int, width: Width, language: str) -> str:
    from babel.dates import get_month_names  # noqa: PLC0415

    return str(get_month_names(width, locale=language)[place])


def explained(error: ThreadsError) -> str:
    """Return what an error says, in the language in use: its parts are put together as it does itself."""
    return message_of(
        retold(error.problem),
        source=retold(error.source),
        place=retold(error.place),
        remedy=retold(error.remedy),
    )


def retold(text: str) -> str:
    """Return a text that was stored in English in the language in use.

    It is a message, or one with values in its places, of those that are marked in RETOLD; another stays as
    it is. A place that is called `{number}` takes nothing but a number, and `{token}` nothing with a blank.
    """
    if language() == SOURCE or not text:
        return text
    return _retold(text, DEEPEST)


def _retold(text: str, deep: int) -> str:
    """Return a text, and what stands in its places, so many deep: a message, a number, or just what it is."""
    if (value := _value(text)) != text or not deep:
        return value
    for template in _templates(language()):
        if values := template.values(text):
            return _(template.message, **{name: _retold(value, deep - 1) for name, value in values.items()})
    return text


def _value(text: str) -> str:
    """Return a message without places, or a number, alone or with its noun."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text):
        return localised(text)
    count, noun = text.partition(" ")[::2]
    many = _nouns(language()).get(noun)
    if many is not None and re.fullmatch(r"[\d,]+", count):
        return counted(int(count.replace(",", "")), *many)
    return _(text) if text in _stored(language()) else text


@lru_cache(maxsize=len(LANGUAGES))
def _nouns(language: str) -> dict[str, tuple[str, str]]:
    """Return the nouns of a catalogue, one and many of each, by either."""
    pairs = [(message.id[0], message.id[1]) for message in catalogue(language) if message.pluralizable]
    return {form: pair for pair in pairs for form in pair}


@lru_cache(maxsize=len(LANGUAGES))
def _stored(language: str) -> frozenset[str]:
    """Return the messages that are stored as they were told, as they are written in the code."""
    return frozenset(
        message.id
        for message in catalogue(language)
        if isinstance(message.id, str) and any(place.startswith(RETOLD) for place, _line in message.locations)
    )


@dataclass(frozen=True, slots=True)
class _Template:
    """A message with places, taken apart: `literals` stand around the places `names`, one more than those."""

    message: str
    literals: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, message: str) -> _Template:
        pieces = _PLACE.split(message)
        return cls(message, tuple(pieces[::2]), tuple(pieces[1::2]))

    @property
    def weight(self) -> int:
        """How much of the message is its own."""
        return sum(map(len, self.literals))

    def values(self, text: str) -> dict[str, str]:
        """Return what stands in the places of a text, none if it is not of this message.

        As each literal is taken where it comes first, it takes one look at the text, whatever is in it.
        """
        first, *between, last = self.literals
        end = len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last)):
            return {}
        found, start = [], len(first)
        for literal in between:
            if (stop := text.find(literal, start + 1, end)) < 0:
                return {}
            found.append(text[start:stop])
            start = stop + len(literal)
        if start >= end:
            return {}
        values = dict(zip(self.names, (*found, text[start:end]), strict=True))
        fits = all(takes.fullmatch(values[name]) for name, takes in _TAKES.items() if name in values)
        return values if fits else {}


@lru_cache(maxsize=len(LANGUAGES))
def _templates(language: str) -> tuple[_Template, ...]:
    """Return the messages with places that are stored, those first that have most of their own."""
    found = [_Template.of(message) for message in sorted(_stored(language)) if _PLACE.search(message)]
    return tuple(sorted(found, key=lambda template: -template.weight))
