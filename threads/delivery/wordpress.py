"""WordPress over its REST API, signed in with an application password.

Sources: developer.wordpress.org/rest-api/reference/comments/ (update a comment: POST /wp/v2/comments/<id>,
`status`); developer.wordpress.org/reference/classes/wp_rest_comments_controller/ (`update_item`,
`handle_status_param`, `prepare_item_for_database`); application passwords are Basic authentication
(developer.wordpress.org/rest-api/using-the-rest-api/authentication/).
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, ClassVar

from threads.delivery.asking import HTTP_OPTIONS, Conversation, Reply, Server, answer_to, one_line
from threads.delivery.base import Message
from threads.delivery.options import MASK, Option, Options
from threads.moderation.deliveries import PlatformAction
from threads.storage.outbox import Answer

# As pages show ids: themes name the element, wpDiscuz adds the parent's; exports have the number.
COMMENT_ID = (
    r"(?:https?://\S+#)?(?:li-|div-)?comment-([0-9]{1,20})|wpd-comm-([0-9]{1,20})_[0-9]+|([0-9]{1,20})"
)
_STATUS: Mapping[PlatformAction, str] = {
    "approve": "approved",
    "feature": "approved",  # WordPress features nothing
    "hold": "hold",
    "spam": "spam",
    "remove": "trash",
}
_FIELDS = "_fields=id,status,author_ip,author_user_agent"


class WordPress:
    """A site, over its REST API.

    WordPress writes the sender's address and program over those of the comment's author whenever a status is
    set (core.trac.wordpress.org/ticket/64248), and may answer a status that a comment has already with an
    error: so the comment is read first, not changed where it is as it should be, and else sent with its own.
    """

    name: ClassVar[str] = "wordpress"
    help: ClassVar[str] = "A WordPress site, over its REST API with an application password."
    options: ClassVar[tuple[Option, ...]] = (
        Option("url", "Address of the site: https://paper.example"),
        Option("user", "Who the application password belongs to; they may moderate comments."),
        Option("password", "An application password.", secret=True),
        *HTTP_OPTIONS,
    )
    comment_id: ClassVar[str] = COMMENT_ID
    actions: ClassVar[Mapping[str, str]] = {}

    def __init__(self, options: Options) -> None:
        self._options = options
        self._user = options.text("user")
        self._password = options.required_secret("password")
        self._server = Server(options.text("url"), options)

    def refusal(self, message: Message) -> str | None:
        """Return that an id is no number, which all ids of WordPress are."""
        return not_a_number(message)

    def preview(self, message: Message) -> str:
        """Return the request, with the password masked."""
        body = json.dumps({"status": _STATUS[message.action]})
        return f"POST {self._url(message)} {body} as {self._user}:{MASK}"

    def send(self, message: Message) -> Answer:
        """Read the comment, and set its status where it is another one."""
        password = self._password.read()
        signed_in = b64encode(f"{self._user}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {signed_in}"}
        return self._server.talk(lambda site: self._tell(site, message, headers), [password, signed_in])

    def _tell(self, site: Conversation, message: Message, headers: Mapping[str, str]) -> Answer:
        wanted = _STATUS[message.action]
        found = site.ask("GET", f"{self._url(message)}?context=edit&{_FIELDS}", headers)
        if found.json().get("code") == "rest_comment_invalid_id":
            gone = f"the site has no comment {message.comment}"
            return Answer("delivered" if wanted == "trash" else "never", gone)
        if found.status != 200:
            return self._answer(found)
        if found.json().get("status") == wanted:
            return Answer("delivered", f"its status was {wanted} already")
        changed = site.ask(
            "POST",
            f"{self._url(message)}?{_FIELDS}",
            {**headers, "Content-Type": "application/json"},
            json.dumps({"status": wanted, **_own(found.json())}).encode(),
        )
        if changed.status == 200 and changed.json().get("status") != wanted:
            status = one_line(changed.json().get("status"))
            return Answer("later", f"it answers 200, and the status is {status}, not {wanted}")
        return self._answer(changed)

    def _answer(self, reply: Reply) -> Answer:
        said = reply.json()
        text = f"{said.get('code', '')} {said.get('message', '')}".strip() if reply.status != 200 else ""
        return answer_to(reply, self._options.clock(), text)

    def _url(self, message: Message) -> str:
        return self._server.url(f"/wp-json/wp/v2/comments/{message.comment}")


def not_a_number(message: Message) -> str | None:
    """Return why an id cannot be one of WordPress or Disqus, None where it can."""
    if message.comment.isascii() and message.comment.isdigit():
        return None
    return f"{message.comment[:60]!r} is no number, as ids of the platform are"


def _own(comment: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the comment's author sent, so that it stays."""
    return {name: comment[name] for name in ("author_ip", "author_user_agent") if comment.get(name)}
