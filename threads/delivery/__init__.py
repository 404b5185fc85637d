"""Decisions out: telling the platforms that comments came from what moderators decided about them.

`DELIVERY_PLATFORMS` lists every kind of platform; a target is one of them, configured in a TOML file
(`threads.delivery.configured`) and served by a `Courier` (`threads.delivery.courier`), who takes what waits
in the outbox (`threads.storage.outbox`).
"""

from __future__ import annotations

from threads.delivery.base import Platform
from threads.delivery.disqus import Disqus
from threads.delivery.webhook import Webhook
from threads.delivery.wordpress import WordPress
from threads.delivery.wp_cli import WpCli

__all__ = ["DELIVERY_PLATFORMS", "Platform"]

DELIVERY_PLATFORMS: tuple[type[Platform], ...] = (WordPress, WpCli, Disqus, Webhook)
