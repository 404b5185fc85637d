"""Where the dashboard may listen."""

from __future__ import annotations

import ipaddress

from threads.errors import SettingError
from threads.settings import Settings


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_admin(has_admin: bool) -> None:
    """Refuse to serve a team before somebody can let the others in, or keep them out.

    Raises
    ------
    SettingError
        There is no admin.
    """
    if not has_admin:
        raise SettingError(
            "there is no admin yet, and without accounts whoever reaches the port may do everything",
            remedy="Make one: btl user add NAME --role admin",
        )


def require_safe(settings: Settings, has_admin: bool) -> None:
    """Refuse to listen where others may come, unless they sign in and nobody can listen in.

    Raises
    ------
    SettingError
        The host is not loopback, or others come by a proxy, and there is no admin; or the address that
        people open is not known.
    """
    if is_loopback(settings.host) and not settings.public_url:
        return
    require_admin(has_admin)
    if not settings.public_url:
        raise SettingError(
            f"{settings.host} is not a loopback address, and the address that people open is not known",
            source="host",
            remedy="Give it, as BTL_PUBLIC_URL=https://…, and let a proxy with a certificate stand in front",
        )
