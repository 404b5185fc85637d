"""Break pages at random and read them: nothing but a named error may come out, and records must be sound.

Run it by hand for a number of pages, or with "s" for a number of seconds; the same seed makes the same pages:

    python tests/fuzz_pages.py 100000 1
    python tests/fuzz_pages.py 600s 1

It takes the sample pages and the pieces below apart into tags and texts, and deletes, doubles, swaps, inserts
and cuts some of them. A page that fails is written to the temporary folder and its path printed; the exit
status is then 1.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from threads.errors import ThreadsError
from threads.parse import Options, Source
from threads.parse.page import SavedPage
from threads.parse.page.comments import find_comments
from threads.records import Comment

SAMPLES = Path(__file__).resolve().parent.parent / "sample_data"
LONGEST = 12_000  # characters of a broken page
SLOW = 5.0  # seconds of processor time
_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_ATTRIBUTE = re.compile(r"\s[\w:-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?")
_CHARSETS = ("utf-8", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1251", "shift_jis", "utf-7", "koi8-r")

SNIPPETS = (
    "<ul><li class=comment id=c1><b class=author>Ann</b> <time datetime=2024-03-01T10:00>1 March 2024</time>"
    "<p>First of all.</p><ul class=children><li class=comment id=c2><b class=author>Bo</b> "
    "<time datetime=2024-03-01T11:00>1 March 2024</time><p>And then this.</p></ul></ul>",
    "<dl><dt><a href=/user/ann>Ann</a> says: 3 May 2021 at 10:11</dt><dd>No tram, no harbour.</dd>"
    "<dt><a href=/user/bo>Bo</a> says: 3 May 2021 at 10:15</dt><dd><blockquote>No tram</blockquote>Why?</dl>",
    "<table><tr><td><img src=s.gif width=0></td><td>ann 2 hours ago<br>Tell me more.</td></tr>"
    "<tr><td><img src=s.gif width=40></td><td>bo 1 hour ago<br>There is no more.</td></tr></table>",
    "<div id=comments><h3>2 comments</h3><div class=comment style='margin-left:0px' data-id=1>Ann 12.03.2020"
    " 9:15<p>Good.</p></div><div class=comment style='margin-left:20px' data-parent-id=1>Bo 13.03.2020 21:40"
    "<p>Bad.</div></div>",
    '<html lang=de><script type="application/ld+json">{"@type":"Article","commentCount":2,"comment":[{"text":'
    '"<b>Gut</b>","author":{"name":"Ann"},"dateCreated":"2024-01-02T03:04:05Z","comment":[{"text":"Nein"}]}]}'
    "</script><div itemscope itemtype=http://schema.org/Comment><span itemprop=author>Ann</span>"
    "<meta itemprop=dateCreated content=2024-01-02T03:04:05Z><p itemprop=text>Gut</p></div>",
)
INSERTED = (
    *(
        "<div>",
        "</div>",
        "<p>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<ul>",
        "<li class=comment>",
        "</li>",
        "<a>",
    ),
    *(
        "<b>",
        "<i>",
        "</b>",
        "<blockquote>",
        "<form>",
        "<select>",
        "<option>",
        "<template>",
        "<svg>",
        "<math>",
    ),
    *(
        "<script>",
        "</script>",
        "<style>",
        "<textarea>",
        "<title>",
        "<noscript>",
        "<frameset>",
        "<iframe srcdoc='<p>x'>",
    ),
    *(
        "<pre>\n",
        "<br>",
        "<time datetime=2024-01-01>",
        "<time datetime=9999-99-99T99:99>",
        "<plaintext>",
        "<body>",
    ),
    *(
        "<html lang=ar>",
        "<meta charset=utf-16>",
        "<base href=//x>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?xml ?>",
        "<!doctype x>",
    ),
    *(
        "\x00",
        "\ud800",
        "\udfff",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\ufffe",
        "\x1b",
        "\x85",
        "\u2028",
        "&#0;",
        "&#xD800;",
    ),
    *(
        "&#x110000;",
        "&amp",
        "&lt",
        "&nbsp;",
        "&bogus;",
        "5 minutes ago",
        "1 January 0001",
        "31.02.2020 25:61",
        "Ann wrote:",
    ),
    *(
        "99999999999999999999",
        "@Ann",
        ">>1",
        "３月１日",
        "12:00",
        "\t",
        "\n\n\n",
        "A" * 3_000,
        "level 3",
        "[deleted]",
        "İ",
    ),
    *(
        "<div class='comment comment' id=c1>",
        "<span class=author>",
        "<div class='comments depth-9999'>",
        "<x-y>",
        "<p><p><p>",
    ),
)
VALUES = (
    "",
    "comment",
    "author",
    "#c1",
    "c1",
    "-1",
    "1e999",
    "0" * 400,
    "\ud800",
    "\x00",
    "2024-02-30",
    "depth-3",
    "date",
    "٣",
)


@dataclass(slots=True)
class Tally:
    """What came of the pages so far."""

    read: int = 0
    refused: int = 0
    with_comments: int = 0
    comments: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)


def seeds() -> list[list[str]]:
    """Return the pages to break, in tokens."""
    pages = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(SAMPLES.glob("page_*/thread.html"))
    ]
    return [_TOKEN.findall(page) for page in (*SNIPPETS, *pages)]


def broken(pages: Sequence[Sequence[str]], chance: random.Random) -> str:
    """Return one of `pages` with some of its tokens changed."""
    tokens = list(chance.choice(pages))
    begin = chance.randrange(len(tokens)) if chance.random() < 0.2 else 0
    tokens = tokens[begin : begin + chance.choice((20, 60, 200, 400))]
    for _ in range(chance.choice((1, 1, 2, 4, 10, 40))):
        _change(tokens, pages, chance)
    html = "".join(tokens)
    return html[: chance.randrange(1, LONGEST)] if chance.random() < 0.2 else html[:LONGEST]


def _change(tokens: list[str], pages: Sequence[Sequence[str]], chance: random.Random) -> None:
    place = chance.randrange(len(tokens) + 1)
    how = chance.randrange(8)
    stop = place + chance.choice((1, 1, 2, 5, 20))
    if how == 0:
        del tokens[place:stop]
    elif how == 1:
        tokens[place:place] = tokens[place:stop] * chance.choice((1, 1, 2, 30))
    elif how == 2:
        other = chance.choice(pages)
        cut = chance.randrange(len(other))
        tokens[place:place] = other[cut : cut + chance.choice((1, 3, 30))]
    elif how in (3, 4):
        tokens.insert(place, chance.choice(INSERTED))
    elif place < len(tokens):
        tokens[place] = _changed(tokens[place], tokens, how, chance)


def _changed(token: str, tokens: Sequence[str], how: int, chance: random.Random) -> str:
    if how == 5:
        return chance.choice(tokens)
    if not token.startswith("<"):
        cut = chance.randrange(len(token) + 1)
        return token[:cut] + chance.choice(INSERTED) + token[cut + chance.randrange(3) :]
    if how == 6:
        return _ATTRIBUTE.sub(lambda m: "" if chance.random() < 0.5 else m[0], token)
    name = chance.choice(
        ("class", "id", "style", "href", "datetime", "title", "data-parent-id", "data-time", "itemprop")
    )
    return f'{token.rstrip(">")} {name}="{chance.choice(VALUES)}">'


def source_of(html: str, chance: random.Random) -> Source:
    """Return a page as the bytes of a file in some charset, or as text."""
    if chance.random() < 0.3:
        return Source.from_text(html)
    charset = "utf-8" if chance.random() < 0.6 else chance.choice(_CHARSETS)
    try:
        data = html.encode(charset, errors="surrogatepass" if charset.startswith("utf-8") else "replace")
    except UnicodeError:
        data = html.encode("utf-8", errors="surrogatepass")
    return Source.from_bytes(data)


def unsound(comments: Sequence[Comment]) -> str | None:
    """Return what is wrong with the records of a page."""
    ids = [c.comment_id for c in comments]
    known = set(ids)
    if len(known) != len(ids):
        return "two comments have one id"
    if [c.position for c in comments] != list(range(1, len(comments) + 1)):
        return "positions are not those of the page"
    if any(
        c.parent_id is not None and (c.parent_id not in known or c.parent_id == c.comment_id)
        for c in comments
    ):
        return "a parent is none of the comments"
    parents = {c.comment_id: c.parent_id for c in comments}
    return "comments answer each other in a circle" if _has_circle(parents) else None


def _has_circle(parents: dict[str, str | None]) -> bool:
    done: set[str] = set()
    for start in parents:
        path: set[str] = set()
        here: str | None = start
        while here is not None and here not in done:
            if here in path:
                return True
            path.add(here)
            here = parents[here]
        done |= path
    return False


def check(html: str, chance: random.Random, tally: Tally) -> str | None:
    """Read a page both ways; return what went wrong."""
    begun = time.process_time()
    try:
        if chance.random() < 0.2:
            find_comments(html)
        parsed = SavedPage().read(source_of(html, chance), Options(article_text=False))
    except ThreadsError:
        tally.refused += 1
        return None
    except Exception:  # noqa: BLE001  (finding those is what this is for)
        return traceback.format_exc()
    took = time.process_time() - begun
    tally.slowest = max(tally.slowest, took)
    comments = [c for d in parsed.discussions for c in d.comments]
    tally.comments += len(comments)
    tally.with_comments += bool(comments)
    return unsound(comments) or (f"it took {took:.1f} s" if took > SLOW else None)


def numbers(limit: str) -> Iterator[int]:
    """Yield 0, 1, 2 … as long as `limit`, a number or seconds such as "60s", allows."""
    until = time.monotonic() + float(limit[:-1]) if limit.endswith("s") else None
    count = sys.maxsize if until is not None else int(limit)
    for number in range(count):
        if until is not None and time.monotonic() >= until:
            return
        yield number


def fuzz(limit: str, seed: str) -> Tally:
    """Read broken pages; report and keep each that fails."""
    pages, tally = seeds(), Tally()
    folder = Path(tempfile.mkdtemp(prefix="btl-fuzz-"))
    for number in numbers(limit):
        chance = random.Random(f"{seed} {number}")
        html = broken(pages, chance)
        tally.read += 1
        wrong = check(html, chance, tally)
        if wrong is not None:
            path = folder / f"{seed}-{number}.html"
            path.write_bytes(html.encode("utf-8", errors="surrogatepass"))
            tally.failures.append(wrong)
            print(f"{path}\n{wrong}", flush=True)
    return tally


if __name__ == "__main__":
    limit_of_run, seed_of_run = (*sys.argv[1:3], *("1000", "1")[len(sys.argv) - 1 :])[:2]
    result = fuzz(limit_of_run, seed_of_run)
    print(
        f"{result.read:,} pages, seed {seed_of_run}: {len(result.failures)} failed, "
        f"{result.refused:,} refused by a named error, {result.with_comments:,} with comments "
        f"({result.comments:,}); slowest {result.slowest:.2f} s"
    )
    sys.exit(bool(result.failures))
