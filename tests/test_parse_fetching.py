"""Fetching: polite, bounded, and never from addresses that may not be asked."""

import gzip
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from threads.errors import InputError
from threads.parse import connecting
from threads.parse.addresses import refusal
from threads.parse.documents import documents
from threads.parse.fetching import Fetcher, fetch
from threads.parse.source import is_address
from threads.settings import Settings

PAGE = "<!DOCTYPE html><html><head><title>Brücke</title></head><body><p>Schöne Grüße</p></body></html>"
HTML = ("Content-Type", "text/html; charset=windows-1252")


class Site:
    """A server on loopback whose answers a test gives: path to (status, headers, body or function)."""

    def __init__(self):
        self.answers = {"/page": (200, [HTML], PAGE.encode("cp1252"))}
        self.asked = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append((self.path, self.headers.get("User-Agent")))
                status, headers, body = site.answers.get(self.path, (404, [], b""))
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # the client has had enough
                    body(self.wfile) if callable(body) else self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, path="/page", **how):
        settings = Settings(**{"fetch_seconds": 10, **how})
        return Fetcher(settings, allow_private=True, pause=0).fetch(self.url + path)


@pytest.fixture
def site():
    found = Site()
    found.thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_page_with_its_charset_address_and_time(site):
    source = site.page()
    (document,) = documents(source)
    assert document.html == PAGE
    assert source.name == document.url == f"{site.url}/page"
    assert abs((datetime.now(UTC) - document.captured_at).total_seconds()) < 60


def test_the_tool_names_itself_and_asks_for_robots_txt_first(site):
    site.page()
    assert [path for path, _ in site.asked] == ["/robots.txt", "/page"]
    assert all(agent.startswith("below-the-line") for _, agent in site.asked)


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        ((200, [], b"User-agent: *\nDisallow: /page"), False),
        ((200, [], b"User-agent: below-the-line\nDisallow: /\n\nUser-agent: *\nAllow: /"), False),
        ((200, [], b"\xef\xbb\xbfUser-agent: *\nDisallow: /other"), True),
        ((404, [], b"User-agent: *\nDisallow: /"), True),
        ((302, [("Location", "/rules")], b""), False),
        ((200, [], b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /"), True),  # read to the limit
    ],
)
def test_robots_txt_is_respected(site, robots, allowed):
    site.answers |= {"/robots.txt": robots, "/rules": (200, [], b"User-agent: *\nDisallow: /")}
    if allowed:
        assert "Schöne" in site.page().text
    else:
        with pytest.raises(InputError, match=r"robots\.txt asks programs not to fetch it.*Save the page"):
            site.page()
        assert "/page" not in dict(site.asked)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_where_robots_txt_fails_nothing_is_fetched(site, status):
    site.answers["/robots.txt"] = (status, [], b"")
    with pytest.raises(InputError, match=rf"does not tell what programs may fetch \(robots\.txt: {status}\)"):
        site.page()


def test_robots_txt_is_asked_for_once_and_pages_with_a_pause(site):
    site.answers["/robots.txt"] = (200, [], b"User-agent: *\nCrawl-delay: 1")
    fetcher = Fetcher(Settings(), allow_private=True, pause=0)
    start = time.monotonic()
    for _ in range(2):
        fetcher.fetch(f"{site.url}/page")
    assert time.monotonic() - start >= 1
    assert [path for path, _ in site.asked] == ["/robots.txt", "/page", "/page"]


def test_redirects_are_followed_to_the_page_itself(site):
    site.answers["/old"] = (301, [("Location", "page#comments")], b"")
    source = site.page("/old")
    assert (source.name, source.origin.url) == (f"{site.url}/old", f"{site.url}/page")


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("/loop", "more than 5 times"),
        ("file:///etc/passwd", "this is no web address: 'file:///etc/passwd'"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254, a cloud's metadata service"),
        ("http://2852039166/", "a cloud's metadata service"),
        ("http://[::ffff:169.254.169.254]/", "a cloud's metadata service"),
        ("http://user:word@127.0.0.1/", "it holds a name or password"),
        ("http://[x", "no web address"),
    ],
)
def test_each_redirect_is_checked(site, location, message):
    site.answers["/loop"] = (302, [("Location", location)], b"")
    with pytest.raises(InputError, match=message):
        site.page("/loop")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_private_addresses_are_refused_however_they_are_written(site, host):
    with pytest.raises(InputError, match="a private or reserved address: nothing is fetched from there"):
        fetch(f"http://{host}:{site.server.server_port}/page", Settings())
    assert site.asked == []


def test_a_public_name_that_leads_to_a_private_address_is_refused(site, monkeypatch):
    monkeypatch.setattr(connecting.socket, "getaddrinfo", resolver("93.184.216.34", "127.0.0.1", port=site))
    with pytest.raises(InputError, match=r"public\.example is at 127\.0\.0\.1, a private"):
        fetch(f"http://public.example:{site.server.server_port}/page", Settings())
    assert site.asked == []


def test_the_connection_is_made_to_the_address_that_was_checked(site, monkeypatch):
    # A name that answers differently the second time must not matter: it is not asked a second time.
    asked = []

    def getaddrinfo(host, *rest, **how):
        asked.append(host)
        return resolver("127.0.0.1", port=site)(host, *rest, **how)

    monkeypatch.setattr(connecting.socket, "getaddrinfo", getaddrinfo)
    url = f"http://name.example:{site.server.server_port}/page"
    assert "Schöne" in Fetcher(Settings(), allow_private=True, pause=0).fetch(url).text
    assert asked == ["name.example"] * 2  # once for robots.txt, once for the page: once a connection


def resolver(*addresses, port):
    return lambda *_, **__: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port.server.server_port))
        for address in addresses
    ]


@pytest.mark.parametrize(
    ("address", "private", "refused"),
    [
        ("93.184.216.34", False, False),
        ("2606:4700::1111", False, False),
        ("64:ff9b::5db8:d822", False, False),
        ("10.0.0.1", False, True),
        ("10.0.0.1", True, False),
        ("100.64.0.1", False, True),
        ("100.64.0.1", True, False),
        ("169.254.1.1", False, True),
        ("169.254.169.254", True, True),
        ("100.100.100.200", True, True),
        ("168.63.129.16", False, True),
        ("fd00:ec2::254", True, True),
        ("fd00::1", False, True),
        ("fd00::1", True, False),
        ("fe80::1%eth0", False, True),
        ("fec0::1", False, True),
        ("::1", False, True),
        ("::1", True, False),
        ("::", True, True),
        ("::127.0.0.1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("64:ff9b::a00:1", False, True),
        ("64:ff9b:1::1", False, True),
        ("2002:7f00:1::", False, True),
        ("2001::1", False, True),
        ("224.0.0.1", True, True),
        ("ff02::1", True, True),
        ("0.0.0.0", True, True),
        ("255.255.255.255", True, True),
        ("240.0.0.1", True, True),
        ("192.0.0.192", True, True),
        ("192.88.99.1", False, True),
        ("198.18.0.1", False, True),
        ("2001:db8::1", False, True),
        ("3fff::1", False, True),
        ("5f00::1", False, True),
        ("nothing", True, True),
    ],
)
def test_which_addresses_may_be_asked(address, private, refused):
    assert (refusal(address, allow_private=private) is not None) == refused


def endless(piece, pause=0.0):
    def write(file):
        while True:
            file.write(piece)
            file.flush()
            time.sleep(pause)

    return write


def test_a_body_without_end_is_read_to_the_limit(site):
    site.answers["/page"] = (200, [HTML], endless(b"<p>" * 1_000))
    with pytest.raises(InputError, match=r"limit of 100,000 bytes.*BTL_MAX_INPUT_BYTES"):
        site.page(max_input_bytes=100_000)


def test_a_body_that_unpacks_to_too_much_is_refused(site):
    bomb = gzip.compress(b"<html>" + b" " * 30_000_000)
    site.answers["/page"] = (200, [HTML, ("Content-Encoding", "gzip")], bomb)
    with pytest.raises(InputError, match="limit of 1,000,000 bytes"):
        site.page(max_input_bytes=1_000_000)


@pytest.mark.parametrize("headers", [[HTML], [HTML, ("Content-Length", "1000000")]])
def test_a_body_that_drips_is_cut_off_in_time(site, headers):
    site.answers["/page"] = (200, headers, endless(b"x", 0.05))
    assert_late(site)


def test_headers_that_drip_are_cut_off_in_time(site):
    site.answers["/page"] = (200, [], endless(b"x", 0.05))
    with socket.create_server(("127.0.0.1", 0)) as server:
        site.url = f"http://127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=drip_headers, args=(server,))
        thread.start()
        assert_late(site)
    thread.join()


def drip_headers(server):
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        with suppress(OSError):  # cut off
            while True:
                connection.sendall(b"x")
                time.sleep(0.05)


def assert_late(site):
    start = time.monotonic()
    with pytest.raises(
        InputError, match=r"did not arrive within the limit of 0\.5 seconds.*BTL_FETCH_SECONDS"
    ):
        site.page(fetch_seconds=0.5)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, [HTML], b"gone"), "the server answers 404 Not Found"),
        ((429, [("Retry-After", "120")], b""), r"come back later \(429, Retry-After: 120\)"),
        ((200, [("Content-Type", "image/png")], b"x"), "it is image/png, no page"),
        ((200, [HTML], b""), "there is nothing in it"),
        ((200, [HTML, ("Content-Length", "99999")], b"<html>"), "the answer broke off"),
        (
            (200, [HTML, ("Content-Encoding", "gzip")], b"<html>not packed"),
            "the answer broke off or makes no sense",
        ),
    ],
)
def test_what_is_no_page_is_named(site, answer, message):
    site.answers["/page"] = answer
    with pytest.raises(InputError, match=rf"^{site.url}/page: .*{message}"):
        site.page()


def test_an_encoding_that_was_asked_for_is_obeyed(site):
    site.answers["/page"] = (200, [HTML], "<html>ж".encode("koi8-r"))
    source = Fetcher(Settings(), allow_private=True).fetch(f"{site.url}/page", encoding="koi8-r")
    assert source.text == "<html>ж"


def test_a_server_that_does_not_speak_tls(site):
    with pytest.raises(InputError, match="certificate or encryption is not sound"):
        fetch(site.url.replace("http", "https"), Settings(), allow_private=True)


def test_a_server_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(InputError, match=r"the server does not answer \(Connection refused\)"):
        fetch(f"http://127.0.0.1:{port}/", Settings(), allow_private=True)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://a.example/", "this is no web address"),
        ("http://", "this is no web address"),
        ("http://a b/", "this is no web address"),
        ("http://a.example/" + "x" * 9_000, "this is no web address"),
        ("http://ann:word@a.example/", "it holds a name or password"),
        ("http://no-such-host.invalid/", "there is no host called no-such-host.invalid"),
        ("http://" + "a" * 70 + ".example/", "there is no host called"),
    ],
)
def test_what_is_no_address_is_an_error(url, message):
    with pytest.raises(InputError, match=message):
        fetch(url, Settings())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("https://a.example/x ", True), ("HTTP://a", True), ("see https://a.example", False), ("a.html", False)],
)
def test_what_is_taken_for_an_address(text, expected):
    assert is_address(text) == expected
