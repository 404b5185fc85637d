"""What `btl export` writes. Each file that names people is put on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threads.commands.results import write, write_csv

if TYPE_CHECKING:
    from threads.storage import Store

_JSON = ".json"


def write_comments(
    store: Store, thread_id: str | None, name: str, *, raw: bool, key_file: str | None
) -> None:
    """Write comments with scores and state as CSV; under pseudonyms where the file of the key is given."""
    from threads.keys import read_key
    from threads.pseudonyms import pseudonymised
    from threads.scores import score_columns

    frame = store.comments(thread_id, columns=score_columns())
    if key_file is None:
        _put_on_record(store, "comments", len(frame), thread_id)
        write_csv(name, frame, raw)
    else:
        write_csv(name, pseudonymised(frame, read_key(key_file)), raw)


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
