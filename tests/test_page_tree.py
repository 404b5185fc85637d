"""A page becomes flat lists, with text as a browser shows it and markup mended as browsers mend it."""

from itertools import pairwise

import pytest

from threads.parse.page.marks import lines, marks
from threads.parse.page.tree import DEEPEST, build


def text(body):
    return build(f"<!DOCTYPE html><html><body>{body}</body></html>").text(0)


def element(tree, tag, number=0):
    return [e for e, name in enumerate(tree.tags) if name == tag][number]


# --- lists and ranges ---


def test_elements_stand_in_the_order_of_their_start_tags():
    tree = build("<html><head></head><body><ul><li>a<b>c</b></li><li>d</li></ul><p>e</p></body></html>")
    assert tree.tags == ["html", "head", "body", "ul", "li", "b", "li", "p"]
    assert tree.parents == [-1, 0, 0, 2, 3, 4, 3, 2]
    assert tree.depths == [0, 1, 1, 2, 3, 4, 3, 2]


def test_an_element_with_all_inside_it_is_a_range():
    tree = build("<body><ul><li>a<b>c</b></li><li>d</li></ul><p>e</p></body>")
    ul = element(tree, "ul")
    assert tree.tags[ul : tree.ends[ul]] == ["ul", "li", "b", "li"]


def test_the_pieces_of_an_element_are_a_range():
    tree = build("<body><p>before</p><ul><li>a<b>c</b></li><li>d</li></ul><p>after</p></body>")
    assert [tree.pieces[p] for p in tree.pieces_of(element(tree, "ul"))] == ["a", "c", "d"]


def test_an_element_without_text_has_an_empty_range():
    tree = build("<body><p>a</p><div><img></div><p>b</p></body>")
    assert list(tree.pieces_of(element(tree, "div"))) == []


def test_a_piece_knows_the_element_it_stands_in():
    tree = build("<body><p>a<b>c</b>d</p></body>")
    assert [tree.tags[owner] for owner in tree.owners] == ["p", "b", "p"]


def test_ancestors_come_with_the_nearest_first():
    tree = build("<body><div><p><i>a</i></p></div></body>")
    assert [tree.tags[e] for e in tree.ancestors(element(tree, "i"))] == ["p", "div", "body", "html"]


def test_what_is_left_out_between_two_pieces_counts_as_a_break():
    tree = build("<body><p>a <b>cut</b> z</p></body>")
    assert tree.joined([0, 2]) == "a\nz"


# --- breaks and spaces ---


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br>b", "a\nb"),
        ("a<br><br>b", "a\n\nb"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a\nb\nc"),
        ("<dl><dt>a<dd>b</dl>", "a\nb"),
        ("<blockquote>a</blockquote>b", "a\n\nb"),
        ("<my-box>a</my-box><my-box>b</my-box>", "a\nb"),
        ("a <relative-time>b</relative-time> c", "a b c"),
    ],
)
def test_lines_break_as_a_browser_breaks_them(body, shown):
    assert text(body) == shown


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<b>Ann</b> <i>Lee</i>", "Ann Lee"),
        ("<b>Ann</b><i>Lee</i>", "AnnLee"),
        ("<b>Ann </b> <i>Lee</i>", "Ann Lee"),
        ("<b>Ann</b>\n   <i>Lee</i>", "Ann Lee"),
        ("a   b\n\t c", "a b c"),
        ("<p>  a  </p>", "a"),
        ("a&nbsp;b", "a\u00a0b"),
    ],
)
def test_spaces_between_inline_elements_are_kept_once(body, shown):
    assert text(body) == shown


def test_space_between_boxes_is_no_text():
    assert build("<body><div>a</div>\n   <div>b</div></body>").pieces == ["a", "b"]


def test_lines_of_preformatted_text_stay_lines():
    assert text("<pre>a\nb\n\nc</pre>").split("\n")[0:2] == ["a", "b"]


def test_text_after_preformatted_text_flows_again():
    assert text("<pre>a</pre><p>b\nc</p>") == "a\n\nb c"


# --- what says nothing ---


@pytest.mark.parametrize(
    "tag", ["style", "textarea", "select", "svg", "math", "video", "audio", "canvas", "object"]
)
def test_what_is_not_shown_is_no_text(tag):
    assert text(f"a<{tag}>hidden</{tag}>z").replace("\n", "") == "az"


@pytest.mark.parametrize(
    "markup", ["<script>var hidden</script>", "<template><p>hidden</template>", "<!-- hidden -->"]
)
def test_scripts_templates_and_remarks_are_no_text(markup):
    assert text(f"a{markup}z").replace("\n", "") == "az"


def test_text_after_nested_silent_elements_is_shown():
    assert text("<svg><g><text>hidden</text></g><title>hidden</title></svg><p>shown</p>") == "shown"


# --- what the head says ---


def test_title_metas_canonical_address_and_language_are_kept():
    tree = build(
        '<html lang="pt-BR"><head><title> A \n bridge </title>'
        '<meta property="og:Title" content="Bridge"><meta name="author" content="Ann"><meta name="empty">'
        '<link rel="stylesheet" href="x.css"><link rel="canonical" href="https://news.example/1"></head><body>'
    )
    assert tree.title == "A bridge"
    assert tree.metas == {"og:title": "Bridge", "author": "Ann"}
    assert tree.canonical == "https://news.example/1"
    assert tree.language == "pt-BR"


def test_the_first_title_and_the_first_meta_of_a_name_count():
    tree = build(
        "<head><title>page</title><meta name=a content=1><meta name=a content=2></head>"
        "<body><svg><title>icon</title></svg></body>"
    )
    assert (tree.title, tree.metas["a"]) == ("page", "1")


def test_json_ld_is_kept_and_other_scripts_are_not():
    tree = build(
        '<script>var a = 1</script><script type="application/ld+json">{"a": "<b>"}</script>'
        '<body><div><script type="application/ld+json">[]</script></div>'
    )
    assert tree.scripts == ['{"a": "<b>"}', "[]"]


# --- attributes ---


def test_attributes_that_tell_something_are_kept_and_others_are_not():
    tree = build('<body><p class="a" data-x="1" aria-level="2" onclick="x()" hidden>z</p></body>')
    assert tree.attributes[element(tree, "p")] == {
        "class": "a",
        "data-x": "1",
        "aria-level": "2",
        "hidden": "",
    }


def test_custom_elements_keep_all_their_attributes():
    tree = build('<body><shreddit-comment author="Ann" depth="1">z</shreddit-comment></body>')
    assert tree.attributes[element(tree, "shreddit-comment")] == {"author": "Ann", "depth": "1"}


def test_a_very_long_attribute_is_cut():
    tree = build(f'<body><p title="{"x" * 5_000}">z</p></body>')
    assert len(tree.attributes[element(tree, "p")]["title"]) == 1_000


# --- broken markup ---


def test_a_paragraph_ends_where_a_box_begins():
    tree = build("<body><p>a<div>b</div>c</body>")
    assert tree.parents[element(tree, "div")] == element(tree, "body")


def test_an_item_ends_where_the_next_begins():
    tree = build("<body><ul><li>a<li>b<ul><li>c</ul><li>d</ul></body>")
    items = [e for e, tag in enumerate(tree.tags) if tag == "li"]
    assert [tree.depths[e] for e in items] == [3, 3, 5, 3]


def test_text_in_a_table_outside_its_cells_stands_before_it():
    assert text("<table>lost<tr><td>cell</table>") == "lost\ncell"


def test_formatting_that_is_closed_in_the_wrong_order_goes_on():
    tree = build("<body><b>a<i>b</b>c</i>d</body>")
    assert tree.tags.count("i") == 2
    assert tree.text(0) == "abcd"


def test_end_tags_without_a_beginning_are_ignored():
    tree = build("<body></section><p>a</p></li></ul><p>b</p></body>")
    assert tree.tags == ["html", "head", "body", "p", "p"]


def test_a_page_that_stops_in_the_middle_is_read_to_where_it_stops():
    assert text("<div><p>a</p><p>b <b>c").startswith("a\n\nb c")


@pytest.mark.parametrize("html", ["", "   \n", "</p>", "<!DOCTYPE html>", "<!--", "<!>"])
def test_a_page_that_holds_nothing_has_no_text(html):
    assert build(html).pieces == []


@pytest.mark.parametrize(
    ("html", "shown"), [("just words", "just words"), ("a <", "a <"), ("a <> b", "a <> b")]
)
def test_text_without_markup_is_text(html, shown):
    assert build(html).text(0) == shown


def test_what_no_parser_takes_becomes_a_replacement_character():
    assert "".join(build("<p>a\x00b\ud800c</p>").pieces) == "a\ufffdb\ufffdc"


# --- deep pages ---


def test_a_page_deeper_than_the_first_parser_takes_is_read_by_the_other():
    deep = DEEPEST + 200
    tree = build("<body>" + "<div>" * deep + "bottom" + "</div>" * deep + "<p>after</p></body>")
    assert tree.pieces == ["bottom", "after"]
    assert max(tree.depths) >= deep


def test_a_deep_page_keeps_what_is_inside_what():
    deep = DEEPEST + 10
    tree = build("<body>" + "<div>" * deep + '<p class="x">a <b>c</b></p>' + "</div>" * deep + "</body>")
    p = element(tree, "p")
    assert tree.attributes[p] == {"class": "x"}
    assert tree.text(p) == "a c"
    assert all(tree.ends[inner] <= tree.ends[outer] for outer, inner in pairwise(range(len(tree))))


def test_many_elements_side_by_side_are_not_deep():
    assert max(build("<body>" + "<p>a</p>" * (DEEPEST + 100) + "</body>").depths) == 2


# --- lines and times ---


def times(body):
    """The displayed and the machine-readable value of each time on a page."""
    tree = build(f"<html><body>{body}</body></html>")
    found = marks(tree, lines(tree))
    return [(m.stamp and m.stamp.raw, m.machine and m.machine.raw) for m in found]


def test_lines_are_what_a_browser_shows_on_one_line():
    tree = build("<body><p>Ann <b>Lee</b></p><p>one<br>two</p></body>")
    assert [line.text for line in lines(tree)] == ["Ann Lee", "one", "two"]


@pytest.mark.parametrize(
    ("markup", "shown", "said"),
    [
        ('<time datetime="2020-05-01T10:00:00Z">1 May 2020</time>', "1 May 2020", "2020-05-01T10:00:00Z"),
        ('<abbr title="2020-05-01T10:00:00Z">2 hours ago</abbr>', "2 hours ago", "2020-05-01T10:00:00Z"),
        ('<span data-time="1588327200">May 1, 2020</span>', "May 1, 2020", "1588327200"),
        ('<a href="#c1"><time datetime="2020-05-01">1.5.2020</time></a>', "1.5.2020", "2020-05-01"),
        (
            '<time datetime="2023-11-02T1643">02-11-2023 • 16h43</time>',
            "02-11-2023 • 16h43",
            "2023-11-02T1643",
        ),
    ],
)
def test_a_time_is_one_whether_shown_or_said(markup, shown, said):
    assert times(f"<p>Ann {markup}</p>") == [(shown, said)]


def test_a_time_may_be_said_and_not_shown():
    assert times('<p>Ann<meta itemprop="datePublished" content="2020-05-01T10:00"></p>') == [
        (None, "2020-05-01T10:00")
    ]


def test_an_attribute_that_holds_no_time_leaves_what_is_shown():
    assert times('<p>Ann <time datetime="comment_date">1 May 2020</time></p>') == [("1 May 2020", None)]


@pytest.mark.parametrize("markup", ['data-id="1588327200"', 'class="2020-05-01"', 'value="2020-05-01"'])
def test_numbers_in_other_attributes_are_no_times(markup):
    assert times(f"<p {markup}>Ann</p>") == []


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<span>August 06, 2019</span><span>4:14 pm</span>", "August 06, 2019 4:14 pm"),
        ("<span>28.09.19</span><span>12:44</span>", "28.09.19 12:44"),
        ("August 06, 20194:14 pm", "August 06, 20194:14 pm"),
        ("28.09.1912:44", "28.09.1912:44"),
    ],
)
def test_a_day_and_an_hour_that_touch_are_one_time(markup, shown):
    assert times(f"<p>{markup}</p>") == [(shown, None)]


def test_a_day_in_a_long_text_is_no_time_of_a_comment():
    assert times("<p>I was born on 1 May 1950, " + "a fine day in a fine year it was, " * 12 + "</p>") == []


def test_times_stand_in_the_order_of_the_page():
    body = '<p>1 May 2020</p><p><time datetime="2020-05-02T09:00"></time></p><p>3 May 2020</p>'
    assert times(body) == [("1 May 2020", None), (None, "2020-05-02T09:00"), ("3 May 2020", None)]
