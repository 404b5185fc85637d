"""Postal addresses: a street with a number, or a town with a code that names a few houses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’.-]{1,30}"
_OF = r"(?:(?:de|du|des|del|della|dei|van|von|der|den|la|las|los|le|les|el|l'|d')[ ]?){0,3}"
# No noun stands behind the street that it only describes, as in "50 Wall Street banks".
_ENDS = r"""(?= \.?(?: $ | [\n,;:!?)]
                     | [ ](?:[A-Z0-9#] | (?:in|at|near|and|is|on|apt|flat|unit|suite)\b) ) | \.[ ] )"""

# Each with words of which one stands in every address of its kind: most texts have none of them.
_KINDS: Final[tuple[tuple[str, str], ...]] = (
    # 12 Acacia Avenue; not the 2008 Wall Street crash
    (
        "Street St Road Rd Avenue Ave Lane Ln Drive Dr Boulevard Blvd Court Close Crescent Terrace Square "
        "Way Place",
        rf"""(?<![\w.,$€£/-]) (?!(?:19|20)[0-9]{{2}}[ ]) [0-9]{{1,5}}[A-Za-z]? [ ]
             (?:[NSEW]\.?[ ])? (?!Wall[ ]|Sesame[ ]) (?:{_NAME}[ ]|[0-9]{{1,3}}(?:st|nd|rd|th)[ ]){{1,3}}
             (?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Close|Crescent|Terrace
               |Square|Way|Place)\b {_ENDS}""",
    ),
    # Musterstraße 12, Berliner Str. 5a, Kerkstraat 7; not Bundesstraße 96
    (
        "straße strasse str. gasse allee straat laan gracht Straße Strasse Str. Allee Gasse",
        r"""\b (?!Bundes|Landes|Kreis|Staats|Schnell|Europa)
            (?: [A-ZÄÖÜ][\w-]{2,30}(?:straße|strasse|str\.|gasse|allee|straat|laan|gracht)
              | [A-ZÄÖÜ][\w-]{2,30}[ ](?:Straße|Strasse|Str\.|Allee|Gasse) )
            [ ][0-9]{1,4}(?:[ ]?[a-z]\b)? (?![\w%]|[.,][0-9])""",
    ),
    # Lindenweg 3, 12345 Kleinstadt: words that also end other nouns need the town's code
    (
        "weg platz ring damm ufer plein kade",
        rf"""\b [A-ZÄÖÜ][\w-]{{2,30}}(?:weg|platz|ring|damm|ufer|plein|kade)[ ][0-9]{{1,4}}[a-z]?,?\s
             [0-9]{{4,5}}(?:[ ][A-Z]{{2}})?[ ]{_NAME}""",
    ),
    # 12 rue de la Paix
    (
        "Rue rue venue oulevard bd Bd lace hemin mpasse llée uai",
        rf"""(?<![\w.,-]) [0-9]{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ]
             (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d\.?|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Aa]llée|[Qq]uai)
             [ ]{_OF}{_NAME}""",
    ),
    # calle Mayor 5
    (
        "alle C/ c/ venida vda laza aseo",
        rf"""\b (?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda\.?|[Pp]laza|[Pp]aseo)
             [ ]{_OF}{_NAME}(?:[ ]{_OF}{_NAME}){{0,2}},?[ ](?:n(?:º|\.º|úm\.)[ ]?)?[0-9]{{1,4}}\b
             (?![.,][0-9])""",
    ),
    # Via Garibaldi 12
    (
        "Via Piazza Corso",
        rf"""\b (?:Via(?:le)?|Piazza|Corso)[ ]{_OF}{_NAME}(?:[ ]{_NAME}){{0,2}},?[ ]
             [0-9]{{1,3}}(?:/?[a-z])?\b (?![.,][0-9])""",
    ),
)
# Springfield, IL 62704; SW1A 2AA
_CODES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_NAME}, [A-Z]{{2}} [0-9]{{5}}(?:-[0-9]{{4}})?\b",
        r"\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}\b",
    )
)
_MAY_BE_CODE = re.compile(r"[A-Z]{2} [0-9]{5}|[0-9A-Z] [0-9][A-Z]{2}")
_STREETS: Final = tuple((words.split(), re.compile(pattern, re.VERBOSE)) for words, pattern in _KINDS)


def postal_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of addresses; English, German, French, Spanish, Italian and Dutch streets."""
    patterns = [pattern for words, pattern in _STREETS if any(map(text.__contains__, words))]
    if _MAY_BE_CODE.search(text):
        patterns += _CODES
    end = 0
    for span in sorted(match.span() for pattern in patterns for match in pattern.finditer(text)):
        if span[0] >= end:
            yield span
            end = span[1]
