"""From an input to records: every format that can be read, and the choice between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import entry_points

from threads.errors import InputError, SettingError
from threads.parse.exports.wordpress import WordPressExport
from threads.parse.formats import Format, Options
from threads.parse.language import detect
from threads.parse.page import SavedPage
from threads.parse.pasted import Pasted
from threads.parse.replies import infer_replies
from threads.parse.source import Source
from threads.parse.tables import BtlCsv
from threads.records import Discussion, Parsed
from threads.settings import Settings

__all__ = ["FORMATS", "Format", "Options", "Source", "infer_replies", "parse"]

ENTRY_POINTS = "below_the_line.formats"


def _from_other_packages() -> tuple[Format, ...]:
    return tuple(entry.load()() for entry in entry_points(group=ENTRY_POINTS))


# In the order in which they are tried; the last one takes any text.
FORMATS: tuple[Format, ...] = (BtlCsv(), WordPressExport(), *_from_other_packages(), SavedPage(), Pasted())


def parse(
    source: Source,
    options: Options,
    format_name: str | None = None,
    *,
    settings: Settings | None = None,
) -> Parsed:
    """Return the discussions in `source`, replies and language worked out where it states none.

    Parameters
    ----------
    source
        The input.
    options
        What the user knows and the input does not say.
    format_name
        Name of one of FORMATS; recognised by content where not given.
    settings
        Limits in force; those of the environment where not given.

    Raises
    ------
    SettingError
        No format has that name.
    InputError
        No format recognises the input, it cannot be read, or it holds too many comments.
    """
    parsed = _format(source, format_name).read(source, options)
    limit = (settings or Settings.from_environment()).max_comments
    if parsed.report.kept > limit:
        raise InputError(
            f"it has {parsed.report.kept:,} comments, more than the limit of {limit:,}",
            source=source.name,
            remedy="Split it, or raise the limit with the variable BTL_MAX_COMMENTS",
        )
    return replace(
        parsed,
        discussions=tuple(_completed(d) for d in parsed.discussions),
        report=replace(parsed.report, warnings=(*parsed.report.warnings, *_assumptions(parsed.discussions))),
    )


def _completed(discussion: Discussion) -> Discussion:
    """Fill what a source did not state and its text tells: replies and language."""
    comments = infer_replies(discussion.comments, discussion.article_text)
    # The talk decides, not the article: readers may write in another language.
    language = discussion.language or detect(c.text for c in comments) or detect([discussion.article_text])
    return replace(discussion, comments=comments, language=language)


def _assumptions(discussions: Iterable[Discussion]) -> Iterator[str]:
    """Say what was assumed of many comments at once."""
    assumed = sum(c.timezone_source == "assumed" for d in discussions for c in d.comments)
    if assumed:
        times = "1 time carries" if assumed == 1 else f"{assumed:,} times carry"
        yield f"{times} no time zone: UTC is assumed where none is given"


def _format(source: Source, name: str | None) -> Format:
    known = {item.name: item for item in FORMATS}
    if name is not None:
        if name not in known:
            raise SettingError(f"no format is called {name!r}", remedy=f"Known: {', '.join(known)}")
        return known[name]
    for item in FORMATS:
        if item.sniff(source):
            return item
    raise InputError(
        "no format recognises it",
        source=source.name,
        remedy=f"Looked for: {', '.join(known)}. Name one of them, or give another file",
    )
