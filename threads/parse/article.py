"""The article above the comments: title, address, time, language and, where asked for, its text.

What the page declares is read here; the text is found by trafilatura (Barbaresi 2021, ACL demo), which is
given the page without its comments.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
from lxml import etree
from lxml.html import HtmlElement

from threads.parse.provenance import moment, unarchived

MAX_DEPTH = 256  # trafilatura's own parser cuts here, and what copies and reads trees recurses
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
_TOO_DEEP = etree.XPath("boolean(/" + "/".join("*" * (MAX_DEPTH + 1)) + ")")
_ELEMENTS = etree.XPath("count(descendant-or-self::*)")


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
    root: HtmlElement,
    url: str | None = None,
    *,
    without: Collection[HtmlElement] = (),
    timezone: tzinfo = UTC,
) -> Article:
    """Return the article of a page.

    Parameters
    ----------
    root
        The page's tree; it is left as it is.
    url
        Where the page was saved from, if that is known.
    without
        Elements of `root` that are no part of the article, such as the comments.
    timezone
        Zone of times that carry none.

    Nothing is raised for the page's content: what goes wrong is told in `warnings`.
    """
    declared = head(root, url, timezone=timezone)
    found = Article(declared.title, declared.url, declared.published_at, declared.language)
    if _TOO_DEEP(root):
        return _without_text(found, f"the page is nested deeper than {MAX_DEPTH} levels")
    own = _copy_without(root, without)
    elements = int(_ELEMENTS(own))
    if elements > MAX_ELEMENTS:
        return _without_text(
            found, f"the page has {elements:,} elements besides the comments, more than {MAX_ELEMENTS:,}"
        )
    try:
        return _extracted(own, found, timezone)
    except Exception as error:  # noqa: BLE001 - nothing that goes wrong in there may cost the comments
        return _without_text(found, f"trafilatura failed ({type(error).__name__})")


def _without_text(found: Article, reason: str) -> Article:
    return replace(found, warnings=(f"the article's text is not taken: {reason}",))


def _copy_without(root: HtmlElement, without: Collection[HtmlElement]) -> HtmlElement:
    own = deepcopy(root)
    if without:
        unwanted = set(without)
        copies = [copy for element, copy in zip(root.iter(), own.iter(), strict=True) if element in unwanted]
        for copy in copies:
            parent = copy.getparent()
            if parent is not None:
                copy.drop_tree()
    return own


def _extracted(own: HtmlElement, found: Article, timezone: tzinfo) -> Article:
    from trafilatura import bare_extraction  # noqa: PLC0415 - slow to import

    wanting = found.title is None or found.published_at is None
    document: Any = bare_extraction(
        own, url=found.url, include_comments=False, deduplicate=False, with_metadata=wanting
    )
    if document is None:
        return found
    return replace(
        found,
        title=found.title or _one_line(document.title),
        published_at=found.published_at or _time(document.date, timezone),
        text=(document.text or "").strip() or None,
    )


def head(root: HtmlElement, url: str | None = None, *, timezone: tzinfo = UTC) -> Head:
    """Return what a page declares of its article; parameters as of `article`."""
    properties = _properties(root)
    own_url = _url(root, properties, url)
    return Head(
        _title(root, properties, own_url),
        own_url,
        _published_at(root, properties, timezone),
        _language(root, properties),
    )


def _properties(root: HtmlElement) -> dict[str, str]:
    """Return the contents of <meta> by property, name or itemprop in lower case, the first of each."""
    properties: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = (meta.get("content") or "").strip()
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        if content and name:
            properties.setdefault(name.strip().lower(), content)
    return properties


def _first(properties: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((properties[name] for name in names if name in properties), None)


def _url(root: HtmlElement, properties: dict[str, str], url: str | None) -> str | None:
    links = (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical")
    declared = next((link for link in links if link), None) or _first(properties, _URL_PROPERTIES)
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


def _title(root: HtmlElement, properties: dict[str, str], url: str | None) -> str | None:
    declared = _one_line(_first(properties, _TITLE_PROPERTIES[:2]))
    shown = next((_one_line(element.text) for element in root.iter("title") if element.text), None)
    title = declared or shown or _one_line(_first(properties, _TITLE_PROPERTIES[2:]))
    if title is None:
        headings = (_one_line(heading.text_content()) for heading in root.iter("h1"))
        return next((heading for heading in headings if heading), None)
    return _without_site_name(title, list(_site_names(properties, url)), root)


def _site_names(properties: dict[str, str], url: str | None) -> Iterator[str]:
    for name in ("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site"):
        if name in properties:
            yield _letters(properties[name])
    if url:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        yield _letters(host)
        yield from (_letters(label) for label in host.split(".")[:-1] if len(label) > 2)


def _without_site_name(title: str, sites: list[str], root: HtmlElement) -> str:
    """Return the part of a title that a heading of the page repeats, else all but the names of the site."""
    separators = list(_SEPARATOR.finditer(title))
    if not separators:
        return title
    starts = [0, *(separator.end() for separator in separators)]
    ends = [*(separator.start() for separator in separators), len(title)]
    headings = {_letters(heading.text_content()) for heading in root.iter("h1")}
    for first, last in _shorter_runs(len(starts)):
        run = title[starts[first] : ends[last]]
        # A heading with the site's own name is short, and its title ends with it.
        if _letters(run) in headings and (first == 0 or len(run) > len(title) // 2):
            return run
    first, last = 0, len(starts) - 1
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


def _language(root: HtmlElement, properties: dict[str, str]) -> str | None:
    html = root if root.tag == "html" else root.getroottree().getroot()
    stated = (
        html.get("lang"),
        html.get("{http://www.w3.org/XML/1998/namespace}lang"),
        html.get("xml:lang"),
        properties.get("content-language"),
        properties.get("og:locale"),
        properties.get("dc.language"),
        properties.get("language"),
    )
    for value in stated:
        if value and (match := _LANGUAGE.fullmatch(value.partition(",")[0].strip())):
            return match[1].lower()
    return None


def _published_at(root: HtmlElement, properties: dict[str, str], timezone: tzinfo) -> datetime | None:
    for name in _TIME_PROPERTIES:
        if found := _time(properties.get(name), timezone):
            return found
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and "datePublished" in (script.text or ""):
            for value in _published_in(script.text):
                if found := _time(value, timezone):
                    return found
    return None


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
