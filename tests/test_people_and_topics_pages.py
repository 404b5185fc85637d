"""The pages of people and topics say what the dynamics found, and of few comments why there is nothing."""

import json
from urllib.parse import quote

import pandas as pd
import pytest
from browsing import as_json, said
from chromium import barriers
from playwright.sync_api import expect
from queue_server import serving
from test_topics import talk

from dashboard import create_app
from dashboard.figures import answers_between
from dashboard.filters import Filters
from dashboard.pages import discussion
from dashboard.pages.discussion import OneDiscussion
from dashboard.pages.overview import OverviewPage
from dashboard.pages.people import PeoplePage
from dashboard.pages.topics import TopicsPage
from dashboard.tables import Shown, table
from threads.language import using

PAGES = [PeoplePage(), TopicsPage()]


def test_people_says_who_talks_and_who_answers_whom(sampled, sampled_ids):
    found = said(PeoplePage(), sampled, sampled_ids[0])
    assert "21 people wrote 90 comments" in found
    assert "of who answers whom" in found
    assert "/thread/" in found
    assert "author=Maureen+Tully" in found


@pytest.fixture(scope="module")
def many(sampled, sampled_ids):
    """A discussion of 270 comments on three subjects, and the subject of each."""
    frame, spoken = sampled.comments(sampled_ids[0]), talk(270)
    rows = pd.concat([frame.assign(comment_id=frame["comment_id"] + f"-{n}") for n in range(3)])
    rows = rows.reset_index(drop=True).assign(text=spoken["text"])
    return OneDiscussion(TopicsPage(), sampled, sampled_ids[0], rows), spoken["subject"]


def test_topics_say_what_people_speak_of_and_lead_to_it(many):
    discussion, _ = many
    found = as_json(discussion.view(Filters()).content)
    assert "People speak of 3 things" in found
    assert "?q=strasse" in found
    assert "Comments that stand for each" in found
    for name in discussion.topics():
        assert Filters(topic=name).query() in found


def test_a_topic_is_a_filter_beside_the_others(many):
    discussion, subjects = many
    names = list(discussion.topics())
    of_topic = [Filters(topic=name).apply(discussion.frame) for name in names]
    assert sum(map(len, of_topic)) > 0.9 * len(subjects)
    for rows in of_topic:
        assert subjects[rows.index].value_counts(normalize=True).iloc[0] > 0.95
    both = Filters.from_query(Filters(topic=names[0], tones=("negative",)).query())
    negative = Filters(tones=("negative",)).apply(discussion.frame)
    assert list(both.apply(discussion.frame).index) == [n for n in of_topic[0].index if n in negative.index]
    assert len(discussion.view(Filters(topic=names[0])).content) > 2
    assert discussion.view(Filters(topic=names[0])).chosen == len(of_topic[0])


def test_topics_stay_those_of_the_whole_discussion_under_filters(many):
    discussion, _ = many
    name, *_ = discussion.topics()
    negative = Filters(tones=("negative",))
    found = as_json(discussion.view(negative).content)
    assert negative.of_topic(name).query() in found
    assert str(len(negative.of_topic(name).apply(discussion.frame))) in found


def test_a_topic_that_is_not_there_is_told_and_chooses_nothing(many, sampled):
    discussion, _ = many
    (name, *_) = discussion.topics()
    assert discussion.checked(Filters(topic=name)).topic == name
    wrong = discussion.checked(Filters(topic="moon", text="a"))
    assert wrong == Filters(text="a", problems=wrong.problems)
    assert "topic='moon', which is no topic of this discussion" in wrong.problems[0]
    everything = OverviewPage().subject(sampled, "")
    assert "a topic is of one discussion" in everything.checked(Filters(topic=name)).problems[0]
    client = create_app(sampled.store, sampled.settings).server.test_client()
    assert "a topic is of one discussion" in client.get(f"/export.csv?topic={name}").text
    unknown = client.get(f"/export.csv?topic=moon&thread={discussion.thread_id}")
    assert (unknown.status_code, "no topic of this discussion" in unknown.text) == (400, True)


def test_why_there_are_no_topics_is_told_to_each_in_their_language(sampled, sampled_ids):
    assert "too few for topics" in said(TopicsPage(), sampled, sampled_ids[1])
    with using("de"):
        assert "zu wenige für Themen" in said(TopicsPage(), sampled, sampled_ids[1])


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


@pytest.mark.parametrize(
    "pairs", [[("b", "c"), ("c", "d"), ("c", "b")], [("a", "b"), ("b", "a")], [("a", "b"), ("c", "b")]]
)
def test_who_answers_whom_is_drawn_for_any_set_of_people(pairs):
    replies = pd.DataFrame(pairs, columns=["author", "answered"]).astype("str")
    drawn = answers_between(replies.assign(replies=pd.array([2] * len(pairs), dtype="Int64")), most=9)
    (trace,) = drawn["data"]
    people = drawn["layout"]["xaxis"]["ticktext"]
    assert set(people) == {name for pair in pairs for name in pair}
    assert {
        (people[row], people[column])
        for row, counts in enumerate(trace["z"])
        for column, count in enumerate(counts)
        if count == 2
    } == set(pairs)


def test_everybody_is_counted_where_a_table_shows_some():
    frame = pd.DataFrame({"comments": range(500)})
    shown = as_json(table(frame, [Shown("comments", "Comments")], "Who talks", total=5_187))
    assert "and 4,987 more" in shown


def test_discussions_to_choose_from_have_their_date_the_newest_first_and_can_be_searched(
    sampled, sampled_ids, monkeypatch
):
    monkeypatch.setattr(discussion, "LISTED", 1)
    tree = json.loads(as_json(TopicsPage().without_discussion(sampled)))
    _title, _what, search, listed, more = tree["props"]["children"][:5]
    dates = [choice["label"][-11:] for choice in search["props"]["data"]]
    assert dates == sorted(dates, key=pd.to_datetime, reverse=True)
    assert [choice["value"] for choice in search["props"]["data"]] == [
        f"/topics/{quote(key, safe='')}" for key in ordered(sampled)
    ]
    assert len(listed["props"]["children"]) == 1
    assert "and 1 more: search for them above" in json.dumps(more)


def ordered(sampled):
    stored = sampled.store.discussions()
    return stored.sort_values("first_at", ascending=False)["thread_id"].tolist()


@pytest.mark.browser
def test_a_discussion_is_found_by_its_title(page, sampled, sampled_ids):
    with serving(sampled.store) as address:
        page.goto(f"{address}topics")
        search = page.get_by_role("textbox", name="Search by title or date")
        search.wait_for()
        assert barriers(page) == {}
        search.fill("putin")
        page.get_by_role("option", name="Putin Flies").click()
        page.wait_for_url("**/topics/*")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Putin Flies")
