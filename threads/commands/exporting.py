"""What `btl export` writes. Each file that names people is put on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from threads.commands.results import write, write_csv
from threads.keys import read_key

if TYPE_CHECKING:
    from threads.commands.outputs import Outputs
    from threads.settings import Settings
    from threads.storage import Store
    from threads.storage.parts import Part

_JSON = ".json"


def write_comments(
    store: Store, thread_id: str | None, outputs: Outputs, *, settings: Settings, pseudonyms: bool
) -> None:
    """Write comments with scores and state; under pseudonyms where they are asked for."""
    from threads.scores import score_columns
    from threads.storage.provenance import Provenance

    key = read_key(settings.key_file) if pseudonyms else None

    stored = store.exports.comments(thread_id, score_columns())
    if key is None:
        _put_on_record(store, "comments", store.exports.count(thread_id), thread_id)
    made = Provenance(
        command="btl export",
        options={"thread": thread_id, "raw": outputs.raw, "pseudonyms": pseudonyms},
        settings=settings,
        sources=store.exports.sources(thread_id),
    )
    outputs.write(stored if key is None else _pseudonymised(stored, key), made)


def _pseudonymised(parts: Iterable[Part], key: bytes) -> Iterator[Part]:
    """Yield comments under pseudonyms; names are found in whole discussions only."""
    from threads.pseudonyms import pseudonymised
    from threads.storage.parts import Part, whole_threads

    for frame, discussions in whole_threads(parts):
        yield Part(pseudonymised(frame, key), discussions)


def write_decisions(store: Store, thread_id: str | None, name: str, *, raw: bool) -> None:
    """Write every decision: as JSON where the file is called so, else as CSV."""
    from threads.views import decisions_json

    frame = store.exports.decisions(thread_id)
    _put_on_record(store, "decisions", len(frame), thread_id)
    if name.endswith(_JSON):
        write(name, decisions_json(frame))
    else:
        write_csv(name, frame, raw)


def write_flagged(store: Store, thread_id: str | None, name: str, *, raw: bool) -> None:
    """Write flagged comments: with every flag as JSON where the file is called so, else as CSV."""
    from threads.views import flagged_json

    flagged = store.exports.flagged(thread_id)
    _put_on_record(store, "flagged", len(flagged.frame), thread_id)
    if name.endswith(_JSON):
        write(name, flagged_json(flagged))
    else:
        write_csv(name, flagged.frame, raw)


def _put_on_record(store: Store, what: str, rows: int, thread_id: str | None) -> None:
    # Before the file is written: there is none that is not on record.
    from threads.storage.accounts import LOCAL

    store.accounts.put_on_record("export", LOCAL, {"what": what, "thread": thread_id, "rows": rows})
