"""A page as flat lists: its elements and its pieces of text in the order of the page.

Every subtree is a range of the lists, so that nothing here recurses however deep a page is nested.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from threads.errors import InputError
from threads.language import N_
from threads.parse.page_words import words

DEEPEST = 10_000  # lexbor's time grows with the square of the depth: 0.2 s at this one
MOST_TAGS = 3_000_000  # 200,000 comments have about 2,400,000
_MOST_ATTRIBUTES = 5_000  # of one tag: lexbor compares each with all before it
_CHUNK = 1 << 16
_LONGEST_EMOJI = 12
# Start and end tags of the elements that can hold others.
_BOXES = re.compile(
    r"<(/)?(?!(?:br|hr|img|input|meta|link|area|base|col|embed|source|track|wbr|!)\b)[a-zA-Z]"
)

# Text in these is not shown as text of the page.
_SILENT = words(
    """
    script style template textarea select option svg math iframe object video audio canvas map head
    """
)
# What stands in these says nothing at all.
_UNREAD = words("style textarea select svg math video audio canvas map")
_BLOCK = words(
    """
    address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol option p pre
    section summary table tbody td tfoot th thead tr ul button
    """
)
# Elements whose start changes how what follows is read.
_SPECIAL = _SILENT | {"html", "pre", "img"}
_PARAGRAPH = words("p pre blockquote ul ol dl table h1 h2 h3 h4 h5 h6")
_KEPT = words(
    """
    class id href rel itemprop itemtype itemscope property typeof datetime title content style width
    indent alt hidden role name src value for lang slot cite
    """
)
_LONGEST_VALUE = 1_000
_SPACES = re.compile(r"[\t\r\n\f ]{2,}|[\t\r\n\f]")
_NOTHING: Mapping[str, str] = {}


@dataclass(slots=True)
class Tree:
    """Elements and text of a page.

    `tags`, `attributes`, `parents` (-1 for the root), `ends` (index after the last descendant) and `depths`
    have one item an element, in the order of their start tags. `pieces`, `owners` (the element that a piece
    stands in) and `gaps` (line breaks before a piece: 0 inside a line, 2 between paragraphs) have one item a
    piece of text. `first_pieces` and `last_pieces` have one item an element: the range of its pieces.
    `scripts` are the texts of JSON-LD scripts; `metas` the named contents of <meta> and `title` that of
    <title>; `canonical` the address that the page gives for itself, `language` that of <html lang>.
    """

    tags: list[str] = field(default_factory=list)
    attributes: list[Mapping[str, str]] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    first_pieces: list[int] = field(default_factory=list)
    last_pieces: list[int] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    title: str = ""
    canonical: str | None = None
    language: str | None = None

    def __len__(self) -> int:
        return len(self.tags)

    def pieces_of(self, element: int) -> range:
        """Return the places of the pieces inside `element`."""
        return range(self.first_pieces[element], self.last_pieces[element])

    def text(self, element: int) -> str:
        """Return the text of an element, lines separated by line feeds."""
        return self.joined(self.pieces_of(element))

    def joined(self, places: Sequence[int] | range) -> str:
        """Return the pieces at `places` as text; what was left out between two of them counts as a break."""
        parts: list[str] = []
        last = -2
        for place in places:
            gap = self.gaps[place]
            if parts and place != last + 1:
                gap = max(gap, 1)
            if parts and gap:
                parts.append("\n" * gap)
            parts.append(self.pieces[place])
            last = place
        return "\n".join(line.strip(" ") for line in "".join(parts).split("\n")).strip()

    def ancestors(self, element: int) -> Iterator[int]:
        """Yield the elements around `element`, the nearest first."""
        parent = self.parents[element]
        while parent >= 0:
            yield parent
            parent = self.parents[parent]


class _Builder:
    """Receives the parser's events; the tree's lists are kept at hand, for it is called for every node."""

    __slots__ = (
        "_attributes",
        "_buffer",
        "_depths",
        "_ends",
        "_first",
        "_gap",
        "_last",
        "_open",
        "_parents",
        "_pre",
        "_silent",
        "_tags",
        "_wanted",
        "tree",
    )

    def __init__(self) -> None:
        self.tree = tree = Tree()
        self._tags, self._attributes = tree.tags, tree.attributes
        self._parents, self._ends, self._depths = tree.parents, tree.ends, tree.depths
        self._first, self._last = tree.first_pieces, tree.last_pieces
        self._open: list[int] = []
        self._silent = 0
        self._gap = 0
        self._buffer: list[str] = []
        self._pre = 0
        self._wanted = ""  # "script" or "title" while inside one whose text is kept

    def start(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        if self._buffer:
            self._flush()
        if self._silent:
            self._silent += 1
            self._look_at_silent(tag, attributes)
            return
        here = len(self._tags)
        block = _breaks(tag)
        if block > self._gap:
            self._gap = block
        elif tag == "br":
            self._gap = min(self._gap + 1, 2)
        pieces = len(self.tree.pieces)
        opened = self._open
        self._tags.append(tag)
        self._attributes.append(_kept(tag, attributes) if attributes else _NOTHING)
        self._parents.append(opened[-1] if opened else -1)
        self._ends.append(here + 1)
        self._depths.append(len(opened))
        self._first.append(pieces)
        self._last.append(pieces)
        opened.append(here)
        if tag in _SPECIAL:
            self._start_special(tag, attributes)

    def _start_special(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        if tag == "html":
            self.tree.language = attributes.get("lang") or self.tree.language
        elif tag == "pre":
            self._pre += 1
        elif tag == "img":
            if drawn := _drawn_letters(attributes):
                self._add(drawn)
        else:
            self._silent = 1
            self._look_at_silent(tag, attributes)

    def end(self, tag: str) -> None:
        if self._buffer:
            self._flush()
        if self._silent > 1:
            self._silent -= 1
            self._wanted = ""
            return
        self._silent = 0
        self._wanted = ""
        if not self._open:
            return
        self._close(self._open.pop())
        if tag == "pre":
            self._pre = max(0, self._pre - 1)
        block = _breaks(tag)
        self._gap = max(self._gap, block)

    def data(self, data: str) -> None:
        if not self._silent or self._wanted:
            self._buffer.append(data)

    def close(self) -> Tree:
        if self._buffer:
            self._flush()
        for here in self._open:
            self._close(here)
        return self.tree

    def _close(self, here: int) -> None:
        self._ends[here] = len(self._tags)
        self._last[here] = len(self.tree.pieces)

    def _look_at_silent(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        if tag == "script":
            self._wanted = "script" if "ld+json" in (attributes.get("type") or "") else ""
        elif tag == "title" and not self.tree.title:
            self._wanted = "title"
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content")
            if name and content:
                self.tree.metas.setdefault(name.lower(), content)
        elif tag == "link" and "canonical" in (attributes.get("rel") or "").lower():
            self.tree.canonical = self.tree.canonical or attributes.get("href")

    def _flush(self) -> None:
        buffer = self._buffer
        text = buffer[0] if len(buffer) == 1 else "".join(buffer)
        buffer.clear()
        if self._wanted == "script":
            self.tree.scripts.append(text)
        elif self._wanted:
            self.tree.title = self.tree.title or " ".join(text.split())
        elif self._pre and "\n" in text:
            for line in text.split("\n"):
                self._add(line)
                self._gap = max(self._gap, 1)
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        tree = self.tree
        if text.isspace() or not text:
            # A space between two inline elements keeps their words apart.
            if text and not self._gap and tree.pieces and tree.pieces[-1][-1] != " ":
                tree.pieces[-1] += " "
            return
        tree.pieces.append(_SPACES.sub(" ", text))
        tree.owners.append(self._open[-1] if self._open else 0)
        tree.gaps.append(self._gap)
        self._gap = 0


def _drawn_letters(attributes: Mapping[str, str | None]) -> str:
    """Return the emoji that an image stands for."""
    alt = attributes.get("alt") or ""
    return alt if 0 < len(alt) <= _LONGEST_EMOJI and all(_is_emoji(c) for c in alt) else ""


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk", "Cf", "Mn") and not character.isspace()


@lru_cache(maxsize=1_024)
def _breaks(tag: str) -> int:
    """Return how many line breaks a browser shows before and after an element."""
    if tag in _PARAGRAPH:
        return 2 if tag in ("p", "blockquote", "pre") else 1
    if tag in _BLOCK:
        return 1
    # Custom elements are mostly boxes; the exceptions stand inside a line.
    return int("-" in tag and not ("time" in tag or "number" in tag))


def _kept(tag: str, attributes: Mapping[str, str | None]) -> Mapping[str, str]:
    everything = "-" in tag
    kept: dict[str, str] = {}
    for name, value in attributes.items():
        if everything or name in _KEPT or name[:5] in ("data-", "aria-"):
            kept[name] = value[:_LONGEST_VALUE] if value else ""
    return kept


def build(html: str) -> Tree:
    """Return the page as flat lists, broken markup mended as browsers mend it (HTML Standard, section 13.2).

    Time and memory grow linearly with the page. A page nested deeper than DEEPEST elements, or with thousands
    of attributes in one tag, is read by another parser, whose time does not grow with the square of either,
    and which mends markup in its own way.

    Raises
    ------
    InputError
        The page has more than MOST_TAGS tags.
    """
    tags = html.count("<")
    if tags > MOST_TAGS:
        raise InputError(
            N_("the page has {tags} tags, more than the limit of {most}").format(
                tags=f"{tags:,}", most=f"{MOST_TAGS:,}"
            ),
            remedy=N_("Save its comments in several pages"),
        )
    html = _parseable(html)
    builder = _Builder()
    if html.strip():
        (_read_deep if _is_deep(html) or _is_crowded(html) else _read)(html, builder)
    return builder.close()


def _read(html: str, builder: _Builder) -> None:
    """Send the events of lexbor's tree, which is built as browsers build it."""
    node = LexborHTMLParser(html).root
    open_tags: list[str] = []
    while node is not None:
        tag = sys.intern(node.tag or "")  # the parser gives a new string each time
        if tag == "-text":
            builder.data(node.text_content or "")
        elif tag[:1] != "-":
            builder.start(tag, node.attributes)
            child = node.child if tag not in _UNREAD else None
            if child is not None:
                open_tags.append(tag)
                node = child
                continue
            builder.end(tag)
        sibling = node.next if open_tags else None
        while sibling is None and open_tags:
            builder.end(open_tags.pop())
            node = node.parent if node is not None else None
            sibling = node.next if node is not None and open_tags else None
        node = sibling


def _read_deep(html: str, builder: _Builder) -> None:
    """Send the events of libxml2's parser: its tree would be cut at 2,048 elements, the events are not."""
    parser = etree.HTMLParser(target=builder, huge_tree=True, remove_pis=True)
    for begin in range(0, len(html), _CHUNK):
        parser.feed(html[begin : begin + _CHUNK])
    parser.close()


def _is_deep(html: str) -> bool:
    """Return whether elements could be nested deeper than DEEPEST."""
    if html.count("<") <= 2 * DEEPEST:
        return False
    depth = deepest = 0
    for match in _BOXES.finditer(html):
        depth = max(0, depth + (-1 if match[1] else 1))
        deepest = max(deepest, depth)
    return deepest > DEEPEST


_TAG_START = re.compile("<[a-zA-Z]")
_QUOTED_VALUE = re.compile("\"[^\"]*\"|'[^']*'")


def _is_crowded(html: str) -> bool:
    """Return whether a tag could have more than _MOST_ATTRIBUTES attributes: "<p a b c …" without any ">"."""
    begin, long = 0, 2 * _MOST_ATTRIBUTES
    while len(html) - begin > long:
        end = html.rfind(">", begin, begin + long)
        if end < 0:
            end = html.find(">", begin + long)
            end = len(html) if end < 0 else end
            tag = _TAG_START.search(html, begin, end)
            if tag is not None and _attributes_in(html[tag.start() : end]) > _MOST_ATTRIBUTES:
                return True
        begin = end + 1
    return False


def _attributes_in(tag: str) -> int:
    return len(_QUOTED_VALUE.sub("", tag).replace("/", " ").split())


_UNPARSEABLE = re.compile("[\x00\ud800-\udfff]")


def _parseable(html: str) -> str:
    """Return `html` without what cannot be handed to the parser: NUL, and halves of surrogate pairs."""
    try:
        html.encode()
    except UnicodeEncodeError:
        return _UNPARSEABLE.sub("\ufffd", html)
    return html.replace("\x00", "\ufffd")
