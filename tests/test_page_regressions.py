"""Pages of people who found the reader wrong, small enough to read."""

import time

from tests.written_pages import found, page
from threads.parse import Options, Source
from threads.parse.page import SavedPage

HEAD = (
    '<div class="c-head"><a class="name" href="/users/{0}">{0}</a>'
    " <time>May {1}, 2024 at 10:0{1}</time></div>"
)


def comments(texts, classes="comment", inside="", before=""):
    items = "".join(
        f'<div class="{classes}" id="comment-{i}">{HEAD.format(f"Ann{chr(97 + i)}", i + 1)}{inside}'
        f'<div class="c-text">{text}</div></div>'
        for i, text in enumerate(texts)
    )
    return f'{before}<div class="comments"><h3>{len(texts)} comments</h3>{items}</div>'


def test_comments_that_all_say_the_same_are_comments():
    assert [c.text for c in found(comments(["Thanks!"] * 5))] == ["Thanks!"] * 5


def test_comments_that_differ_in_digits_alone_are_comments():
    weights = [f"{n} kg" for n in range(3, 8)]
    assert [c.text for c in found(comments(weights))] == weights


def test_an_invitation_to_log_in_is_no_comment():
    prompt = 'You must <a class="vote_login" href="/login">login or create an account</a> to comment.'
    assert not found(f'<div class="comment add-comment"><p class="comment-text">{prompt}</p></div>')


def test_the_level_of_a_user_is_no_depth():
    texts = ["One of them.", "Another one.", "And a third one."]
    levels = ['<span class="user-level level-1"></span>', '<span class="user-level level-3"></span>']
    html = comments(texts)
    for i, level in enumerate([levels[0], levels[1], levels[0]]):
        html = html.replace(f'id="comment-{i}">', f'id="comment-{i}">{level}')
    assert [c.parent for c in found(html)] == [None, None, None]


def test_a_label_that_says_reply_to_names_no_parent():
    html = comments(["One of them.", "Another one.", "And a third one."])
    html = html.replace(
        'id="comment-0">', 'id="comment-0"><a data-replyto="Reply to Ann 2" href="#r">Reply</a>'
    )
    assert [c.parent for c in found(html)] == [None, None, None]


def test_a_heading_full_of_boxes_takes_no_longer_than_its_length():
    deep = "<h3><div>" * 3_000 + "</div></h3>" * 3_000
    start = time.process_time()
    found(page(comments(["One of them.", "Another one."], before=deep)))
    assert time.process_time() - start < 10


def test_who_quotes_a_whole_comment_answers_it():
    said = "The ferry was never late in forty years."
    texts = [
        said,
        "Something else entirely here.",
        f"<blockquote>{said}</blockquote><p>It was, on Mondays.</p>",
    ]
    got = found(comments(texts))
    assert [c.parent for c in got] == [None, None, 0]
    assert got[2].text == f"> {said}\nIt was, on Mondays."


def test_a_page_that_leaves_its_comments_to_a_service_says_so():
    html = page('<div id="disqus_thread"></div>')
    report = SavedPage().read(Source.from_text(html), Options(article_text=False)).report
    assert "Disqus shows them in a frame" in report.warnings[-1]


def test_likes_are_counted_where_their_class_says_what_the_number_is():
    html = comments(["One of them.", "Another one.", "And a third one."])
    for i, count in enumerate((3, 0, 12)):
        html = html.replace(f'id="comment-{i}">', f'id="comment-{i}"><span class="votes">{count}</span>')
    assert [c.likes for c in found(html)] == [3, 0, 12]


def test_the_initial_beside_a_name_is_not_the_name():
    html = comments(["One of them.", "Another one.", "And a third one."])
    html = html.replace('<a class="name" href="/users/', '<a class="name">A</a><a class="name" href="/users/')
    assert [c.author for c in found(html)] == ["Anna", "Annb", "Annc"]
