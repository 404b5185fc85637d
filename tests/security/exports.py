"""Every file that the dashboard gives away."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from dashboard import create_app
from threads.settings import Settings
from threads.storage import Store

LOCAL = "http://127.0.0.1:8050"
EXPORTS = (  # (file name, address); a test holds that none is missing
    ("comments.csv", "/export.csv"),
    ("comments.ndjson", "/export.ndjson"),
    ("comments.parquet", "/export.parquet"),
    ("decisions.csv", "/export/decisions.csv"),
    ("decisions.json", "/export/decisions.json"),
    ("flagged.csv", "/export/flagged.csv"),
    ("flagged.json", "/export/flagged.json"),
    ("report.csv", "/report.csv"),
    ("thread.csv", "/api/v1/threads/{thread}/export?format=csv"),
    ("thread.ndjson", "/api/v1/threads/{thread}/export"),
)


def addresses(store: Store) -> list[tuple[str, str]]:
    """Return file name and address of every export, of the first discussion where it is of one."""
    thread = quote(next(iter(store.thread_ids(None, 1)), ""), safe="")
    return [(name, address.format(thread=thread)) for name, address in EXPORTS]


def exports(store: Store, kind: str, key_file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every export of a kind (csv or json), as a single user gets it."""
    client = create_app(store, Settings(key_file=str(key_file))).server.test_client()
    for name, address in addresses(store):
        if name.endswith(f".{kind}"):
            answer = client.get(address, base_url=LOCAL)
            assert answer.status_code == 200, f"{address}: {answer.status}"
            yield name, answer.data
