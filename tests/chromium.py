"""The system's Chromium: where it is and how it is started."""

import os
import shutil

EXECUTABLE = os.environ.get("BTL_CHROMIUM") or shutil.which("chromium")
MISSING = "no chromium: install it (Debian: apt-get install chromium) or set BTL_CHROMIUM"
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
)
