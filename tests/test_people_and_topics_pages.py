"""The pages of people and topics say what the dynamics found, and of few comments why there is nothing."""

import json

import pandas as pd
import pytest
from test_topics import talk

from dashboard.filters import Filters
from dashboard.pages.base import Context
from dashboard.pages.discussion import OneDiscussion
from dashboard.pages.people import PeoplePage
from dashboard.pages.topics import TopicsPage
from threads.analysis import import_parsed
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.samples import sample_folder
from threads.settings import Settings
from threads.storage import Store

PAGES = [PeoplePage(), TopicsPage()]


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('pages')}/store.sqlite") as store:
        for name in ("harbour_tunnel/thread.txt", "siberia_pipeline/thread.txt"):
            import_parsed(store, parse(Source.from_path(sample_folder() / name), Options()), Settings())
        yield Context(store, Settings())


@pytest.fixture(scope="module")
def ids(context):
    """The thread of ninety comments, and that of eight."""
    stored = context.store.discussions().sort_values("comments", ascending=False)
    return stored["thread_id"].tolist()


def as_json(components):
    return json.dumps(components, default=lambda c: c.to_plotly_json(), ensure_ascii=False)


def said(shown, context, thread_id, query=""):
    return as_json(shown.subject(context, thread_id).view(Filters.from_query(query)).content)


def test_people_says_who_talks_and_who_answers_whom(context, ids):
    found = said(PeoplePage(), context, ids[0])
    assert "21 people wrote 90 comments" in found
    assert "of who answers whom" in found
    assert "/thread/" in found
    assert "author=Maureen+Tully" in found


def test_topics_say_what_people_speak_of_and_lead_to_it(context, ids):
    frame = context.comments(ids[0])
    many = pd.concat([frame.assign(comment_id=frame["comment_id"] + f"-{n}") for n in range(3)])
    many = many.reset_index(drop=True).assign(text=talk(len(many))["text"])
    found = as_json(OneDiscussion(TopicsPage(), context, ids[0], many).view(Filters()).content)
    assert "People speak of 3 things" in found
    assert "?q=strasse" in found
    assert "Comments that stand for each" in found


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_eight_comments_get_reasons_and_no_invention(context, ids, shown):
    found = said(shown, context, ids[1])
    assert "too few" in found or "nobody" in found.lower() or "No " in found


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_nothing_chosen_says_so(context, ids, shown):
    assert "No comment passes the filters" in said(shown, context, ids[0], "?q=no+comment+has+this")


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_an_unknown_discussion_is_told(context, shown):
    assert "No such discussion" in json.dumps(
        shown.layout(context, "nope", "").to_plotly_json(), default=lambda c: c.to_plotly_json()
    )


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_without_a_discussion_there_is_a_choice_or_everybody(context, ids, shown):
    found = as_json(shown.layout(context, "", ""))
    assert "Harbour Tunnel" in found or "Maureen Tully" in found
