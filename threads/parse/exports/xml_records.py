"""Records of XML exports, one after the other: sound files by lxml, damaged ones by the tags of the records.

Blogs write XML that is none: control characters, `&nbsp;`, markup that is not closed, a file that ends in the
middle. Where a file is not well-formed, its records are found by their own tags, so that damage in one does
not reach the next.
"""

from __future__ import annotations

import codecs
import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from lxml import etree

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.found import Note
from threads.parse.source import Source
from threads.parse.utf8_stream import Utf8Stream
from threads.records import Skipped

Fields: TypeAlias = dict[str, str]
"""The text of the first element of each name inside a record, markup in it as HTML; "thread@id" for its
attribute `id`, "@id" for the record's own. One with an attribute `rel` is called "link:related". Names are
local ones, without prefix or namespace."""

_CHUNK = 1 << 18
_BLOCK = 500  # records inside another that are read together
_FEW = 4  # of which each is read alone
_LONGEST_TAG = 65_536  # characters of attributes: posts of Stack Exchange are one
_AROUND_ATTRIBUTES = 512
_MOST_TAGS = 1_000  # that are remembered
_WINDOW = 10_000  # bytes that are looked at for attributes
_MOST_ATTRIBUTES = 300  # in so many bytes
_ATTRIBUTES = re.compile(rb"\s[\w:.-]+=[\"']")
_MOST_BEFORE = 4_096  # bytes that a server's messages before the document may have
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r"))
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_PROLOGUE = re.compile(r"(?is)\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>")
_ROOT = re.compile(rf"<[A-Za-z_][^<>]{{0,{_LONGEST_TAG}}}>")
_PREFIX = r"(?:[A-Za-z_][\w.-]{0,40}:)?"
_NAME = re.compile(rf"<{_PREFIX}([A-Za-z_][\w.-]*)")
_ATTRIBUTE = re.compile(r"(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class Record(NamedTuple):
    """An element: its local name and its fields; one that is `is_open` comes again when it ends.

    One that may hold others and holds none has no fields.
    """

    name: str
    fields: Fields
    is_open: bool = False


class Rows(NamedTuple):
    """Records of one name inside another that follow each other, in columns: of each field a text of each.

    "" stands where one has no such field.
    """

    name: str
    number: int
    columns: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, name: str, records: Sequence[Fields]) -> Rows:
        """Return records that were read one by one."""
        names = dict.fromkeys(chain.from_iterable(records))
        columns = {name: [fields.get(name, "") for fields in records] for name in names}
        return cls(name, len(records), columns)

    def records(self) -> Iterator[Record]:
        """Yield the records one by one, each with the fields that are not empty."""
        for place in range(self.number):
            yield Record(
                self.name, {name: column[place] for name, column in self.columns.items() if column[place]}
            )


class Layout(NamedTuple):
    """Which elements are records, by local name: `names`, and `inside` those; which fields of each matter.

    Of `inside_fields`, which only those inside have, no attributes are read, where all can be read at once.
    """

    names: Set[str]
    fields: Set[str]
    inside: str | None = None
    inside_fields: Set[str] = frozenset()


def root_tag(head: str) -> str:
    """Return the start tag of the root of an XML document, "" where `head` begins none; never raises."""
    position = max(head.find("<?xml", 0, _MOST_BEFORE), 0) or (1 if head.startswith("\ufeff") else 0)
    while found := _PROLOGUE.match(head, position):
        position = found.end()
    tag = _ROOT.match(head, position)
    return tag[0] if tag else ""


def root_name(head: str) -> str:
    """Return the local name of the root of an XML document, whatever prefix its writer gave it; else ""."""
    name = _NAME.match(root_tag(head))
    return name[1] if name else ""


def records(source: Source, layout: Layout) -> Iterator[Record | Note | Skipped]:
    """Yield the records of an XML document, sound or not, and what had to be said of it.

    A record that holds others comes before the first of them, open, and again when it ends. Nothing in the
    document is fetched, and no entity of its own is followed.
    """
    for item in in_rows(source, layout):
        if isinstance(item, Rows):
            yield from item.records()
        else:
            yield item


def in_rows(source: Source, layout: Layout) -> Iterator[Record | Rows | Note | Skipped]:
    """Yield what `records` does, those inside others as Rows."""
    passed = 0
    try:
        for record in _sound(source, layout):
            passed += record.number if isinstance(record, Rows) else 1
            yield record
        return
    except (etree.XMLSyntaxError, LookupError) as error:
        yield Note(damage(error))
    yield from _in_rows(islice(_damaged(source, layout), passed, None), layout)


def damage(error: Exception) -> str:
    """Return the sentence for the report of a document that is read on by its tags."""
    line = getattr(error, "lineno", None)
    damaged = N_("this is not well-formed XML: what follows was read by the tags of its records")
    there = N_("this is not well-formed XML (line {line}): what follows was read by the tags of its records")
    return there.format(line=f"{line:,}") if line else damaged


def _in_rows(
    found: Iterator[Record | Note | Skipped], layout: Layout
) -> Iterator[Record | Rows | Note | Skipped]:
    """Yield what was found, records inside others as Rows."""
    waiting: list[Fields] = []
    for item in found:
        inside = item if isinstance(item, Record) and item.name == layout.inside else None
        if inside is not None:
            waiting.append(inside.fields)
        if waiting and (inside is None or len(waiting) == _BLOCK):
            yield Rows.of(str(layout.inside), waiting)
            waiting = []
        if inside is None:
            yield item
    if waiting:
        yield Rows.of(str(layout.inside), waiting)


# --- sound ---


class Clean(io.RawIOBase):
    """A stream from its first tag on, without the control characters that XML does not allow."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._is_begun = False

    def readable(self) -> bool:
        """Return True, as of any stream that is read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return what comes next, b"" at the end."""
        while chunk := self._stream.read(_CHUNK if size < 0 else size):
            if not self._is_begun:
                self._is_begun = True
                chunk = chunk[max(chunk.find(b"<?xml", 0, _MOST_BEFORE), 0) :].lstrip()
            if kept := chunk.translate(None, _CONTROLS):
                self._check(kept)
                return kept
        return b""

    def _check(self, chunk: bytes) -> None:
        """Refuse an element of very many attributes: libxml2 compares each with all others."""
        for start in range(0, len(chunk), _WINDOW):
            if chunk.find(b">", start, start + _WINDOW) < 0:
                window = chunk[start : start + _WINDOW]
                if b"<" not in window and len(_ATTRIBUTES.findall(window)) > _MOST_ATTRIBUTES:
                    raise InputError(
                        N_("this is XML with an element of too many attributes"),
                        source=self._name,
                        remedy=N_("Export it again"),
                    )


def _sound(source: Source, layout: Layout) -> Iterator[Record | Rows]:
    encoding, stream = opened(source)
    with stream:
        parser = etree.XMLPullParser(
            events=("start", "end"),
            encoding=encoding,
            tag=[f"{{*}}{name}" for name in layout.names],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        reader = _Reader(layout)
        clean = Clean(stream, source.name)
        while chunk := clean.read():
            parser.feed(chunk)
            yield from reader.records(parser.read_events())
        parser.close()


class _Reader:
    """Makes records of elements that end, and lets go of those that were read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._kept: dict[Any, str | None] = {}  # names of fields by tags
        self._begun: Any = None  # the outermost record that has not ended
        self._is_announced = False

    def records(self, events: Iterator[tuple[str, Any]]) -> Iterator[Record | Rows]:
        for event, element in events:
            if event == "start":
                if self._begun is None:
                    self._begun, self._is_announced = element, False
            elif element is self._begun:
                yield from self._ended(element)
                self._begun = None
                let_go(element)
        if self._layout.inside and self._begun is not None:
            # What stands last may not have ended.
            yield from self._rows(self._begun, self._inside(self._begun)[:-1], last=-1)

    def _ended(self, element: Any) -> Iterator[Record | Rows]:
        if self._layout.inside:
            yield from self._rows(element, self._inside(element), last=None)
        is_empty = self._layout.inside and not self._is_announced
        yield Record(local_name(element.tag), {} if is_empty else self._fields(element))

    def _inside(self, holder: Any) -> list[Any]:
        return list(holder.iterchildren(f"{{*}}{self._layout.inside}"))

    def _rows(self, holder: Any, rows: list[Any], last: int | None) -> Iterator[Record | Rows]:
        """Yield records inside another, announced before the first, and let go of them."""
        if not rows:
            return
        columns = self._columns(holder, rows) if len(rows) >= _FEW else None
        name = local_name(rows[0].tag)
        if columns is None:
            found = Rows.of(name, list(map(self._fields, rows)))
        else:
            found = Rows(name, len(rows), columns)
        for element in rows:
            holder.remove(element)
        if not self._is_announced:
            self._is_announced = True
            yield Record(local_name(holder.tag), self._fields(holder, last), is_open=True)
        yield found

    def _columns(self, holder: Any, rows: list[Any]) -> dict[str, list[str]] | None:
        """Return the fields of records that all have the same ones in the same order, with nothing in them.

        To ask for those of all at once takes half the time. None where they differ.
        """
        fields = self._layout.inside_fields
        tags = [child.tag for child in rows[0] if local_name(child.tag) in fields]
        if len(set(map(local_name, tags))) < len(tags) or not tags:
            return None
        found = list(islice(holder.iter([f"{{*}}{name}" for name in fields]), len(tags) * len(rows)))
        if [element.tag for element in found] != tags * len(rows) or any(map(len, found)):
            return None
        ends = found[:: len(tags)], found[len(tags) - 1 :: len(tags)]
        if any([element.getparent() for element in some] != rows for some in ends):
            return None  # what one has too many, another has too few
        texts = [element.text or "" for element in found]
        return {local_name(tag): texts[place :: len(tags)] for place, tag in enumerate(tags)}

    def _fields(self, element: Any, last: int | None = None) -> Fields:
        fields: Fields = {f"@{local_name(key)}": value for key, value in element.items()}
        kept, layout = self._kept, self._layout
        wanted = layout.inside_fields | layout.fields
        for child in element if last is None else element[:last]:
            tag = child.tag
            name = kept[tag] if tag in kept else self._kept_as(tag)
            if len(child) == 0:
                if name is None:
                    continue
                if child.keys():
                    _add(fields, name, child)
                elif name not in fields:
                    fields[name] = child.text or ""
            elif local_name(tag) != layout.inside:
                for part in child.iter():
                    if (name := local_name(part.tag)) in wanted:
                        _add(fields, name, part)
        return fields

    def _kept_as(self, tag: Any) -> str | None:
        """Return the name of a field, None for what is none."""
        name = local_name(tag)
        if len(self._kept) > _MOST_TAGS:
            self._kept.clear()
        is_field = name in self._layout.fields or name in self._layout.inside_fields
        self._kept[tag] = name if is_field else None
        return self._kept[tag]


def opened(source: Source) -> tuple[str | None, BinaryIO]:
    """Return the bytes of a document and their encoding, None for what the document says itself."""
    is_known = source.given is not None or source.asked_encoding is not None
    if is_known or source.start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-8", source.open_utf8()
    return None, source.open()


@lru_cache(512)  # the same few names, in every record
def local_name(tag: Any) -> str:
    """Return the name of an element without prefix and namespace; "" for what is none."""
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _add(fields: Fields, name: str, element: Any) -> None:
    attributes = element.items()
    if not attributes:
        fields.setdefault(name, _text(element))
        return
    if rel := element.get("rel"):
        name = f"{name}:{rel}"
    if name not in fields:
        fields[name] = _text(element)
        fields |= {f"{name}@{local_name(key)}": value for key, value in attributes}


def _text(element: Any) -> str:
    if len(element) == 0:
        return element.text or ""
    for part in element.iterdescendants():
        if part.prefix:
            part.tag = local_name(part.tag)  # of HTML, whose elements have no prefixes
    inside = (etree.tostring(child, encoding="unicode", method="html") for child in element)
    return "".join((html.escape(element.text or "", quote=False), *inside))


def let_go(element: Any) -> None:
    """Free what has been read of an element and of those before it."""
    element.clear()
    holder, before = element.getparent(), element.getprevious()
    while before is not None:
        holder.remove(before)
        before = element.getprevious()


# --- damaged ---


def _damaged(source: Source, layout: Layout) -> Iterator[Record | Skipped | Note]:
    opened = _Opened(layout)
    stream = _mended(source)
    for text, tag in _pieces(stream, {*layout.names, *((layout.inside,) if layout.inside else ())}):
        opened.add(text)
        if tag is None:
            continue
        if tag["attributes"].endswith("/"):
            yield from opened.whole(tag["name"], tag["attributes"].rstrip("/"), tag[0])
        elif tag["end"]:
            yield from opened.end(tag["name"], tag[0])
        else:
            yield from opened.begin(tag["name"], tag["attributes"], tag[0])
    yield from opened.finish()
    yield from map(Note, stream.notes)


class _Open:
    """A record whose end has not come yet."""

    def __init__(self, name: str, attributes: str) -> None:
        self.name = name
        self.parts: list[str] = []
        self.is_announced = False
        self._attributes = attributes

    def record(self, layout: Layout, *, is_open: bool = False) -> Record:
        fields = _fields_of("".join(self.parts), layout.fields | layout.inside_fields)
        return Record(self.name, _attributes("@", self._attributes) | fields, is_open)


class _Opened:
    """Which records are open while tags come by: at most one, and one inside it."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._outer: _Open | None = None
        self._inner: _Open | None = None

    def add(self, text: str) -> None:
        within = self._inner or self._outer
        if within is not None:
            within.parts.append(text)

    def begin(self, name: str, attributes: str, tag: str) -> Iterator[Record]:
        outer, inside = self._outer, self._layout.inside
        if name == inside and outer is not None:
            yield from self.end(inside, "")
            if not outer.is_announced:
                outer.is_announced = True
                yield outer.record(self._layout, is_open=True)
            self._inner = _Open(name, attributes)
        elif name in self._layout.names and (outer is None or outer.name == name):
            yield from self.end(name, "")
            self._outer = _Open(name, attributes)
        else:
            self.add(tag)

    def end(self, name: str, tag: str) -> Iterator[Record]:
        outer = self._outer
        if outer is None or name not in (outer.name, self._layout.inside):
            self.add(tag)
            return
        if self._inner is not None:
            yield self._inner.record(self._layout)
            self._inner = None
        if name == outer.name:
            if self._layout.inside is None or outer.is_announced:
                yield outer.record(self._layout)
            elif any("</" in part for part in outer.parts):  # else its tag was only spoken of
                yield Record(name, {})
            self._outer = None

    def whole(self, name: str, attributes: str, tag: str) -> Iterator[Record]:
        """Take an element that ends where it begins: a row of attributes alone, or a field of a record."""
        if self._layout.inside is None and self._outer is None:
            self._outer = _Open(name, attributes)
            yield from self.end(name, "")
        else:
            self.add(tag)

    def finish(self) -> Iterator[Record | Skipped]:
        cut = self._inner or (self._outer if self._layout.inside is None else None)
        if cut is not None:
            yield Skipped(
                N_("the last {element}").format(element=cut.name), N_("the file ends in the middle of it")
            )
        if self._outer is not None and cut is not self._outer:
            yield self._outer.record(self._layout)


def pieces(source: Source, names: Set[str]) -> Iterator[tuple[str, re.Match[str] | None]]:
    """Yield a document in pieces of text, each with the tag of one of the names that follows it, if one does.

    Groups of a tag are its "end" ("/" or ""), "name" and "attributes", which end with "/" if it stands alone.
    """
    return _pieces(_mended(source), names)


def _pieces(stream: Utf8Stream, names: Set[str]) -> Iterator[tuple[str, re.Match[str] | None]]:
    kinds = "|".join(map(re.escape, sorted(names)))
    attributes = rf"(?P<attributes>(?:\s[^<>]{{0,{_LONGEST_TAG}}})?/?)"
    pattern = re.compile(rf"<(?P<end>/?){_PREFIX}(?P<name>{kinds}){attributes}>")
    rest = ""
    for text in _decoded(stream):
        rest += text
        position = 0
        while tag := pattern.search(rest, position):
            yield rest[position : tag.start()], tag
            position = tag.end()
        settled = max(position, len(rest) - _LONGEST_TAG - _AROUND_ATTRIBUTES)
        yield rest[position:settled], None
        rest = rest[settled:]
    yield rest, None


def _mended(source: Source) -> Utf8Stream:
    """Return a document as sound UTF-8; one that names no encoding is UTF-8 by the definition of XML."""
    encoding, stream = opened(source)
    declared = None if encoding else _DECLARED.search(source.start[:_MOST_BEFORE])
    try:
        return Utf8Stream(stream, codecs.lookup(declared[1].decode() if declared else "utf-8").name)
    except LookupError:
        return Utf8Stream(stream, "utf-8")


def _decoded(stream: Utf8Stream) -> Iterator[str]:
    decoder = codecs.lookup("utf-8").incrementaldecoder()
    while chunk := stream.read(_CHUNK):
        yield decoder.decode(chunk.translate(None, _CONTROLS))


def _fields_of(text: str, names: Set[str]) -> Fields:
    """Return the fields in the text of a record, each up to its own end tag, whatever stands between."""
    pattern = re.compile(
        rf"<(?P<tag>{_PREFIX}(?P<name>{'|'.join(map(re.escape, sorted(names)))}))"
        r"(?P<attributes>(?:\s[^<>]{0,8000})?/?)>"
    )
    fields: Fields = {}
    unclosed: set[str] = set()
    position = 0
    while start := pattern.search(text, position):
        name, position = start["name"], start.end()
        value = ""
        if not start["attributes"].endswith("/") and start["tag"] not in unclosed:
            end = _end_of(text, start["tag"], position)
            if end < 0:
                unclosed.add(start["tag"])
            else:
                value, position = _value(text[position:end]), end
        attributes = _attributes("", start["attributes"])
        if rel := attributes.get("rel"):
            name = f"{name}:{rel}"
        if name not in fields:
            fields[name] = value
            fields |= {f"{name}@{key}": given for key, given in attributes.items()}
    return fields


def _end_of(text: str, tag: str, position: int) -> int:
    """Return where the end tag of an element stands; one inside its CDATA section is text."""
    end = text.find(f"</{tag}>", position)
    if text[position : position + 200].lstrip().startswith("<![CDATA[") and "]]>" not in text[position:end]:
        later = text.find(f"]]></{tag}>", position)
        return later + 3 if later >= 0 else end
    return end


def _value(raw: str) -> str:
    stripped = raw.strip()
    if not stripped.startswith("<![CDATA["):
        return html.unescape(raw)
    return stripped.removeprefix("<![CDATA[").removesuffix("]]>").replace("]]]]><![CDATA[>", "]]>")


def _attributes(before: str, text: str) -> Fields:
    return {f"{before}{a[1]}": html.unescape(a[2] or a[3] or "") for a in _ATTRIBUTE.finditer(text)}
