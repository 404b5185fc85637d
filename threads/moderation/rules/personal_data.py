"""Personal data that a comment gives away: how to reach somebody, where they live, their accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import phonenumbers

from threads.language import N_, _, counted
from threads.moderation.rules.base import Limit, ListOfWords, OneComment, Values, merged
from threads.moderation.rules.comments import Text
from threads.moderation.rules.postal_addresses import postal_addresses
from threads.records import Flag

Span = tuple[int, int]

COUNTRIES: Final = (
    "AT",
    "AU",
    "BE",
    "CA",
    "CH",
    "DE",
    "ES",
    "FR",
    "GB",
    "IE",
    "IN",
    "IT",
    "NL",
    "PL",
    "PT",
    "US",
)
"""Whose national numbers are known without a + in front."""
MOST_LOOKED_AT: Final = 50  # candidates of one comment; each is tried in every country
FEWEST_UNCALLED: Final = 9  # digits of a number that no word such as "call" announces
MOST_GROUPS: Final = 5  # of digits: 06 12 34 56 78

_DIGITS = "0123456789"
_SEVEN_DIGITS = re.compile(r"[0-9](?:[^a-z0-9]{0,3}[0-9]){6}")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])", re.IGNORECASE)
_MAY_BE_MAIL = re.compile(r"@(?<=[\w.+-]@)[a-z0-9-]{1,63}\.[a-z]", re.IGNORECASE)
_DOT = r" ?(?:\.|[\[({] ?(?:dot|\.) ?[\])}]) ?"
_DISGUISED_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[\[({] ?at ?[\])}] ?"
    rf"(?:[a-z0-9-]{{1,63}}{_DOT}){{1,5}}[a-z]{{2,24}}(?![\w-])",
    re.IGNORECASE,
)
_AT = re.compile(r"[\[({] ?at ?[\])}]", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_IBAN_LENGTHS: Final = {
    country: int(length)
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV", 22: "BG BH DE GB GE IE ME RS", 23: "AE GI IL", 24: "AD CZ ES MD PK RO SA SE SK",
        25: "PT", 26: "IS TR", 27: "FR GR IT MC SM", 28: "AL AZ CY HU LB PL", 29: "BR UA", 31: "MT",
    }.items()
    for country in countries.split()
}  # fmt: skip
_CARD = re.compile(r"(?<![\w.,/-])[2-6](?:[ -]?[0-9]){12,18}(?![\w/-])")
_CARDS = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2(?:2[2-9]|[3-6][0-9]|7[01])[0-9]{13}|3[47][0-9]{13}"
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}|35[2-8][0-9]{13}|6(?:011|5[0-9]{2})[0-9]{12}"
)
# A telephone number may begin so; what it is, phonenumbers says.
_PHONE = re.compile(
    r"(?<![\w.,/+:#-])(?:\+|\(\+?)?[0-9](?:[ ()./\u2010-\u2013-]{0,3}[0-9]){6,16}(?![\w/:%-]|[.,][0-9])"
)
_DATE = re.compile(
    r"(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})|(?:1[89]|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2})(?![./-]?[0-9])"
)
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}")
_CALLED = re.compile(
    r"(?:\b(?:tel|telefon|phone|call|mobile|cell|whatsapp|telegram|signal|handy|mobil|ruf|anruf\w*|t[ée]l[ée]phone"
    r"|appel\w*|m[óo]vil|tel[ée]fono|llam\w*|cellulare|chiam\w*|bel|telefoon|fax|sms|text me|erreichbar)\b)"
    r"[^\w+(]*(?:\w{1,6}[^\w+(]+){0,3}$",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(
    r"(?:[$€£¥₹]|\b(?:usd|eur|chf|gbp|isbn(?:-?1[03])?:?|order|bestell\w*|invoice|rechnung\w*|no\.|nr\.?))"
    r" ?#?$",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(r" ?(?:[$€£¥₹%]|(?:usd|eur|euros?|dollars?|chf|pounds?)\b)", re.IGNORECASE)


class PersonalData(OneComment):
    """Flags telephone numbers, e-mail and postal addresses, bank accounts and cards with right checksums."""

    name = "personal_data"
    title = N_("Personal data")
    help = N_("It gives a telephone number, an e-mail or postal address, a bank account or a card number.")
    reason = "personal_data"
    limits = (
        Limit(
            name="items",
            default=1,
            unit="items",
            help=N_("Pieces of data from which it is flagged."),
            least=1,
        ),
    )
    lists = (
        ListOfWords(
            name="allowed",
            help=N_("What may be given, such as your own address or number, a line each as it is written."),
        ),
    )

    def check(self, text: Text, values: Values) -> Flag | None:
        """Return a flag whose value is the number of pieces of data, and whose spans are these."""
        found = personal_data(text.text)
        if not found:
            return None
        if allowed := {entry.casefold() for entry in values.lists["allowed"]}:
            found = [(a, b, kind) for a, b, kind in found if text.text[a:b].casefold() not in allowed]
        value, limit = len(found), values.limits["items"]
        if value < limit:
            return None
        kinds = {kind: sum(kind == other for _, _, other in found) for _, _, kind in found}
        said = [counted(count, kind, PLURALS.get(kind, f"{kind}s")) for kind, count in kinds.items()]
        return Flag(
            self.name,
            _("It gives {data}.", data=_(" and ").join(said)),
            value=value,
            limit=limit,
            spans=merged((start, end) for start, end, _ in found),
        )


PLURALS: Final = {"e-mail address": "e-mail addresses", "postal address": "postal addresses"}


def personal_data(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, kind) of every piece of personal data, in order; none within another."""
    found: list[tuple[int, int, str]] = []
    digits = any(map(text.__contains__, _DIGITS))
    finders: list[tuple[str, Callable[[str], Iterator[Span]]]] = []
    if ("@" in text and _MAY_BE_MAIL.search(text)) or (
        any(map(text.__contains__, "[({")) and _AT.search(text)
    ):
        finders.append(("e-mail address", _mails))
    if digits:
        if _SEVEN_DIGITS.search(text):
            finders += [("bank account", _accounts), ("card number", _cards), ("telephone number", _phones)]
        finders.append(("postal address", postal_addresses))
    for kind, finder in finders:
        found += [
            (start, end, kind)
            for start, end in finder(text)
            if not any(a < end and start < b for a, b, _ in found)
        ]
        if len(found) >= MOST_LOOKED_AT:
            break
    return sorted(found)


def _mails(text: str) -> Iterator[Span]:
    for pattern in (_MAIL, _DISGUISED_MAIL):
        for match in _limited(pattern, text):
            yield match.span()


def _accounts(text: str) -> Iterator[Span]:
    for match in _limited(_IBAN, text):
        plain = match[0].replace(" ", "")
        length = _IBAN_LENGTHS.get(plain[:2])
        # What follows in capitals may have been taken for a part of it.
        if length is not None and len(plain) >= length and _iban_is_right(plain[:length]):
            yield match.start(), _place_of(match, length)


def _place_of(match: re.Match[str], characters: int) -> int:
    """Return where the first `characters` that are no blanks end."""
    place = match.start()
    for place, character in enumerate(match[0], match.start()):  # noqa: B007 - where it stopped is the answer
        characters -= character != " "
        if not characters:
            break
    return place + 1


def _iban_is_right(plain: str) -> bool:
    """Return whether the check digits are right (ISO 7064, mod 97-10)."""
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _cards(text: str) -> Iterator[Span]:
    for match in _limited(_CARD, text):
        plain = re.sub("[ -]", "", match[0])
        if _CARDS.fullmatch(plain) and _luhn_is_right(plain):
            yield match.span()


def _luhn_is_right(digits: str) -> bool:
    """Return whether the last digit is right (ISO/IEC 7812-1)."""
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def _phones(text: str) -> Iterator[Span]:
    for match in _limited(_PHONE, text):
        before, after = text[max(0, match.start() - 30) : match.start()], text[match.end() : match.end() + 10]
        written = match[0]
        if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after) or _DATE.match(written):
            continue
        if _is_phone(written, called=_CALLED.search(before) is not None):
            yield match.span()


def _limited(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    for number, match in enumerate(pattern.finditer(text)):
        if number == MOST_LOOKED_AT:
            return
        yield match


def _is_phone(written: str, *, called: bool) -> bool:
    """Return whether what is written so is a number that somebody may have.

    With + or 00 in front, in any country; else in one of COUNTRIES, and only where it is written as a number
    to be called: with 0 or a bracket in front, in North America's groups, or after a word such as "call".
    """
    digits = "".join(filter(str.isdecimal, written))
    if written.lstrip("(").startswith("+"):
        return _is_valid("+" + digits, None)
    if digits.startswith("00"):
        return _is_valid("+" + digits[2:], None)
    if _NORTH_AMERICAN.fullmatch(written) and (_is_valid(digits, "US") or _is_valid(digits, "CA")):
        return True
    if not called and (written[0] not in "0(" or len(digits) < FEWEST_UNCALLED or _is_other(digits, written)):
        return False
    return any(_is_valid(digits, country) for country in COUNTRIES)


def _is_valid(digits: str, country: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, country))
    except phonenumbers.NumberParseException:
        return False


def _is_other(digits: str, written: str) -> bool:
    """Return whether it is a decimal (0.123), a row of numbers, or the number of a book (0-306-40615-2)."""
    groups = re.findall("[0-9]+", written)
    book = sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 11 == 0
    return (
        written.startswith("0.")
        or len(groups) > MOST_GROUPS
        or (book and len(groups) == 4 and len(digits) == 10)
    )
