"""Comments in XML of any kind: elements with a text and an author, a time or an id, made objects."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from lxml import etree

from threads.language import N_
from threads.parse.exports.json_items import Item
from threads.parse.exports.tables.names import is_private, place
from threads.parse.exports.xml_records import Clean, damage, let_go, local_name, opened, pieces, root_name
from threads.parse.source import Source
from threads.records import Skipped

_PAGES = frozenset(("html", "svg", "rss", "feed", "rdf", "div", "body", "head"))
_LISTS = frozenset(("comments", "posts", "thread", "threads", "messages", "discussion", "replies", "reviews"))
_MARKUP = frozenset(
    (
        *("p", "br", "b", "i", "u", "s", "a", "em", "strong", "span", "div", "code", "pre", "img", "small"),
        *("blockquote", "ul", "ol", "li", "del", "ins", "sub", "sup", "q", "cite", "font"),
    )
)
_CELLS = frozenset(("column", "field"))  # of rows, as phpMyAdmin and mysqldump write them
# Signs that XML wants written otherwise, and entities that only HTML has; CDATA sections first, as they stay.
_BARE = re.compile(
    r"(?s)(<!\[CDATA\[.*?(?:\]\]>|\Z))|<(?![\w/!?])|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)(?:\w{1,40};)?"
)
_MOST_ATTRIBUTES = 300
_OF_XML = "{http://www.w3.org/"  # xsi:schemaLocation, xml:lang
_LOOKED_AT = 60_000  # characters
_OF_COMMENTS = ("author", "author_id", "time", "id")
_OF_THREADS = ("title", "url")
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Shape(NamedTuple):
    """Local names of the elements that are comments, and of those that hold them and say of what they are."""

    comment: str
    thread: str | None


def shape(source: Source) -> Shape | None:
    """Return what elements at the beginning of a document of XML are comments, None without any."""
    head = source.head[:_LOOKED_AT]
    root = root_name(head).lower()
    if not root or root in _PAGES:
        return None
    if not head.lstrip("\ufeff \t\r\n").startswith("<?xml") and root not in _LISTS:
        return None
    try:
        parser = etree.XMLParser(recover=True, **_SAFE)
        document = etree.fromstring(re.sub(r"^\s*<\?xml.*?\?>", "", head.lstrip("\ufeff")).encode(), parser)
    except (etree.LxmlError, ValueError):
        return None
    if document is None:
        return None
    able = Counter(local_name(element.tag) for element in document.iterdescendants() if _is_comment(element))
    # An article with comments may look like one of them, too: they are what stands inside.
    outer = {
        local_name(above.tag)
        for element in document.iterdescendants()
        if local_name(element.tag) in able
        for above in element.iterancestors()
        if above.tag != element.tag
    }
    inner = [(count, name) for name, count in able.items() if name not in outer]
    if not inner:
        return None
    comment = max(inner)[1]
    first = next(one for one in document.iterdescendants() if local_name(one.tag) == comment)
    above = [one for one in first.iterancestors() if one.tag != first.tag]
    # What has a title or an address is told apart by that; else what stands nearest and says anything.
    holders = [one for one in above if _is_thread(one)] or [one for one in above if _attributes(one)]
    return Shape(comment, local_name(holders[0].tag) if holders else None)


def elements(source: Source, shape: Shape) -> Iterator[Item]:
    """Yield the comments of a document as objects, with what they stand under; damaged ones by their tags."""
    found: Iterator[dict[str, Any] | Skipped] = _sound(source, shape)
    number = 0
    try:
        for number, item in enumerate(found, start=1):
            yield f"{shape.comment} {number:,}", item
        return
    except (etree.XMLSyntaxError, LookupError) as error:
        source.remarks.append(damage(error))
    for item in islice(_by_tags(source, shape), number, None):
        number += 1
        yield f"{shape.comment} {number:,}", item


def _sound(source: Source, shape: Shape) -> Iterator[dict[str, Any]]:
    """Yield the comments of a document up to where it is damaged.

    Raises
    ------
    XMLSyntaxError
        After the comments that stand before the damage.
    """
    encoding, stream = opened(source)
    damaged: etree.XMLSyntaxError | None = None
    about: dict[str, str] = {}
    parser = etree.XMLPullParser(
        events=("start", "end"), encoding=encoding, tag=[f"{{*}}{name}" for name in shape if name], **_SAFE
    )
    with stream:
        clean = Clean(stream, source.name)
        while damaged is None and (chunk := clean.read()):
            try:
                parser.feed(chunk)
            except etree.XMLSyntaxError as error:
                damaged = error
            for event, element in parser.read_events():
                if local_name(element.tag) != shape.comment:
                    about = {}
                    if event == "end":
                        let_go(element)
                elif event == "end":
                    about = about or _about(element, shape)
                    yield _object(element, shape, about)
                    _empty(element, shape)
        if damaged is not None:
            raise damaged
        parser.close()


def _by_tags(source: Source, shape: Shape) -> Iterator[dict[str, Any] | Skipped]:
    """Yield the comments of a damaged document, each from its tag to its end or to where the next begins."""
    begun: re.Match[str] | None = None  # of a comment, or of what holds comments until the first of them
    parts: list[str] = []
    about: dict[str, str] = {}
    for text, tag in pieces(source, {name for name in shape if name}):
        parts.append(text)
        if tag is None:
            continue
        if begun is not None:
            element = _mended(begun, parts)
            if begun["name"] == shape.comment:
                yield _object(element, shape, about)
            else:
                about = _said(element)
        about = about if tag["name"] == shape.comment else {}
        begun, parts = None if tag["end"] else tag, []
    if begun is not None and begun["name"] == shape.comment:
        place = N_("the last {element}").format(element=shape.comment)
        yield Skipped(place, N_("the file ends in the middle of it"))


def _mended(begun: re.Match[str], parts: Sequence[str]) -> Any:
    """Return an element of which the start tag and what stands in it are given, whatever is wrong in it."""
    parser = etree.XMLParser(recover=True, **_SAFE)
    name, start = begun["name"], begun["attributes"].rstrip("/")
    if start.count("=") > _MOST_ATTRIBUTES:  # of which libxml2 compares each with all others
        start = ""
    inside = _BARE.sub(lambda m: m[1] or html.escape(html.unescape(m[0])), "".join(parts))
    try:
        element = etree.fromstring(f"<{name}{start}>{inside}</{name}>".encode(), parser)
    except (etree.LxmlError, ValueError):
        element = None
    return etree.Element(name) if element is None else element


def _is_comment(element: Any) -> bool:
    names = _names(element)
    says = any(place("text", name) is not None for name in names) or (
        not len(element) and place("text", local_name(element.tag)) is not None
    )
    return says and any(place(field, name) is not None for name in names for field in _OF_COMMENTS)


def _is_thread(element: Any) -> bool:
    return any(place(field, name) is not None for name in _names(element) for field in _OF_THREADS)


def _names(element: Any) -> Sequence[str]:
    """Return the names of an element's attributes and of elements in it that hold none but markup."""
    inside = [_name(child) for child in element if _says(child) is not None]
    return [name for name in (*_attributes(element), *inside) if not is_private(name)]


def _name(child: Any) -> str:
    """Return what an element in a comment is called, which dumps of tables say in an attribute."""
    name = local_name(child.tag)
    return child.get("name", name) if name in _CELLS else name


def _attributes(element: Any) -> dict[str, str]:
    """Return the attributes of an element; those of a row of a table, and XML's own, say nothing of it."""
    is_row = len(element) and local_name(element[0].tag) in _CELLS
    own = [] if is_row else [(name, value) for name, value in element.items() if not name.startswith(_OF_XML)]
    return {local_name(name): value for name, value in own}


def _fields(element: Any) -> dict[str, str]:
    found = _attributes(element)
    for child in element:
        if said := _says(child):
            found.setdefault(_name(child), said)
    return found


def _says(child: Any) -> str | None:
    """Return the text of an element, with HTML in it as HTML; None where it holds other elements."""
    if not len(child):
        return child.text or ""
    if not all(local_name(inner.tag) in _MARKUP for inner in child.iterdescendants()):
        return None
    inside = (etree.tostring(inner, encoding="unicode", method="html") for inner in child)
    return "".join((html.escape(child.text or "", quote=False), *inside))


def _about(element: Any, shape: Shape) -> dict[str, str]:
    for above in element.iterancestors():
        if local_name(above.tag) == shape.thread:
            return _said(above)
    return {}


def _said(thread: Any) -> dict[str, str]:
    """Return what an element says of itself that holds comments; its text is the article."""
    found = _fields(thread)
    texts = [(rank, name) for name in found if (rank := place("text", name)) is not None]
    return found | ({"article": found[min(texts)[1]]} if texts else {})


def _object(element: Any, shape: Shape, about: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = _fields(element)
    if not len(element) and element.text and element.text.strip():
        made["text"] = element.text
    answered = next((one for one in element.iterancestors() if local_name(one.tag) == shape.comment), None)
    if answered is not None:
        known = ((place("id", name), value) for name, value in _fields(answered).items())
        made["parent"] = {
            "id": min(((rank, id_) for rank, id_ in known if rank is not None), default=("", None))[1]
        }
    return {**made, "thread": about} if about else made


def _empty(element: Any, shape: Shape) -> None:
    """Let go of a comment that was read, but not of one within another, which is still open."""
    if all(local_name(above.tag) != shape.comment for above in element.iterancestors()):
        let_go(element)
