"""A discussion as one file: all of it is there, and nothing in it runs or leads away."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from browsing import ADDRESS

from dashboard import create_app
from dashboard.filters import Filters
from dashboard.one_file import discussion_html
from threads.analysis import import_parsed
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.samples import sample_folder
from threads.scores import score_columns
from threads.settings import Settings
from threads.storage import Store

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:x">\u202e&lt;'


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('file')}/store.sqlite") as opened:
        source = Source.from_path(sample_folder() / "harbour_tunnel" / "thread.txt")
        import_parsed(opened, parse(source, Options()), Settings())
        yield opened


@pytest.fixture(scope="module")
def discussion(store):
    return store.discussion(store.discussions()["thread_id"].iloc[0])


@pytest.fixture(scope="module")
def frame(store, discussion):
    return store.comments(discussion.thread_id, columns=score_columns())


class Tags(HTMLParser):
    def __init__(self, markup):
        super().__init__()
        self.found = []
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def plain(markup):
    return re.sub(r"<[^>]+>", "", markup)


def test_every_comment_is_in_it_once(discussion, frame):
    made = discussion_html(discussion, frame, frame)
    assert made.count("<article") == len(frame) == 90
    assert "21 people wrote 90 comments" in made
    assert made.count("<svg") == 2


def test_its_pictures_say_what_is_what(discussion, frame):
    drawn = frame.assign(stance=["supportive", "critical", "neutral"] * 30)
    points, bars = re.findall("<svg.*?</svg>", discussion_html(discussion, drawn, drawn), re.DOTALL)
    legends = [re.findall(r'<text x="18"[^>]*>([^<]+)', picture) for picture in (points, bars)]
    assert legends == [["supportive", "critical", "neutral", "trend", "95% band"], [*legends[0][:3]]]
    assert points.count("<polygon") == 1
    count = [points.count(form) for form in ('<circle cx="', '<rect x="', '<path d="M')]
    assert count == [31, 31, 32]  # of each stance 30 and that of the legend; the line of the trend
    for stance in ("critical", "neutral"):
        assert bars.count(f'<pattern id="{stance}"') == 1
        assert bars.count(f'fill="url(#{stance})"') > 1


def test_nothing_that_commenters_write_becomes_markup(discussion, frame):
    bad = frame.assign(text=HOSTILE, author=HOSTILE)
    made = discussion_html(discussion, bad, bad, HOSTILE)
    tags = Tags(made).found
    assert not {"img", "script", "a", "iframe", "link", "object"} & {tag for tag, _ in tags}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert "\u202e" not in made
    assert "[U+202E]" in made


def test_it_asks_for_nothing_from_anywhere(discussion, frame):
    tags = Tags(discussion_html(discussion, frame, frame)).found
    assert not [a for _, a in tags if {"src", "href", "srcset", "action"} & a.keys()]
    policy = next(a["content"] for tag, a in tags if tag == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'")


def test_few_comments_get_no_picture_and_nothing_says_so(discussion, frame):
    assert "No picture over time" in discussion_html(discussion, frame, frame.head(1))
    assert "No comment passes the filters." in discussion_html(discussion, frame, frame.head(0))


def test_the_file_is_in_the_language_of_who_asks(store, discussion):
    client = create_app(store, Settings(language="de")).server.test_client()
    query = Filters(tones=("negative",), depth="2").query(thread=discussion.thread_id)
    page = client.get(f"/thread.html{query}", base_url=ADDRESS).text
    assert '<html lang="de">' in page
    said = plain(page)
    assert "Nur: Stimmung negativ; Tiefe 2 und mehr" in said
    for word in ("Kommentare", "Wer spricht", "Das Gespräch", "Stimmung", "Haltung", "Zeiten in UTC"):
        assert word in said
    for word in ("Who talks", "comments", "sentiment", "stance", "unclear", "mean "):
        assert (
            word
            not in re.sub(r"<p dir=.*?</p>|<style>.*?</style>", "", page, flags=re.DOTALL).split("<body>")[1]
        )
    wrong = client.get(f"/thread.html?from=soon&thread={discussion.thread_id}", base_url=ADDRESS)
    assert (wrong.status_code, "das ist keine Zeit" in wrong.text) == (400, True)


def test_what_has_no_stance_is_not_drawn_as_unclear(discussion, frame):
    bare = frame.assign(stance=pd.Series(None, index=frame.index, dtype="str"))
    drawn = "".join(re.findall(r"<svg.*?</svg>", discussion_html(discussion, bare, bare), flags=re.DOTALL))
    assert "no stance" in drawn
    assert "unclear" not in drawn


def test_a_table_of_texts_alone_is_told(discussion, frame):
    bare = frame.assign(
        published_at=pd.Series(pd.NaT, index=frame.index, dtype=frame["published_at"].dtype), author=None
    ).astype({"author": "str"})
    assert discussion_html(discussion, bare, bare).count("</span> no time") == len(bare)


def test_the_address_gives_what_the_filters_choose(store, discussion):
    client = create_app(store, Settings()).server.test_client()
    path = f"/thread.html{Filters(tones=('negative',)).query(thread=discussion.thread_id)}"
    answer = client.get(path, base_url=ADDRESS)
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "Only: sentiment negative" in plain(answer.text)
    assert 5 < answer.text.count("<article") < 60
    assert client.get("/thread.html", base_url=ADDRESS).status_code == 400
    assert client.get("/thread.html?thread=nope", base_url=ADDRESS).status_code == 404
