"""Platforms that tests play: servers on loopback that keep what they are told and fail when asked to."""

import base64
import json
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PASSWORD = "abcd efgh ijkl mnop qrst uvwx"
KEYS = {"api_key": "public-1", "api_secret": "secret-1", "access_token": "token-1"}


class Played:
    """A server; `faults` are functions of the handler that answer in place of the platform, one a request."""

    def __init__(self):
        self.requests = []
        self.faults = []
        played = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                played.requests.append((self.command, self.path, dict(self.headers), body))
                with suppress(OSError):  # the client has had enough
                    fault = played.faults.pop(0) if played.faults else None
                    fault(self) if fault else played.answer(self, body)

            def do_POST(self):
                self.do_GET()

            def reply(self, status, value=None, headers=()):
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                for name, text in headers:
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, handler, body):
        raise NotImplementedError

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()


class PlayedWordPress(Played):
    """Comments with a status, their author's address and program; written as WordPress 6.9 behaves.

    A change of status writes the caller's address and program over the author's, unless they are sent along.
    """

    def __init__(self, statuses):
        super().__init__()
        self.comments = {
            number: {"status": status, "author_ip": "203.0.113.7", "author_user_agent": "Firefox"}
            for number, status in statuses.items()
        }

    def answer(self, handler, body):
        expected = "Basic " + base64.b64encode(f"mod:{PASSWORD}".encode()).decode()
        if handler.headers.get("Authorization") != expected:
            return handler.reply(401, {"code": "rest_cannot_edit", "message": "Sorry"})
        parts = urlsplit(handler.path)
        number = int(parts.path.rsplit("/", 1)[1])
        if not parts.path.startswith("/wp-json/wp/v2/comments/") or number not in self.comments:
            return handler.reply(404, {"code": "rest_comment_invalid_id", "message": "Invalid comment ID."})
        comment = self.comments[number]
        if handler.command == "POST":
            sent = json.loads(body)
            assert sent["status"] in {"approved", "hold", "spam", "trash"}
            comment["status"] = sent["status"]
            comment["author_ip"] = sent.get("author_ip", "127.0.0.1")
            comment["author_user_agent"] = sent.get("author_user_agent", handler.headers["User-Agent"])
        elif parse_qs(parts.query).get("context") != ["edit"]:
            return handler.reply(200, {"id": number})  # only who may edit sees the rest
        return handler.reply(200, {"id": number, **comment})


class PlayedDisqus(Played):
    """Posts that are approved, spam or deleted; what is deleted must be restored before it is approved."""

    def __init__(self, posts):
        super().__init__()
        self.posts = dict(posts)

    def answer(self, handler, body):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if {name: form.get(name) for name in KEYS} != KEYS:
            return handler.reply(400, {"code": 5, "response": f"Invalid API key: {form.get('api_key')}"})
        post, method = form["post"], handler.path.removeprefix("/api/3.0/posts/").removesuffix(".json")
        if post not in self.posts:
            return handler.reply(400, {"code": 2, "response": f"Invalid argument: post {post}"})
        if method == "restore":
            self.posts[post] = "pending"
        elif method in {"approve", "spam"} and self.posts[post] == "deleted":
            return handler.reply(400, {"code": 2, "response": "the post is deleted"})
        else:
            self.posts[post] = {"approve": "approved", "spam": "spam", "remove": "deleted"}[method]
        return handler.reply(200, {"code": 0, "response": [{"id": post}]})


class PlayedHook(Played):
    """Takes what comes, each key once."""

    def __init__(self):
        super().__init__()
        self.taken = {}

    def answer(self, handler, body):
        key = handler.headers["webhook-id"]
        repeat = key in self.taken
        self.taken.setdefault(key, json.loads(body))
        return handler.reply(200, {"repeat": repeat})


def status(number, *headers):
    """Return a fault: an answer with that status."""
    return lambda handler: handler.reply(number, {}, headers)


def reset(handler):
    """Cut the connection without an answer."""
    handler.connection.close()


def half(handler):
    """Begin an answer and break off."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{")
    handler.connection.close()


def slow(released):
    """Return a fault: no answer until `released` is set."""
    return lambda _handler: released.wait(30)
