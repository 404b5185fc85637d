"""WordPress by WP-CLI: a shell script is written, which a person runs where the site is.

Source: developer.wordpress.org/cli/commands/comment/ (`approve`, `unapprove`, `spam`, `trash`, `status`).
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from threads.delivery.base import Message
from threads.delivery.options import Option, Options
from threads.delivery.wordpress import COMMENT_ID, not_a_number
from threads.moderation.deliveries import PlatformAction
from threads.storage.outbox import Answer

# What is done, and what `wp comment status` prints afterwards.
_COMMANDS: Mapping[PlatformAction, tuple[str, str]] = {
    "approve": ("approve", "approved"),
    "feature": ("approve", "approved"),
    "hold": ("unapprove", "unapproved"),
    "spam": ("spam", "spam"),
    "remove": ("trash", "trash"),
}
_HEAD = """\
#!/bin/sh
# Decisions of moderators, for WP-CLI. Lines are added as they are made: move this file away, then run it
# where WP-CLI finds the site. To run it twice does no harm.
failed=0
trap '[ "$failed" = 0 ] || exit 1' EXIT
site() {{ command {command} "$@"; }}
tell() {{
    [ "$(site comment status "$3" 2>/dev/null)" = "$2" ] || site comment "$1" "$3" || {{
        echo "comment $3: not done: $1" >&2
        failed=1
    }}
}}
"""


class WpCli:
    """A script that sets the status of comments; each line is as good the second time."""

    name: ClassVar[str] = "wp-cli"
    help: ClassVar[str] = "A WordPress site, by a script for WP-CLI that a person runs."
    options: ClassVar[tuple[Option, ...]] = (
        Option("script", "The script to write; its folder exists."),
        Option("command", "How WP-CLI is called, word by word: ['wp', '--path=/srv/www'].", default=("wp",)),
    )
    comment_id: ClassVar[str] = COMMENT_ID
    actions: ClassVar[Mapping[str, str]] = {}

    def __init__(self, options: Options) -> None:
        self._script = options.path("script")
        self._command = options.texts("command")

    def refusal(self, message: Message) -> str | None:
        """Return that an id is no number, which all ids of WordPress are."""
        return not_a_number(message)

    def preview(self, message: Message) -> str:
        """Return the command that the script comes to."""
        action, _ = _COMMANDS[message.action]
        return f"{shlex.join((*self._command, 'comment', action, message.comment))} in {self._script}"

    def send(self, message: Message) -> Answer:
        """Add a line to the script; it is on disk when this returns."""
        line = shlex.join(("tell", *_COMMANDS[message.action], message.comment))
        try:
            _append(self._script, _HEAD.format(command=shlex.join(self._command)), f"{line}\n")
        except OSError as error:
            return Answer("later", f"{self._script} cannot be written ({error.strerror or error})")
        return Answer("delivered", f"written to {self._script}")


def _append(path: Path, head: str, line: str) -> None:
    import fcntl  # noqa: PLC0415 - not on every system, and only needed here

    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two processes may begin it at once
        file.write(line if file.seek(0, os.SEEK_END) else head + line)
        file.flush()
        os.fsync(file.fileno())
