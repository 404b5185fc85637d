"""What programs that save pages write into them: the address and the time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_EDGE = 16_384  # characters looked at, at either end
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Words that a mark is looked for behind, and the mark: it names `url`, `at` or both. What was kept by an
# archive comes first, for it is the older.
_MARKS = tuple(
    (words, re.compile(pattern, re.IGNORECASE))
    for words, pattern in (
        # the Wayback Machine, in the script at the start and in the comment at the end
        (
            "__wm.wombat",
            r"__wm\.wombat\(\s{0,9}\"(?P<url>https?://[^\"\s]{1,2000})\"\s{0,9},\s{0,9}\"(?P<at>\d{14})\"",
        ),
        ("FILE ARCHIVED ON", r"FILE ARCHIVED ON (?P<at>\d\d:\d\d:\d\d \w{3} \d\d?, \d{4})"),
        # Google's cache
        (
            "cache of",
            r"Google's cache of\s{0,9}(?:<[^>]{0,2000}>)?(?P<url>https?://[^<>\"\s]{1,2000}?)\.?[<\s]",
        ),
        ("it appeared on", r"the page as it appeared on (?P<at>\d\d? \w{3} \d{4} \d\d:\d\d:\d\d GMT)"),
        (
            "saved with SingleFile",
            r"Page saved with SingleFile\s{1,99}url:\s{0,9}(?P<url>\S{1,2000})"
            r"(?:\s{1,99}saved date:\s{0,9}(?P<at>[^\n(]{10,60}))?",
        ),
        # Save Page WE
        ("savepage-url", r"savepage-url[\"']? content=[\"'](?P<url>[^\"'\s]{1,2000})[\"']"),
        ("savepage-date", r"savepage-date[\"']? content=[\"'](?P<at>[^\"'(]{10,60})"),
        # WebScrapBook
        ("data-scrapbook-source", r"data-scrapbook-source=[\"'](?P<url>[^\"'\s]{1,2000})[\"']"),
        ("data-scrapbook-create", r"data-scrapbook-create=[\"'](?P<at>\d{14})\d{0,3}[\"']"),
        ("by HTTrack", r"by HTTrack Website Copier[^,>]{0,200}, (?P<at>[^>]{10,60}?)\s{0,9}-->"),
        # browsers
        ("saved from url", r"<!--\s{0,9}saved from url=\(\d{1,6}\)(?P<url>\S{1,2000})"),
    )
)
_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
_ARCHIVED = re.compile(
    r"https?://web\.archive\.org/web/(\d{14})(?:[a-z]{2}_)?/(https?:/.{1,2000})", re.IGNORECASE
)
_JAVASCRIPT_DATE = re.compile(
    r"(?:\w{3},? )?(?:(?P<m>\w{3}) (?P<d>\d\d?)|(?P<d2>\d\d?) (?P<m2>\w{3})),? (?P<y>\d{4}) "
    r"(?P<t>\d\d:\d\d:\d\d)(?: (?:GMT|UTC)(?P<z>[+-]\d{4})?)?"
)
_DIGITS_ONLY = re.compile(r"\d{14}", re.ASCII)
_TIME_FIRST = re.compile(r"(?P<t>\d\d:\d\d:\d\d) (?P<m>\w{3}) (?P<d>\d\d?), (?P<y>\d{4})")


def provenance(html: str) -> tuple[str | None, datetime | None]:
    """Return the address and the time (aware) that the program which saved the page wrote into it."""
    edges = (html[:_EDGE], html[-_EDGE:] if len(html) > _EDGE else "")
    found = [
        match.groupdict()
        for words, mark in _MARKS
        for edge in edges
        if words in edge and (match := mark.search(edge))
    ]
    urls = (parts["url"] for parts in found if _ADDRESS.match(parts.get("url") or ""))
    archived_at, url = unarchived(next(urls, None))
    times = (moment(parts["at"]) for parts in found if parts.get("at"))
    return url, archived_at or next((time for time in times if time), None)


def unarchived(url: str | None) -> tuple[datetime | None, str | None]:
    """Return when the Wayback Machine kept the page, from its address, and the page's own address."""
    if url is None or not (archived := _ARCHIVED.match(url)):
        return None, url
    own = re.sub(r"^(https?:)/+", r"\1//", archived[2], flags=re.IGNORECASE)
    return moment(archived[1]), own


def moment(text: str) -> datetime | None:
    """Return a time as JavaScript, HTTP, archives and ISO 8601 write it, in UTC where no zone is given."""
    text = text.strip()
    if match := _JAVASCRIPT_DATE.match(text) or _TIME_FIRST.match(text):
        return _from_parts({name: value for name, value in match.groupdict().items() if value})
    if _DIGITS_ONLY.fullmatch(text):
        text = f"{text[:8]}T{text[8:]}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _from_parts(parts: dict[str, str]) -> datetime | None:
    month = (parts.get("m") or parts["m2"]).lower()
    if month not in _MONTHS:
        return None
    hour, minute, second = (int(part) for part in parts["t"].split(":"))
    zone = parts.get("z", "+0000")
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    try:
        return datetime(
            int(parts["y"]),
            _MONTHS.index(month) + 1,
            int(parts.get("d") or parts["d2"]),
            hour,
            minute,
            second,
            tzinfo=timezone(-offset if zone[0] == "-" else offset) if offset else UTC,
        )
    except ValueError:
        return None
