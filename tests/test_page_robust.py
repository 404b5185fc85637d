"""Hostile, huge and broken pages: the exact comments or a named error, in time that grows with the page."""

import random
import time

import fuzz_pages
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_pages import page, section

from threads.errors import InputError, ThreadsError
from threads.parse import Options, Source
from threads.parse.page import SavedPage
from threads.parse.page.comments import find_comments
from threads.parse.page.json_ld import declared_comments
from threads.parse.page.tree import MOST_TAGS, build

WITHOUT_ARTICLE = Options(article_text=False)


WORDS = (
    *("tram", "bridge", "paint", "river", "night", "bus", "stop", "green"),
    *("grey", "ticket", "market", "square", "rain", "lamp", "street"),
)


def one(i):
    said = " ".join(WORDS[i * k % 15] for k in (1, 7, 11, i // 15 + 1, i // 225 + 2))
    return (
        f'<li class="comment" id="c{i}"><div class="comment-body"><b class="author">Reader {i % 977}</b> '
        f'<span class="date">{1 + i % 28} March 2024, {i // 60 % 24:02}:{i % 60:02}</span>'
        f"<p>The {said} is late.</p></div>"
    )


def nested(count):
    return page(section("<ul>" + "<ul class=children>".join(map(one, range(count))) + "</li></ul>" * count))


def flat(count):
    return page(section("<ul>" + "".join(one(i) + "</li>" for i in range(count)) + "</ul>"))


def comments_of(html):
    parsed = SavedPage().read(Source.from_text(html), WITHOUT_ARTICLE)
    return [c for d in parsed.discussions for c in d.comments]


# --- deep ---


@pytest.mark.parametrize("depth", [2, 255, 257, 1_000, 2_500])
def test_each_of_a_chain_of_answers_answers_the_one_around_it(depth):
    found = find_comments(nested(depth)).found
    assert [c.parent for c in found] == [None, *range(depth - 1)]


@pytest.mark.parametrize(
    "tag", ["div", "blockquote", "span", "b", "a", "table", "p", "li", "font", "section"]
)
def test_100_000_elements_that_nothing_ends_leave_the_comments_readable(tag):
    html = flat(3).replace("<aside>", f"<{tag}>" * 100_000)
    assert len(find_comments(html).found) == 3


def test_json_ld_nested_100_000_deep_leaves_the_comments_readable():
    script = '{"comment":' * 100_000 + "1" + "}" * 100_000
    html = flat(3).replace("</head>", f'<script type="application/ld+json">{script}</script></head>')
    assert len(find_comments(html).found) == 3


# --- large ---


def test_a_page_of_too_many_tags_is_refused_with_both_numbers():
    with pytest.raises(InputError, match=rf"{MOST_TAGS + 1:,} tags, more than the limit of {MOST_TAGS:,}"):
        build("<" * (MOST_TAGS + 1))


@pytest.mark.parametrize("separator", [" ", "/", "\n"])
def test_200_000_attributes_of_one_tag_are_read_in_time(separator):
    begun = time.process_time()
    tag = f"<p {separator.join(f'a{i}=1' for i in range(200_000))}>"
    assert len(find_comments(flat(3).replace("<main>", f"{tag}x</p><main>")).found) == 3
    assert time.process_time() - begun < 20  # 0.5 s; comparing each with each takes minutes


def test_long_text_without_an_end_of_a_tag_is_no_tag_of_many_attributes():
    text = "a<b and words " * 1_000 + "x" * 20_000
    assert len(find_comments(flat(3).replace("painted green", text)).found) == 3


@pytest.mark.parametrize(
    "filling",
    ["word " * 1_000_000, f'<p title="{"x" * 1_000_000}">x</p>', "&amp;" * 500_000, "<pre>" + "\n" * 500_000],
    ids=["line", "attribute", "entities", "line feeds"],
)
def test_a_megabyte_of_anything_beside_the_comments_does_not_hide_them(filling):
    assert len(find_comments(flat(3).replace("<main>", f"<div>{filling}</div><main>")).found) == 3


@pytest.mark.parametrize("make", [flat, nested])
def test_four_times_the_comments_take_about_four_times_the_time(make):
    least, most = (min(_seconds(make(count)) for _ in range(2)) for count in (400, 1_600))
    assert most < 8 * least  # 16 times where time grows with the square


def _seconds(html):
    begun = time.process_time()
    find_comments(html)
    return time.process_time() - begun


# --- declared twice ---


def test_a_comment_declared_twice_is_taken_once_and_answers_keep_their_parents():
    script = (
        '<script type="application/ld+json">{"comment":[{"@id":"#1","text":"One"},'
        '{"@id":"#2","text":"Two","comment":{"@id":"#3","text":"Three"}}]}</script>'
    )
    found = declared_comments(build(script * 2))
    assert [(c.text, c.parent) for c in found] == [("One", None), ("Two", None), ("Three", 1)]


def test_answers_in_a_second_script_count_from_the_comments_of_the_first():
    first = '<script type="application/ld+json">{"comment":{"text":"One"}}</script>'
    second = (
        '<script type="application/ld+json">{"comment":{"text":"Two","comment":{"text":"Three"}}}</script>'
    )
    assert [c.parent for c in declared_comments(build(first + second))] == [None, None, 1]


# --- broken ---


@pytest.mark.parametrize("name", sorted(p.parent.name for p in fuzz_pages.SAMPLES.glob("page_*/thread.html")))
def test_a_page_cut_anywhere_is_read_or_refused_by_name(name):
    data = (fuzz_pages.SAMPLES / name / "thread.html").read_bytes()
    chance = random.Random(name)
    for _ in range(15):
        tally = fuzz_pages.Tally()
        cut = data[: chance.randrange(len(data))].decode("utf-8", errors="replace")
        assert fuzz_pages.check(cut, chance, tally) is None


def test_nul_and_lone_surrogates_in_a_text_do_not_stop_the_reader():
    comments = comments_of(flat(4).replace("is late", "is l\x00\ud800a\udfffte"))
    assert [c.text.count("\ufffd") for c in comments] == [2, 2, 2, 2]


def test_every_character_can_stand_in_a_comment():
    size = 0x4000
    for begin in range(0, 0x110000, size):
        characters = "".join(map(chr, range(begin, begin + size))).replace("<", "")
        assert len(find_comments(flat(3).replace("is late", f"is {characters} late", 1)).found) == 3


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0))
def test_pages_broken_at_random_give_sound_records_or_a_named_error(seed):
    chance = random.Random(seed)
    assert fuzz_pages.check(fuzz_pages.broken(PAGES, chance), chance, fuzz_pages.Tally()) is None


PAGES = fuzz_pages.seeds()


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/=\"' \n\x00\ud800abdilptu&;#12-!"), max_size=200))
def test_any_markup_gives_a_page_or_a_named_error(markup):
    try:
        SavedPage().read(Source.from_text(f"<html>{markup}"), WITHOUT_ARTICLE)
    except ThreadsError as error:
        assert str(error)  # noqa: PT017  (either outcome is right)
