"""Disqus over its API.

Sources: disqus.com/api/docs/posts/approve/, /posts/spam/, /posts/remove/, /posts/restore/ (POST, `post`, by a
moderator of the forum); keys and success as in github.com/disqus/disqus-python (`api_key`, `api_secret`; 200
and `code` 0); codes of errors as in disqus.com/api/docs/errors/.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from threads.delivery.asking import HTTP_OPTIONS, Conversation, Reply, Server, answer_to, one_line
from threads.delivery.base import Message
from threads.delivery.options import MASK, Option, Options
from threads.delivery.wordpress import not_a_number
from threads.moderation.deliveries import PlatformAction
from threads.storage.outbox import Answer

_METHODS: Mapping[PlatformAction, str] = {
    "approve": "approve",
    "feature": "approve",
    "spam": "spam",
    "remove": "remove",
}
_TOO_FAST = frozenset({13, 14})
_PASSING = frozenset({4, 5, 11, 12, 15, 16, 18})  # access that can be mended, or Disqus is down


class Disqus:
    """A forum of Disqus."""

    name: ClassVar[str] = "disqus"
    help: ClassVar[str] = "A forum of Disqus, over its API."
    options: ClassVar[tuple[Option, ...]] = (
        Option("api_key", "The public key of your application at Disqus.", secret=True),
        Option("api_secret", "Its secret key.", secret=True),
        Option("access_token", "The access token of a moderator of the forum.", secret=True),
        Option("url", "Address of the API.", "https://disqus.com/api/3.0"),
        *HTTP_OPTIONS,
    )
    comment_id: ClassVar[str] = r"(?:https?://\S+#)?(?:post-|comment-)?([0-9]{1,20})"
    actions: ClassVar[Mapping[str, str]] = {}

    def __init__(self, options: Options) -> None:
        self._options = options
        self._secrets = {
            name: options.required_secret(name) for name in ("api_key", "api_secret", "access_token")
        }
        self._server = Server(options.text("url"), options)

    def refusal(self, message: Message) -> str | None:
        """Return that Disqus cannot do it, or that an id is no number, which all of its ids are."""
        if message.action not in _METHODS:
            return f"Disqus has no way to {message.action} a comment"
        return not_a_number(message)

    def preview(self, message: Message) -> str:
        """Return the requests, with the keys masked."""
        form = "&".join([f"post={message.comment}", *(f"{name}={MASK}" for name in self._secrets)])
        return ", then ".join(f"POST {self._url(method)} {form}" for method in _steps(message))

    def send(self, message: Message) -> Answer:
        """Call the method that fits; what we removed before is restored first."""
        secrets = {name: secret.read() for name, secret in self._secrets.items()}
        form = urlencode({"post": message.comment, **secrets}).encode()
        return self._server.talk(lambda api: self._tell(api, _steps(message), form), secrets.values())

    def _tell(self, api: Conversation, steps: tuple[str, ...], form: bytes) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for step in steps[:-1]:
            answer = self._answer(api.ask("POST", self._url(step), headers, form))
            if answer.status != "delivered":
                return answer
        return self._answer(api.ask("POST", self._url(steps[-1]), headers, form))

    def _answer(self, reply: Reply) -> Answer:
        said = reply.json()
        code, now = said.get("code"), self._options.clock()
        if reply.status == 200 and code == 0:
            return Answer("delivered", "it answers 200, code 0")
        text = f"it answers {reply.status}, code {one_line(code)}: {one_line(said.get('response', ''))}"
        if code in _TOO_FAST:
            wait = _until(reply.headers.get("X-Ratelimit-Reset"), now)
            return Answer("later", text, wait, rest=True)
        if code in _PASSING or reply.status == 200:
            return Answer("later", text)
        return answer_to(reply, now, f"code {code}: {said.get('response', '')}" if said else "")

    def _url(self, method: str) -> str:
        return self._server.url(f"/posts/{method}.json")


def _steps(message: Message) -> tuple[str, ...]:
    method = _METHODS[message.action]
    return ("restore", method) if message.last == "remove" and method != "remove" else (method,)


def _until(value: str | None, now: datetime) -> timedelta | None:
    """Return how long until a moment in seconds since 1970, as Disqus says when it may be asked again."""
    if value is None or not value.isdigit():
        return None
    moment = datetime.fromtimestamp(min(int(value), 4_000_000_000), UTC)
    return max(moment - now, timedelta())
