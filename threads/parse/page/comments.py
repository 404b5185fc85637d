"""From a page to its comments: everything that is found on it, before it is settled when each was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threads.language import N_
from threads.parse.addressing import Addressee, address_of
from threads.parse.page.choice import Section, best_section
from threads.parse.page.found import Found
from threads.parse.page.items import PageFacts, facts
from threads.parse.page.json_ld import declared_comments
from threads.parse.page.known import is_removed, known_sections, stated_levels, values
from threads.parse.page.marks import Mark, lines, marks
from threads.parse.page.nesting import from_levels, identities, parents, stated, without_circles
from threads.parse.page.own import Fields, Own
from threads.parse.page.platforms import PLATFORMS, Platform
from threads.parse.page.quotes import quoted_parents, quoted_pieces
from threads.parse.page.selectors import compiled, may_match
from threads.parse.page.status import is_pending, status_of
from threads.parse.page.texts import heading
from threads.parse.page.tree import Tree, build
from threads.parse.page.vocabulary import Role
from threads.parse.timestamps import Stamp
from threads.records import Skipped, Status

# What pages call the empty box that a service fills with comments.
_SERVICES = {
    "disqus_thread": "Disqus",
    "fb-comments": "Facebook",
    "lv-container": "LiveRe",
    "coral_talk_stream": "Coral",
    "coral_thread": "Coral",
    "commento": "Commento",
    "isso-thread": "Isso",
    "remark42": "Remark42",
    "hyvor-talk-view": "Hyvor Talk",
    "vuukle-comments": "Vuukle",
    "graphcomment": "GraphComment",
    "cusdis_thread": "Cusdis",
    "giscus": "giscus",
    "utterances": "utterances",
    "livefyre-comments": "Livefyre",
}
_COUNTS = frozenset(("data-comments-count", "data-comment-count", "data-commentcount"))
_CUT = ("[…]", "[...]")
_HEADING_REACH = 40  # lines above the first comment among which a heading counts them


@dataclass(frozen=True, slots=True)
class PageComments:
    """The comments of one page in page order, and what else was seen.

    `pieces` are the places of all text that belongs to the comments; `declared` is how many comments the page
    says that it has; `embeds` names the service whose frame would show them, where the page has room for one.
    """

    tree: Tree
    found: tuple[Found, ...]
    skipped: tuple[Skipped, ...] = ()
    pieces: frozenset[int] = frozenset()
    declared: int | None = None
    embeds: str | None = None


def find_comments(html: str, platforms: Sequence[Platform] = PLATFORMS) -> PageComments:
    """Return the comments of a page: by the markup of known platforms, and by what repeats on any page."""
    tree = build(html)
    page_lines = lines(tree)
    page = facts(tree, page_lines, marks(tree, page_lines))
    platform, section = _best(page, [p for p in platforms if _may_be(p, html)])
    found, skipped = _read(page, section, platform) if section is not None else ([], [])
    declared = declared_comments(tree)
    if len(declared) > len(found):
        found = declared
    pieces = frozenset(p for o in section.own for p in o.pieces) if section else frozenset()
    return PageComments(
        tree, tuple(found), tuple(skipped), pieces, _declared_count(page, section), _embeds(tree)
    )


def _embeds(tree: Tree) -> str | None:
    """Return the service that a page leaves room for, to be filled by a script or a frame."""
    for attributes in tree.attributes:
        for name in ("id", "class"):
            service = _SERVICES.get(attributes.get(name, ""))
            if service is not None:
                return service
    return None


def _may_be(platform: Platform, html: str) -> bool:
    """Return whether markup holds the words that a platform's comments have."""
    return may_match(platform.text, html) and may_match(platform.item, html)


def _best(page: PageFacts, platforms: Sequence[Platform]) -> tuple[Platform | None, Section | None]:
    mined = best_section(page)
    choices: list[tuple[Platform | None, Section]] = [] if mined is None else [(None, mined)]
    choices += known_sections(page, platforms)
    return max(choices, key=lambda choice: choice[1].value, default=(None, None))


def _read(page: PageFacts, section: Section, platform: Platform | None) -> tuple[list[Found], list[Skipped]]:
    kept: list[tuple[Own, Fields]] = []
    skipped: list[Skipped] = []
    for item, found in zip(section.own, section.fields, strict=True):
        reason = _reason_to_skip(page, item, found)
        if reason is None:
            kept.append((item, found))
        else:
            skipped.append(
                Skipped(
                    N_("comment {number} on the page").format(number=len(kept) + len(skipped) + 1), reason
                )
            )
    own, fields = [o for o, _ in kept], [f for _, f in kept]
    known = identities(page, own, _telling(platform))
    answered = _answered(page, platform, own, known)
    quoted = quoted_parents(page, own, fields, known)
    answered = without_circles([a if a is not None else q for a, q in zip(answered, quoted, strict=True)])
    names = _page_ids(known)
    comments = [
        _found(page, platform, o, f, parent, name)
        for o, f, parent, name in zip(own, fields, answered, names, strict=True)
    ]
    return comments, skipped


def _answered(
    page: PageFacts, platform: Platform | None, own: Sequence[Own], names: Sequence[Sequence[str]]
) -> list[int | None]:
    """Return the parents that the page shows: as its platform states them, else in any known way."""
    if platform is None:
        return parents(page, own, names)
    if platform.flat:
        return [None] * len(own)
    levels = stated_levels(page, platform, own)
    if levels is not None:
        return from_levels(levels)
    if platform.parent:
        where = platform.parent
        return stated(page, own, lambda p, o: (v for _, v in values(p, o, where)), names)
    return parents(page, own, names)


def _telling(platform: Platform | None) -> list[str]:
    """Return the attributes by which a platform knows its comments: those that its selector names."""
    tests = [] if platform is None else [test for s in compiled(platform.item) for test in s.tests]
    return [name for name, _, value in tests if value is None]


def _reason_to_skip(page: PageFacts, own: Own, fields: Fields) -> str | None:
    """Return why an item that stands among comments is none."""
    role = page.roles[own.item.root]
    if role & Role.PINGBACK and not role & Role.AUTHOR:
        return N_("a pingback: another site that links to the page")
    if _is_excerpt(page, fields):
        return N_("the excerpt of a pingback: another site that links to the page")
    if not fields.body:
        return N_("the comment of {author} has no text").format(author=repr(fields.author))
    return None


def _is_excerpt(page: PageFacts, fields: Fields) -> bool:
    """Return whether a text is cut at both ends, as WordPress cuts out the place where another site links."""
    text = page.tree.joined(fields.body)
    return text.startswith(_CUT) and text.endswith(_CUT)


def _found(
    page: PageFacts, platform: Platform | None, own: Own, fields: Fields, parent: int | None, name: str | None
) -> Found:
    text = _text(page, own, fields)
    return Found(
        author=fields.author,
        stamp=_stamp(fields.mark),
        raw=_raw(fields.mark),
        text=text,
        parent=parent,
        page_id=name,
        likes=fields.likes,
        status=_status(page, platform, own, text),
        shown=None if fields.mark is None else fields.mark.stamp,
        addressee=_addressee(page, own, fields),
    )


def _status(page: PageFacts, platform: Platform | None, own: Own, text: str) -> Status:
    told = status_of(text)
    if told != "visible":
        return told
    if platform is not None and is_removed(page, platform, own):
        return "deleted"
    pending = any(is_pending(page.tree.pieces[p]) for p in own.pieces if len(page.tree.pieces[p]) < 160)
    return "pending" if pending else "visible"


def _addressee(page: PageFacts, own: Own, fields: Fields) -> Addressee | None:
    """Return whom the header or a line beside the text names: "in reply to Ann", "Antwort auf #3"."""
    if fields.reply_to:
        return address_of(fields.reply_to, [])[0]
    body = set(fields.body)
    beside = dict.fromkeys(page.line_of[p] for p in own.pieces if p not in body)
    pieces = (page.tree.pieces[p].strip() for p in own.pieces if p not in body)
    for text in (*(page.lines[number].text for number in beside), *pieces):
        found, _ = address_of(None, [text, ""])
        if found is not None:
            return found
    return None


def _stamp(mark: Mark | None) -> Stamp | None:
    """Return the more exact of what a time displays and what its attributes say."""
    if mark is None:
        return None
    if mark.machine is None or mark.stamp is None:
        return mark.machine or mark.stamp
    return mark.machine if mark.machine.has_time or not mark.stamp.has_time else mark.stamp


def _raw(mark: Mark | None) -> str | None:
    shown = None if mark is None else mark.stamp or mark.machine
    return None if shown is None else shown.raw


def _page_ids(identities: Sequence[Sequence[str]]) -> list[str | None]:
    """Return the page's own id of every comment, or none at all unless each has one of its own."""
    known = [names[0] if names else None for names in identities]
    return known if None not in known and len(set(known)) == len(known) else [None] * len(known)


def _text(page: PageFacts, own: Own, fields: Fields) -> str:
    """Return the text of a comment; lines that quote somebody begin with "> "."""
    tree = page.tree
    quoted = quoted_pieces(page, own, fields.body)
    if not quoted or len(quoted) == len(fields.body):
        return tree.joined(fields.body)
    parts: list[tuple[bool, list[int]]] = []
    for place in fields.body:
        if not parts or parts[-1][0] != (place in quoted):
            parts.append((place in quoted, []))
        parts[-1][1].append(place)
    return "\n".join(
        _marked(tree.joined(places)) if quote else tree.joined(places) for quote, places in parts
    )


def _marked(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


# --- how many the page says that it has ---


def _declared_count(page: PageFacts, section: Section | None) -> int | None:
    """Return the number in the heading of the comments, or in an attribute that counts them."""
    if section is None:
        return None
    root = section.own[0].item.root
    for element in (root, *page.tree.ancestors(root)):
        attributes = page.tree.attributes[element]
        for name in _COUNTS.intersection(attributes):
            if attributes[name].isdigit():
                return int(attributes[name])
    first = page.line_of[min(o.item.first for o in section.own)] if section.own[0].pieces else 0
    for number in range(first - 1, max(-1, first - _HEADING_REACH), -1):
        is_heading, count = heading(page.lines[number].text)
        if is_heading and count is not None:
            return count
    return None
