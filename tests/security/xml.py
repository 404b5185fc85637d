"""Hostile XML: a named error or a plain answer, at once, and nothing outside of the file is read."""

import socket
import threading
import time
from pathlib import Path

from tests.security.rows import Lab, Row, Tally
from threads.errors import ThreadsError
from threads.parse.formats import Options
from threads.parse.isolated import parse_isolated
from threads.parse.source import Source
from threads.settings import Settings

LONGEST = 1.0  # seconds
SECRET = "the-secret-of-the-machine"


def files(secret: Path, port: int) -> dict[str, str]:
    """Return the files by name; those that reach out would read `secret` or call the port."""
    ten = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    address = f"http://127.0.0.1:{port}"
    feed = (
        "<rss><channel><item><title>{}</title><description>May 17, 2024</description></item></channel></rss>"
    )
    return {
        "billion laughs": f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">{ten}]><rss>&l9;</rss>',
        "quadratic blow-up": f'<!DOCTYPE b [<!ENTITY a "{"a" * 100_000}">]><rss>{"&a;" * 50_000}</rss>',
        "entity that holds itself": '<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "&a;">]><rss>&a;</rss>',
        "external entity, file": f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>' + feed.format("&x;"),
        "external entity, network": f'<!DOCTYPE r [<!ENTITY x SYSTEM "{address}/x">]>' + feed.format("&x;"),
        "external DTD": f'<!DOCTYPE html SYSTEM "{address}/evil.dtd"><html><body><p>text</p></body></html>',
        "parameter entity": (
            f'<!DOCTYPE r [<!ENTITY % f SYSTEM "file://{secret}">'
            f'<!ENTITY % d SYSTEM "{address}/d">%f;%d;]><r/>'
        ),
        "XInclude": (
            '<html xmlns:xi="http://www.w3.org/2001/XInclude"><body>'
            f'<xi:include parse="text" href="file://{secret}"/></body></html>'
        ),
        "style sheet": f'<?xml-stylesheet type="text/xsl" href="{address}/evil.xsl"?>' + feed.format("a"),
        "picture with a script": (
            '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script>'
            f'<image href="file://{secret}"/><use href="{address}/x#y"/></svg>'
        ),
        "depth of 200,000": "<rss>" + "<item>" * 200_000,
        "a million attributes": "<rss><item " + " ".join(f'a{n}="1"' for n in range(500_000)) + "/></rss>",
        "a name of ten million letters": f"<{'a' * 10_000_000}>",
        "Atom with markup in CDATA": (
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title><![CDATA[<script>alert(1)</script>]]></title>'
            f"<content>{'<![CDATA[' * 20_000}</content></entry></feed>"
        ),
        "a comment that never ends": '<?xml version="1.0"?><!--' + "-- " * 1_000_000,
    }


def hostile_xml(lab: Lab) -> Tally:
    """Give each file to the reader behind the import page."""
    secret = lab.folder / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    tally, called = Tally(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer, args=(listener, called), daemon=True).start()
        _read("warm up", "A first text.\nAnn\nMay 17, 2024\nHello there.")
        hostile = files(secret, listener.getsockname()[1])
        for name, content in hostile.items():
            answer, took = _timed(name, content)
            tally.hold(took <= LONGEST, f"{name}: took {took:.1f} s")
            tally.hold(name in answer, f"{name}: the answer does not name the file: {answer[:200]}")
            tally.hold(SECRET not in answer, f"{name}: another file was read")
        tally.hold(not called.is_set(), "a file made the reader open a connection")
    tally.tried = (
        f"{len(hostile)} bombs, external entities, pictures and feeds: a named error or a report within "
        f"{LONGEST:.0f} s, no other file read, no connection made"
    )
    return tally


def _timed(name: str, content: str) -> tuple[str, float]:
    """Return the answer, and the shortest of at most three times: a busy machine is no fault of the file."""
    times: list[float] = []
    while len(times) < 3 and not any(taken <= LONGEST for taken in times):
        began = time.perf_counter()
        answer = _read(name, content)
        times.append(time.perf_counter() - began)
    return answer, min(times)


def _read(name: str, content: str) -> str:
    """Return all that the answer says: the error, or the discussions with the report."""
    source = Source.from_bytes(content.encode(), f"{name}.xml")
    try:
        return str(parse_isolated(source, Options(), settings=Settings()))
    except ThreadsError as error:
        return f"error: {error}"


def _answer(listener: socket.socket, called: threading.Event) -> None:
    try:
        while True:
            connection, _ = listener.accept()
            called.set()
            connection.close()
    except OSError:  # closed: the row is done
        return


HOSTILE_XML = Row("xml", "Hostile XML is a named error at once", hostile_xml)
