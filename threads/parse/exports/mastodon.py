"""Format "mastodon": a status' context (/api/v1/statuses/ID/context), statuses alone or in lists.

Fields as in https://docs.joinmastodon.org/entities/Status/ and …/Context/. A context lacks the status that
it was asked for, which may stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.json_items import documents
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Skipped

_TITLE: Final = 120  # characters


class Mastodon(JsonExport):
    """Statuses; a thread is what goes back to one status by its answers."""

    name = "mastodon"
    help = "A thread of Mastodon as its API gives it: a status' context, with the status or without."
    signs = (
        ("ancestors", "descendants"),
        ("in_reply_to_id", "spoiler_text", "account", "content"),
    )

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each status as it comes, its thread before it."""
        pages = [page for document in documents(source) for page in _pages(document)]
        statuses = [status for page in pages for status in _statuses(page)]
        answered = _absent(pages) | {name(s.get("id")): name(s.get("in_reply_to_id")) for s in statuses}
        first = {name(s.get("id")): s for s in statuses}
        roots: dict[str | None, str] = {}
        for number, status in enumerate(statuses, start=1):
            place = f"status {number:,}"
            if "content" not in status:
                yield Skipped(
                    place,
                    N_("no status: {reason}").format(
                        reason=text(status.get("error")) or N_("it has no content")
                    )[:200],
                )
                continue
            root = _root(name(status.get("id")), answered, roots)
            yield _thread(root, first.get(root, {}))
            yield _comment(status, root, place, options)


def _pages(document: Any) -> list[dict[str, Any]]:
    return records(document) if isinstance(document, list) else [record(document)]


def _statuses(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statuses of a context in their order, or the one that a page is or repeats."""
    if "descendants" in page or "ancestors" in page:
        return [*records(page.get("ancestors")), *records(page.get("descendants"))]
    return [record(page.get("reblog")) or page]


def _absent(pages: list[dict[str, Any]]) -> dict[str | None, str | None]:
    """Return what the status answers that each context was asked for: it lies between the two lists."""
    answered: dict[str | None, str | None] = {}
    for page in pages:
        above = records(page.get("ancestors"))
        present = {name(status.get("id")) for status in _statuses(page)}
        for status in records(page.get("descendants")) if above else []:
            parent = name(status.get("in_reply_to_id"))
            if parent is not None and parent not in present:
                answered[parent] = name(above[-1].get("id"))
    return answered


def _root(status: str | None, answered: dict[str | None, str | None], roots: dict[str | None, str]) -> str:
    """Return the id that answers go back to, present or not; `roots` keeps what is known."""
    path: dict[str | None, None] = {}
    here = status
    while here not in roots and answered.get(here) is not None and here not in path:
        path[here] = None
        here = answered[here]
    root = roots.get(here) or here or ""
    roots.update(dict.fromkeys((*path, here), root))
    return root


def _thread(key: str, status: dict[str, Any]) -> FoundThread:
    title = " ".join(from_html(text(status.get("content"))).split())
    return FoundThread(
        key=key,
        title=f"{title[:_TITLE]}…" if len(title) > _TITLE else title or None,
        url=name(status.get("url")) or name(status.get("uri")),
    )


def _comment(status: dict[str, Any], thread: str, place: str, options: Options) -> FoundComment:
    account = record(status.get("account"))
    parts = (text(status.get("spoiler_text")).strip(), from_html(text(status.get("content"))))
    return FoundComment(
        place=place,
        thread=thread,
        id=name(status.get("id")),
        parent=name(status.get("in_reply_to_id")),
        author=name(account.get("display_name")) or name(account.get("username")),
        author_id=name(account.get("id")),
        time=written(name(status.get("created_at")), options),
        edited_at=written(name(status.get("edited_at")), options).at,
        text="\n\n".join(part for part in parts if part),
        likes=whole(status.get("favourites_count")),
    )
