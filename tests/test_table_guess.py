"""What columns mean is guessed from their names and from what stands in them."""

import json
from pathlib import Path

import pytest

from threads.parse.exports.tables.guess import guess

HEADERS = (
    Path(__file__).resolve().parent.parent.parent / "shared" / "exports" / "csv-headers-in-the-wild.json"
)
TEXTS = [
    "The tunnel took nine years, and now it leaks at both ends.",
    "It leaks because nobody paid for the second wall.",
    "Paid? We paid twice, once in tax and once in tolls!",
    "Then swim. The river is free.",
    "Free, and full of shopping trolleys.",
    "I saw one yesterday, it had a plant in it.",
]
IDS = [f"k{number}x" for number in range(6)]


def fields(header, *columns, **more):
    """The fields guessed of a table that is given by columns."""
    rows = [list(row) for row in zip(*columns, strict=True)]
    found = guess(header, rows, **more)
    return {one.field: header[one.place] for one in found.columns}


def test_names_and_values_together():
    found = fields(
        ["cid", "User", "created", "likes", "comment_body"],
        IDS,
        ["Ann", "Bob", "Ann", "Cid", "Dee", "Bob"],
        [f"2024-05-17 20:4{n}" for n in range(6)],
        ["3", "0", "", "1", "2", "9"],
        TEXTS,
    )
    assert found == {
        "id": "cid",
        "author": "User",
        "time": "created",
        "likes": "likes",
        "text": "comment_body",
    }


def test_values_speak_where_names_are_unknown():
    found = fields(["q1", "q2", "q3"], TEXTS, [f"1{n}.05.2024 20:41" for n in range(6)], list("abcabc"))
    assert found == {"text": "q1", "time": "q2"}


def test_values_refuse_what_names_say():
    header = ["comments", "text", "date", "score"]
    found = fields(header, list("123456"), TEXTS, ["good"] * 6, ["high", "low"] * 3)
    assert found == {"text": "text"}
    rows = [list(row) for row in zip(list("123456"), TEXTS, ["good"] * 6, ["high", "low"] * 3, strict=True)]
    assert guess(header, rows).refused[2] == "its name says time, but its values are no times"


@pytest.mark.parametrize(
    ("ids", "parents"),
    [
        (
            ["22015913", "22015914", "22015920", "22015931", "22015940", "22015955"],
            ["0.0", *["22015913.0"] * 5],
        ),
        (["a1b", "a2b", "a3b", "a4b", "a5b", "a6b"], ["t3_zz", *["t1_a1b"] * 5]),
        (["1001", "1002", "1003", "1004", "1005", "1006"], ["", "1001", "1002", "1001", "1004", "1005"]),
    ],
)
def test_parents_are_known_by_being_ids_of_other_rows(ids, parents):
    assert fields(["id", "x1", "comment"], ids, parents, TEXTS)["parent"] == "x1"
    assert fields(["id", "parent_id", "comment"], ids, parents, TEXTS)["parent"] == "parent_id"


def test_parents_that_are_ids_of_authors_are_refused():
    header = ["id", "author_id", "parent_id", "comment"]
    columns = (IDS, ["u1", "u2", "u3", "u1", "u2", "u3"], ["", "u1", "u2", "u3", "u1", "u1"], TEXTS)
    rows = [list(row) for row in zip(*columns, strict=True)]
    found = guess(header, rows)
    assert found.places("parent") == ()
    assert found.refused[2] == "its name says parent, but its values are ids of authors"


def test_the_title_of_a_thread_is_shared_and_that_of_a_comment_is_not():
    shared = fields(
        ["id", "post_id", "title", "body"], IDS, ["p1"] * 3 + ["p2"] * 3, ["A"] * 3 + ["B"] * 3, TEXTS
    )
    assert shared["title"] == "title"
    header = ["id", "title", "body"]
    rows = [list(row) for row in zip(IDS, [f"Title {n}" for n in range(6)], TEXTS, strict=True)]
    assert guess(header, rows).places("text") == (1, 2)


def test_the_address_of_each_comment_is_not_that_of_its_thread():
    own = [f"https://example.com/c/{n}" for n in range(6)]
    found = fields(["id", "post_id", "url", "body"], IDS, ["p1"] * 3 + ["p2"] * 3, own, TEXTS)
    assert "url" not in found
    shared = ["https://example.com/1"] * 3 + ["https://example.com/2"] * 3
    assert fields(["id", "url", "body"], IDS, shared, TEXTS)["thread"] == "url"


def test_ids_of_authors_are_no_names():
    found = fields(["id", "user", "body"], IDS, ["10021", "10022", "10021", "10044", "10021", "10022"], TEXTS)
    assert found["author_id"] == "user"
    assert "author" not in found


def test_a_column_that_counts_rows_and_addresses_of_people_are_never_used():
    header = ["", "email", "author_ip", "comment"]
    columns = (list("012345"), ["a@b.example"] * 6, ["192.0.2.1"] * 6, TEXTS)
    assert fields(header, *columns) == {"text": "comment"}


def test_a_table_without_names():
    header = ["1", "2", "3"]
    names = ["Ann Lee", "Bob", "Cid", "Ann Lee", "Dee", "Bob"]
    found = fields(header, names, [f"2024-05-1{n}T20:41:00Z" for n in range(6)], TEXTS, is_named=False)
    assert found == {"author": "1", "time": "2", "text": "3"}


def test_nothing_is_found_where_there_is_no_text():
    assert fields(["Actor", "Director"], list("abcdef"), list("abcdef")) == {}


# What a person sees in each header of published files: text, time, author, parent, thread. "-" where none.
SEEN = """
0  comments - - - -
1  Comment - Username - -
3  post_comments - - - -
4  title+description published_at channel_title - -
5  Comment - - - -
6  comment publishedAt author - -
7  comment publishedAt author - -
8  comment publishedAt author - -
9  comment - - - -
10 comment_text published_at author_name - video_id
12 body timestamp - - -
13 text created user references url_id
14 comment_body comment_posted_time comment_author_name comment_parent_id post_id
16 comment_body - - - -
17 Comment_Text - - - Post_ID
18 Comment_Text - - - Post_ID
19 Post_Title+Post_Text - - - -
20 comment - - - post_id
21 comment - - - post_id
22 title - - - -
23 txt - - - post_id
24 txt - - - post_id
26 comment - - - -
27 text created_ts - - video_id
28 body created_utc author.name parent_id link_id
29 content date username parent_id post_id
30 title+content date username - -
31 content date username parent_id post_id
32 content date_x username parent_id post_id
33 title+content date username - -
34 content date - - -
36 Comment - - - -
37 Comment - - - -
38 message comment_created comment_from_name - post_id
39 comment - - - -
40 Comments - - - -
41 Comment - - - -
42 title+selftext - - - -
"""
# 2, 25: the first comment stands where a name should. 11, 15, 35: no column has comments.
NONE = {2, 11, 15, 25, 35}


@pytest.mark.skipif(not HEADERS.exists(), reason="the headers are not beside the repository")
def test_every_header_of_the_wild_is_understood_as_a_person_would():
    headers = [item[3] for item in json.loads(HEADERS.read_text(encoding="utf-8"))]
    seen = dict(line.split(maxsplit=1) for line in SEEN.strip().splitlines())
    for number, header in enumerate(headers):
        found = guess(header, [])
        columns = [
            "+".join(header[place].replace(" ", "_") for place in found.places(name)) or "-"
            for name in ("text", "time", "author", "parent", "thread")
        ]
        print(number, *columns)
        assert columns == (seen[str(number)].split() if number not in NONE else ["-"] * 5), header[:8]


@pytest.mark.parametrize(
    "header",
    [
        ("Datum", "Wer", "Beitrag", "Antwort auf"),
        ("Uhrzeit", "Verfasser", "Kommentar", "Als Antwort auf"),
        ("Datum und Uhrzeit", "Nutzername", "Beitragstext", "antwortet auf"),
        ("Publié le", "Auteur", "Commentaire", "Réponse à"),
        ("Fecha y hora", "Autor", "Comentario", "Respuesta a"),
        ("Data e ora", "Autore", "Commento", "Risposta a"),
        ("Data e hora", "Autora", "Mensagem", "Em resposta a"),
        ("Tijdstip", "Schrijver", "Reactie", "Antwoord op"),
    ],
)
def test_headings_of_european_languages_are_known(header):
    times = [f"2024-05-17T20:4{number}:00Z" for number in range(3)]
    columns = (IDS[:3], times, ["Ann", "Bob", "Ann"], TEXTS[3:], ["", IDS[0], IDS[0]])
    found = fields(["id", *header], *columns)
    expected = dict(zip(("time", "author", "text", "parent"), header, strict=True))
    assert found == {"id": "id", **expected}
    assert fields(list(header[:3]), *columns[1:4]) == dict(list(expected.items())[:3])
