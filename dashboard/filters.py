"""Filters: what a page shows, kept in its address so that a view can be linked and downloaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.derived import derived
from dashboard.text import well_formed
from dashboard.topic_filter import of_topic, topics_in
from threads.dynamics.overall import Rows
from threads.dynamics.summary import CLEARLY
from threads.language import _, moment
from threads.outline import NO_TIME, STANCES, Outline, depths, microseconds

NO_NAME = "(no name)"
TONES: Final = ("negative", "neutral", "positive")
"""By the compound: beyond CLEARLY on either side, or between."""
DEPTHS: Final[Mapping[str, tuple[int, float]]] = {
    "1": (1, 1),
    "2": (2, np.inf),
    "4": (4, np.inf),
}
"""What the filter of depth chooses, by its word in the address: the least and the greatest depth."""

COMPARED: Final = "abcdefghijkl"
"""What the discussions that are compared are called, in the address and on the page."""
GROUPINGS: Final = ("source", "week", "author")

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """A choice of comments. Empty means no restriction. Times are UTC, `until` inclusive to the minute.

    `topic` is one of a discussion's (see `dashboard.topic_filter`), by what it is called.
    `page` of the conversation is shown, or the page on which the comment `at` stands. `compared` are the
    discussions put side by side, in the address a, b, …, and `by` what their comments are grouped by there.
    """

    authors: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    tones: tuple[str, ...] = ()
    depth: str = ""
    topic: str = ""
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    text: str = ""
    compared: tuple[str, ...] = ()
    by: str = ""
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
            stances=_words(values, "stance", STANCES, problems),
            tones=_words(values, "tone", TONES, problems),
            depth="".join(_words(values, "depth", tuple(DEPTHS), problems)[:1]),
            topic=values.get("topic", [""])[0],
            since=_time(values, "from", problems),
            until=_time(values, "to", problems),
            text=values.get("q", [""])[0],
            compared=tuple(dict.fromkeys(values[name][0] for name in COMPARED if name in values)),
            by="".join(_words(values, "by", GROUPINGS, problems)[:1]),
            page=_page(values, problems),
            at=values.get("at", [""])[0],
            problems=tuple(problems),
        )

    @property
    def any(self) -> bool:
        """Whether anything is restricted."""
        timed = self.since is not None or self.until is not None
        return bool(
            self.authors or self.stances or self.tones or self.depth or self.topic or timed or self.text
        )

    @property
    def words(self) -> str:
        """What is restricted, in words; empty where nothing is."""
        parts = [
            _("by {people}", people=", ".join(_(name) if name == NO_NAME else name for name in self.authors))
            if self.authors
            else "",
            _("stance {words}", words=_or(self.stances)) if self.stances else "",
            _("sentiment {words}", words=_or(self.tones)) if self.tones else "",
            _depth_words(self.depth) if self.depth else "",
            _("topic “{topic}”", topic=self.topic) if self.topic else "",
            _("from {time}", time=moment(self.since)) if self.since is not None else "",
            _("to {time}", time=moment(self.until)) if self.until is not None else "",
            _("text contains “{text}”", text=self.text) if self.text else "",
        ]
        return "; ".join(part for part in parts if part)

    def with_text(self, text: str) -> Filters:
        """Return the same choice, of comments whose text contains `text`."""
        return replace(self, text=text, page=1, at="")

    def of_stance(self, stance: str) -> Filters:
        """Return the same choice, of comments of one stance."""
        return replace(self, stances=(stance,), page=1, at="")

    def checked(self, frame: pd.DataFrame | None) -> Filters:
        """Return the filters without a topic that the discussion `frame` does not have, named in `problems`.

        None for what is not one discussion, and has no topics.
        """
        if not self.topic or (frame is not None and self.topic in topics_in(frame).names):
            return self
        asked = f"topic={self.topic[:40]!r}"
        problem = (
            _("The address has {asked}, but a topic is of one discussion: open that.", asked=asked)
            if frame is None
            else _(
                "The address has {asked}, which is no topic of this discussion, or no longer.", asked=asked
            )
        )
        return replace(self, topic="", problems=(*self.problems, problem))

    def of_topic(self, topic: str) -> Filters:
        """Return the same choice, of comments of one topic."""
        return replace(self, topic=topic, page=1, at="")

    def on_page(self, number: int) -> Filters:
        """Return the same choice, on another page of it."""
        return replace(self, page=number, at="")

    def query(self, **more: str) -> str:
        """Return the filters as an address's query, "?" included; empty when there is nothing to say."""
        pairs = [("author", author) for author in self.authors]
        pairs += [("stance", stance) for stance in self.stances]
        pairs += [("tone", tone) for tone in self.tones]
        pairs += [("depth", self.depth)] if self.depth else []
        pairs += [("topic", self.topic)] if self.topic else []
        pairs += [("from", _minute(self.since))] if self.since is not None else []
        pairs += [("to", _minute(self.until))] if self.until is not None else []
        pairs += [("q", self.text)] if self.text else []
        pairs += list(zip(COMPARED, self.compared, strict=False))
        pairs += [("by", self.by)] if self.by else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        pairs += [("at", self.at)] if self.at else []
        pairs += list(more.items())
        return f"?{urlencode(pairs, errors='replace')}" if pairs else ""

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that pass every filter. A comment without a time passes no filter of time.

        A topic is one of those of `frame`, which is a discussion with all its comments where one is chosen.
        """
        keep = pd.Series(data=True, index=frame.index)
        if self.compared:
            keep &= frame["thread_id"].isin(self.compared)
        if self.authors:
            keep &= author_choices(frame).isin(self.authors)
        if self.stances:
            keep &= frame["stance"].isin(self.stances)
        if self.tones:
            keep &= _of_tones(frame["sentiment"].to_numpy(dtype=float), self.tones)
        if self.depth:
            keep &= _of_depth(depth_of(frame), self.depth)
        if self.topic:
            keep &= of_topic(frame, self.topic)
        if self.since is not None:
            keep &= frame["published_at"] >= self.since
        if self.until is not None:
            keep &= frame["published_at"] < _end(self.until)
        if self.text:
            needle = self.text.casefold()
            keep &= frame["text"].map(lambda text: needle in text.casefold()).astype(bool)
        return frame[keep]

    def rows(self, outline: Outline, keys_with_text: Callable[[str], npt.NDArray[np.int64]]) -> Rows:
        """Return the rows of an outline that pass every filter, None where nothing is restricted.

        `keys_with_text` finds comments by what their text contains. A topic is of one discussion, not of
        all: `checked` takes it out.
        """
        rows: Rows = None
        for column, passing in self._passing(outline, keys_with_text):
            values = outline[column] if rows is None else outline[column][rows]
            found = np.flatnonzero(passing(values))
            rows = found if rows is None else rows[found]
        return rows

    def _passing(
        self, outline: Outline, keys_with_text: Callable[[str], npt.NDArray[np.int64]]
    ) -> Iterator[tuple[str, Callable[[npt.NDArray[Any]], Mask]]]:
        """Yield for each filter a column of the outline, and which of its values pass."""
        if self.authors:
            # The place -1 of those without a name finds the last one.
            called = np.logical_or.reduce([names_of(outline) == author for author in self.authors])
            yield "person", lambda people: called[people]
        if self.stances:
            chosen = np.isin(np.array((*STANCES, "")), self.stances)
            yield "stance", lambda stances: chosen[stances]
        if self.tones:
            yield "sentiment", lambda values: _of_tones(values, self.tones)
        if self.depth:
            yield "depth", lambda depth: _of_depth(depth, self.depth)
        if self.since is not None:
            since = max(microseconds(self.since.to_pydatetime()), NO_TIME + 1)
            yield "time", lambda times: times >= since
        if self.until is not None:
            until = microseconds(_end(self.until).to_pydatetime())
            yield "time", lambda times: (times < until) & (times != NO_TIME)
        if self.text:
            yield "key", lambda keys: np.isin(keys, keys_with_text(self.text), assume_unique=True)


def author_choices(frame: pd.DataFrame) -> pd.Series[str]:
    """Return what each comment's author is called in the filter of people."""
    return frame["author"].fillna(NO_NAME).map(well_formed)


@derived()
def names_of(outline: Outline) -> npt.NDArray[Any]:
    """Return what the people of an outline are called in the filter of people, and NO_NAME at the end."""
    return np.array(
        [*(well_formed(person.name or NO_NAME) for person in outline.people), NO_NAME], dtype=object
    )


def depth_of(frame: pd.DataFrame) -> npt.NDArray[np.int16]:
    """Return how deep each comment stands below the article, from 1; a missing parent counts as none."""
    keys = pd.MultiIndex.from_frame(frame[["thread_id", "comment_id"]])
    parents = pd.MultiIndex.from_frame(frame[["thread_id", "parent_id"]])
    return depths(keys.get_indexer(parents))


def _or(words: Sequence[str]) -> str:
    return _(" or ").join(_(word) for word in words)


def _depth_words(depth: str) -> str:
    return _("depth {depth}", depth=depth) if depth == "1" else _("depth {depth} and more", depth=depth)


def _of_tones(values: npt.NDArray[np.float64], tones: tuple[str, ...]) -> Mask:
    found = {"negative": values < -CLEARLY, "positive": values > CLEARLY, "neutral": abs(values) <= CLEARLY}
    return np.logical_or.reduce([found[tone] for tone in tones])


def _of_depth(depth: npt.NDArray[np.int16], chosen: str) -> Mask:
    least, greatest = DEPTHS[chosen]
    return (depth >= least) & (depth <= greatest)


def _end(until: pd.Timestamp) -> pd.Timestamp:
    return until + pd.Timedelta(minutes=1)


def _time(values: dict[str, list[str]], name: str, problems: list[str]) -> pd.Timestamp | None:
    if name not in values:
        return None
    try:
        time = pd.Timestamp(values[name][0])
    except ValueError:
        asked = f"{name}={values[name][0][:40]!r}"
        problems.append(_("The address has {asked}, which is not a time.", asked=asked))
        return None
    return time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")


def _words(
    values: dict[str, list[str]], name: str, known: tuple[str, ...], problems: list[str]
) -> tuple[str, ...]:
    chosen = values.get(name, [])
    problems += [
        _("The address has {asked}, which is no {name}.", asked=f"{name}={word[:40]!r}", name=name)
        for word in chosen
        if word not in known
    ]
    return tuple(word for word in chosen if word in known)


def _page(values: dict[str, list[str]], problems: list[str]) -> int:
    value = values.get("page", ["1"])[0]
    if value.isascii() and value.isdecimal() and int(value[:9]) > 0:
        return int(value[:9])
    problems.append(_("The address has {asked}, which is not a page.", asked=f"page={value[:40]!r}"))
    return 1


def _minute(time: pd.Timestamp) -> str:
    return time.strftime("%Y-%m-%dT%H:%M")
