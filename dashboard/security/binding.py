"""Where the dashboard may listen."""

from __future__ import annotations

import ipaddress

from threads.errors import SettingError


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Refuse to listen elsewhere: there are no accounts, so whoever reaches the port is the moderator."""
    if not is_loopback(host):
        raise SettingError(
            f"{host} is not a loopback address",
            source="host",
            remedy="Without accounts the dashboard listens on this machine only: use 127.0.0.1",
        )
