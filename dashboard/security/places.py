"""Under which addresses the dashboard answers, and whether a browser's page is one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from flask import Request

from dashboard.security.binding import is_loopback
from threads.errors import SettingError
from threads.settings import Settings


@dataclass(frozen=True, slots=True)
class Places:
    """`public` is the address that people use, or None; this machine's own always works too."""

    public: SplitResult | None

    @property
    def secure(self) -> bool:
        """Whether people come by https, so that cookies may go no other way."""
        return self.public is not None and self.public.scheme == "https"

    def answers(self, host: str) -> bool:
        """Return whether a Host header names this server.

        A foreign page can point a name of its own at this machine (DNS rebinding).
        """
        if self.public is not None and host == self.public.netloc:
            return True
        return is_loopback(urlsplit(f"//{host}").hostname or "")

    def is_own(self, origin: str | None, request: Request) -> bool:
        """Return whether an Origin header is that of the server's own pages."""
        return origin == self.origin(request)

    def origin(self, request: Request) -> str:
        """Return scheme and host under which a request reached the server."""
        if self.public is not None and request.host == self.public.netloc:
            return f"{self.public.scheme}://{self.public.netloc}"
        return request.host_url.rstrip("/")


def places_of(settings: Settings) -> Places:
    """Return where the dashboard answers.

    Raises
    ------
    SettingError
        `public_url` is no address, has a path, or would send passwords over the network in the clear.
    """
    if not settings.public_url:
        return Places(None)
    public = urlsplit(settings.public_url.lower().rstrip("/"))
    if public.scheme not in {"http", "https"} or not public.hostname or public.path or public.query:
        raise SettingError(
            f"{settings.public_url!r} is not scheme and host alone",
            source="BTL_PUBLIC_URL",
            remedy="Write it like https://moderation.example.org",
        )
    if public.scheme == "http" and not is_loopback(public.hostname):
        raise SettingError(
            "passwords and comments would cross the network in the clear",
            source="BTL_PUBLIC_URL",
            remedy="Put a proxy with a certificate in front, and write https://…",
        )
    return Places(public)
