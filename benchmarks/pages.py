"""Compare the reader of saved pages with its peers: one run, one core, the same pages, side by side.

    python -m benchmarks.pages [FOLDER]

FOLDER holds saved pages (*.html) and is ../shared/pages/html where none is given. Every reader gets each page
as bytes and works through all pages five times, the readers taking turns; medians of processor time count.
The memory that reading the largest page takes is measured in processes of their own (needs Linux).
Peers that are not installed are left out.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lxml import html as lxml_html

from benchmarks.measuring import RUNS, medians, peak_growth
from threads.parse import Options, Source
from threads.parse.page import SavedPage

DEFAULT = Path(__file__).resolve().parent.parent.parent / "shared" / "pages" / "html"
OURS = "below-the-line"
LXML = "lxml, parse alone"
Reader = Callable[[bytes], object]


def read_ours(data: bytes) -> object:
    """Return the records of a page: names, times, texts and parents."""
    return SavedPage().read(Source.from_bytes(data), Options(article_text=False))


def readers() -> Iterator[tuple[str, Reader]]:
    """Yield every reader that is installed, by name."""
    yield OURS, read_ours
    yield LXML, lxml_html.document_fromstring
    for name, module, make in (
        ("selectolax, parse alone", "selectolax", _selectolax),
        ("trafilatura, with comments", "trafilatura", _trafilatura),
        ("extruct", "extruct", _extruct),
        ("resiliparse", "resiliparse", _resiliparse),
    ):
        if importlib.util.find_spec(module) is not None:
            yield name, make()


def _selectolax() -> Reader:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415  (only where installed)

    return LexborHTMLParser


def _trafilatura() -> Reader:
    from trafilatura import bare_extraction  # noqa: PLC0415  (only where installed)

    return lambda data: bare_extraction(data, include_comments=True)


def _extruct() -> Reader:
    from extruct import extract  # type: ignore[import-untyped]  # noqa: PLC0415  (only where installed)

    return lambda data: extract(
        data.decode("utf-8", errors="replace"), syntaxes=["microdata", "json-ld", "rdfa"], errors="ignore"
    )


def _resiliparse() -> Reader:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415  (only where installed)

    return lambda data: extract_plain_text(data.decode("utf-8", errors="replace"), comments=True)


def every_page(read: Reader, pages: Sequence[bytes]) -> Callable[[], None]:
    """Return the work of reading all pages; a page that a peer cannot read counts as read."""

    def work() -> None:
        for page in pages:
            try:
                read(page)
            except Exception as error:  # a peer may fail in ways of its own; ours must not
                if read is read_ours:
                    raise
                print(f"not read: {error!r:.100}", file=sys.stderr)

    return work


def prepared(name: str, page: str) -> Callable[[], object]:
    """Return a reader's work on one page, its tables loaded."""
    read, data = dict(readers())[name], Path(page).read_bytes()
    read(b"<html><body><p>warm</p></body></html>")
    return lambda: read(data)


def main(folder: Path) -> None:
    """Print both tables."""
    paths = sorted(folder.glob("*.html"))
    if not paths:
        sys.exit(f"{folder}: there is no page (*.html) in it. Name a folder of saved pages")
    pages = [path.read_bytes() for path in paths]
    size = sum(map(len, pages)) / 1e6
    print(f"{len(pages)} pages, {size:.1f} MB; medians of {RUNS} runs, one core, processor time\n")
    works = {name: every_page(read, pages) for name, read in readers()}
    for work in works.values():
        work()  # imports, tables and caches of patterns
    taken = medians(works)
    print(f"{'reader':28}{'pages/s':>9}{'ms/page':>9}{'x lxml':>8}{'x ours':>8}")
    for name, total in sorted(taken.items(), key=lambda pair: pair[1]):
        print(
            f"{name:28}{len(pages) / total:9.0f}{1000 * total / len(pages):9.1f}"
            f"{total / taken[LXML]:8.1f}{total / taken[OURS]:8.2f}"
        )
    largest = max(paths, key=lambda path: path.stat().st_size)
    print(f"\nmemory for {largest.name} ({largest.stat().st_size / 1e6:.2f} MB), beyond the imports")
    grown = {name: peak_growth(__file__, name, str(largest)) for name in (LXML, OURS)}
    for name, growth in grown.items():
        print(f"{name:28}{growth / 1e6:9.1f} MB{growth / max(1, grown[LXML]):8.1f} x lxml")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
