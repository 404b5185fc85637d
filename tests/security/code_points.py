"""Every code point through parse, store, CSV and page."""

import io
import json
from urllib.parse import quote

from dashboard import create_app
from tests.security import hostile_store
from tests.security.rows import Lab, Row, Tally
from threads.parse import Options, Source, parse
from threads.settings import Settings
from threads.storage import Store
from threads.storage.csv_files import read_csv, write_csv

SIZE = 0x400  # code points in a text
IDS = frozenset({"comment_id", "thread_id"})  # which the store holds to 1,000 bytes of whole characters
LOCAL = "http://127.0.0.1:8050"


def code_points(lab: Lab) -> Tally:
    """Write all of Unicode, surrogates included, into every field, on both databases."""
    step = lab.size(1, 16)
    starts = sorted({*range(0, 0x110000, SIZE * step), *range(0xD800, 0xE000, SIZE)})
    tally = Tally(
        f"{len(starts) * SIZE:,} code points, {SIZE:,} a text, in every field of parse, store, CSV and page"
    )
    for start in starts:
        tally.hold(*_parsed(start))
    for name, url in lab.databases("code-points"):
        with Store.open(url) as store:
            _through(store, name, starts, tally)
    return tally


def _through(store: Store, name: str, starts: list[int], tally: Tally) -> None:
    def written(number: int, field: str) -> str:
        text = f"{number} " + _text(starts[number])
        return hostile_store.whole(text[:200]) if field in IDS else text

    numbers = range(len(starts))
    parts = [numbers[at : at + 100] for at in range(0, len(numbers), 100)]
    threads = tuple(hostile_store.discussion(written(part[0], "thread_id"), part, written) for part in parts)
    hostile_store.fill(store, threads, written, 3)
    frame = store.comments()
    kept = dict(zip(frame["comment_id"], frame["text"], strict=True))
    for number in numbers:
        expected = written(number, "text") + hostile_store.FLAGGED
        tally.hold(
            kept.get(written(number, "comment_id")) == expected, f"{name}: text {number} came back changed"
        )
    for mode in ("safe", "raw"):
        file = io.StringIO(newline="")
        write_csv(frame, file, mode)
        file.getvalue().encode()
        tally.hold(read_csv(file.getvalue()).equals(frame), f"{name}: {mode} CSV reads back another table")
    client = create_app(store, Settings()).server.test_client()
    for path in (
        "/",
        *(f"/thread/{quote(thread.thread_id, safe='')}" for thread in threads),
        "/moderation",
        "/guide",
    ):
        body = {
            "output": "..content.children...menu.children..",
            "outputs": [{"id": "content", "property": "children"}, {"id": "menu", "property": "children"}],
            "inputs": [{"id": "url", "property": "pathname", "value": path}],
            "changedPropIds": ["url.pathname"],
            "state": [{"id": "url", "property": "search", "value": ""}],
        }
        answer = client.post("/_dash-update-component", json=body, base_url=LOCAL, headers={"Origin": LOCAL})
        tally.hold(
            answer.status_code == 200 and _is_json(answer.data), f"{name}: {path} answers {answer.status}"
        )


def _parsed(start: int) -> tuple[bool, str]:
    """Whether a pasted thread and a page with these code points are read with their comments."""
    text = _text(start)
    flat = " ".join(text.split()) or "x"
    talk = f"Ann Lee\nMay 17, 2024 at 20:41\nFirst {flat} words.\n\nBob Ray\nMay 18, 2024 at 20:41\nYes.\n"
    try:
        parse(Source.from_text(f"A title\n\n{talk}"), Options())
        parse(Source.from_text(f"<html><body><p>{text}</p></body></html>"), Options())
    except Exception as error:  # noqa: BLE001 - whatever it is, it should not have been raised
        return False, f"U+{start:04X} and on: {type(error).__name__}: {error}"
    return True, ""


def _text(start: int) -> str:
    return "".join(map(chr, range(start, start + SIZE)))


def _is_json(content: bytes) -> bool:
    json.loads(content.decode("utf-8"))
    return True


CODE_POINTS = Row("code-points", "No code point breaks anything", code_points)
