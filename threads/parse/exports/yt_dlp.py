"""What yt-dlp writes with --write-comments: NAME.info.json, of YouTube and of other sites.

Fields as in the docstring of yt_dlp/extractor/common.py. YouTube shows "2 years ago" and no time; the
timestamp beside it was worked out from that, so it is approximate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import NO_MOMENT, Found, FoundComment, FoundThread, Moment, Note
from threads.parse.exports.json_items import beginning, documents
from threads.parse.exports.moments import since_1970, written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source

_OBJECT = re.compile(rb'\{\s*"')
_LIST = re.compile(rb"\[\s*\{")
_VIDEO = (
    (re.compile(rb'"formats"\s*:\s*\[\s*\{'), re.compile(rb'"format_id"\s*:')),
    (re.compile(rb'"extractor(?:_key)?"\s*:'), re.compile(rb'"webpage_url"\s*:')),
)
_COMMENT = (
    re.compile(rb'"(?:author_is_uploader|_time_text|time_text|is_favorited)"\s*:'),
    re.compile(rb'"text"\s*:'),
)
_DAY = 86_400  # seconds


class YtDlp(Export):
    """A video's description file with its comments, or the list of comments out of it."""

    name = "yt-dlp"
    help = "A video's info.json by yt-dlp with its comments; most of its times are approximate."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as a video's description by yt-dlp, or as a list of its comments."""
        start = beginning(source)
        is_comments = all(field.search(start) for field in _COMMENT)
        if _LIST.match(start):
            return is_comments
        is_video = any(all(field.search(start) for field in fields) for fields in _VIDEO)
        return bool(_OBJECT.match(start)) and (is_video or is_comments)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each video and its comments, in the file's order."""
        number = 0
        for document in documents(source):
            video = {"comments": document} if isinstance(document, list) else record(document)
            about = _video(video, options)
            yield about
            comments = records(video.get("comments"))
            for said in comments:
                number += 1
                yield _comment(said, f"comment {number:,}", about.key, _is_youtube(video))
            declared = whole(video.get("comment_count"))
            if video.get("comments") is None:
                yield Note(N_("the file holds no comments: yt-dlp adds them with --write-comments"))
            elif declared is not None and declared > len(comments):
                yield Note(
                    N_("{present} of {declared} comments are present").format(
                        present=f"{len(comments):,}", declared=f"{declared:,}"
                    )
                )


def _is_youtube(video: dict[str, Any]) -> bool:
    extractor = text(video.get("extractor")) or text(video.get("extractor_key"))
    return not extractor or extractor.lower().startswith("youtube")


def _video(video: dict[str, Any], options: Options) -> FoundThread:
    return FoundThread(
        key=name(video.get("id")) or "",
        title=name(video.get("fulltitle")) or name(video.get("title")),
        url=name(video.get("webpage_url")) or name(video.get("original_url")),
        article_text=name(video.get("description")),
        published_at=_published(video, options),
    )


def _published(video: dict[str, Any], options: Options) -> datetime | None:
    for field in ("timestamp", "release_timestamp"):
        if (moment := since_1970(video.get(field))).at is not None:
            return moment.at
    return written(name(video.get("upload_date")), options).at


def _comment(said: dict[str, Any], place: str, thread: str, is_youtube: bool) -> FoundComment:
    parent = name(said.get("parent"))
    return FoundComment(
        place=place,
        text=text(said.get("text")) or from_html(text(said.get("html"))),
        thread=thread,
        id=name(said.get("id")),
        parent=None if parent == "root" else parent,
        author=name(said.get("author")),
        author_id=name(said.get("author_id")),
        time=_moment(said, is_youtube),
        likes=whole(said.get("like_count")),
    )


def _moment(said: dict[str, Any], is_youtube: bool) -> Moment:
    """Return when a comment appeared; what was counted back from a text such as "2 years ago" is relative."""
    shown = name(said.get("_time_text")) or name(said.get("time_text"))
    moment = since_1970(said.get("timestamp"))
    if moment.at is None:
        return Moment(None, shown, "relative", "none") if shown else NO_MOMENT
    if shown or is_youtube:
        return moment._replace(raw=shown or moment.raw, precision="relative")
    return moment._replace(precision="day") if moment.at.timestamp() % _DAY == 0 else moment
