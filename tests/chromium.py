"""The system's Chromium: where it is, how it is started, and what on its pages keeps people out."""

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

# Colours change over time.
ALL_STILL = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished))"""

# A chart follows the window a moment later.
# A function: an expression would be asked again by eval, which the pages do not allow.
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


def barriers(page, widths=(1400, 390)):
    """What keeps people out of a page, by width and colours: broken rules of axe, a page too wide."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import TimeoutError as TooSlow

    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(ALL_STILL)
            results = Axe().run(page)
            if results.violations_count:
                found[width, scheme] = results.generate_report()
            try:
                page.wait_for_function(FITS, timeout=5_000)
            except TooSlow:
                found[width, scheme, "wide"] = page.evaluate("document.documentElement.scrollWidth")
    return found
