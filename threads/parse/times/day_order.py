"""Which number of a date is the day: settled for all dates of a page together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from threads.language import N_
from threads.parse.times.stamp import FIRST_YEAR, LAST_YEAR, Stamp
from threads.parse.wording import counted

SLACK = timedelta(days=1)  # a page may be ahead of the clock that saved it by a time zone
_LONGEST_TAG = 35  # characters of a language tag, by RFC 5646
_CLOSER = 3  # how many times closer together the dates of the likelier order lie


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a page beside its timestamps; None where it is not known.

    `captured_at` is when it was seen, `reference` a moment near its beginning such as the article's, and
    `language` its language as a BCP 47 tag.
    """

    captured_at: datetime | None = None
    reference: datetime | None = None
    language: str | None = None

    def is_early_enough(self, day: date) -> bool:
        """Return whether `day` does not lie after the capture."""
        return self.captured_at is None or day <= last_day(self.captured_at)

    @property
    def nominal_year(self) -> int:
        """A year to compare dates in that show none."""
        known = self.captured_at or self.reference
        return 2024 if known is None else known.year  # 2024 has a 29 February


def last_day(captured_at: datetime) -> date:
    """Return the last day that a page seen at `captured_at` can show."""
    day = captured_at.date()
    return day if day == date.max else day + SLACK


def date_of(stamp: Stamp, year: int | None, *, day_first: bool) -> date | None:
    """Return the date of a timestamp in `year`, its open numbers read in the given order."""
    if year is None:
        return None
    if stamp.pair is not None:
        day, month = stamp.pair if day_first else stamp.pair[::-1]
    elif stamp.month is not None and stamp.day is not None:
        day, month = stamp.day, stamp.month
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:  # 29 February, in a year that was worked out
        return None


@lru_cache(maxsize=256)
def customary_order(language: str | None) -> str:
    """Return the order of day (d), month (M) and year (y) in short dates of a language: "dMy", "Mdy", "yMd".

    `language` is a BCP 47 tag; without a region it is taken for the country with most speakers, by the CLDR.
    Empty for a tag that is unknown.
    """
    if not language or len(language) > _LONGEST_TAG:
        return ""
    try:
        pattern = Locale.parse(language.strip().replace("_", "-"), sep="-").date_formats["short"].pattern
    except (ValueError, UnknownLocaleError):
        return ""
    order = "".join(dict.fromkeys(letter for letter in pattern if letter in "dMy"))
    return order if len(order) == 3 else ""


# --- 24/05/17: where is the year ---


def place_years(
    stamps: Sequence[Stamp | None], evidence: Evidence
) -> tuple[tuple[Stamp | None, ...], list[str]]:
    """Return the timestamps with the years of two digits in their places, and a warning if that was open.

    The year stands last unless that makes no date or one after the capture, or the language or the dates
    themselves speak for the year first: it is the number that changes least.
    """
    short = [s for s in stamps if s is not None and s.short_year and s.separator]
    triples = [s.triple for s in short if s.triple is not None]
    if not triples:
        return tuple(stamps), []
    first = len(triples) == len(short) and all(
        (day := _year_first_date(t)) is not None and evidence.is_early_enough(day) for t in triples
    )
    last = all(s.month is not None or s.pair is not None for s in short)
    if not first:
        return tuple(stamps), []
    chosen = not last or _speaks_for_year_first(triples, evidence.language)
    warnings = []
    if last:
        place = "first" if chosen else "last"
        example = next(s.raw for s in short)
        warnings = [
            N_(
                "ambiguous year of two digits: {dates} such as {example} read with the year {place} (a guess)"
            ).format(dates=counted(len(short), "date", "dates"), example=repr(example), place=place)
        ]
    return (tuple(_with_year_first(s) for s in stamps) if chosen else tuple(stamps)), warnings


def _speaks_for_year_first(triples: Sequence[tuple[int, int, int]], language: str | None) -> bool:
    if customary_order(language).startswith("y"):
        return True
    firsts, lasts = ({t[place] for t in triples} for place in (0, 2))
    return len(lasts) > 2 and len(firsts) * 2 < len(lasts)


def _year_first_date(triple: tuple[int, int, int]) -> date | None:
    short, month, day = triple
    year = short + (2000 if short < 80 else 1900)
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def _with_year_first(stamp: Stamp | None) -> Stamp | None:
    day = None if stamp is None or stamp.triple is None else _year_first_date(stamp.triple)
    if stamp is None or day is None:
        return stamp
    return replace(
        stamp,
        year=day.year,
        month=day.month,
        day=day.day,
        pair=None,
        triple=None,
        day_first=None,
        separator="",
    )


# --- 05/06: which is the day ---


def number_order(stamps: Sequence[Stamp | None], evidence: Evidence) -> tuple[bool, list[str]]:
    """Return whether the day comes first in all-numeric dates, and a warning unless the thread proves it."""
    numeric = [s for s in stamps if s is not None and s.separator]
    open_ones = [s for s in numeric if s.pair is not None]
    if not open_ones:
        return True, []
    proofs = [s.day_first for s in numeric if s.day_first is not None]
    if proofs and (all(proofs) or not any(proofs)):
        return proofs[0], []
    example = open_ones[0].raw
    if proofs and sum(proofs) * 2 != len(proofs):
        day_first = sum(proofs) * 2 > len(proofs)
        why = N_("this input has dates of both orders; most decided")
    else:
        day_first, why = _likelier_order(stamps, open_ones, evidence)
    order = N_("day first") if day_first else N_("month first")
    count = N_("{dates} such as {example}").format(
        dates=counted(len(open_ones), "date", "dates"), example=repr(example)
    )
    return day_first, [
        N_("ambiguous day and month: {count} read with the {order} ({why})").format(
            count=count, order=order, why=why
        )
    ]


def _likelier_order(
    stamps: Sequence[Stamp | None], open_ones: Sequence[Stamp], evidence: Evidence
) -> tuple[bool, str]:
    wrong = [_implausible(stamps, day_first, evidence) for day_first in (True, False)]
    if wrong[0] != wrong[1]:
        return wrong[0] < wrong[1], N_("so the dates lie between the article and when the page was seen")
    days = [_dates(stamps, day_first, evidence) for day_first in (True, False)]
    against = [_steps_against(each) for each in days]
    if against[0] != against[1]:
        return against[0] < against[1], N_("so the comments are in sequence")
    spans = [_span(each, evidence) for each in days]
    if max(spans) > SLACK and max(spans) >= _CLOSER * min(spans):
        return spans[0] < spans[1], N_("so the dates lie close together")
    return _custom(open_ones, evidence.language)


def _custom(open_ones: Sequence[Stamp], language: str | None) -> tuple[bool, str]:
    order = customary_order(language)
    has_halves = any(s.half for s in open_ones)
    without_year = all(s.year is None for s in open_ones)
    # "en" alone stands on pages of all countries; dots and a clock of 24 hours are no American habits.
    is_foreign = open_ones[0].separator == "." or any((s.hour or 0) > 12 for s in open_ones)
    is_doubtful = language == "en" and is_foreign and not has_halves
    if order and not is_doubtful and (without_year or not order.startswith("y")):
        return order.index("d") < order.index("M"), N_(
            "a guess, as is usual in the page's language, {language}"
        ).format(language=language)
    if has_halves and open_ones[0].separator != ".":
        return False, N_("a guess, as is usual beside am and pm")
    return True, N_("a guess, as is usual in most countries")


def _dates(stamps: Sequence[Stamp | None], day_first: bool, evidence: Evidence) -> list[date]:
    found = (
        date_of(s, s.year or evidence.nominal_year, day_first=day_first) for s in stamps if s is not None
    )
    return [day for day in found if day is not None]


def _implausible(stamps: Sequence[Stamp | None], day_first: bool, evidence: Evidence) -> int:
    """Return how many full dates lie before the reference or after the capture."""
    reference = date.min if evidence.reference is None else evidence.reference.date()
    earliest = reference if reference == date.min else reference - SLACK
    found = (date_of(s, s.year, day_first=day_first) for s in stamps if s is not None)
    return sum(day < earliest or not evidence.is_early_enough(day) for day in found if day is not None)


def _steps_against(days: Sequence[date]) -> int:
    """Return how many steps run against the direction that most have."""
    steps = [b - a for a, b in pairwise(days)]
    return min(sum(s > timedelta(0) for s in steps), sum(s < timedelta(0) for s in steps))


def _span(days: Sequence[date], evidence: Evidence) -> timedelta:
    known = [*days] if evidence.reference is None else [*days, evidence.reference.date()]
    return max(known, default=date.min) - min(known, default=date.min)
