"""The article above the comments: what the page declares, its text without comments, and no surprise."""

import json
import re
import time
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from threads.parse.article import MAX_ELEMENTS, Head, article, head
from threads.parse.documents import documents
from threads.parse.page.tree import build as tree
from threads.parse.source import Source

URL = "https://www.example.com/news/bridge"
PARAGRAPHS = "".join(
    f"<p>The old bridge over the river has been closed for {n} weeks, and the town is waiting for a decision "
    "of the council, which has met twice without one.</p>"
    for n in range(3, 9)
)
COMMENT = "I have walked over that bridge for thirty years and never saw a single crack in it, not one."
PAGE = f"""<html lang="en-GB"><head><title>The bridge stays shut | The Example</title>
<meta property="og:url" content="/news/bridge?page=2"><link rel="canonical" href="{URL}">
<meta property="article:published_time" content="2024-05-17T20:41:05+02:00"></head>
<body><nav><a href="/">Home</a></nav><article><h1>The bridge stays shut</h1>{PARAGRAPHS}</article>
<section id="comments"><h2>2 comments</h2>
<div class="c"><b>Ann</b> <time>May 18</time><p>{COMMENT}</p></div>
<div class="c"><b>Bob</b> <time>May 19</time><p>{COMMENT.replace("thirty", "forty")}</p></div>
</section></body></html>"""


def pieces_of(page, **attributes):
    """The places of the pieces of text in the elements with some attributes."""
    return [
        place
        for element, own in enumerate(page.attributes)
        if attributes.items() <= own.items()
        for place in page.pieces_of(element)
    ]


def headed(elements, body=""):
    return tree(f"<html><head>{elements}</head><body><p>x</p>{body}</body></html>")


def test_what_the_page_declares():
    assert head(tree(PAGE)) == Head(
        "The bridge stays shut", URL, datetime.fromisoformat("2024-05-17T20:41:05+02:00"), "en"
    )


def test_a_page_that_declares_nothing():
    assert head(tree("<p>x</p>")) == Head()
    assert head(tree("<p>x</p>"), URL) == Head(url=URL)


@pytest.mark.parametrize(
    ("elements", "body", "title"),
    [
        ("<title>A | B</title><meta property=og:title content='The bridge'>", "", "The bridge"),
        (
            "<title>The bridge - The Example</title><meta property=og:site_name content='The Example'>",
            "",
            "The bridge",
        ),
        ("<title>Example: The bridge</title>", "", "Example: The bridge"),
        ("<title>Example » The bridge</title>", "", "The bridge"),
        ("<title>The bridge - shut</title>", "", "The bridge - shut"),
        (
            "<title>The bridge - shut - Somebody's Paper</title>",
            "<h1>The bridge – shut</h1>",
            "The bridge - shut",
        ),
        ("<title>A long story of a bridge | Paper</title>", "<h1>Paper</h1>", "A long story of a bridge"),
        ("<title>The bridge | Forum</title>", "", "The bridge"),
        ("", "<h1>The\n bridge</h1>", "The bridge"),
        ("<title> </title>", "", None),
    ],
)
def test_the_title_is_told_from_the_name_of_the_site(elements, body, title):
    assert head(headed(elements, body), "https://www.example.com/a").title == title


@pytest.mark.parametrize(
    ("elements", "known", "url"),
    [
        ("<link rel=canonical href='/b'>", URL, "https://www.example.com/b"),
        ("<link rel=canonical href='/b'>", None, None),
        ("<link rel=canonical href='https://www.example.com/'>", URL, URL),
        ("<link rel=canonical href='https://www.example.com/'>", None, None),
        ("<link rel=canonical href='https://a.example/'>", "https://a.example", "https://a.example/"),
        (
            "<link rel=canonical href='https://web.archive.org/web/20160330101229/http://a.example/x'>",
            None,
            "http://a.example/x",
        ),
        ("<meta property=og:url content='https://a.example/x'>", None, "https://a.example/x"),
        ("<link rel=canonical href='javascript:x'>", URL, URL),
        ("<link rel=canonical href='http://[x'>", URL, URL),
    ],
)
def test_the_address_is_the_declared_one_where_it_can_be(elements, known, url):
    assert head(headed(elements), known).url == url


MAY = datetime(2024, 5, 17, 20, 41, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("elements", "at"),
    [
        ("<meta name=date content='2024-05-17T20:41:05Z'>", MAY),
        ("<meta name=DC.date.issued content='2024-05-17T22:41:05+0200'>", MAY),
        ("<meta name=pubdate content='Fri, 17 May 2024 20:41:05 GMT'>", MAY),
        ("<meta name=date content='2024-05-17 22:41:05'>", MAY),  # in the zone that was given
        ("<meta name=date content='soon'><meta name=pubdate content='20240517T204105Z'>", MAY),
        ("<meta name=date content='1024-05-17'>", None),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "Comment", '
            '"datePublished": "2020-01-01"}, {"@type": ["NewsArticle"], '
            '"datePublished": "2024-05-17T20:41:05Z"}]}</script>',
            MAY,
        ),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "a\n b", '
            '"datePublished": "2024-05-17T20:41:05Z",}</script>',
            MAY,
        ),
        ('<script type="application/ld+json">' + '[{"@graph":' * 50_000 + '"datePublished"</script>', None),
    ],
)
def test_the_time_of_publication(elements, at):
    assert head(headed(elements), timezone=ZoneInfo("Europe/Berlin")).published_at == at


@pytest.mark.parametrize(("lang", "language"), [("pt-BR", "pt"), ("DE", "de"), ("", None), ("x" * 50, None)])
def test_the_language_is_the_primary_subtag(lang, language):
    assert head(tree(f"<html lang='{lang}'><body><p>x</p></body></html>")).language == language


def test_comments_are_kept_out_of_the_text():
    page = tree(PAGE)
    found = article(page, without=pieces_of(page, **{"class": "c"}))
    assert found.text.startswith("The bridge stays shut")
    assert "for 8 weeks, and the town" in found.text
    assert "walked" not in found.text
    assert found.warnings == ()


def test_what_stands_around_what_is_left_out_keeps_its_order():
    page = tree(PAGE.replace("the town is waiting", "<i>the <b>town</b> is</i> waiting<br>here"))
    shown = article(page, without=pieces_of(page, id="comments")).text
    assert "for 8 weeks, and the town is waiting" in shown
    assert [int(n) for n in re.findall(r"for (\d) weeks", shown)] == [3, 4, 5, 6, 7, 8]


def test_results_do_not_depend_on_what_was_read_before():
    pages = [PAGE, PAGE.replace("river", "railway").replace("Ann", "Cid"), PAGE]
    first = [article(tree(page)) for page in pages]
    again = [article(tree(page)) for page in reversed(pages)]
    assert first == again[::-1]
    assert first[0] == first[2]


def test_repeated_paragraphs_are_all_kept():
    # The library can leave out what it has seen before, on any page: that must stay off.
    again = [article(tree(PAGE)).text for _ in range(5)]
    assert len(set(again)) == 1


def test_a_failure_in_the_library_costs_a_warning_only(monkeypatch):
    def fail(*_args, **_how):
        raise RecursionError

    monkeypatch.setattr("trafilatura.bare_extraction", fail)
    found = article(tree(PAGE))
    assert (found.title, found.text) == ("The bridge stays shut", None)
    assert found.warnings == ("the article's text is not taken: trafilatura failed (RecursionError)",)


def test_a_page_without_an_article_is_told_to_nobody_on_standard_error(capfd):
    assert article(tree("<html><body></body></html>")).text is None
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("depth", [300, 3_000, 100_000])
def test_deep_pages_cost_the_text_and_not_the_program(depth):
    found = article(tree(PAGE.replace("<article>", "<div>" * depth + "<article>")))
    assert (found.title, found.text) == ("The bridge stays shut", None)
    assert found.warnings == ("the article's text is not taken: it is nested deeper than 256 levels",)


def test_comments_without_number_do_not_cost_the_text():
    comments = f"<div>{COMMENT}</div>" * (MAX_ELEMENTS + 1)
    page = tree(PAGE.replace("<h2>", comments + "<h2>"))
    assert "for 8 weeks" in article(page, without=pieces_of(page, id="comments")).text
    start = time.monotonic()
    assert re.search(r"more than 30,000$", article(page).warnings[0])
    assert time.monotonic() - start < 5


def letters(text):
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text or "").casefold())


# Pages on which comments are taken for the article where they are not left out, and one without comments.
ORIGINALS = ["chefkoch_amp", "hn_2015", "taz_siemens", "vbulletin_mazda", "xenforo2_forum", "neg_ebene11"]


@pytest.mark.quality
@pytest.mark.parametrize("name", ORIGINALS)
def test_no_comment_of_the_originals_is_in_the_text_of_its_article(shared, name):
    gold = json.loads((shared / "pages" / "gold" / f"{name}.json").read_text(encoding="utf-8"))
    source = next(documents(Source.from_path(shared / "pages" / "html" / f"{name}.html")))
    page = tree(source.html)
    comments = [letters(comment["text"]) for comment in gold["comments"]]
    text = letters(article(page, without=list(around(page, comments))).text)
    assert text
    # Shorter ones may quote a line of the article.
    assert [comment for comment in comments if len(comment) >= 80 and comment in text] == []


def around(page, texts):
    """The pieces of the smallest element around each text."""
    within = [letters("".join(page.pieces[p] for p in page.pieces_of(e))) for e in range(len(page))]
    for text in texts:
        holding = [(len(own), e) for e, own in enumerate(within) if text and text[:300] in own]
        if holding:
            yield from page.pieces_of(min(holding)[1])
