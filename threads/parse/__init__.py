"""From an input to records: every format that can be read, and the choice between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import entry_points

from threads.errors import InputError, SettingError
from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.bluesky import Bluesky
from threads.parse.exports.commento import Commento
from threads.parse.exports.convokit import ConvoKit
from threads.parse.exports.coral import Coral
from threads.parse.exports.discourse import Discourse
from threads.parse.exports.disqus import DisqusExport
from threads.parse.exports.eml import Eml
from threads.parse.exports.feeds import CommentFeed
from threads.parse.exports.four_chan import FourChan
from threads.parse.exports.guardian import Guardian
from threads.parse.exports.hacker_news import HackerNews
from threads.parse.exports.isso import IssoJson, IssoSqlite
from threads.parse.exports.json_signs import closest
from threads.parse.exports.lemmy import Lemmy
from threads.parse.exports.lobsters import Lobsters
from threads.parse.exports.mastodon import Mastodon
from threads.parse.exports.mbox import Mbox
from threads.parse.exports.movable_type import MovableType
from threads.parse.exports.one_million_posts import OneMillionPosts
from threads.parse.exports.reddit_dump import RedditDump
from threads.parse.exports.reddit_listing import RedditListing
from threads.parse.exports.remark42 import Remark42
from threads.parse.exports.stack_exchange import StackExchange
from threads.parse.exports.tables.formats import JsonTable, TextTable, Workbook, XmlTable
from threads.parse.exports.tables.parquet import Parquet
from threads.parse.exports.telegram import Telegram
from threads.parse.exports.twitter import Twitter
from threads.parse.exports.wordpress import WordPressExport
from threads.parse.exports.wordpress_rest import WordPressRest
from threads.parse.exports.youtube import YouTubeApi
from threads.parse.exports.yt_dlp import YtDlp
from threads.parse.formats import Format, Options, Streaming
from threads.parse.language import detect
from threads.parse.own_json import BtlJson
from threads.parse.page import SavedPage
from threads.parse.pasted import NAME as PASTED
from threads.parse.pasted import Pasted
from threads.parse.reading import Counts, Reading, too_many
from threads.parse.replies import infer_replies
from threads.parse.source import Source
from threads.parse.tables import BtlCsv
from threads.parse.zipped import files_in, of_archive
from threads.records import Discussion, Parsed, Report, column_of
from threads.settings import Settings

__all__ = ["FORMATS", "Format", "Options", "Source", "infer_replies", "parse", "reading", "states_replies"]

ENTRY_POINTS = "below_the_line.formats"


def _from_other_packages() -> tuple[Format, ...]:
    return tuple(entry.load()() for entry in entry_points(group=ENTRY_POINTS))


# In the order in which they are tried; the last one takes any text.
FORMATS: tuple[Format, ...] = (
    BtlCsv(),
    BtlJson(),
    WordPressExport(),
    DisqusExport(),
    CommentFeed(),
    WordPressRest(),
    IssoJson(),
    IssoSqlite(),
    Commento(),
    Remark42(),
    Coral(),
    Guardian(),
    Discourse(),
    HackerNews(),
    Lobsters(),
    Lemmy(),
    Mastodon(),
    RedditListing(),
    RedditDump(),
    YouTubeApi(),
    YtDlp(),
    StackExchange(),
    OneMillionPosts(),
    Telegram(),
    Bluesky(),
    Twitter(),
    FourChan(),
    Mbox(),
    Eml(),
    MovableType(),
    ConvoKit(),
    *_from_other_packages(),
    XmlTable(),
    SavedPage(),
    Workbook(),
    Parquet(),
    JsonTable(),
    TextTable(),
    Pasted(),
)


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
    settings = settings or Settings.from_environment()
    found = reading(source, options, format_name, settings=settings)
    discussions, comments = [], 0
    for discussion in found.discussions:
        comments += len(discussion.comments)
        if comments > settings.max_comments:
            raise too_many(
                N_("it has {comments} comments, more than the limit of {most}"),
                comments,
                settings.max_comments,
                source.name,
            )
        discussions.append(discussion)
    return Parsed(discussions=tuple(discussions), report=found.report())


def reading(
    source: Source,
    options: Options,
    format_name: str | None = None,
    *,
    settings: Settings | None = None,
) -> Reading:
    """Return what `parse` does, discussion by discussion, so that a source of any size can be read.

    The limit of comments is that of one discussion. A format that is read whole is so here, too.

    Raises
    ------
    SettingError
        No format has that name.
    InputError
        As `parse`, also while the discussions are taken.
    """
    settings = source.settings = settings or Settings.from_environment()
    if files := files_in(source):
        return of_archive(source, files, lambda one: _of_part(one, options, format_name, settings))
    return _reading(source, options, _format(source, format_name), settings)


def _of_part(source: Source, options: Options, format_name: str | None, settings: Settings) -> Reading:
    """Return what a file of an archive holds; what may be any text is none of comments there."""
    source.settings = settings
    item = _format(source, format_name)
    if item.name == PASTED and format_name is None:
        raise InputError(N_("no format recognises it"), source=source.name, remedy=N_("Name its format"))
    return _reading(source, options, item, settings)


def _reading(source: Source, options: Options, item: Format, settings: Settings) -> Reading:
    found = item.reading(source, options) if isinstance(item, Streaming) else None
    counts = Counts()
    found = found or Reading.of(item.read(source, options))

    infers = not states_replies(item.name)

    def discussions() -> Iterator[Discussion]:
        for discussion in found.discussions:
            if (size := len(discussion.comments)) > settings.max_comments:
                raise too_many(
                    N_("a discussion has {comments} comments, more than the limit of {most}"),
                    size,
                    settings.max_comments,
                    source.name,
                )
            whole = _completed(discussion, infers=infers)
            counts.add(whole)
            yield whole

    def report() -> Report:
        made = found.report()
        warnings = (*made.warnings, *_assumptions(counts), *(_closest(source, item) if not made.kept else ()))
        return replace(made, found=counts.told(), warnings=warnings)

    return Reading(discussions(), report)


def states_replies(format_name: str) -> bool:
    """Return whether a format says who answers whom, so that a comment without a parent has none.

    Tables and exports do; saved and pasted pages often do not.
    """
    return any(item.name == format_name and isinstance(item, Streaming) for item in FORMATS)


def _completed(discussion: Discussion, *, infers: bool) -> Discussion:
    """Fill what a source did not state and its text tells: replies and language."""
    comments = discussion.comments
    if infers:
        comments = infer_replies(comments, discussion.article_text)
    # Where nothing is stated the talk decides, not the article: readers may write in another language.
    language = discussion.language or detect(column_of(comments, "text")) or detect([discussion.article_text])
    return replace(discussion, comments=comments, language=language)


def _closest(source: Source, item: Format) -> Iterator[str]:
    """Say which kind of JSON one that is not known is like."""
    if isinstance(item, JsonTable):
        known = ((other.name, other.signs) for other in FORMATS if isinstance(other, JsonExport))
        if said := closest(source, known):
            yield said


def _assumptions(counts: Counts) -> Iterator[str]:
    """Say what was assumed of many comments at once."""
    assumed = counts.zone_assumed
    if assumed:
        one = N_("1 time carries no time zone: UTC is assumed where none is given")
        many = N_("{times} times carry no time zone: UTC is assumed where none is given")
        yield one if assumed == 1 else many.format(times=f"{assumed:,}")


def _format(source: Source, name: str | None) -> Format:
    known = {item.name: item for item in FORMATS}
    if name is not None:
        if name not in known:
            raise SettingError(
                N_("no format is called {name}").format(name=repr(name)),
                remedy=N_("Known: {list}").format(list=", ".join(known)),
            )
        return known[name]
    for item in FORMATS:
        if item.sniff(source):
            return item
    raise InputError(
        N_("no format recognises it"),
        source=source.name,
        remedy=N_("Looked for: {formats}. Name one of them, or give another file").format(
            formats=", ".join(known)
        ),
    )
