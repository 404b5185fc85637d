"""What a platform is to the courier, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from threads.delivery.options import Option, Options
from threads.moderation.decisions import State
from threads.moderation.deliveries import PlatformAction
from threads.storage.outbox import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a platform is told: ids and states, never a text or a name.

    `key` is the same however often it is sent. `comment` is the platform's own id. `last` is what was sent
    about the comment before, None where nothing was.
    """

    key: str
    target: str
    thread_id: str
    url: str | None
    comment: str
    action: PlatformAction
    state: State
    reason: str | None
    version: int
    decided_at: datetime
    last: PlatformAction | None = None


class Platform(Protocol):
    """A kind of platform. An item of DELIVERY_PLATFORMS; an instance has the options of one target.

    `comment_id` is the pattern of the ids that its pages show; the first group that is not empty is the
    platform's own id. `actions` says what differs from `DEFAULT_ACTIONS`.
    """

    name: ClassVar[str]
    help: ClassVar[str]
    options: ClassVar[tuple[Option, ...]]
    comment_id: ClassVar[str]
    actions: ClassVar[Mapping[str, str]]

    def __init__(self, options: Options) -> None: ...

    def refusal(self, message: Message) -> str | None:
        """Return why the platform cannot be told this, whatever it would answer; None where it can."""
        ...

    def preview(self, message: Message) -> str:
        """Return what would be sent, secrets masked; asks nobody."""
        ...

    def send(self, message: Message) -> Answer:
        """Tell the platform, and return its answer; sent twice, the second time changes nothing.

        Raises
        ------
        SettingError
            A secret cannot be read.
        """
        ...
