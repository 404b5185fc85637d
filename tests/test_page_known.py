"""What is known of a platform helps where a page alone does not say enough; comments declared as JSON-LD."""

import json

import pytest
from conftest import ROOT
from written_pages import ALL, COUNT, NAMES, TEXTS, TIMES, comment, page, records, section

from threads.parse.page.comments import find_comments
from threads.parse.page.items import facts
from threads.parse.page.json_ld import declared_comments
from threads.parse.page.known import known_sections
from threads.parse.page.marks import lines, marks
from threads.parse.page.platforms import PLATFORMS, Platform
from threads.parse.page.selectors import Index, compiled, may_match, select
from threads.parse.page.tree import build

SAMPLE_OF = {
    "schema.org": "page_microdata",
    "rdfa": "page_drupal8",
    "microformats": "page_h_entry",
    "hacker-news": "page_hackernews",
    "reddit": "page_reddit_shreddit",
    "reddit-old": "page_reddit_old",
    "discourse": "page_discourse",
    "disqus": "page_disqus",
    "github": "page_github_react",
    "kinja": "page_kinja",
    "phpbb": "page_phpbb3",
    "vbulletin-3": "page_vbulletin3",
    "vbulletin-4": "page_vbulletin4",
    "vbulletin-5": "page_vbulletin5",
    "xenforo-1": "page_xenforo1",
    "xenforo-2": "page_xenforo2",
}
SELECTORS = ("item", "author", "time", "text", "parent", "level", "skip", "removed")


# --- the table of platforms ---


def test_every_platform_has_a_sample():
    assert list(SAMPLE_OF) == [platform.name for platform in PLATFORMS]


@pytest.mark.parametrize(("name", "sample"), SAMPLE_OF.items(), ids=SAMPLE_OF)
def test_a_platform_is_found_in_its_sample(name, sample):
    (platform,) = (platform for platform in PLATFORMS if platform.name == name)
    html = (ROOT / "sample_data" / sample / "thread.html").read_text(encoding="utf-8")
    assert may_match(platform.item, html)
    tree = build(html)
    page_lines = lines(tree)
    page_facts = facts(tree, page_lines, marks(tree, page_lines))
    assert platform in [known for known, _ in known_sections(page_facts, PLATFORMS)]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_the_selectors_of_a_platform_are_selectors(platform):
    wheres = [part.partition("@")[0] for name in SELECTORS for part in getattr(platform, name).split(",")]
    assert all(compiled(where) for where in wheres if where.strip())


# --- what a platform's entry does ---


def box(i, *, classes="", extra="", text=None):
    """A comment whose markup says nothing by itself."""
    return (
        f'<div class="q1 {classes}" {extra}><i class="q2">{NAMES[i]}</i><i class="q4">{TIMES[i]}</i>'
        f'<div class="q3">{text or TEXTS[i]}</div><div class="q5">Be kind to each other.</div></div>'
    )


def known(*boxes, **entry):
    platform = Platform(name="tested", item="div.q1", **entry)
    return find_comments(page(f"<div>{''.join(boxes)}</div>"), platforms=[platform]).found


def test_markup_that_says_nothing_is_nothing_without_the_platform():
    assert find_comments(page(box(0)), platforms=[]).found == ()


def test_a_platform_finds_a_comment_that_stands_alone():
    assert records(known(box(0), author=".q2", text=".q3")) == ALL[:1]


def test_the_author_may_be_an_attribute_of_the_item():
    boxes = (box(i, extra=f'data-who="member{i}"') for i in COUNT)
    assert [c.author for c in known(*boxes, author="@data-who")] == [
        "member0",
        "member1",
        "member2",
        "member3",
    ]


def test_the_author_may_be_an_attribute_of_an_element_inside():
    boxes = (box(i).replace('class="q2"', f'class="q2" title="member{i}"') for i in COUNT)
    assert [c.author for c in known(*boxes, author="i.q2@title")][:2] == ["member0", "member1"]


def test_an_item_without_the_platforms_author_has_none_where_most_have_one():
    boxes = [box(i) for i in COUNT]
    boxes[1] = boxes[1].replace('class="q2"', 'class="q7"')
    assert [c.author for c in known(*boxes, author=".q2")] == [NAMES[0], None, NAMES[2], NAMES[3]]


def test_the_time_may_be_an_attribute_and_goes_before_what_is_shown():
    boxes = (box(i, extra=f'data-at="2021-03-0{i + 1}T08:00:00Z"') for i in COUNT)
    assert [c.stamp.year for c in known(*boxes, time="@data-at")] == [2021] * 4


def test_the_time_may_be_an_element():
    boxes = (box(i, text=f"9 June 1999 12:00: {TEXTS[i]}") for i in COUNT)
    assert [c.raw for c in known(*boxes, time=".q4", text=".q3")] == list(TIMES)


def test_the_text_is_the_platforms_element():
    assert [c.text for c in known(*(box(i) for i in COUNT), text=".q5")] == ["Be kind to each other."] * 4


def test_the_level_of_every_item_gives_parents():
    boxes = (box(i, extra=f'data-deep="{(0, 1, 2, 1)[i]}"') for i in COUNT)
    assert [c.parent for c in known(*boxes, level="@data-deep")] == [None, 0, 1, 0]


def test_a_level_that_one_item_lacks_gives_none():
    boxes = [box(i, extra=f'data-deep="{(0, 1, 2, 1)[i]}"') for i in COUNT]
    boxes[2] = box(2)
    assert [c.parent for c in known(*boxes, level="@data-deep")] == [None] * 4


def test_items_that_are_skipped_are_no_comments():
    boxes = (box(i, classes="advert" if i == 1 else "") for i in COUNT)
    assert [c.author for c in known(*boxes, skip=".advert", author=".q2")] == [NAMES[0], NAMES[2], NAMES[3]]


def test_items_that_the_platform_marks_are_deleted():
    boxes = (box(i, classes="gone" if i == 1 else "") for i in COUNT)
    assert [c.status for c in known(*boxes, removed=".gone")] == ["visible", "deleted", "visible", "visible"]


def test_a_flat_platform_gives_no_parents_by_place():
    boxes = [box(i, classes=f"depth-{i}") for i in COUNT]
    assert [c.parent for c in known(*boxes, text=".q3")] == [None, 0, 1, 2]
    assert [c.parent for c in known(*boxes, text=".q3", flat=True)] == [None] * 4


def test_a_flat_platform_gives_parents_by_quotations():
    quote = f"<blockquote>{NAMES[0]} wrote:<br>{TEXTS[0]}</blockquote>No."
    boxes = (box(i, text=quote if i == 2 else None) for i in COUNT)
    assert [c.parent for c in known(*boxes, author=".q2", text=".q3", flat=True)] == [None, None, 0, None]


def test_another_site_that_uses_the_platforms_names_is_not_the_platform():
    assert known(box(0), text=".no-such-text") == ()


def test_a_platforms_part_of_a_page_does_not_hide_more_comments():
    few = Platform(name="tested", item="div.featured")
    boxes = [
        comment(i).replace('class="comment"', 'class="comment featured"') if i == 0 else comment(i)
        for i in COUNT
    ]
    assert len(find_comments(page(section(*boxes)), platforms=[few]).found) == 4


# --- selectors ---

TREE = build(
    '<body><p class="a b" id="n1" title="x y">1</p><p class="a">2</p><div class="a" lang="de">3</div></body>'
)


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("p", "12"),
        (".a", "123"),
        ("p.a", "12"),
        (".b.a", "1"),
        ("#n1", "1"),
        ("p#n1.a", "1"),
        ("[lang]", "3"),
        ("[lang=de]", "3"),
        ("[title=x]", ""),
        ("[title*=y]", "1"),
        ("[title^=x]", "1"),
        ("[title^=y]", ""),
        ("*.a", "123"),
        ("div, #n1", "13"),
        ("div.b", ""),
    ],
)
def test_a_selector_selects(selector, texts):
    everything = range(len(TREE))
    assert "".join(TREE.text(e) for e in select(TREE, everything, selector)) == texts
    assert "".join(TREE.text(e) for e in Index(TREE).select(selector)) == texts


@pytest.mark.parametrize("selector", ["p a", "p > a", "p:first-child", "[a", "a]", "p + q", "..a", "[a=b"])
def test_more_than_one_element_is_no_selector(selector):
    with pytest.raises(ValueError, match="not a selector of one element"):
        compiled(selector)


def test_no_selector_selects_nothing():
    assert select(TREE, range(len(TREE)), "") == []


@pytest.mark.parametrize(
    ("selector", "html", "answer"),
    [
        ("div.post", '<div class="post">', True),
        ("div.post", '<div class="pos">', False),
        ("my-post", "<my-post>", True),
        ("my-post", "<post>", False),
        ("[data-post-id]", "<div data-post-id=1>", True),
        ("[itemtype*=org/Comment]", "<div itemtype='x'>", False),
        (".a, .b", "<p class=b>", True),
    ],
)
def test_markup_is_asked_before_it_is_read(selector, html, answer):
    assert may_match(selector, html) is answer


# --- JSON-LD ---


def declared(document, *, raw=False):
    text = document if raw else json.dumps(document, ensure_ascii=False)
    return build(f'<head><script type="application/ld+json">{text}</script></head>')


def said(i, **more):
    return {"@type": "Comment", "author": {"name": NAMES[i]}, "dateCreated": f"2020-05-0{i + 1}T10:00:00Z", "text": TEXTS[i], **more}  # fmt: skip  # noqa: E501


def test_declared_comments_are_found():
    found = declared_comments(declared({"@type": "NewsArticle", "comment": [said(0), said(1)]}))
    assert [(c.author, c.raw, c.text) for c in found] == [
        (NAMES[0], "2020-05-01T10:00:00Z", TEXTS[0]),
        (NAMES[1], "2020-05-02T10:00:00Z", TEXTS[1]),
    ]


def test_comments_declared_inside_comments_answer_them():
    document = {"comment": [said(0, comment=[said(1, comment=said(2))]), said(3)]}
    assert [c.parent for c in declared_comments(declared(document))] == [None, 0, 1, None]


@pytest.mark.parametrize("key", ["comment", "suggestedAnswer", "acceptedAnswer"])
def test_answers_to_questions_are_comments(key):
    assert [c.text for c in declared_comments(declared({"@type": "Question", key: said(0)}))] == [TEXTS[0]]


@pytest.mark.parametrize(
    "around", [lambda a: [a], lambda a: {"@graph": [{"name": "site"}, a]}], ids=["list", "graph"]
)
def test_the_article_may_stand_in_a_list_or_a_graph(around):
    assert len(declared_comments(declared(around({"comment": [said(0)]})))) == 1


def test_a_declared_author_may_be_a_plain_name():
    assert declared_comments(declared({"comment": said(0, author="Zoe")}))[0].author == "Zoe"


def test_a_declared_text_in_html_is_read_as_shown():
    text = "<p>Grey &amp; quiet.</p><p>Green?</p>"
    assert declared_comments(declared({"comment": said(0, text=text)}))[0].text == "Grey & quiet.\n\nGreen?"


@pytest.mark.parametrize(
    "text", ["{", "", "null", "7", '"comment"', '{"comment": 7}', '{"comment": [null, {"text": 5}]}']
)
def test_what_is_no_document_with_comments_declares_none(text):
    tree = declared(text, raw=True)
    assert declared_comments(tree) == []


def test_a_broken_script_does_not_hide_the_next():
    tree = build(
        '<script type="application/ld+json">{</script>'
        f'<script type="application/ld+json">{json.dumps({"comment": said(0)})}</script>'
    )
    assert len(declared_comments(tree)) == 1


def test_declared_comments_go_before_fewer_that_are_shown():
    script = (
        f'<script type="application/ld+json">{json.dumps({"comment": [said(i) for i in COUNT]})}</script>'
    )
    found = find_comments(page(section(comment(0), comment(1)), head=script)).found
    assert [c.raw for c in found] == [f"2020-05-0{i}T10:00:00Z" for i in range(1, 5)]


def test_comments_that_are_shown_go_before_as_many_declared():
    script = (
        f'<script type="application/ld+json">{json.dumps({"comment": [said(i) for i in COUNT]})}</script>'
    )
    assert records(find_comments(page(section(*(comment(i) for i in COUNT)), head=script)).found) == ALL


def test_three_hundred_declared_levels_are_all_read():
    document = said(0)
    for _ in range(300):
        document = said(0, comment=[document])
    assert [c.parent for c in declared_comments(declared({"comment": document}))] == [None, *range(300)]
