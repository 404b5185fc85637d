"""Who answers whom, in every way in which pages say it: Bob and Dan answer Ann, and Cleo answers Bob."""

import pytest
from written_pages import COUNT, NAMES, TEXTS, TIMES, comment, found

LEVELS = (0, 1, 2, 1)
PARENTS = [None, 0, 1, 0]


def parents(*comments):
    return [c.parent for c in found(*comments)]


def named(i):
    """The number of the comment that comment number `i` answers, as an attribute would hold it."""
    return "" if PARENTS[i] is None else f"40{PARENTS[i]}"


def row(i, cell):
    """A row of a table, its first cell as wide as the comment is deep."""
    return (
        f'<tr class="comment">{cell}<td><b class="author">{NAMES[i]}</b> <span class="date">{TIMES[i]}</span>'
        f'<div class="text">{TEXTS[i]}</div></td></tr>'
    )


# --- by place ---


def test_answers_stand_inside_what_they_answer():
    inner = comment(1, comment(2))
    assert parents(comment(0, inner + comment(3))) == PARENTS


def test_answers_stand_in_lists_inside_what_they_answer():
    cleo = comment(2, tag="li")
    bob = comment(1, f"<ul>{cleo}</ul>", tag="li")
    assert parents("<ol>", comment(0, f"<ul>{bob}{comment(3, tag='li')}</ul>", tag="li"), "</ol>") == PARENTS


def test_answers_stand_in_indented_boxes_beside_what_they_answer():
    box = '<div class="indented">'
    assert parents(comment(0), box, comment(1), box, comment(2), "</div>", comment(3), "</div>") == PARENTS


def test_answers_stand_in_lists_beside_what_they_answer():
    deeper = f"<ul><li>{comment(2)}</ul>"
    deep = f"<ul><li>{comment(1)}{deeper}<li>{comment(3)}</ul>"
    assert parents(f"<ul><li>{comment(0)}{deep}</ul>") == PARENTS


# --- by a depth ---


@pytest.mark.parametrize(
    "name", ["depth-{}", "level{}", "comment--depth-{}", "comment-indent-{}", "nesting_{}"]
)
def test_a_class_holds_the_depth(name):
    boxes = (
        comment(i).replace('class="comment"', f'class="comment {name.format(LEVELS[i])}"') for i in COUNT
    )
    assert parents(*boxes) == PARENTS


@pytest.mark.parametrize("name", ["data-level", "data-depth", "aria-level", "data-comment-depth"])
def test_an_attribute_holds_the_depth(name):
    assert parents(*(comment(i, attributes=f'{name}="{LEVELS[i] + 1}"') for i in COUNT)) == PARENTS


@pytest.mark.parametrize(
    "style",
    [
        "margin-left: {}px",
        "padding-left:{}em;color:red",
        "color:red; MARGIN-LEFT: {}%",
        "margin-left:{}.5rem",
    ],
)
def test_a_shift_to_the_right_shows_the_depth(style):
    assert (
        parents(*(comment(i, attributes=f'style="{style.format(3 * LEVELS[i])}"') for i in COUNT)) == PARENTS
    )


def test_a_box_around_the_comment_is_shifted():
    boxes = (f'<div style="margin-left: {5 * LEVELS[i]}%">{comment(i)}</div>' for i in COUNT)
    assert parents(*boxes) == PARENTS


def test_the_width_of_a_spacer_image_shows_the_depth():
    rows = (row(i, f'<td><img src="s.gif" height="1" width="{40 * LEVELS[i]}"></td>') for i in COUNT)
    assert parents("<table>", *rows, "</table>") == PARENTS


def test_the_width_of_an_empty_box_shows_the_depth():
    boxes = (f'<div><div style="width:{12 * LEVELS[i]}px"></div>{comment(i)}</div>' for i in COUNT)
    assert parents(*boxes) == PARENTS


def test_an_indent_attribute_holds_the_depth():
    rows = (row(i, f'<td class="ind" indent="{LEVELS[i]}"></td>') for i in COUNT)
    assert parents("<table>", *rows, "</table>") == PARENTS


@pytest.mark.parametrize("word", ["level", "Ebene", "niveau", "nivel"])
def test_hidden_text_tells_the_depth(word):
    boxes = (comment(i, header=f'<span class="hidden">{word} {LEVELS[i] + 1}</span>') for i in COUNT)
    assert parents(*boxes) == PARENTS


def test_a_depth_that_jumps_still_means_the_nearest_above_that_is_less_deep():
    levels = (0, 3, 4, 2)
    boxes = (comment(i).replace('class="comment"', f'class="comment depth-{levels[i]}"') for i in COUNT)
    assert parents(*boxes) == PARENTS


def test_equal_depths_mean_no_answers():
    boxes = (comment(i).replace('class="comment"', 'class="comment depth-2"') for i in COUNT)
    assert parents(*boxes) == [None] * 4


@pytest.mark.parametrize("name", ["comment--reply", "reply-item", "child", "comment answer", "subcomment"])
def test_a_class_of_its_own_marks_answers(name):
    answers = (comment(i).replace('class="comment"', f'class="comment {name}"') for i in COUNT[1:])
    assert parents(comment(0), *answers) == [None, 0, 0, 0]


# --- by name ---


@pytest.mark.parametrize(
    "name", ["data-parentid", "data-parent-id", "data-parent", "data-reply-to", "data-in-reply-to"]
)
def test_an_attribute_holds_the_parents_id(name):
    boxes = (comment(i, attributes=f'data-id="40{i}" {name}="{named(i)}"') for i in COUNT)
    assert parents(*boxes) == PARENTS


@pytest.mark.parametrize(("own", "parent"), [("comment-{}", "{}"), ("c{}", "#c{}"), ("t1_{}", "t1_{}")])
def test_an_id_and_the_parents_id_may_be_written_differently(own, parent):
    boxes = (
        comment(i, attributes=f'id="{own.format(f"40{i}")}" data-parent="{parent.format(named(i))}"')
        for i in COUNT
    )
    assert parents(*boxes) == PARENTS


def test_a_parent_of_zero_means_none():
    boxes = (comment(i, attributes=f'id="c40{i}" data-parent-id="{named(i) or 0}"') for i in COUNT)
    assert parents(*boxes) == PARENTS


def test_the_parents_id_is_a_class():
    boxes = (
        comment(i, attributes=f'id="n40{i}"').replace('class="comment"', f'class="comment n{named(i)}"')
        for i in COUNT
    )
    assert parents(*boxes) == PARENTS


def test_a_link_within_the_page_leads_to_the_parent():
    links = ("" if PARENTS[i] is None else f'<a href="#c{named(i)}">in reply</a>' for i in COUNT)
    boxes = (comment(i, attributes=f'id="c40{i}"', header=link) for i, link in enumerate(links))
    assert parents(*boxes) == PARENTS


def test_a_link_to_the_comment_itself_is_no_answer():
    boxes = (comment(i, attributes=f'id="c40{i}"', footer=f'<a href="#c40{i}">Reply</a>') for i in COUNT)
    assert parents(*boxes) == [None] * 4


def test_what_an_attribute_states_goes_before_the_place():
    inner = comment(2, attributes='data-id="402" data-parent="400"')
    bob = comment(1, inner, attributes='data-id="401" data-parent="400"')
    assert parents(comment(0, attributes='data-id="400"'), bob)[2] == 0


def test_a_parent_that_is_not_on_the_page_is_none():
    boxes = (comment(i, attributes=f'data-id="40{i}" data-parent="999"') for i in COUNT)
    assert parents(*boxes) == [None] * 4


def test_a_comment_that_names_itself_has_no_parent():
    boxes = (comment(i, attributes=f'data-id="40{i}" data-parent="40{i}"') for i in COUNT)
    assert parents(*boxes) == [None] * 4


def test_a_comment_that_names_itself_may_still_name_another():
    boxes = (
        comment(i, attributes=f'data-id="40{i}" data-parent="40{i}" data-reply-to="{named(i)}"')
        for i in COUNT
    )
    assert parents(*boxes) == PARENTS


def test_a_circle_of_answers_is_opened():
    boxes = (comment(i, attributes=f'data-id="40{i}" data-parent="40{(i + 1) % 4}"') for i in COUNT)
    assert parents(*boxes).count(None) == 1


def test_comments_that_say_nothing_of_answers_have_no_parents():
    assert parents(*(comment(i) for i in COUNT)) == [None] * 4


# --- in words ---


@pytest.mark.parametrize(
    "words", ["Antwort auf #{} von {}", "in reply to #{} by {}", "en réponse à #{} de {}"]
)
def test_a_line_names_number_and_person(words):
    said = words.format(2, NAMES[1])
    addressees = [
        c.addressee for c in found(comment(0), comment(1), comment(2, header=f"<p>{said}</p>"), comment(3))
    ]
    assert [(a.number, a.name) if a else None for a in addressees] == [None, None, (2, NAMES[1]), None]


@pytest.mark.parametrize("words", ["in reply to {}", "Antwort an {}", "en respuesta a {}", "ответ на {}"])
def test_a_line_names_the_person_answered(words):
    said = words.format(NAMES[1])
    answer = found(comment(0), comment(1), comment(2, header=f"<p>{said}</p>"), comment(3))[2]
    assert answer.addressee.name == NAMES[1]


@pytest.mark.parametrize("words", ["{} replies to {}", "{} in reply to {}"])
def test_the_header_names_the_person_answered(words):
    answer = found(comment(0), comment(1), comment(2, name=words.format(NAMES[2], NAMES[1])), comment(3))[2]
    assert (answer.author, answer.addressee.name) == (NAMES[2], NAMES[1])


# --- size ---


def test_two_thousand_levels_do_not_overflow():
    boxes = (comment(i % 4).replace('class="comment"', f'class="comment depth-{i}"') for i in range(2_000))
    assert parents(*boxes) == [None, *range(1_999)]
