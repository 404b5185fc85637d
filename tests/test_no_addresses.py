"""No e-mail or IP address of a commenter comes in, whatever a page or a table holds beside the comments."""

import dataclasses
import json
import re

import pytest
from conftest import ROOT

from threads.parse import FORMATS, Source, parse
from threads.parse.formats import Options
from threads.records import Comment

MAIL, ADDRESS = "zoe.secret@mail.example", "203.0.113.77"
ADDRESSES = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|\b(?:\d{1,3}\.){3}\d{1,3}\b|(?:[0-9a-f]{1,4}:){4}", re.IGNORECASE
)
NAMES = ("Zoe Moe", "Ann Lee", "Bob Ray", "Cid Poe")
FIELDS = [field.name for field in dataclasses.fields(Comment)]


def page(comment, head=""):
    said = "".join(
        comment.format(
            number=n, name=name, mail=MAIL, ip=ADDRESS, text=f"The tunnel costs {n} times too much."
        )
        for n, name in enumerate(NAMES, start=1)
    )
    body = f"<h1>A tunnel</h1><p>Text.</p><div id='comments'>{said}</div>"
    return f"<html><head>{head}</head><body>{body}</body></html>"


JSON_LD = json.dumps(
    {
        "@type": "NewsArticle",
        "headline": "A tunnel",
        "comment": [
            {
                "@type": "Comment",
                "text": f"The tunnel costs {n} times too much.",
                "dateCreated": f"2024-05-17T20:4{n}:00Z",
                "author": {
                    "@type": "Person",
                    "name": name,
                    "email": MAIL,
                    "ipAddress": ADDRESS,
                    "@id": f"mailto:{MAIL}",
                },
            }
            for n, name in enumerate(NAMES, start=1)
        ],
    }
)
COLUMNS = "thread_id,comment_id,author,email,author_email,comment_author_IP,ip_address,published_at,text"


def table(columns):
    rows = (
        f"t,c{n},{name},{MAIL},{MAIL},{ADDRESS},{ADDRESS},2024-05-17T20:4{n}:00Z,It costs {n} times"
        for n, name in enumerate(NAMES, start=1)
    )
    return "\n".join([columns, *rows])


INPUTS = {
    "link": page(
        '<div class="comment" id="c{number}"><a class="author" href="mailto:{mail}">{name}</a>'
        '<time datetime="2024-05-17T20:4{number}:00Z">May 17</time><p>{text}</p></div>'
    ),
    "attributes": page(
        '<div class="comment" id="c{number}" data-email="{mail}" data-ip="{ip}" data-author-ip="{ip}">'
        '<b class="author" title="{mail}" data-user-email="{mail}">{name}</b>'
        '<img class="avatar" alt="{mail}" src="https://a.example/{mail}">'
        '<time datetime="2024-05-17T20:4{number}:00Z">May 17</time><p>{text}</p></div>'
    ),
    "shown": page(
        '<div class="comment" id="c{number}"><b class="author">{name}</b> <span class="email">{mail}</span>'
        ' <span class="ip">{ip}</span> <time datetime="2024-05-17T20:4{number}:00Z">May 17</time>'
        '<div class="text"><p>{text}</p></div></div>'
    ),
    "json-ld": page("", f'<script type="application/ld+json">{JSON_LD}</script>'),
    "table": table(COLUMNS),
    "own table": table(COLUMNS.replace("published_at", "published_at_raw")),
}


def records(parsed):
    return [comment for discussion in parsed.discussions for comment in discussion.comments]


def test_a_record_has_no_field_for_an_address():
    assert not [name for name in FIELDS if re.search(r"mail|(^|_)ip($|_)|address|phone", name)]


@pytest.mark.parametrize("name", INPUTS)
def test_addresses_beside_comments_are_dropped(name):
    parsed = parse(Source.from_text(INPUTS[name], name), Options())
    assert [comment.author for comment in records(parsed)] == list(NAMES)
    assert MAIL not in repr(parsed.discussions)
    assert ADDRESS not in repr(parsed.discussions)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "sample_data").glob("*/thread.*")), ids=lambda p: p.parent.name
)
def test_no_field_but_the_text_of_a_sample_holds_an_address(path):
    for comment in records(parse(Source.from_path(path), Options())):
        for name in FIELDS:
            value = getattr(comment, name)
            if name != "text" and isinstance(value, str):
                assert not ADDRESSES.search(value), (name, value)


def test_an_address_in_a_text_is_text_and_stays():
    text = INPUTS["link"].replace("The tunnel", f"Write to {MAIL}: the tunnel")
    assert all(MAIL in comment.text for comment in records(parse(Source.from_text(text, "a"), Options())))


# Whose files have no place for an address beside the comments, or are packed.
NO_PLACE = {
    "pasted",
    "4chan",
    "discourse",
    "excel",
    "guardian",
    "hacker-news",
    "lobsters",
    "one-million-posts",
    "parquet",
    "twitter",
}


def test_every_format_that_has_a_place_for_addresses_was_tried():
    parsed = [parse(Source.from_text(text, "a"), Options()) for text in INPUTS.values()]
    tried = {discussion.source_format for answer in parsed for discussion in answer.discussions}
    for path in (ROOT / "sample_data").glob("*/thread.*"):
        if ADDRESSES.search(path.read_bytes().decode("latin-1")):
            tried.add(json.loads((path.parent / "expected.json").read_bytes())["format"])
    assert {item.name for item in FORMATS} - tried <= NO_PLACE
