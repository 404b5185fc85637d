"""The article above the comments: title, address, time, language and, where asked for, its text.

What the page declares is read here; the text is found by trafilatura (Barbaresi 2021, ACL demo), which is
given the page without its comments.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from html import escape
from itertools import accumulate
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
from lxml.html import HTMLParser, document_fromstring

from threads.language import N_
from threads.parse.page.tree import Tree
from threads.parse.provenance import moment, unarchived

MAX_DEPTH = 256  # a parser without further leave cuts here, and what copies and reads trees recurses
MAX_ELEMENTS = 30_000  # the time grows faster than their number: this many take about 3 s

_YEARS = range(1990, 2100)
_TITLE_PROPERTIES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "title")
_URL_PROPERTIES = ("og:url", "twitter:url")
_TIME_PROPERTIES = (
    "article:published_time",
    "article:published",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "publishdate",
    "publish-date",
    "publish_date",
    "pubdate",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "date",
)
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Blog|WebPage|Question|Recipe|Review)$")
_PUBLISHED = re.compile(r"\"datePublished\"\s{0,9}:\s{0,9}\"([^\"\n]{4,60})\"")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8}){0,4}", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+(?:[|»«·•›‹–—-]|::)\s+")
_SITE_NAME_WORDS = 4
_LESSER_HEADINGS = ("h2", "h3")
_VOID = frozenset(("br", "hr", "img", "input", "wbr"))
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


# That there is no article is an answer here, and nothing to write on standard error.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())
logging.getLogger("htmldate").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Head:
    """What a page declares of its article; None is what it does not declare.

    `url` is absolute; `published_at` is aware; `language` is a primary subtag of BCP 47 ("de").
    """

    title: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article: what its page declares, its text (None where none was found), and what to know of it."""

    title: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    text: str | None = None
    warnings: tuple[str, ...] = ()


def article(
    tree: Tree, url: str | None = None, *, without: Collection[int] = (), timezone: tzinfo = UTC
) -> Article:
    """Return the article of a page.

    Parameters
    ----------
    tree
        The page.
    url
        Where the page was saved from, if that is known.
    without
        Places of the pieces of text that are no part of the article, such as those of the comments.
    timezone
        Zone of times that carry none.

    Nothing is raised for the page's content: what goes wrong is told in `warnings`.
    """
    declared = head(tree, url, timezone=timezone)
    found = Article(declared.title, declared.url, declared.published_at, declared.language)
    markup, elements, depth = _markup(tree, without)
    if depth > MAX_DEPTH:
        return _without_text(found, N_("it is nested deeper than {levels} levels").format(levels=MAX_DEPTH))
    if elements > MAX_ELEMENTS:
        return _without_text(
            found,
            N_("the page has {elements} elements besides the comments, more than {most}").format(
                elements=f"{elements:,}", most=f"{MAX_ELEMENTS:,}"
            ),
        )
    try:
        return _extracted(markup, found, timezone)
    except Exception as error:  # noqa: BLE001 - nothing that goes wrong in there may cost the comments
        return _without_text(found, N_("trafilatura failed ({kind})").format(kind=type(error).__name__))


def _without_text(found: Article, reason: str) -> Article:
    return replace(found, warnings=(N_("the article's text is not taken: {reason}").format(reason=reason),))


def _extracted(markup: str, found: Article, timezone: tzinfo) -> Article:
    from trafilatura import bare_extraction  # noqa: PLC0415 - slow to import

    wanting = found.title is None or found.published_at is None
    # A tree of its own: the library takes the tree that it is given to pieces.
    page = document_fromstring(markup.encode(errors="replace"), parser=HTMLParser(encoding="utf-8"))
    document: Any = bare_extraction(
        page,
        url=found.url,
        include_comments=False,
        deduplicate=False,
        with_metadata=wanting,
        # The extensive search guesses a date from any number, and takes seconds.
        date_extraction_params={"original_date": True, "extensive_search": False, "max_date": None},
    )
    if document is None:
        return found
    return replace(
        found,
        title=found.title or _one_line(document.title),
        published_at=found.published_at or _time(document.date, timezone),
        text=(document.text or "").strip() or None,
    )


def _markup(tree: Tree, without: Collection[int]) -> tuple[str, int, int]:
    """Return the page as HTML, the number of its elements and their depth.

    Elements that hold no text besides what is left out are left out as well.
    """
    hidden = bytearray(len(tree.pieces))
    for place in without:
        hidden[place] = 1
    # How many pieces are shown before each place.
    shown = [0, *accumulate(1 - flag for flag in hidden)]
    out = [_head_markup(tree)]
    writer = _Writer(tree, hidden, out)
    element, count = 0, 0
    while element < len(tree):
        is_empty = shown[tree.last_pieces[element]] == shown[tree.first_pieces[element]]
        if is_empty and tree.tags[element] not in _VOID:
            element = tree.ends[element]
            continue
        writer.close_before(element)
        writer.open(element)
        element, count = element + 1, count + 1
    writer.close_before(len(tree))
    return "".join(out), count, writer.depth


class _Writer:
    """Writes elements and the pieces of text between them in the order of the page."""

    def __init__(self, tree: Tree, hidden: bytearray, out: list[str]) -> None:
        self.depth = 0
        self._tree = tree
        self._hidden = hidden
        self._out = out
        self._open: list[int] = []
        self._piece = 0

    def open(self, element: int) -> None:
        tag = self._tree.tags[element]
        self._write_pieces(self._tree.first_pieces[element])
        if not _NAME.fullmatch(tag) or tag in ("html", "head"):
            tag = "div"
        attributes = "".join(
            f' {name}="{escape(value)}"'
            for name, value in self._tree.attributes[element].items()
            if _NAME.fullmatch(name)
        )
        self._out.append(f"<{tag}{attributes}>")
        if tag not in _VOID:
            self._open.append(element)
            self.depth = max(self.depth, len(self._open))

    def close_before(self, element: int) -> None:
        """Close the elements that end before `element` begins."""
        tree = self._tree
        while self._open and tree.ends[self._open[-1]] <= element:
            last = self._open.pop()
            self._write_pieces(tree.last_pieces[last])
            tag = tree.tags[last]
            self._out.append(f"</{tag if _NAME.fullmatch(tag) and tag != 'html' else 'div'}>")

    def _write_pieces(self, end: int) -> None:
        for place in range(self._piece, end):
            if not self._hidden[place]:
                self._out.append(escape(self._tree.pieces[place], quote=False))
        self._piece = max(self._piece, end)


def _head_markup(tree: Tree) -> str:
    metas = "".join(
        f'<meta name="{escape(name)}" property="{escape(name)}" content="{escape(content)}">'
        for name, content in tree.metas.items()
    )
    return f"<html><head><title>{escape(tree.title)}</title>{metas}</head>"


def head(tree: Tree, url: str | None = None, *, timezone: tzinfo = UTC) -> Head:
    """Return what a page declares of its article; parameters as of `article`."""
    own_url = _url(tree, url)
    return Head(_title(tree, own_url), own_url, _published_at(tree, timezone), _language(tree))


def _first(properties: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((properties[name] for name in names if name in properties), None)


def _url(tree: Tree, url: str | None) -> str | None:
    declared = tree.canonical or _first(tree.metas, _URL_PROPERTIES)
    if declared is None:
        return url
    try:
        _, absolute = unarchived(urljoin(url or "", declared.strip()))
        parts = urlsplit(absolute or "")
        front_page_known = url is not None and _is_front_page(url)
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return url
    # Some sites name their front page on every page.
    return url if _is_front_page(parts.geturl()) and not front_page_known else absolute


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _title(tree: Tree, url: str | None) -> str | None:
    declared = _one_line(_first(tree.metas, _TITLE_PROPERTIES[:2]))
    # Where a page's head ends too early, its <title> stands in the body.
    shown = tree.title or next((tree.text(e) for e, tag in enumerate(tree.tags) if tag == "title"), "")
    title = declared or _one_line(shown) or _one_line(_first(tree.metas, _TITLE_PROPERTIES[2:]))
    headings = _headings(tree)
    if title is None:
        return headings[0] if headings else None
    title = _without_site_name(title, list(_site_names(tree.metas, url)), headings)
    return _beside_colon(title, headings, [*_headings(tree, _LESSER_HEADINGS), *_titles(tree)], _home(tree))


def _titles(tree: Tree) -> Iterator[str]:
    """Yield what stands in elements of the class "title"."""
    for element, attributes in enumerate(tree.attributes):
        if "title" in attributes.get("class", "").split() and (text := _one_line(tree.text(element))):
            yield text


def _home(tree: Tree) -> frozenset[str]:
    """Return what links to the front page say: the names of the site."""
    links = (e for e, attributes in enumerate(tree.attributes) if attributes.get("href") in ("/", "./"))
    return frozenset(_letters(tree.text(element)) for element in links) - {""}


def _beside_colon(title: str, headings: list[str], lesser: list[str], sites: Collection[str]) -> str:
    """Return the part of "Blog: Post" or "Post : group" that a heading repeats."""
    before, _, after = (part.strip() for part in title.partition(": "))
    if len(after.split()) > 1 and _letters(after) in {_letters(h) for h in (*headings, *lesser)}:
        return after
    is_group = len(after.split()) < _SITE_NAME_WORDS and len(before) > len(after) > 0
    is_site = _letters(after) in sites
    repeated = {_letters(h) for h in (*headings, *lesser)}
    return before if (is_group or is_site) and _letters(before) in repeated else title


def _headings(tree: Tree, tags: tuple[str, ...] = ("h1",)) -> list[str]:
    texts = (_one_line(tree.text(element)) for element, tag in enumerate(tree.tags) if tag in tags)
    return [text for text in texts if text]


def _site_names(properties: Mapping[str, str], url: str | None) -> Iterator[str]:
    for name in ("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site"):
        if name in properties:
            yield _letters(properties[name])
    if url:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        yield _letters(host)
        yield from (_letters(label) for label in host.split(".")[:-1] if len(label) > 2)


def _without_site_name(title: str, sites: list[str], headings: list[str]) -> str:
    """Return the part of a title that a heading of the page repeats, else all but the names of the site."""
    separators = list(_SEPARATOR.finditer(title))
    if not separators:
        return title
    starts = [0, *(separator.end() for separator in separators)]
    ends = [*(separator.start() for separator in separators), len(title)]
    repeated = {_letters(heading) for heading in headings}
    for first, last in _shorter_runs(len(starts)):
        run = title[starts[first] : ends[last]]
        # A heading with the site's own name is short, and its title ends with it.
        if _letters(run) in repeated and (first == 0 or len(run) > len(title) // 2):
            return run
    first, last = 0, len(starts) - 1
    # A short heading that repeats only the end of the title is the site's own name.
    sites = [*sites, *repeated.intersection((_letters(title[starts[-1] :]),))]
    while last > first and _letters(title[starts[last] : ends[last]]) in sites:
        last -= 1
    while first < last and _letters(title[starts[first] : ends[first]]) in sites:
        first += 1
    if last == len(starts) - 1 > first and _names_a_site(separators[-1][0].strip(), title[starts[last] :]):
        last -= 1
    return title[starts[first] : ends[last]]


def _names_a_site(separator: str, part: str) -> bool:
    # A dash stands within titles, too.
    return separator not in "–—-" and len(part.split()) <= _SITE_NAME_WORDS


def _shorter_runs(count: int) -> Iterator[tuple[int, int]]:
    """Yield the runs of parts that a heading may be: from the first on, or up to the last, longest first."""
    for dropped in range(1, count):
        yield 0, count - 1 - dropped
        yield dropped, count - 1


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _one_line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _language(tree: Tree) -> str | None:
    names = ("content-language", "og:locale", "dc.language", "inlanguage", "language")
    for value in (tree.language, *(tree.metas.get(name) for name in names)):
        if value and (match := _LANGUAGE.fullmatch(value.partition(",")[0].strip())):
            return match[1].lower()
    return None


def _published_at(tree: Tree, timezone: tzinfo) -> datetime | None:
    declared = (tree.metas.get(name) for name in _TIME_PROPERTIES)
    blocks = (
        value for source in tree.scripts if "datePublished" in source for value in _published_in(source)
    )
    times = (_time(value, timezone) for value in (*declared, *blocks))
    return next((time for time in times if time), None)


def _published_in(source: str) -> Iterator[str]:
    """Yield the times of publication in a JSON-LD block, those of articles only where it can be parsed."""
    try:
        data = orjson.loads(source)
    except orjson.JSONDecodeError:
        # Line breaks in strings, comments around the block, commas too many: common, and no loss here.
        yield from (match[1] for match in _PUBLISHED.finditer(source))
        return
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            types = item.get("@type")
            names = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and _ARTICLE_TYPE.search(name) for name in names):
                yield str(item.get("datePublished", ""))
            waiting.extend(item[key] for key in ("mainEntity", "@graph") if key in item)


def _time(value: str | None, timezone: tzinfo) -> datetime | None:
    """Return a time as pages declare it; one without a zone is of `timezone`, None is no plausible time."""
    text = (value or "").strip()[:60]
    if not text:
        return None
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = _mail_time(text) or moment(text)
    if found is None or found.year not in _YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone)


def _mail_time(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
