"""Name, time and text of each comment, without what stands around them."""

import pytest
from written_pages import ALL, COUNT, NAMES, TEXTS, TIMES, comment, found, records


def boxes(markup):
    """One box a comment, {name}, {when}, {text}, {i} and {first} (of the name, in lower case) filled in."""
    return [
        f'<div class="comment">{markup}</div>'.format(
            i=i, number=i + 1, name=NAMES[i], when=TIMES[i], text=TEXTS[i], first=NAMES[i].split()[0].lower()
        )
        for i in COUNT
    ]


# --- who ---

AUTHORS = {
    "class": '<span class="author">{name}</span>',
    "class around it": '<span class="comment-author"><b>{name}</b></span>',
    "link to a profile": '<a href="/users/{i}">{name}</a>',
    "microdata": '<span itemprop="author"><span itemprop="name">{name}</span></span>',
    "says": '<cite class="fn">{name}</cite> <span class="says">says:</span>',
    "label": '<span class="author">Posted by: {name}</span>',
    "number": '<span class="author">{number}. {name}</span>',
    "number that is a link": '<a href="#c{i}">#{number}</a> <span class="author">{name}</span>',
    "popup": '<span class="author">{name}<i class="popup">View profile of {name} Send a message</i></span>',
    "initial for a picture": '<div class="avatar">{name[0]}</div><span class="author">{name}</span>',
    "initial before a name": '<b class="author">{name[0]}</b><span class="nick">{name}</span>',
    "rank": '<span class="author">{name}</span> <em class="rank">Old hand</em>',
    "title above it": '<h4 class="title"><a href="#c{i}">Idea {i}</a></h4><span class="author">{name}</span>',
}


@pytest.mark.parametrize("markup", AUTHORS.values(), ids=AUTHORS)
def test_the_name_is_found(markup):
    got = found(*boxes(markup + ' <span class="date">{when}</span><div class="text">{text}</div>'))
    assert [c.author for c in got] == list(NAMES)


LINES = {
    "before the time": "<div>{name}, {when}</div><div>{text}</div>",
    "after the time": "<div>{when} | {name}</div><div>{text}</div>",
    "with by, below the text": "<div>{text}</div><div>by {name} | {when}</div>",
    "with wrote": "<div>{name} wrote on {when}:</div><div>{text}</div>",
}


@pytest.mark.parametrize("markup", LINES.values(), ids=LINES)
def test_name_and_time_share_a_line(markup):
    assert records(found(*boxes(markup))) == ALL


def test_a_name_that_is_only_in_an_address():
    markup = (
        '<a class="author" href="/user/{first}/"><img src="a.png"></a> <span>{when}</span><div>{text}</div>'
    )
    assert [c.author for c in found(*boxes(markup))] == ["ann", "bob", "cleo", "dan"]


def test_a_comment_without_a_name_has_none():
    nameless = comment(2).replace(f'<b class="author">{NAMES[2]}</b>', "")
    assert [c.author for c in found(comment(0), comment(1), nameless, comment(3))] == [
        NAMES[0],
        NAMES[1],
        None,
        NAMES[3],
    ]


def test_the_same_person_may_say_everything():
    assert {c.author for c in found(*(comment(i, name="Ann Lee") for i in COUNT))} == {"Ann Lee"}


def test_a_name_with_a_label_of_its_own_keeps_it():
    names = ("Dr. Ann Lee", "Dr. Bob", "Cleo Marsh", "Dan")
    assert [c.author for c in found(*(comment(i, name=names[i]) for i in COUNT))] == list(names)


@pytest.mark.parametrize(
    "name", ["李明", "Анна Ли", "O'Neill-Smith", "x_X_x", "ann@river", "山里的风", "The Ferryman 1962"]
)
def test_names_of_many_kinds(name):
    assert found(comment(0, name=name), *(comment(i) for i in COUNT[1:]))[0].author == name


# --- when ---


def test_the_time_of_the_last_change_is_not_the_time_of_the_comment():
    changed = comment(1, footer='<div class="edited">Last edited 9 May 2020 12:00</div>')
    assert [c.raw for c in found(comment(0), changed, comment(2), comment(3))] == list(TIMES)


def test_a_day_in_the_text_is_not_the_time_of_the_comment():
    dated = comment(1, text="On 7 June 1990 14:00 it was blue.")
    assert [c.raw for c in found(comment(0), dated, comment(2), comment(3))] == list(TIMES)


def test_a_time_in_the_text_stays_in_the_text():
    dated = comment(1, text="On 7 June 1990 14:00 it was blue.")
    assert found(comment(0), dated, comment(2), comment(3))[1].text == "On 7 June 1990 14:00 it was blue."


AGO = '<b>{name}</b> <time datetime="2020-05-0{number}T12:00:07Z">2 years ago</time><p>{text}</p>'


def test_the_more_exact_of_what_is_shown_and_said_is_the_time():
    stamps = [c.stamp for c in found(*boxes(AGO))]
    assert [(s.day, s.hour, s.minute) for s in stamps] == [(1, 12, 0), (2, 12, 0), (3, 12, 0), (4, 12, 0)]


def test_what_is_displayed_is_the_raw_time():
    assert {c.raw for c in found(*boxes(AGO))} == {"2 years ago"}


def test_an_hour_that_is_shown_beats_a_day_that_is_said():
    markup = '<b class="author">{name}</b> <time datetime="2020-05-01">{when}</time><p>{text}</p>'
    assert [c.stamp.minute for c in found(*boxes(markup))] == [0, 30, 15, 45]


# --- what ---

AROUND = {
    "buttons": '<div class="actions"><a href="#">Reply</a> <a href="#">Share</a> <a>Report</a></div>',
    "button elements": "<button>Answer this</button><button>Hide it</button>",
    "a form": "<form><label>Your answer</label><input><button>Send</button></form>",
    "a permalink": '<a class="permalink" href="#c{i}">Link to this comment</a>',
    "votes": '<div class="votes"><span>👍 {number}</span> <span>👎 0</span></div>',
    "a number of likes": "<p>{number} likes</p>",
    "a signature": '<div class="signature">Sent from my bicycle</div>',
    "a note to all": '<p class="rules">Be kind to each other.</p>',
}
HEADER = '<b class="author">{name}</b> <span class="date">{when}</span>'


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_the_text_is_without_what_follows_it(around):
    got = found(*boxes(f'{HEADER}<div class="text">{{text}}</div>{around}'))
    assert [c.text for c in got] == list(TEXTS)


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_the_text_has_no_element_of_its_own_and_yet_is_without_what_follows_it(around):
    got = found(*boxes(f"<div>{HEADER}</div>{{text}}<br>{around}"))
    assert [c.text for c in got] == list(TEXTS)


def test_the_text_is_without_facts_about_its_author():
    facts = (
        '<dl class="userinfo"><dt>Join Date:</dt><dd>Mar 2009</dd><dt>Location:</dt><dd>Riverside</dd>'
        "<dt>Posts:</dt><dd>{number}31</dd></dl>"
    )
    got = found(*boxes(f'<div class="user">{HEADER}{facts}</div><div class="content">{{text}}</div>'))
    assert records(got) == ALL


BARE = boxes(f"<div>{HEADER}</div><p>{{text}}</p>")


def test_paragraphs_of_a_text_are_parted_by_an_empty_line():
    long = comment(1, text="One.</p><p>Two.<br>Three.")
    assert found(comment(0), long, comment(2), comment(3))[1].text == "One.\n\nTwo.\nThree."


def test_paragraphs_that_stand_bare_beside_the_header_are_all_text():
    ends = ("And that is all.", "Is it not?", "Or the tram.", "I would not.")
    got = found(*(box.replace("</p>", f"</p><p>{end}</p>") for box, end in zip(BARE, ends, strict=True)))
    assert [c.text for c in got] == [f"{text}\n\n{end}" for text, end in zip(TEXTS, ends, strict=True)]


def test_one_comment_may_have_more_bare_paragraphs_than_the_others():
    assert (
        found(BARE[0], BARE[1].replace("</p>", "</p><p>More.</p>"), *BARE[2:])[1].text
        == f"{TEXTS[1]}\n\nMore."
    )


def test_lists_in_a_text_are_text():
    listed = comment(1, text="Two ways:</p><ul><li>green</li><li>grey</li></ul><p>Choose.")
    assert found(comment(0), listed, comment(2), comment(3))[1].text == "Two ways:\n\ngreen\ngrey\n\nChoose."


def test_a_text_of_nothing_but_a_link_is_text():
    linked = comment(1, text='<a href="https://paint.example/green">https://paint.example/green</a>')
    assert found(comment(0), linked, comment(2), comment(3))[1].text == "https://paint.example/green"


def test_a_text_that_is_the_word_on_a_button_is_text():
    assert found(comment(0), comment(1, text="Reply"), comment(2), comment(3))[1].text == "Reply"


def test_likes_at_the_end_of_a_text_are_counted():
    liked = found(comment(0), comment(1, text=f"{TEXTS[1]}</p><p>3 likes"), comment(2), comment(3))[1]
    assert (liked.text, liked.likes) == (TEXTS[1], 3)
