"""The pages of people and topics say what the dynamics found, and of few comments why there is nothing."""

import json

import pandas as pd
import pytest
from browsing import as_json, said
from test_topics import talk

from dashboard.filters import Filters
from dashboard.pages.discussion import OneDiscussion
from dashboard.pages.people import PeoplePage
from dashboard.pages.topics import TopicsPage

PAGES = [PeoplePage(), TopicsPage()]


def test_people_says_who_talks_and_who_answers_whom(sampled, sampled_ids):
    found = said(PeoplePage(), sampled, sampled_ids[0])
    assert "21 people wrote 90 comments" in found
    assert "of who answers whom" in found
    assert "/thread/" in found
    assert "author=Maureen+Tully" in found


def test_topics_say_what_people_speak_of_and_lead_to_it(sampled, sampled_ids):
    frame = sampled.comments(sampled_ids[0])
    many = pd.concat([frame.assign(comment_id=frame["comment_id"] + f"-{n}") for n in range(3)])
    many = many.reset_index(drop=True).assign(text=talk(len(many))["text"])
    found = as_json(OneDiscussion(TopicsPage(), sampled, sampled_ids[0], many).view(Filters()).content)
    assert "People speak of 3 things" in found
    assert "?q=strasse" in found
    assert "Comments that stand for each" in found


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_eight_comments_get_reasons_and_no_invention(sampled, sampled_ids, shown):
    found = said(shown, sampled, sampled_ids[1])
    assert "too few" in found or "nobody" in found.lower() or "No " in found


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_nothing_chosen_says_so(sampled, sampled_ids, shown):
    assert "No comment passes the filters" in said(shown, sampled, sampled_ids[0], "?q=no+comment+has+this")


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_an_unknown_discussion_is_told(sampled, shown):
    assert "No such discussion" in json.dumps(
        shown.layout(sampled, "nope", "").to_plotly_json(), default=lambda c: c.to_plotly_json()
    )


@pytest.mark.parametrize("shown", PAGES, ids=lambda p: p.title)
def test_without_a_discussion_there_is_a_choice_or_everybody(sampled, sampled_ids, shown):
    found = as_json(shown.layout(sampled, "", ""))
    assert "Harbour Tunnel" in found or "Maureen Tully" in found
