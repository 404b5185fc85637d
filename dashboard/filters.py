"""Filters: what a page shows, kept in its address so that a view can be linked and downloaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode

import pandas as pd

from dashboard.text import well_formed
from threads.dynamics.timeline import STANCES

NO_NAME = "(no name)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """A choice of comments. Empty means no restriction. Times are UTC, `until` inclusive to the minute.

    `page` of the conversation is shown, or the page on which the comment `at` stands.
    """

    authors: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    text: str = ""
    page: int = 1
    at: str = ""
    problems: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, search: str | None) -> Filters:
        """Read the filters from an address's query; what cannot be read is named in `problems`."""
        values = parse_qs((search or "").removeprefix("?"))
        problems: list[str] = []
        return cls(
            authors=tuple(values.get("author", [])),
            stances=_stances(values, problems),
            since=_time(values, "from", problems),
            until=_time(values, "to", problems),
            text=values.get("q", [""])[0],
            page=_page(values, problems),
            at=values.get("at", [""])[0],
            problems=tuple(problems),
        )

    @property
    def any(self) -> bool:
        """Whether anything is restricted."""
        return bool(
            self.authors or self.stances or self.since is not None or self.until is not None or self.text
        )

    def on_page(self, number: int) -> Filters:
        """Return the same choice, on another page of it."""
        return replace(self, page=number, at="")

    def query(self, **more: str) -> str:
        """Return the filters as an address's query, "?" included; empty when there is nothing to say."""
        pairs = [("author", author) for author in self.authors] + [
            ("stance", stance) for stance in self.stances
        ]
        pairs += [("from", _minute(self.since))] if self.since is not None else []
        pairs += [("to", _minute(self.until))] if self.until is not None else []
        pairs += [("q", self.text)] if self.text else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        pairs += [("at", self.at)] if self.at else []
        pairs += list(more.items())
        return f"?{urlencode(pairs, errors='replace')}" if pairs else ""

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that pass every filter. A comment without a time passes no filter of time."""
        keep = pd.Series(data=True, index=frame.index)
        if self.authors:
            keep &= author_choices(frame).isin(self.authors)
        if self.stances:
            keep &= frame["stance"].isin(self.stances)
        if self.since is not None:
            keep &= frame["published_at"] >= self.since
        if self.until is not None:
            keep &= frame["published_at"] < self.until + pd.Timedelta(minutes=1)
        if self.text:
            needle = self.text.casefold()
            keep &= frame["text"].map(lambda text: needle in text.casefold()).astype(bool)
        return frame[keep]


def author_choices(frame: pd.DataFrame) -> pd.Series[str]:
    """Return what each comment's author is called in the filter of people."""
    return frame["author"].fillna(NO_NAME).map(well_formed)


def _time(values: dict[str, list[str]], name: str, problems: list[str]) -> pd.Timestamp | None:
    if name not in values:
        return None
    try:
        time = pd.Timestamp(values[name][0])
    except ValueError:
        problems.append(f"The address has {name}={values[name][0][:40]!r}, which is not a time.")
        return None
    return time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")


def _stances(values: dict[str, list[str]], problems: list[str]) -> tuple[str, ...]:
    chosen = values.get("stance", [])
    problems += [
        f"The address has stance={s[:40]!r}, which is no stance." for s in chosen if s not in STANCES
    ]
    return tuple(stance for stance in chosen if stance in STANCES)


def _page(values: dict[str, list[str]], problems: list[str]) -> int:
    value = values.get("page", ["1"])[0]
    if value.isascii() and value.isdecimal() and int(value[:9]) > 0:
        return int(value[:9])
    problems.append(f"The address has page={value[:40]!r}, which is not a page.")
    return 1


def _minute(time: pd.Timestamp) -> str:
    return time.strftime("%Y-%m-%dT%H:%M")
