"""What a comment quotes: lines that begin with "> ", and the comment that it answers by quoting it."""

import pytest
from written_pages import COUNT, NAMES, TEXTS, comment, found


def quoting(quote, own="So do I.", who=2):
    """The comments, of which number `who` quotes."""
    return found(*(comment(i, text=f"{quote}{own}" if i == who else None) for i in COUNT))


# --- the text ---


def test_lines_of_a_quotation_begin_with_a_mark():
    assert quoting(f"<blockquote>{TEXTS[0]}</blockquote>")[2].text == f"> {TEXTS[0]}\nSo do I."


def test_every_line_of_a_quotation_is_marked():
    assert quoting("<blockquote>One.<br>Two.<p>Three.</p></blockquote>")[2].text == (
        "> One.\n> Two.\n>\n> Three.\nSo do I."
    )


def test_quotations_between_own_words_are_marked_each():
    text = "First.<blockquote>One.</blockquote>Second.<blockquote>Two.</blockquote>Third."
    assert quoting(text, own="")[2].text == "First.\n> One.\nSecond.\n> Two.\nThird."


@pytest.mark.parametrize(
    "quote",
    [
        "<blockquote>{}</blockquote>",
        '<div class="quote">{}</div>',
        '<div class="comment-quote"><p>{}</p></div>',
        '<p class="zitat">{}</p>',
        "<q>{}</q>",
        '<aside class="quote"><blockquote>{}</blockquote></aside>',
    ],
)
def test_elements_that_quote(quote):
    assert quoting(quote.format(TEXTS[0]))[2].text.startswith(f"> {TEXTS[0]}")


@pytest.mark.parametrize("name", ["js-selectToQuote", "quote-target", "unquoted"])
def test_classes_that_only_speak_of_quoting_do_not_quote(name):
    assert quoting(f'<div class="{name}">Grey is fine.</div>')[2].text == "Grey is fine.\nSo do I."


def test_a_comment_of_nothing_but_a_quotation_is_its_text():
    assert quoting("<blockquote>To be, or not to be.</blockquote>", own="")[2].text == "To be, or not to be."


def test_texts_that_all_stand_in_a_quoting_element_are_not_quotations():
    boxes = (
        comment(i).replace("<p>", '<blockquote class="postcontent">').replace("</p>", "</blockquote>")
        for i in COUNT
    )
    assert [c.text for c in found(*boxes)] == list(TEXTS)


# --- the comment that is quoted ---

SAID = (
    "{} wrote:",
    "{} said:",
    "Originally posted by {}",
    "Zitat von {}",
    "{} a écrit :",
    "{} ha scritto:",
    "{}:",
)


@pytest.mark.parametrize("said", SAID)
def test_a_quotation_that_names_a_person_answers_that_person(said):
    quote = f"<blockquote><b>{said.format(NAMES[0])}</b><br>{TEXTS[0]}</blockquote>"
    assert [c.parent for c in quoting(quote)] == [None, None, 0, None]


def test_the_latest_comment_of_the_quoted_person_counts():
    answer = comment(2, text=f"<blockquote><b>{NAMES[0]} wrote:</b><br>No.</blockquote>Yes.")
    assert [c.parent for c in found(comment(0), comment(1, name=NAMES[0]), answer)] == [None, None, 1]


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote><a href="/goto/post?id=400#post-400">↑</a><p>Grey.</p></blockquote>',
        '<blockquote data-source="post: 400"><p>Grey.</p></blockquote>',
        '<div class="quote" data-post="400"><p>Grey.</p></div>',
    ],
)
def test_a_quotation_that_leads_to_a_comment_answers_it(quote):
    boxes = (
        comment(i, attributes=f'id="post-40{i}"', text=f"{quote}So do I." if i == 2 else None) for i in COUNT
    )
    assert [c.parent for c in found(*boxes)] == [None, None, 0, None]


def test_a_link_goes_before_a_name():
    quote = f'<blockquote><a href="#post-401">{NAMES[0]} wrote:</a><p>Grey.</p></blockquote>So do I.'
    boxes = (comment(i, attributes=f'id="post-40{i}"', text=quote if i == 2 else None) for i in COUNT)
    assert found(*boxes)[2].parent == 1


def test_a_quotation_of_somebody_else_answers_nobody():
    quote = "<blockquote><b>Shakespeare wrote:</b><br>To be, or not to be.</blockquote>"
    assert [c.parent for c in quoting(quote)] == [None] * 4


def test_a_quotation_answers_no_later_comment():
    quote = f"<blockquote><b>{NAMES[3]} wrote:</b><br>{TEXTS[3]}</blockquote>"
    assert [c.parent for c in quoting(quote)] == [None] * 4


def test_a_link_to_a_later_comment_is_no_answer():
    quote = '<blockquote><a href="#post-403">later</a><p>Grey.</p></blockquote>So do I.'
    boxes = (comment(i, attributes=f'id="post-40{i}"', text=quote if i == 2 else None) for i in COUNT)
    assert [c.parent for c in found(*boxes)] == [None] * 4


def test_the_page_goes_before_a_quotation():
    answer = comment(2, text=f"<blockquote><b>{NAMES[0]} wrote:</b><br>{TEXTS[0]}</blockquote>So do I.")
    assert found(comment(0), comment(1, answer))[2].parent == 1
