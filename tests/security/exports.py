"""Every file that the dashboard gives away, with hostile texts in whatever it holds."""

from collections.abc import Iterator

from dashboard import create_app
from tests.security.hostile_store import Written
from threads.settings import Settings
from threads.storage import Store

LOCAL = "http://127.0.0.1:8050"
# (file name, address); a test holds that no export is missing here.
EXPORTS = (("comments.csv", "/export.csv"),)


def exports(store: Store, written: Written, count: int, kind: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every export of a kind (csv or json)."""
    client = create_app(store, Settings()).server.test_client()
    for name, address in EXPORTS:
        if name.endswith(kind):
            answer = client.get(address, base_url=LOCAL)
            assert answer.status_code == 200, f"{address}: {answer.status}"
            yield name, answer.data
