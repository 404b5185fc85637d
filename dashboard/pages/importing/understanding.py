"""What somebody gave the import page, read under limits: a file, pasted text, or the address of a page."""

from __future__ import annotations

import base64
import binascii
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard import table_columns
from dashboard.text import one_line
from threads.analysis import import_parsed
from threads.errors import InputError
from threads.language import _, number
from threads.parse.exports.tables.mapping import Mapping
from threads.parse.fetching import Fetcher
from threads.parse.formats import options
from threads.parse.isolated import parse_isolated
from threads.parse.source import Source, is_address
from threads.records import Parsed
from threads.scored_isolated import judge_isolated
from threads.settings import Settings
from threads.storage import Added, Store
from threads.storage.mappings import SavedMappings

FETCHED_PAGES = 4
LONGEST_TITLE = 300
FETCHED_FOR = timedelta(minutes=10)


def understood(
    settings: Settings,
    text: Any,
    contents: Any,
    filename: Any,
    timezone: Any,
    captured: Any,
    mapping: Any = None,
    previewed: Any = None,
    fields: Any = None,
    title: Any = None,
) -> Parsed:
    """Parse what the form holds; columns of a table as the controls say that stand beside a preview.

    What has no title of its own gets that of the form.

    Raises
    ------
    ThreadsError
        There is nothing to read, or it cannot be read; the message says why and what to do.
    """
    columns = table_columns.chosen(previewed, fields, named(mapping, settings))
    chosen = replace(
        options(str(timezone) if timezone else None, _moment(captured)),
        mapping=columns or named(mapping, settings),
    )
    if contents:
        name = one_line(str(filename or "file"), 120)
        parsed = parse_isolated(_decoded(str(contents)), chosen, settings=settings, name=name)
    else:
        parsed = parse_isolated(_pasted(str(text or ""), settings), chosen, settings=settings)
    return _titled(parsed, one_line(title, LONGEST_TITLE).strip() if isinstance(title, str) else "")


def _titled(parsed: Parsed, title: str) -> Parsed:
    """Return what was read with a title where it has none."""
    if not title:
        return parsed
    named = tuple(d if d.title else replace(d, title=title) for d in parsed.discussions)
    return replace(parsed, discussions=named)


def named(mapping: Any, settings: Settings) -> Mapping | None:
    """Return the mapping that was saved under a name, if one is chosen."""
    return SavedMappings(settings.mapping_folder).get(str(mapping)) if mapping else None


def stored_now(store: Store, parsed: Parsed, settings: Settings) -> Added:
    """Score and store a parse, the scores worked out under limits.

    Raises
    ------
    ThreadsError
        It took more than the limits, or the store refuses; then nothing was stored.
    """
    return import_parsed(store, parsed, settings, judge=judge_isolated).added


def _pasted(text: str, settings: Settings) -> Source:
    if not text.strip():
        raise InputError(_("nothing is pasted"), remedy=_("Paste the page's text, or choose a file"))
    if len(text) > settings.max_paste_characters:
        raise InputError(
            _(
                "{count} characters are more than the {most} allowed",
                count=number(len(text)),
                most=number(settings.max_paste_characters),
            ),
            source=_("pasted text"),
            remedy=_("Save it as a file and use `btl import`, or raise BTL_MAX_PASTE_CHARACTERS"),
        )
    if not is_address(text):
        return Source.from_text(text, _("pasted text"))
    if not settings.fetch:
        raise InputError(
            _("this is an address, and fetching is off"),
            source=one_line(text.strip(), 120),
            remedy=_("Paste the text of the page or choose a saved page; BTL_FETCH=1 turns fetching on"),
        )
    return _FETCHED.page(text.strip(), settings)


class _Fetched:
    """The pages fetched lately, so that what is stored is what was previewed, and no site is asked twice."""

    def __init__(self) -> None:
        self._pages: dict[str, Source] = {}
        self._lock = threading.Lock()
        self._fetcher: Fetcher | None = None

    def forget(self) -> None:
        with self._lock:
            self._pages = {}

    def page(self, url: str, settings: Settings) -> Source:
        with self._lock:
            self._fetcher = self._fetcher or Fetcher(settings)
            fetcher, known = self._fetcher, self._pages.get(url)
        fetched_at = known.origin.fetched_at if known else None
        if known is None or fetched_at is None or datetime.now(UTC) - fetched_at > FETCHED_FOR:
            known = fetcher.fetch(url)
            with self._lock:
                newest_first = {url: known, **{u: page for u, page in self._pages.items() if u != url}}
                self._pages = dict(list(newest_first.items())[:FETCHED_PAGES])
        return known


_FETCHED = _Fetched()


def forget_fetched() -> None:
    """Forget the pages fetched lately, of which something may have been erased."""
    _FETCHED.forget()


def _decoded(contents: str) -> bytes:
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise InputError(_("the file did not arrive whole"), remedy=_("Choose it again")) from None


def _moment(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise InputError(
            _("not a time"), source=_("When it was copied (UTC)"), remedy=_("Choose it in the calendar")
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
