"""A signed webhook, for any platform: JSON by POST, as the Standard Webhooks specification signs it.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md 1.0.0: the headers
webhook-id (the key, the same in every attempt), webhook-timestamp and webhook-signature, HMAC-SHA256 over
"id.timestamp.body". docs/delivery.md has the few lines that verify it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from binascii import Error as NoBase64Error
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import ClassVar

from threads.delivery.asking import HTTP_OPTIONS, Server, answer_to
from threads.delivery.base import Message
from threads.delivery.options import MASK, Option, Options, Secret
from threads.errors import SettingError
from threads.storage.outbox import Answer

_PREFIX = "whsec_"
_SHORTEST = 24  # bytes of a secret, as the specification asks for


class Webhook:
    """An address that takes decisions."""

    name: ClassVar[str] = "webhook"
    help: ClassVar[str] = "Any other platform: JSON, signed with HMAC-SHA256, with a key for each decision."
    options: ClassVar[tuple[Option, ...]] = (
        Option("url", "Where decisions are sent to."),
        Option("secret", "What they are signed with: whsec_ and base64 of 24 bytes or more.", secret=True),
        Option("old_secret", "The one before, for as long as the other side changes over.", "", secret=True),
        *HTTP_OPTIONS,
    )
    comment_id: ClassVar[str] = r"(.{1,200})"
    actions: ClassVar[Mapping[str, str]] = {"featured": "feature"}

    def __init__(self, options: Options) -> None:
        self._options = options
        self._secrets = [options.required_secret("secret")]
        if old := options.secret("old_secret"):
            self._secrets.append(old)
        self._server = Server(options.text("url"), options)

    def refusal(self, message: Message) -> str | None:  # noqa: ARG002
        """Return None: whoever receives it knows their ids."""
        return None

    def preview(self, message: Message) -> str:
        """Return the request, with the signature masked."""
        return (
            f"POST {self._server.url('')} {_body(message).decode()} webhook-id: {message.key}, signed {MASK}"
        )

    def send(self, message: Message) -> Answer:
        """Send it, signed at this moment."""
        body = _body(message)
        now = self._options.clock()
        stamp = str(int(now.timestamp()))
        keys = [_key(secret) for secret in self._secrets]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.key,
            "webhook-timestamp": stamp,
            "webhook-signature": signatures(keys, message.key, stamp, body),
        }
        return self._server.talk(
            lambda hook: answer_to(hook.ask("POST", self._server.url(""), headers, body), now),
            [secret.read() for secret in self._secrets],
        )


def signatures(keys: Sequence[bytes], identity: str, stamp: str, body: bytes) -> str:
    """Return the header webhook-signature: one signature for each key."""
    signed = f"{identity}.{stamp}.".encode() + body
    made = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{b64encode(one).decode()}" for one in made)


def _key(secret: Secret) -> bytes:
    try:
        key = b64decode(secret.read().removeprefix(_PREFIX), validate=True)
    except NoBase64Error:
        key = b""
    if len(key) < _SHORTEST:
        raise SettingError(
            f"the secret is not {_PREFIX} and base64 of {_SHORTEST} bytes or more",
            source=secret.place,
            remedy='Make one: python -c "import base64, secrets; '
            "print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\"",
        )
    return key


def _body(message: Message) -> bytes:
    decided = message.decided_at.astimezone(UTC)
    data = {
        "thread_id": message.thread_id,
        "url": message.url,
        "comment_id": message.comment,
        "action": message.action,
        "state": message.state,
        "reason": message.reason,
        "version": message.version,
    }
    value = {
        "type": "comment.decided",
        "timestamp": decided.isoformat().replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(value, separators=(",", ":")).encode("ascii")
