"""Hostile inputs to the import page: an answer or a named error in time, and nobody else has to wait."""

import gzip
import json
import os
import random
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import quantiles

from dashboard import create_app
from dashboard.pages.importing.understanding import understood
from tests.security.rows import Lab, Row, Tally
from threads.analysis import import_parsed
from threads.errors import ThreadsError
from threads.samples import add_samples
from threads.scored_isolated import judge_isolated
from threads.settings import Settings
from threads.storage import Store

LONGEST = 10.0  # seconds of the processor
MOST_BYTES = 1_500_000_000
SLOWEST = 1.0  # seconds, in which 95 of 100 answers to somebody else come

_PAGE = "<html><body><h1>A tunnel</h1>{}</body></html>"
_SAID = (
    '<div class="comment" id="c{0}"><b class="author">Ann {0}</b><time>2024-05-17T20:41:00Z</time>'
    "<p>{1}</p></div>"
)
_PASTED = "Ann Lee {0}\nMay 17, 2024 at 20:41\n{1}\n\n"


def inputs(share: float) -> Iterator[tuple[str, bytes]]:
    """Yield files by name; `share` is the part of their full size that they have."""

    def n(count: int) -> int:
        return max(2, int(count * share))

    yield "bomb.html.gz", gzip.compress(b"\0" * n(400_000_000))
    yield "bomb-in-a-bomb.html.gz", gzip.compress(gzip.compress(b"a" * n(300_000_000)))
    yield "just-under-the-ratio.txt.gz", _packed(n(2_000_000), 150)
    yield "truncated.html.gz", gzip.compress(b"a" * n(300_000_000))[:-9]
    yield "members.warc.gz", gzip.compress(b"WARC/1.0\r\nContent-Length: 9999999\r\n\r\nx") * n(50_000)
    yield (
        "lying-lengths.warc",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200\r\n\r\n",
    )
    yield "deep-divs.html", ("<div>" * n(100_000) + "text").encode()
    yield "deep-quotes.html", _PAGE.format("<blockquote>" * n(50_000) + "no").encode()
    yield "deep-tables.html", _PAGE.format("<table><tr><td>" * n(20_000) + "no").encode()
    yield (
        "deep-replies.html",
        _PAGE.format(
            "".join(_SAID.format(i, "no")[:-6] for i in range(n(10_000))) + "</div>" * n(10_000)
        ).encode(),
    )
    deep = "[" * n(100_000) + "]" * n(100_000)
    yield "deep-json.html", _PAGE.format(f'<script type="application/ld+json">{deep}</script>').encode()
    wide = json.dumps({"@type": "Article", "comment": [{"@type": "Comment", "text": "no"}] * n(100_000)})
    yield "wide-json.html", _PAGE.format(f'<script type="application/ld+json">{wide}</script>').encode()
    yield "unclosed-script.html", ("<script>" + "<!--" * n(5_000_000)).encode()
    yield "attributes.html", ("<p " + " ".join(f'a{i}="1"' for i in range(n(1_000_000))) + ">").encode()
    yield "entities.html", _PAGE.format("&amp;&#x41;&unknown;" * n(1_000_000)).encode()
    yield "tags.html", _PAGE.format("<b></b>" * n(2_000_000)).encode()
    yield "laughs.xml", _laughs().encode()
    yield "outside.xml", b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>'
    yield "parts.mhtml", _mhtml(n(50_000)).encode()
    yield "nested.mhtml", _nested(n(5_000)).encode()
    yield "one-line.txt", b"a" * n(45_000_000)
    yield "blanks.txt", b" " * n(45_000_000)
    yield "lines.txt", b"\n" * n(45_000_000)
    yield "ats.txt", b"@" * n(20_000_000)
    yield "dates.txt", "".join(f"13/{i % 14}/2024 25:{i % 70}\n" for i in range(n(500_000))).encode()
    yield "names.txt", "".join(_PASTED.format(i, f"@Ann Lee {i - 1} no") for i in range(n(20_000))).encode()
    yield "quoted.csv", b'thread_id,comment_id\n"' + b"a,\n" * n(10_000_000)
    yield "columns.csv", (",".join(f"c{i}" for i in range(n(1_000_000))) + "\n").encode()
    yield "noise.html", random.Random(1).randbytes(n(20_000_000))
    yield "half-a-letter.txt", b"\xff\xfe" + b"a\0" * n(10_000_000) + b"a"
    yield "emoji.txt", "".join(_PASTED.format(i, "😀" * 3_000) for i in range(n(100))).encode()
    yield "but.txt", "".join(_PASTED.format(i, " good but" * 2_000) for i in range(n(100))).encode()


def hostile_inputs(lab: Lab) -> Tally:
    """Give each to the import page to be read, scored and stored, while somebody else opens a thread."""
    tally, settings = Tally(), Settings()
    names, slow = [], 0
    with Store.open(lab.sqlite("inputs")) as store:
        list(add_samples(store, settings))
        _answer(store, settings, "first.txt", _PASTED.format(1, "A first text, to warm up.").encode() * 3)
        with _watched() as most, _somebody_else(store, settings) as waits:
            for name, content in inputs(lab.size(100, 1) / 100):
                names.append(name)
                began, spent = time.perf_counter(), _spent()
                answer = _answer(store, settings, name, content)
                took, spent = time.perf_counter() - began, _spent() - spent
                worked = answer.startswith("stored") or "limit of" in answer  # to its end, or its limit
                tally.hold(worked or spent <= LONGEST, f"{name}: took {spent:.1f} s ({answer[:120]})")
                tally.hold(took <= 3 * settings.parse_seconds, f"{name}: came after {took:.0f} s")
                slow += worked and spent > LONGEST
                tally.hold("raised" not in answer, f"{name}: {answer[:200]}")
        tally.hold(max(most.values()) <= MOST_BYTES, f"a process took {max(most.values()):,} bytes")
    p95 = quantiles(waits, n=100)[94]
    tally.hold(p95 <= SLOWEST, f"somebody else waited {p95:.2f} s (95th percentile of {len(waits)})")
    tally.tried = (
        f"{len(names)} files: an answer or a named error within {LONGEST:.0f} s of the processor, {slow} "
        f"read or scored for longer within their limit, at most "
        f"{max(most.values()) / 1e6:,.0f} MB in one process, somebody else's p95 {p95 * 1000:,.0f} ms"
    )
    return tally


def _answer(store: Store, settings: Settings, name: str, content: bytes) -> str:
    """Return what the page would say."""
    try:
        parsed = understood(settings, None, f"data:,{b64encode(content).decode()}", name, None, None)
        return f"stored: {import_parsed(store, parsed, settings, judge=judge_isolated).added}"
    except ThreadsError as error:
        return f"error: {error}"
    except Exception as error:  # noqa: BLE001 - what the row is looking for
        return f"raised {error!r}"


def _spent() -> float:
    """Return the processor's seconds that this thread and the workers took so far, whatever else is busy."""
    ticks = 0
    for process in _family(os.getpid())[1:]:
        with suppress(OSError, IndexError, ValueError):
            after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, after_name[11:15]))  # its own, and those of its children that have ended
    return time.thread_time() + ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _somebody_else(store: Store, settings: Settings) -> Iterator[list[float]]:
    """Open a thread over and over in another thread of the server; yields how long each took, in seconds."""
    client = create_app(store, settings).server.test_client()
    (thread_id, *_) = store.discussions()["thread_id"]
    waits: list[float] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            began = time.perf_counter()
            client.get(f"/export.csv?thread={thread_id}")
            waits.append(time.perf_counter() - began)
            done.wait(0.02)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield waits
    finally:
        done.set()
        asking.join()


@contextmanager
def _watched() -> Iterator[dict[int, int]]:
    """Watch the memory of this process and of all under it; yields the most that each took, in bytes."""
    most: dict[int, int] = {os.getpid(): 0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for process in _family(os.getpid()):
                with suppress(OSError, IndexError, ValueError):
                    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
                    most[process] = max(most.get(process, 0), pages * os.sysconf("SC_PAGE_SIZE"))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        done.set()
        watching.join()


def _family(process: int) -> list[int]:
    found = [process]
    for one in found:
        with suppress(OSError):  # it may end meanwhile
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _packed(size: int, times: int) -> bytes:
    """Return about `size` bytes of gzip that unpack to `times` as many."""
    noise = random.Random(2).randbytes(size // 40)
    return gzip.compress(b"".join(noise[i : i + 50] + b"a" * 50 * times for i in range(0, len(noise), 50)))


def _laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{entities}]><rss>&l9;</rss>'


def _mhtml(count: int) -> str:
    part = "--b\r\nContent-Type: text/html\r\nContent-Location: http://a.example/{}\r\n\r\n<p>no</p>\r\n"
    head = (
        'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    )
    return head + "".join(part.format(i) for i in range(count)) + "--b--\r\n"


def _nested(depth: int) -> str:
    head = "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
    return head + "".join(
        f'Content-Type: multipart/mixed; boundary="b{i}"\r\n\r\n--b{i}\r\n' for i in range(depth)
    )


HOSTILE_INPUTS = Row("inputs", "No input takes the server down, and nobody else has to wait", hostile_inputs)
