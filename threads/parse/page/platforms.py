"""How well-known platforms mark their comments: data, one entry each.

Only what the page does not show by itself needs to be said: a field that is left out is found as on any page.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where a platform keeps the parts of a comment, as selectors of one element each (see `selectors`).

    Selectors that stand apart by commas are alternatives.

    `item` is the whole comment. In `author`, `time`, `parent` and `level`, "selector@attribute" means the
    value of an attribute, and "@attribute" alone that of the item. A `flat` platform shows no answers but by
    quotations. `skip` marks items that are no comments, `removed`
    those whose text was taken away.
    """

    name: str
    item: str
    author: str = ""
    time: str = ""
    text: str = ""
    parent: str = ""
    level: str = ""
    skip: str = ""
    removed: str = ""
    flat: bool = False


PLATFORMS: tuple[Platform, ...] = (
    Platform(
        name="schema.org",
        item="[itemtype*=schema.org/Comment], [itemtype*=schema.org/UserComments], "
        "[itemtype*=schema.org/Answer]",
        author="[itemprop=author], [itemprop=creator]",
        time="[itemprop=dateCreated], [itemprop=datePublished], [itemprop=commentTime]",
        text="[itemprop=text], [itemprop=commentText]",
    ),
    Platform(name="rdfa", item="[typeof*=Comment]", text="[property*=text], [property*=content:encoded]"),
    Platform(
        name="microformats",
        item=".h-cite.u-comment, .p-comment.h-cite",
        author=".p-author",
        text=".e-content",
    ),
    Platform(
        name="hacker-news",
        item="tr.athing.comtr",
        author="a.hnuser",
        time="span.age@title",
        text=".commtext",
        level="td.ind@indent, img[src*=s.gif]@width",
    ),
    Platform(
        name="reddit",
        item="shreddit-comment",
        author="@author",
        time="@created-timestamp, faceplate-timeago@ts, time@datetime",
        text="[slot=comment]",
        parent="@parentid",
        level="@depth",
    ),
    Platform(
        name="reddit-old",
        item="div.thing.comment, div.thing.morechildren",
        author="a.author",
        time="time@datetime",
        text="div.usertext-body",
        skip=".morechildren",
        removed=".deleted",
    ),
    Platform(
        name="discourse",
        item="div.crawler-post, article[data-post-id], div.topic-body.crawler-post",
        author="[itemprop=name], span.username, .first.username, .creator",
        time="time@datetime, span.relative-date@data-time",
        text="div.post[itemprop=text], div.post[itemprop=articleBody], div.cooked",
    ),
    Platform(
        name="disqus",
        item="li.post",
        author="[data-role=username], span.author, a.author",
        removed=".post--deleted, .minimized, .deleted",
        time="a.time-ago@title",
        text="div.post-message",
    ),
    Platform(
        name="github",
        item="div.timeline-comment, [data-testid^=comment-viewer-outer-box], "
        "[data-testid=issue-viewer-issue-container]",
        author="a.author, [data-testid=avatar-link], [data-testid=issue-body-header-author]",
        time="relative-time@datetime",
        text="td.comment-body, .markdown-body",
        flat=True,
    ),
    Platform(name="kinja", item="article.reply, [data-replyid]", time="time@datetime"),
    Platform(
        name="phpbb",
        item="div.post[id^=p]",
        author="a.username, span.username, a.username-coloured, span.username-coloured",
        text="div.content",
        flat=True,
    ),
    Platform(
        name="vbulletin-3",
        item="table[id^=post]",
        author="a.bigusername",
        text="[id^=post_message_]",
        flat=True,
    ),
    Platform(
        name="vbulletin-4",
        item="li.postbit, li.postbitlegacy, li.postcontainer",
        author="a.username, span.username",
        text="[id^=post_message_], blockquote.postcontent",
        flat=True,
    ),
    Platform(
        name="vbulletin-5",
        item="li.b-post",
        author="[itemprop=name], .author",
        text=".js-post__content-text",
    ),
    Platform(
        name="xenforo-1",
        item="li.message[data-author]",
        author="@data-author",
        time="abbr.DateTime@data-time, span.DateTime@title",
        text="blockquote.messageText",
        flat=True,
    ),
    Platform(
        name="xenforo-2",
        item="article.message[data-author], div.message[data-author]",
        author="@data-author",
        time="time.u-dt@datetime",
        text="div.bbWrapper",
        flat=True,
    ),
)
