"""Scripts and styles on the wire: the smaller of plotly's bundles, and assets kept by what is in them."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import dash
from flask import Flask, Response, request, send_from_directory

from dashboard.security.access import needs

VENDORED: Final = Path(__file__).parent / "vendored"
ASSETS: Final = Path(__file__).parent / "assets"
BUNDLE: Final = "plotly-cartesian.min.js"
"""Of plotly.js, under the MIT licence, of the release that plotly.py has: charts on axes, a third of all."""
FOREVER: Final = "private, max-age=31536000, immutable"
_BY_TIME = re.compile(r"/assets/([\w.-]+)\?m=[\d.]+")


def add_static_files(server: Flask) -> None:
    """Serve the bundle where Dash looks for plotly, and let browsers keep assets asked for by their hash."""

    @server.get("/_dash-component-suites/plotly/package_data/plotly.min.js")
    @needs("view")
    def plotly() -> Response:
        return send_from_directory(VENDORED, BUNDLE)

    @server.after_request
    def keep(response: Response) -> Response:
        name = request.path.removeprefix("/assets/")
        asset = name != request.path and request.args.get("v") == hash_of(name)
        # Browsers ask for it at each change of the address.
        icon = request.path == "/_favicon.ico" and request.args.get("v") == dash.__version__
        if asset or icon:
            response.headers["Cache-Control"] = FOREVER
        return response


def by_hash(page: str) -> str:
    """Return the page that comes first with the hash of each asset in its address.

    Dash has the time at which it was written there, which two releases may share.
    """
    return _BY_TIME.sub(lambda found: f"/assets/{found[1]}?v={hash_of(found[1])}", page)


def hash_of(name: str) -> str:
    """Return a hash of an asset's content; empty where there is none of that name."""
    path = ASSETS / name
    return _hash(path, path.stat().st_mtime_ns) if path.parent == ASSETS and path.is_file() else ""


@lru_cache(maxsize=128)
def _hash(path: Path, _written: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:16]
