"""Which parts of a page are its comments, in whatever boxes the page puts them, and which pages have none."""

import pytest
from written_pages import ALL, COUNT, NAMES, TEXTS, TIMES, comment, found, page, records, section

from threads.parse.page.comments import find_comments


def found_in(markup, **how):
    return find_comments(page(markup, **how)).found


# --- boxes ---


def test_comments_in_boxes_side_by_side():
    assert records(found(*(comment(i) for i in COUNT))) == ALL


def test_comments_in_lists_inside_comments():
    third = comment(2, tag="li")
    second = comment(1, f"<ul>{third}</ul>", tag="li")
    first = comment(0, f"<ul>{second}</ul>", tag="li")
    assert records(found("<ol>", first, comment(3, tag="li"), "</ol>")) == ALL


def test_answers_in_boxes_of_another_kind_inside_what_they_answer():
    answers = [comment(i).replace('class="comment"', 'class="answer"') for i in (1, 2)]
    assert records(found(comment(0, "".join(answers)), comment(3))) == ALL


def test_an_answer_in_the_middle_of_what_it_answers_takes_none_of_its_text():
    outer = comment(0, f'<div class="children">{comment(1)}</div><p>And that is that.</p>')
    first, second = found(outer, comment(2), comment(3))[:2]
    assert "And that is that." not in second.text
    assert TEXTS[1] not in first.text


def test_terms_and_their_definitions():
    runs = (
        f'<dt class="comment-author">{NAMES[i]} said…</dt><dd><p>{TEXTS[i]}</p></dd><dd>{TIMES[i]}</dd>'
        for i in COUNT
    )
    assert records(found(f"<dl>{''.join(runs)}</dl>")) == ALL


def test_terms_that_hold_name_and_time():
    runs = (f"<dt>{NAMES[i]} {TIMES[i]}</dt><dd><p>{TEXTS[i]}</p></dd>" for i in COUNT)
    assert records(found(f"<dl>{''.join(runs)}</dl>")) == ALL


def test_rows_of_a_table_with_name_and_text_side_by_side():
    rows = (
        f'<tr><td class="author">{NAMES[i]}</td><td><i class="date">{TIMES[i]}</i><p>{TEXTS[i]}</p></td></tr>'
        for i in COUNT
    )
    assert records(found(f"<table>{''.join(rows)}</table>")) == ALL


def test_rows_of_a_table_with_the_text_in_the_next_row():
    rows = (f"<tr><td>{NAMES[i]}, {TIMES[i]}</td></tr><tr><td>{TEXTS[i]}</td></tr>" for i in COUNT)
    assert records(found(f"<table>{''.join(rows)}</table>")) == ALL


def test_headers_and_texts_that_only_follow_one_another():
    assert records(found(*(f"<h4>{NAMES[i]} on {TIMES[i]}</h4><p>{TEXTS[i]}</p>" for i in COUNT))) == ALL


def test_the_last_of_comments_without_boxes_ends_where_the_others_do():
    runs = "".join(f"<h4>{NAMES[i]} on {TIMES[i]}</h4><p>{TEXTS[i]}</p>" for i in COUNT)
    last = found(runs, "<p>Please keep to the rules of this house.</p><p>Write to the editors</p>")[-1]
    assert last.text == TEXTS[-1]


def test_comments_of_several_kinds_of_boxes_keep_the_order_of_the_page():
    kinds = (("article", "top"), ("div", "answer"), ("article", "top"), ("div", "answer"))
    boxes = (
        f'<{tag} class="{name}"><h5 class="author">{NAMES[i]}</h5><time>{TIMES[i]}</time>'
        f"<div>{TEXTS[i]}</div></{tag}>"
        for i, (tag, name) in enumerate(kinds)
    )
    assert records(found(*boxes)) == ALL


def test_classes_that_number_and_paint_comments_do_not_tell_them_apart():
    painted = ("even depth-1", "odd alt depth-2", "even depth-1 bypostauthor", "odd thread-alt")
    boxes = (comment(i).replace('class="comment"', f'class="comment c-{i} {painted[i]}"') for i in COUNT)
    assert records(found(*boxes)) == ALL


def test_classes_that_say_nothing():
    boxes = (
        f'<div class="x7"><div class="x8"><b class="x9">{NAMES[i]}</b><i class="y1">{TIMES[i]}</i></div>'
        f'<div class="y2">{TEXTS[i]}</div><div class="y3"><a>Reply</a></div></div>'
        for i in COUNT
    )
    assert records(found(*boxes)) == ALL


def test_a_page_without_a_heading_above_its_comments():
    markup = f'<div class="comments">{"".join(comment(i) for i in COUNT)}</div>'
    assert records(found_in(markup)) == ALL


def test_comments_without_any_time():
    boxes = (
        f'<li class="comment"><b class="author">{NAMES[i]}</b><div class="comment-body">{TEXTS[i]}</div></li>'
        for i in COUNT
    )
    assert records(found(*boxes)) == [(name, None, text) for name, _, text in ALL]


def test_a_single_comment():
    assert records(found(comment(0))) == ALL[:1]


def test_equal_comments_are_kept():
    assert records(found(comment(0), comment(0), comment(1))) == [ALL[0], ALL[0], ALL[1]]


def test_very_short_comments():
    texts = ("Yes", "No", "👍👍", "1")
    assert [c.text for c in found(*(comment(i, text=text) for i, text in enumerate(texts)))] == list(texts)


def test_a_comment_without_text_is_left_out_and_told():
    result = find_comments(page(section(comment(0), comment(1, text=" "), comment(2))))
    assert [c.author for c in result.found] == [NAMES[0], NAMES[2]]
    assert [(s.place, s.reason) for s in result.skipped] == [
        ("comment 2 on the page", "the comment of 'Bob' has no text")
    ]


def test_a_pingback_is_left_out_and_told():
    ping = comment(1).replace('class="comment"', 'class="comment pingback"')
    result = find_comments(page(section(comment(0), ping, comment(2), comment(3))))
    assert NAMES[1] not in [c.author for c in result.found]
    assert [s.reason for s in result.skipped] == ["a pingback: another site that links to the page"]


# --- how many there are ---


@pytest.mark.parametrize("heading", ["12 Comments", "Comments (12)", "Kommentare: 12", "12 commentaires"])
def test_the_heading_declares_how_many_there_are(heading):
    assert find_comments(page(section(*(comment(i) for i in COUNT), heading=heading))).declared == 12


def test_an_attribute_declares_how_many_there_are():
    markup = section(*(comment(i) for i in COUNT)).replace("<section ", '<section data-comments-count="12" ')
    assert find_comments(page(markup)).declared == 12


def test_a_heading_without_a_number_declares_nothing():
    assert find_comments(page(section(*(comment(i) for i in COUNT)))).declared is None


# --- what is beside the comments ---

LATEST = "".join(
    f'<li class="comment"><b class="author">{name}</b> <span class="date">{when}</span>'
    f' <a href="/other/{i}">on Rivers</a><p>{text[:20]}…</p></li>'
    for i, (name, when, text) in enumerate(ALL)
)
WIDGET = f'<div class="widget recent-comments"><h3>Latest comments</h3><ul>{LATEST}</ul></div>'
TEASERS = "".join(
    f'<article class="teaser"><h3><a href="/story/{i}">Story {i} of the town and its river</a></h3>'
    f'<span class="author">By {NAMES[i]}</span> <time>{TIMES[i]}</time><p>What became of it? …</p></article>'
    for i in COUNT
)
FORUM = "".join(
    f'<tr><td><a href="/topic/{i}">Topic {i}: what about the bridge?</a></td><td>{i + 3} replies</td>'
    f'<td>Last post {TIMES[i]} by <a href="/user/{i}">{NAMES[i]}</a></td></tr>'
    for i in COUNT
)
CHANGES = "".join(
    f"<li><b>Version 1.{i}</b> <time>{TIMES[i]}</time> by {NAMES[i]}<p>Repaired all the lamps.</p></li>"
    for i in COUNT
)
RELATED = "".join(
    f'<li class="related-post"><a href="/story/{i}">How to cross a river, {i}</a> <i>{TIMES[i]}</i></li>'
    for i in COUNT
)
WORKS = "".join(
    f'<div class="row"><b class="author">{NAMES[i]}</b> <time>{TIMES[i]}</time><p>New {part}.</p></div>'
    for i, part in enumerate(("railing", "lamps", "deck", "steps"))
)
EVENTS = "".join(
    f'<div class="event"><i class="date">{TIMES[i]}</i><h4><a href="/e/{i}">Concert {i}</a></h4></div>'
    for i in COUNT
)
BESIDE = {
    "latest comments in the sidebar": WIDGET,
    "teasers of articles": f"<section>{TEASERS}</section>",
    "index of a forum": f"<table>{FORUM}</table>",
    "names, times and texts that nothing calls comments": f"<h2>Works</h2>{WORKS}",
    "change log": f"<h2>Changes</h2><ul>{CHANGES}</ul>",
    "related posts": f'<div class="related"><h3>Read on</h3><ul>{RELATED}</ul></div>',
    "events": f"<h2>Dates</h2>{EVENTS}",
}


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_a_page_without_comments_gives_none(beside):
    assert found_in("", beside=beside) == ()


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_what_repeats_below_the_article_is_not_its_comments(beside):
    assert found_in(beside) == ()


OTHER = {name: markup for name, markup in BESIDE.items() if markup is not WIDGET and WORKS not in markup}


@pytest.mark.parametrize("beside", OTHER.values(), ids=OTHER)
def test_comments_are_found_among_other_things_that_repeat(beside):
    assert records(found(*(comment(i) for i in COUNT), beside=beside)) == ALL


@pytest.mark.parametrize("beside", OTHER.values(), ids=OTHER)
def test_a_few_comments_are_found_beside_more_of_other_things(beside):
    assert records(found(comment(0), comment(1), beside=beside * 3)) == ALL[:2]


def test_a_form_for_comments_is_none():
    form = (
        '<form id="commentform"><h3>Leave a comment</h3><p class="comment-form-author"><label>Name</label>'
        '<input></p><p class="comment-form-comment"><label>Comment</label><textarea></textarea></p>'
        "<p>Posted 1 May 2020</p></form>"
    )
    assert found_in(section(form)) == ()


def test_the_article_and_its_byline_are_no_comment():
    assert (
        found_in('<div class="byline">By Ann Lee, 1 May 2020 10:00</div><p>The paint is ordered.</p>') == ()
    )
