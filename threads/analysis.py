"""The main job in one place: read a source, score its comments, flag what needs a human."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from threads.errors import SettingError
from threads.moderation.rules import flag
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Discussion, Flag, Parsed, comments_frame
from threads.scores import score
from threads.settings import Settings


@dataclass(frozen=True, slots=True)
class Analysis:
    """A parsed source with everything worked out from it.

    `scores` has one row a comment, in the order and with the index of `comments_frame(parsed.discussions)`;
    `flags` is keyed by (thread_id, comment_id).
    """

    parsed: Parsed
    scores: pd.DataFrame
    flags: Mapping[tuple[str, str], list[Flag]]

    @property
    def frame(self) -> pd.DataFrame:
        """Records and scores side by side, one row a comment."""
        return pd.concat([comments_frame(self.parsed.discussions), self.scores], axis="columns")


def read(
    source: str | Path,
    *,
    timezone: str | None = None,
    captured_at: datetime | None = None,
    format_name: str | None = None,
    settings: Settings | None = None,
) -> list[Discussion]:
    """Return the discussions in a file.

    Parameters
    ----------
    source
        Path of a file in one of the FORMATS.
    timezone
        IANA name of the zone of times that carry none, such as "Europe/Berlin"; UTC is assumed without it.
    captured_at
        When the page was saved (aware): relative times are counted from it.
    format_name
        Name of the format, where it should not be recognised by content.

    Raises
    ------
    InputError
        The file cannot be read; the message names it, the place and the remedy.
    """
    loaded = Source.from_path(source, settings or Settings())
    return list(parse(loaded, options(timezone, captured_at), format_name, settings=settings).discussions)


def analyse(
    source: str | Path,
    *,
    target: str | None = None,
    timezone: str | None = None,
    captured_at: datetime | None = None,
    format_name: str | None = None,
) -> pd.DataFrame:
    """Return records and scores of a file's comments, one row a comment; parameters as in `read`.

    `target` is what stance is taken toward; each discussion's own title where not given.
    """
    settings = Settings()
    parsed = parse(
        Source.from_path(source, settings), options(timezone, captured_at), format_name, settings=settings
    )
    return analyse_parsed(parsed, settings, target=target).frame


def analyse_parsed(parsed: Parsed, settings: Settings, *, target: str | None = None) -> Analysis:
    """Score and flag what a parse found."""
    records = comments_frame(parsed.discussions)
    return Analysis(
        parsed=parsed,
        scores=score(with_context(records, parsed.discussions, target)),
        flags=flag(records, settings),
    )


def with_context(
    records: pd.DataFrame, discussions: tuple[Discussion, ...], target: str | None = None
) -> pd.DataFrame:
    """Return `records` with the columns that scores want besides: parent_text, target, language."""
    titles = {d.thread_id: target or d.title for d in discussions}
    languages = {d.thread_id: d.language for d in discussions}
    keys = list(zip(records["thread_id"], records["comment_id"], strict=True))
    texts = dict(zip(keys, records["text"], strict=True))
    parents = [texts.get(key) for key in zip(records["thread_id"], records["parent_id"], strict=True)]
    return records.assign(
        parent_text=pd.Series(parents, index=records.index, dtype="str"),
        target=records["thread_id"].map(titles).astype("str"),
        language=records["thread_id"].map(languages).astype("str"),
    )


def options(timezone: str | None, captured_at: datetime | None) -> Options:
    """Return parse options; a zone that does not exist is a SettingError."""
    try:
        return Options(timezone=ZoneInfo(timezone) if timezone else None, captured_at=captured_at)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingError(
            f"no time zone is called {timezone!r}",
            source="--timezone",
            remedy='Give a name of the IANA list, such as "Europe/Berlin"',
        ) from None
