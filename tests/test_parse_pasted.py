"""Pasted pages: every layout, what surrounds comments, and what is none."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threads.parse import Options, Source, parse
from threads.parse.pasted import Pasted

CAPTURED = datetime(2024, 6, 3, 12, tzinfo=UTC)
ARTICLE = (
    "A tunnel for the town\nThe council met on Monday and voted for it.\n\nWhat comes next\nNobody knows.\n\n"
)


def read(text, **options):
    parsed = parse(Source.from_text(text), Options(**{"captured_at": CAPTURED, **options}), "pasted")
    (discussion,) = parsed.discussions
    return discussion, parsed.report


def rows(text):
    return [(c.author, c.published_at_raw, c.text) for c in read(text)[0].comments]


STAMPS = ("May 17, 2024 at 8:41 pm", "May 17, 2024 at 9:05 pm")


@pytest.mark.parametrize(
    "template",
    [
        "{name}\n{stamp}\n{text}\n",
        "{name}\n{stamp}{text}\n",
        "{name}\n\n{stamp}\n\n{text}\n\n",
        "{name} says:\n{stamp}\n{text}\nReply\n",
        "{name} says: {stamp}\n{text}\n",
        "{name} • {stamp}\n{text}\n",
        "{name} - {stamp}\n{text}\n",
        "{name} wrote on {stamp}:\n{text}\n",
        "{name} schrieb am {stamp}:\n{text}\n",
        "Posted by {name} on {stamp}\n{text}\n",
        "Soumis par {name}, le {stamp}\n{text}\n",
        "{stamp}\n{name}\n{text}\n\n",
        "{stamp} by {name}\n{text}\n",
        "{stamp} {name}:\n{text}\n",
        "{name} ({stamp}): {text}\n",
        "{name}'s avatar\n{name}\n{stamp}\n{text}\nReply\nShare\n",
        "{name}\n{name}\n{stamp}\n{text}\n12\nReply\nReport\n",
        "{name}\n·\n{stamp}\n{text}\nReply\n",
        "#7\n{name}\n{stamp}\n{text}\n",
        "Anything\n{text}\nReply\n",
    ],
)
def test_layouts(template):
    texts = (
        "I think so, too, and said it before.\n\nA second paragraph.",
        "Not I. The bridge will do for me!",
    )
    if template.startswith("Anything"):  # a comment that ends with its timestamp
        template = "{name}\n{text}\nReply\n{stamp}\n"
    page = (
        ARTICLE
        + "2 Comments\n"
        + "".join(
            template.format(name=name, stamp=stamp, text=text)
            for name, stamp, text in zip(("Ann Lee", "bob_77"), STAMPS, texts, strict=True)
        )
    )
    discussion, report = read(page)
    assert rows(page) == [("Ann Lee", STAMPS[0], texts[0]), ("bob_77", STAMPS[1], texts[1])]
    assert discussion.article_text == ARTICLE.strip()
    assert discussion.title == "A tunnel for the town"
    assert (report.kept, report.skipped) == (2, ())
    assert report.warnings == ("2 times carry no time zone: UTC is assumed where none is given",)


@pytest.mark.parametrize(
    "button",
    [
        "Reply",
        "Antworten",
        "Répondre",
        "Responder",
        "Rispondi",
        "Reageren",
        "Odpowiedz",
        "Ответить",
        "返信",
        "Reply | Share | Report abuse",
    ],
)
def test_buttons_are_no_text(button):
    page = f"Ann\n{STAMPS[0]}\nYes.\n{button}\n\nBob\n{STAMPS[1]}\nNo.\n{button}\n"
    assert [text for _, _, text in rows(page)] == ["Yes.", "No."]


def test_a_button_word_with_a_sentence_mark_is_text():
    page = f"Ann\n{STAMPS[0]}\nYes.\nLike!\n\nBob\n{STAMPS[1]}\nShare.\n"
    assert [text for _, _, text in rows(page)] == ["Yes.\nLike!", "Share."]


@pytest.mark.parametrize("line", ["3 likes", "Like 3", "Likes: 3", "Gefällt mir (3)", "👍 3"])
def test_likes_are_counted(line):
    discussion, _ = read(f"Ann\n{STAMPS[0]}\nYes.\n{line}\nReply\nBob\n{STAMPS[1]}\nNo.\nReply\n")
    assert [c.likes for c in discussion.comments] == [3, None]


def test_paragraphs_are_kept_as_found():
    text = "\n".join(f"Sentence {i} of the comment, with a  double space." for i in range(15))
    assert rows(f"Ann\n{STAMPS[0]}{text}\nBob\n{STAMPS[1]}No.\n")[0][2] == text


def test_dates_inside_a_comment_do_not_cut_it():
    text = "On May 3, 2012 8:14 pm I saw it.\nMay 5, 2012 was nice, too.\nIt was 20:41 or so."
    assert rows(f"Ann\n{STAMPS[0]}\n{text}\n\nBob\n{STAMPS[1]}\nNo.\n")[0][2] == text


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_endings(newline):
    page = f"Ann\n{STAMPS[0]}\nYes,\nindeed.\n\nBob\n{STAMPS[1]}\nNo.\n"
    assert rows(page.replace("\n", newline)) == rows(page)


@pytest.mark.parametrize(
    "footer",
    [
        "Leave a comment\nName *\nE-mail *",
        "Related articles\nSome headline",
        "© 2024 The Paper",
        "Das könnte Sie auch interessieren\nX",
        "Laisser un commentaire\nNom",
    ],
)
def test_the_footer_is_cut_and_said(footer):
    page = f"Ann\n{STAMPS[0]}\nYes.\n\nBob\n{STAMPS[1]}\nNo.\n\n{footer}\n"
    assert rows(page)[-1][2] == "No."
    assert "left out" in read(page)[1].warnings[0]


def test_the_last_comment_ends_with_its_buttons():
    page = f"Ann\n{STAMPS[0]}\nYes.\nReply\nBob\n{STAMPS[1]}\nNo.\nReply\nSome widget\nof the page\n"
    assert rows(page)[-1][2] == "No."


@pytest.mark.parametrize(
    "heading",
    ["571 Comments", "Comments (571)", "571 Kommentare", "Commentaires (571)", "571 thoughts on “Tunnel”"],
)
def test_a_declared_count_that_differs_is_said(heading):
    discussion, report = read(f"{ARTICLE}{heading}\nAnn\n{STAMPS[0]}\nYes.\n\nBob\n{STAMPS[1]}\nNo.\n")
    assert "page declares 571, found 2" in report.warnings
    assert discussion.article_text == ARTICLE.strip()


def test_a_heading_is_enough_evidence_for_one_comment():
    assert len(rows(f"{ARTICLE}1 Comment\nAnn\n{STAMPS[0]}\nYes.\n")) == 1


@pytest.mark.parametrize(
    "byline",
    [
        "By Ann Lee\nMay 18, 2024",
        "Ann Lee\nMay 18, 2024 - 00:05am",
        "Published May 18, 2024 - 00:05am",
        "Updated May 18, 2024 9:00 am by Ann Lee",
    ],
)
def test_a_byline_is_no_comment(byline):
    discussion, report = read(f"A title\n{byline}\nThe text of the article.\nAnd more of it.\n")
    assert discussion.comments == ()
    assert (report.kept, len(report.skipped)) == (0, 1)
    assert "no comments found" in report.warnings[0]


def test_a_byline_like_a_comment_stands_above_the_heading():
    article = "A title\nAnn Lee\nMay 17, 2024 9:00 am\nThe article.\n\n"
    page = f"{article}2 Comments\nBob\n{STAMPS[0]}\nYes.\nCid\n{STAMPS[1]}\nNo.\n"
    discussion, report = read(page)
    assert [c.author for c in discussion.comments] == ["Bob", "Cid"]
    assert report.skipped[0].place == "line 3"


def test_a_list_of_articles_is_no_thread():
    page = ARTICLE + "".join(
        f"Council votes for tunnel number {i}\n{9 + i} November 2023\n" for i in range(5)
    )
    assert rows(page) == []


def test_published_comes_from_a_clear_byline_only():
    assert read("T\nPublished May 18, 2024 - 00:05am\nText.\n")[0].published_at == datetime(
        2024, 5, 18, 0, 5, tzinfo=UTC
    )
    assert read("T\nPublished 05/06/2024\nText.\n")[0].published_at is None


@pytest.mark.parametrize("first", ["A paragraph that ends with a full stop.", "x" * 200])
def test_a_paragraph_is_no_title(first):
    assert read(f"{first}\nMore.\n")[0].title is None


@pytest.mark.parametrize(
    "marker",
    [
        "In reply to Ann Lee\nNo.",
        "@Ann Lee: No.",
        "@Ann Lee No.",
        "Antwort auf Ann Lee\nNo.",
        "En réponse à #1\nNo.",
        "Antwort auf #1 von Ann Lee\nNo.",
    ],
)
def test_replies_that_the_text_states(marker):
    discussion, _ = read(f"Ann Lee\n{STAMPS[0]}\nYes.\n\nBob\n{STAMPS[1]}\n{marker}\n")
    first, second = discussion.comments
    assert (second.parent_id, second.parent_source, second.parent_confidence) == (
        first.comment_id,
        "given",
        None,
    )


@pytest.mark.parametrize(
    "header",
    ["Bob replies to Ann Lee:", "Bob antwortet Ann Lee:", "Bob → Ann Lee", "Bob in reply to Ann Lee"],
)
def test_replies_that_the_header_states(header):
    discussion, _ = read(f"Ann Lee says:\n{STAMPS[0]}\nYes.\n\n{header}\n{STAMPS[1]}\nNo.\n")
    first, second = discussion.comments
    assert (second.author, second.parent_id) == ("Bob", first.comment_id)


def test_a_name_means_the_latest_earlier_comment():
    page = "".join(
        f"{name}\nMay 17, 2024 20:4{i}\n{text}\n\n"
        for i, (name, text) in enumerate(
            [("Ann", "One."), ("Ann", "Two."), ("Bob", "@Ann no."), ("Ann", "Three.")]
        )
    )
    discussion, _ = read(page)
    assert discussion.comments[2].parent_id == discussion.comments[1].comment_id


def test_earlier_is_further_down_where_the_newest_comes_first():
    page = f"Bob\n{STAMPS[1]}\n@Ann no.\n\nAnn\n{STAMPS[0]}\nYes.\n"
    discussion, _ = read(page)
    newest, oldest = discussion.comments
    assert (newest.parent_id, newest.parent_source) == (oldest.comment_id, "given")


def test_an_answer_to_nobody_is_said():
    _, report = read(f"Ann says:\n{STAMPS[0]}\nYes.\n\nBob replies to Zoe:\n{STAMPS[1]}\nNo.\n")
    assert "not above" in report.warnings[0]


def test_a_comment_pasted_twice_is_skipped():
    _, report = read(f"Ann\n{STAMPS[0]}\nYes.\n\nBob\n{STAMPS[1]}\nNo.\n\nAnn\n{STAMPS[0]}\nYes.\n")
    assert report.kept == 2
    assert (report.skipped[0].place, "line 2" in report.skipped[0].reason) == ("line 10", True)


def test_the_same_text_at_another_time_is_another_comment():
    discussion, _ = read(f"Ann\n{STAMPS[0]}\nYes.\n\nAnn\n{STAMPS[1]}\nYes.\n")
    assert len({c.comment_id for c in discussion.comments}) == 2


def test_a_comment_without_text_is_skipped():
    _, report = read(
        f"Ann says:\n{STAMPS[0]}\nYes.\nBob says:\n{STAMPS[1]}\nReply\nCid says:\nMay 18, 2024 20:41\nNo.\n"
    )
    assert report.kept == 2
    assert "no text" in report.skipped[0].reason


def test_equal_comments_with_other_spans_have_other_ids():
    discussion, _ = read("Ann • 2 hours ago\nYes.\nAnn • 3 hours ago\nYes.\n")
    assert len({c.comment_id for c in discussion.comments}) == 2


def test_names_and_times_without_text_are_no_thread():
    page = ARTICLE + "".join(f"User {n}\nMay 17, 2024 20:4{n}\n" for n in "12345")
    discussion, report = read(page)
    assert discussion.article_text == page.strip()
    assert report.kept == 0


def test_numbered_guests_are_names():
    page = "".join(f"Guest {n}\nMay 17, 2024 20:4{n}\nHello there.\nThanks Bob\n\n" for n in "12345")
    assert [author for author, _, _ in rows(page)] == [f"Guest {n}" for n in "12345"]


def test_a_list_below_the_footer_is_no_comment():
    page = "".join(f"User {n}\nMay 17, 2024 20:4{n}\nYes, {n}.\n\n" for n in "12345678")
    widget = "Related articles\nOther Ann\nMay 18, 2024 20:41\nAn excerpt.\n"
    assert [author for author, _, _ in rows(page + widget)] == [f"User {n}" for n in "12345678"]


def test_a_longer_paste_gives_the_same_ids():
    page = f"{ARTICLE}Ann\n{STAMPS[0]}\nYes.\n\nBob\n{STAMPS[1]}\nNo.\n"
    longer = page + "\nCid\nMay 18, 2024 20:41\nPerhaps.\n"
    short, long = read(page)[0], read(longer)[0]
    assert short.thread_id == long.thread_id
    assert [c.comment_id for c in short.comments] == [c.comment_id for c in long.comments[:2]]


def test_a_later_visit_with_other_spans_gives_the_same_ids():
    first, later = (
        [
            c.comment_id
            for c in read(f"T\nText.\nAnn • {n} hours ago\nYes.\nBob • {n + 1} hours ago\nNo.\n")[0].comments
        ]
        for n in (2, 7)
    )
    assert first == later


def test_names_beside_counts_and_mottos():
    page = "".join(
        f"{name}\nOnward through the fog!\n{fans} Fans\n{fans} seconds ago (7:18 PM)\nI am {name}.\nReply\n"
        for name, fans in (("Ann", 12), ("Bob", 17), ("Cid", 1271), ("Dora", 8))
    )
    assert [c.author for c in read(page)[0].comments] == ["Ann", "Bob", "Cid", "Dora"]


def test_a_timestamp_may_end_its_comment():
    page = f"Ann dijo:\n\nYes.\n\n{STAMPS[0]}\n/ Responder\nBob dijo:\n\nNo.\n\n{STAMPS[1]}\n/ Responder\n"
    assert rows(page) == [("Ann", STAMPS[0], "Yes."), ("Bob", STAMPS[1], "No.")]


def test_a_number_may_stand_before_the_timestamp():
    page = "".join(f"{name}\n#1.{i} \u00a0— {i} hours ago\nText.\n" for i, name in ((1, "Ann"), (2, "Bob")))
    assert rows(page) == [("Ann", "1 hours ago", "Text."), ("Bob", "2 hours ago", "Text.")]


SEEDS = {
    "000_39c0832241b27bb5.txt": 0,
    "002_413d180f1b808295.txt": 0,
    "003_ee3c962518cc0657.txt": 0,
    "004_ff1d8342dea61859.txt": 0,
}


@pytest.mark.parametrize("name", SEEDS)
def test_articles_without_comments_say_so(shared, name):
    parsed = parse(Source.from_path(shared / "seeds" / name), Options())
    assert parsed.report.kept == 0
    assert parsed.discussions[0].article_text
    assert any("no comments found" in w for w in parsed.report.warnings)


def test_the_thread_of_eight(shared):
    (discussion,) = parse(
        Source.from_path(shared / "seeds" / "001_006605df1cda4f0e.txt"), Options()
    ).discussions
    assert discussion.title == "Putin's Diplomatic Mission in China"
    assert discussion.article_text.count("\n") == 13
    assert [
        (c.author, c.published_at.strftime("%d %H:%M"), c.text.count("\n") + 1) for c in discussion.comments
    ] == [
        ("Jasmine Hinds", "17 20:41", 1),
        ("Madison Neal", "17 20:59", 15),
        ("John Crulz", "17 21:53", 3),
        ("Anita Drake", "17 21:55", 2),
        ("Eduardo Lopez", "17 22:43", 2),
        ("Nancy Perez de Lezama", "17 22:45", 1),
        ("Matt Heitz", "17 23:33", 5),
        ("Susan Mark", "18 00:23", 3),
    ]
    crulz = discussion.comments[2].comment_id
    assert [c.parent_id for c in discussion.comments] == [None, None, None, crulz, crulz, None, None, None]
    assert "😮" in discussion.comments[0].text
    assert "Sino\u2011Russian" in discussion.comments[1].text


@pytest.mark.parametrize(
    "name",
    [
        "neg_birmingham",
        "neg_cbslocal_disqus",
        "neg_ebene11",
        "neg_kentnews",
        "neg_lokalo_recent",
        "neg_vallenc",
    ],
)
def test_pages_without_comments_give_none(shared, name):
    parsed = parse(Source.from_path(shared / "pages" / "pasted" / f"{name}.txt"), Options())
    assert parsed.report.kept == 0


lines = st.sampled_from(
    [
        "Ann",
        "Bob says:",
        "May 17, 2024 20:41",
        "05/06/24",
        "2 hours ago",
        "Reply",
        "3 Comments",
        "",
        "Leave a comment",
        "@Ann hi",
        "By Ann",
        "12",
        "#3",
        "·",
        "Like 3",
        "\ud800",
        "\x00",
        "\u202e",
        "In reply to Bob",
    ]
)


@given(st.text(max_size=300) | st.lists(lines, max_size=40).map("\n".join))
@settings(deadline=None, max_examples=500)
def test_any_text_is_read_and_nothing_is_lost_count_of(text):
    if text.strip():
        parsed = Pasted().read(Source.from_text(text), Options())
        (discussion,) = parsed.discussions
        assert parsed.report.kept == len(discussion.comments)
        assert len({c.comment_id for c in discussion.comments}) == len(discussion.comments)
        known = {c.comment_id for c in discussion.comments}
        assert all(c.text and (c.parent_id is None or c.parent_id in known) for c in discussion.comments)


@pytest.mark.parametrize("name", ["Di Fox", "Di", "May", "Jan", "Sam", "Mo", "Oct", "Mar", "Da Costa"])
@pytest.mark.parametrize(
    "template",
    [
        "{name}\n{stamp}\n",
        "{name} · {stamp}\n",
        "{name} says:\n{stamp}\n",
        "{name}\n3 hours ago\n",
        "{name} ({stamp}): ",
    ],
)
def test_names_that_are_words_of_dates(template, name):
    names = ["Ann Lee", name, "Bob"]
    texts = ["One of us.", "Two of us.", "Three of us."]
    page = "".join(
        f"{template.format(name=n, stamp=STAMPS[0])}{text}\nReply\n\n"
        for n, text in zip(names, texts, strict=True)
    )
    assert [(author, text) for author, _, text in rows(page)] == list(zip(names, texts, strict=True))


@pytest.mark.parametrize(
    "sentence",
    [
        "You are an idiot, number {i}.",
        "You are an idiot",
        "He replied to nobody at all, did he, number {i}?",
        "Nobody answers questions here",
        "Das ist ein Brief an Bob",
    ],
)
def test_text_that_speaks_of_replying_is_no_header(sentence):
    names = ["Ann Lee", "Bob", "Cem", "Dee"]
    said = [sentence.format(i=i) for i in range(4)]
    page = "".join(f"{name}\nMay 17, 2024 at 8:4{i} pm\n{said[i]}\n" for i, name in enumerate(names))
    assert [(author, text) for author, _, text in rows(page)] == list(zip(names, said, strict=True))


@pytest.mark.parametrize("words", ["antwortet an", "replied to", "antwortet auf", "répond à", "→", "回复"])
def test_a_header_that_says_whom_it_answers(words):
    page = f"Ann Lee\n{STAMPS[0]}\nYes.\n\nBob {words} Ann Lee\n{STAMPS[1]}\nNo.\n"
    discussion, _ = read(page)
    assert [c.author for c in discussion.comments] == ["Ann Lee", "Bob"]
    assert discussion.comments[1].parent_id == discussion.comments[0].comment_id


ODD_NAMES = [
    "https://example.com/me",
    "!!!",
    "👍🔥",
    "Is this real?",
    "<img src=x onerror=alert(1)>",
    "A very long name indeed, of a person who likes to be known by all of it",
    "Bob ★ Top Fan",
    "Share",
    "1234",
]


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("place", [0, 1, 3], ids=["first", "middle", "last"])
@pytest.mark.parametrize("heading", ["", f"{ARTICLE}4 Comments\n\n"], ids=["bare", "under an article"])
@pytest.mark.parametrize(
    "template",
    [
        "{name}\n{stamp}\n{text}\n",
        "{name}\n{stamp}\n{text}\nReply\n\n",
        "{name}\n\n{stamp}\n\n{text}\n\n",
        "{name} · {stamp}\n{text}\nReply\n\n",
    ],
)
def test_a_comment_of_an_unusual_name_is_its_own(template, heading, place, name):
    names = ["Ann Lee", "Cem", "Bob"]
    names.insert(place, name)
    texts = ["One of us.", "Two of us are here.", "Three of us.", "Four of us."]
    page = heading + "".join(
        template.format(name=n, stamp=STAMPS[0], text=text) for n, text in zip(names, texts, strict=True)
    )
    assert [(author, text) for author, _, text in rows(page)] == list(zip(names, texts, strict=True))


def test_a_header_without_a_name_begins_a_comment():
    page = f"Ann\n{STAMPS[0]}\nYes.\n\n{STAMPS[1]}\nNo.\n\nBob\n{STAMPS[1]}\nWell.\n"
    assert [(author, text) for author, _, text in rows(page)] == [
        ("Ann", "Yes."),
        (None, "No."),
        ("Bob", "Well."),
    ]


def test_a_name_of_hundreds_of_characters_is_left_out_and_told():
    page = f"Ann\n{STAMPS[0]}\nYes.\n\n{'B' * 300}\n{STAMPS[1]}\nNo.\n\nCem\n{STAMPS[1]}\nWell.\n"
    assert [author for author, _, _ in rows(page)] == ["Ann", None, "Cem"]
    assert "line 5: a name of 300 characters left out" in read(page)[1].warnings


def test_text_between_the_heading_and_the_first_comment_is_told():
    page = f"{ARTICLE}2 Comments\nPlease be kind, all of you.\n\n" + "".join(
        f"{name}\n{STAMPS[0]}\nYes, said {name}.\n\n" for name in ("Ann", "Bob")
    )
    assert (
        "1 line above the first comment left out, from 'Please be kind, all of you.'"
        in read(page)[1].warnings
    )


def test_many_stray_timestamps_take_linear_time():
    def seconds(count):
        page = (
            f"Ann\n{STAMPS[0]}\nYes.\n\nBob\n{STAMPS[1]}\nNo.\n\n"
            + f"about us\nA word\n{STAMPS[1]}\n\n" * count
        )
        started = time.process_time()
        read(page)
        return time.process_time() - started

    seconds(100)
    assert seconds(4_000) < 12 * max(seconds(1_000), 0.05)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<!DOCTYPE html>\n<html><title>A tunnel</title><body><p>Yes.</p></body></html>", "HTML source"),
        ("<div><p>Yes.</p>\n<p>No.</p></div>", "HTML source"),
        ('{"title": "A tunnel", "comments": []}', "JSON"),
        ('[{"author": "Ann", "text": "Yes."}]', "JSON"),
        ("id,user,body\n1,Ann,Yes.\n2,Bob,No.\n", "a table"),
        ("id;user;body\n1;Ann;Yes.\n", "a table"),
    ],
)
def test_what_is_no_pasted_page_is_named(text, kind):
    discussion, report = read(text)
    (warning,) = report.warnings
    assert f"this is {kind}" in warning
    assert "--format" in warning
    assert (discussion.title, discussion.article_text, discussion.comments) == (None, None, ())


def test_a_sentence_with_commas_is_no_table():
    discussion, _ = read("Roads, rails, and bridges\nTrains, ships, and cars\nmore of it.")
    assert discussion.title == "Roads, rails, and bridges"


@pytest.mark.parametrize("header", ["Ann Lee\nMay 17, 2024 at 20:41\n", "Ann Lee · May 17, 2024 at 20:41\n"])
def test_a_text_that_begins_with_a_name_and_a_time_is_one_comment(header):
    assert rows(f"{header}At last, a tunnel…") == [("Ann Lee", "May 17, 2024 at 20:41", "At last, a tunnel…")]


def test_a_byline_that_begins_a_page_is_no_comment():
    assert rows("By Ann Lee\nMay 17, 2024 at 20:41\nThe council met.") == []


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("12\nReply", 12),
        ("1.2K\nReply", 1_200),
        ("123\nReply\nShare", 123),
        ("-3\nReply", -3),
        ("Antworten  Gefällt mir 12", 12),
        ("Like 3 Reply", 3),
        ("3 likes · Reply · Share", 3),
        ("1,204 likes\nReply", 1_204),
        ("Like · Reply · 14", 14),
        ("Like · Reply · 2 replies", None),
        ("Reply · 14", None),
        ("👍 3 👎 1", 3),
        ("▲ 4 ▼ 1", 4),
    ],
)
def test_likes_beside_buttons_are_counted(lines, count):
    page = f"Ann\n{STAMPS[0]}\nYes.\n{lines}\n\nBob\n{STAMPS[1]}\nNo.\nReply\n"
    discussion, _ = read(page)
    assert [(c.text, c.likes) for c in discussion.comments] == [("Yes.", count), ("No.", None)]


@pytest.mark.parametrize("template", ["{name}\n{span}\n", "{name}, {span}\n", "{name} ★ Top Fan · {span}\n"])
def test_headers_with_spans_without_ago(template):
    names = ["Ann Lee", "Bob", "Dee"]
    spans = ["1y", "4d", "3h"]
    page = "".join(
        f"{template.format(name=n, span=span)}One of us.\nReply\n\n"
        for n, span in zip(names, spans, strict=True)
    )
    found = [(author.removesuffix(" ★ Top Fan"), raw) for author, raw, _ in rows(page)]
    assert found == list(zip(names, spans, strict=True))


def test_a_line_that_names_the_addressee_in_chinese():
    page = f"Ann\n{STAMPS[0]}\nYes.\n\nBob\n{STAMPS[1]}\n回复 Ann:\nNo.\n"
    discussion, _ = read(page)
    assert discussion.comments[1].text == "No."
    assert discussion.comments[1].parent_id == discussion.comments[0].comment_id


def test_a_name_that_was_read_as_a_weekday_is_given_back():
    names = ["Ann", "Sam", "Bob", "Mo"]
    page = "".join(f"{name} {STAMPS[0]}\nSo says {name}.\n\n" for name in names)
    assert rows(page) == [(name, STAMPS[0], f"So says {name}.") for name in names]


def test_a_page_of_unusual_names_alone_is_read_below_its_heading():
    page = (
        f"{ARTICLE}2 Comments\n\nhttp://x.example\n3 hours ago\nYes.\nReply\n\n!!!\n2 hours ago\nNo.\nReply\n"
    )
    assert rows(page) == [("http://x.example", "3 hours ago", "Yes."), ("!!!", "2 hours ago", "No.")]


def test_a_thread_of_people_who_write_tags_is_read_all_the_same():
    tags = "<img src=x><b>a</b><a href='#'>b</a><p>c</p><div>d</div>"
    page = f"{tags}\nAn article.\nAnn\n{STAMPS[0]}{tags}\nBob\n{STAMPS[1]}{tags}\n"
    assert [(author, text) for author, _, text in rows(page)] == [("Ann", tags), ("Bob", tags)]


TEXTS = [
    "I have thought about it, and it will not do.",
    "Nobody asked those of us who live at the river.",
    "My mother said the same whenever it rained!",
    "How much of it is paid by the county?",
    "They have been building since the spring of last year.",
]
LAYOUTS_LEARNT_FROM_THE_PAGE = {
    "a verb of no list": "{name} ytrade:\n{stamp}\n\n{text}\n\n",
    "words of no list around the name": "Ytrat av {name} den {stamp}\n{text}\nSvara\n",
    "a name that touches its time": "{name}{stamp}\n\n{text}\n\nReplyDelete\n",
    "the name behind the time": "{stamp} | {name}\n{text}\n",
    "name and time below the text": "{text}\n\nPosted by: {name} | {stamp}\n\n",
    "a name, the text, the time": "{name} said...\n{text}\n\n{stamp}\n",
    "no time": "{name}\n\n{text}\n\n",
    "a city below the name": "{name}\nNew York\n{stamp}\n{text}\nReply\n",
    "a number and words before the time": "{name}\n\n« Reply #{number} on: {stamp} »\n{text}\nLogged\n",
    "when each person joined": "{name}\nJoined: May 3, 2009\n{stamp}\n{text}\nReply\n",
}


@pytest.mark.parametrize("layout", LAYOUTS_LEARNT_FROM_THE_PAGE)
def test_layouts_that_the_page_itself_teaches(layout):
    names = ["Ann Lee", "bob_77", "Cem", "Dora K.", "Eve"]
    texts = TEXTS
    stamps = [f"May {day}, 2024 at 8:41 pm" for day in (3, 9, 12, 17, 28)]
    page = f"{ARTICLE}5 Comments\n" + "".join(
        LAYOUTS_LEARNT_FROM_THE_PAGE[layout].format(name=name, stamp=stamp, text=text, number=number)
        for number, (name, stamp, text) in enumerate(zip(names, stamps, texts, strict=True), start=1)
    )
    found = rows(f"{page}Leave a Reply\nYour email address will not be published.\n")
    assert [(name, text) for name, _, text in found] == list(zip(names, texts, strict=True))
    assert [raw for _, raw, _ in found] == ([None] * 5 if layout == "no time" else stamps)


def test_a_front_page_counts_the_comments_of_each_article_and_is_no_thread():
    article = "Ann Lee\nMay {day}, 2024 at 8:41 pm\nThe council met and voted for it.\nComments ({day})\n"
    assert rows(ARTICLE * 3 + "".join(article.format(day=day) for day in range(1, 9))) == []


def test_a_list_of_headlines_with_times_is_no_thread():
    page = ARTICLE * 3 + "".join(f"Economy\n{n} hours ago\nTunnel number {n}\n" for n in range(2, 9))
    assert rows(page) == []


def test_sharing_buttons_below_an_article_are_no_sign_of_a_thread():
    page = "".join(f"City desk\nMay {day}, 2024\nTunnel {day}\nShare\nTweet\n" for day in (3, 9))
    assert rows(ARTICLE * 3 + page) == []


def test_what_stands_around_every_comment_is_left_out():
    comments = "".join(
        f"User {n}\nMay {n}, 2024 at 8:41 pm\nSenior Member\n{text}\nLogga in och svara\n"
        for n, text in enumerate(TEXTS, start=1)
    )
    assert [text for _, _, text in rows(comments)] == TEXTS


def test_the_badge_of_the_author_is_no_part_of_the_name():
    assert rows(f"Ann Post author\n{STAMPS[0]}\nYes.\nBob\n{STAMPS[1]}\nNo.\n")[0][0] == "Ann"


def test_a_list_in_the_sidebar_is_no_part_of_the_thread():
    sidebar = "Archives\n" + "".join(f"Tunnel {n} opens\nMay {n}, 2024\n" for n in range(1, 9))
    comments = "".join(f"User {n}\nMay {n}, 2024 at 8:41 pm\nI saw it, too.\n" for n in range(1, 4))
    found = rows(f"{ARTICLE}3 Comments\n{comments}Leave a Reply\n{sidebar}")
    assert [name for name, _, _ in found] == ["User 1", "User 2", "User 3"]


@pytest.mark.parametrize("layout", ["no time", "name and time below the text", "a verb of no list"])
def test_every_layout_takes_linear_time(layout):
    def seconds(count):
        page = f"{count} Comments\n" + "".join(
            LAYOUTS_LEARNT_FROM_THE_PAGE[layout].format(
                name=f"User {n % 500}",
                stamp=f"May {1 + n % 28}, 2024 at 8:41 pm",
                text=f"The text of number {n}.",
                number=n,
            )
            for n in range(count)
        )
        begin = time.process_time()
        read(page)
        return time.process_time() - begin

    seconds(50)
    assert seconds(2_000) < 40 * max(seconds(200), 0.02)
