"""The compare page: what is compared stands in the address, small groups are told so, nothing is invented."""

import json

import pandas as pd
import pytest
from browsing import as_json

from dashboard.comparison_figures import dots_with_intervals
from dashboard.filters import Filters
from dashboard.pages import compare
from dashboard.pages.base import Context
from dashboard.pages.compare import ComparePage
from threads.language import using

CHART = "comparison-figure"


def _inside(components):
    for component in components:
        yield component
        inside = getattr(component, "children", None)
        yield from _inside(inside if isinstance(inside, list) else [] if inside is None else [inside])


def view(sampled, query):
    return ComparePage().subject(sampled, "").view(Filters.from_query(query))


def said(sampled, query):
    return as_json(view(sampled, query).content)


def test_ninety_and_eight_comments_stand_side_by_side_honestly(sampled, sampled_ids):
    found = said(sampled, f"?a={sampled_ids[0]}&b={sampled_ids[1]}")
    assert "None of 6 comparisons shows a difference that stands out from chance." in found
    assert "People among 5 comments" in found
    assert "90 comments by 21 people" in found
    assert "8 comments by 8 people" in found
    assert " 0% to 46%" in found  # none of eight may be almost half
    assert "Nobody wrote twice" in found
    assert "Replies are inferred in 0% of one and 100% of the other" in found


def test_the_order_in_the_address_is_that_on_the_page(sampled, sampled_ids):
    found = said(sampled, f"?a={sampled_ids[1]}&b={sampled_ids[0]}")
    assert found.index("A · Putin Flies") < found.index("B · Port Merrow")


def test_filters_narrow_what_is_compared(sampled, sampled_ids):
    shown = view(sampled, f"?a={sampled_ids[0]}&b={sampled_ids[1]}&from=2024-06-04T00:00")
    assert "No comment passes the filters: B." in as_json(shown.content)
    assert "under these filters there is one" in as_json(shown.content)
    assert (shown.chosen, shown.total) == (shown.chosen, 98)
    assert 0 < shown.chosen < 90


def test_measures_come_in_one_order_whatever_the_first_group_lacks(sampled):
    (chart,) = [c for c in _inside(view(sampled, "?by=week").content) if getattr(c, "id", "") == CHART]
    titles = [note["text"] for note in chart.figure["layout"]["annotations"]]
    assert titles[:3] == [
        f"<b>{compare.TITLES[name]}</b>" for name in ("sentiment", "supportive", "critical")
    ]


@pytest.mark.parametrize(
    ("by", "told"), [("week", "2024-W20"), ("author", "Maureen Tully"), ("source", "takes two groups")]
)
def test_all_comments_are_grouped(sampled, by, told):
    assert told in said(sampled, f"?by={by}")


def test_people_are_compared_without_how_many_people_they_are(sampled, sampled_ids):
    found = said(sampled, f"?a={sampled_ids[0]}&by=author")
    assert "The 6 of 21 people who wrote most." in found
    assert "People among" not in found
    assert "too few for an interval" in found


def test_nothing_chosen_leads_to_the_two_imported_last(sampled, sampled_ids):
    shown = view(sampled, "")
    two = Filters(compared=tuple(sampled.store.discussions()["thread_id"])).query()
    assert json.dumps(f"/compare{two}") in as_json(shown.content)
    assert shown.chosen == 0


def test_a_discussion_that_is_not_there_is_told(sampled, sampled_ids):
    assert "There is no discussion nope here." in said(sampled, f"?a={sampled_ids[0]}&b=nope")


def test_too_many_comments_are_refused_with_a_remedy(sampled, sampled_ids, monkeypatch):
    monkeypatch.setattr(compare, "MOST_COMMENTS", 50)
    monkeypatch.setattr(Context, "comments", None)  # nothing is read
    assert "Up to 50 comments are compared; these are 98" in said(
        sampled, f"?a={sampled_ids[0]}&b={sampled_ids[1]}"
    )


def test_what_is_compared_survives_the_address():
    filters = Filters(compared=("x/1", "y"), by="week", text="o")
    assert Filters.from_query(filters.query()) == filters
    assert Filters.from_query("?by=moon").problems == ("The address has by='moon', which is no by.",)


def test_what_is_compared_is_what_is_taken_away(sampled, sampled_ids):
    frame = sampled.comments()
    assert set(Filters(compared=(sampled_ids[1],)).apply(frame)["thread_id"]) == {sampled_ids[1]}


def test_each_measure_has_an_axis_and_what_is_unsure_is_open():
    rows = pd.DataFrame(
        {
            "title": ["Mean", "Mean", "Share", "Share"],
            "group": ["A", "<b>", "A", "<b>"],
            "estimate": [0.5, 0.25, 0.1, None],
            "low": [0.25, None, 0.0, None],
            "high": [0.75, None, 0.3, None],
            "kind": ["sentiment", "sentiment", "share", "share"],
        }
    )
    figure = dots_with_intervals(rows)
    first, second = figure["data"]
    assert first["marker"]["symbol"] == ["circle", "circle-open"]
    assert first["error_x"]["array"] == [0.25, 0]
    assert second["x"] == [0.1]
    assert figure["layout"]["xaxis2"]["tickformat"] == "~%"
    assert figure["layout"]["yaxis"]["ticktext"] == ["A", "&lt;b&gt;"]
    domains = [figure["layout"][axis]["domain"] for axis in ("yaxis", "yaxis2")]
    assert domains[0][0] > domains[1][1]


def test_hostile_names_stay_text(sampled, sampled_ids, monkeypatch):
    frame = sampled.comments(sampled_ids[0]).assign(author="<img src=x>\u202e")
    frame.loc[frame.index[::2], "author"] = "somebody"
    monkeypatch.setattr(Context, "comments", lambda *_, **__: frame)
    found = said(sampled, f"?a={sampled_ids[0]}&by=author")
    assert "<img src=x>" in found
    assert "\u202e" not in found
    assert "\\u202e" not in found
    assert '"ticktext": ["&lt;img src=x&gt;", "somebody"]' in found


def test_each_group_has_its_course_with_its_numbers_and_what_is_too_little_says_so(sampled, sampled_ids):
    found = said(sampled, f"?a={sampled_ids[0]}&b={sampled_ids[1]}")
    assert "had come within" in found
    assert '"data-take": "csv", "data-name": "courses"' in found
    assert "No trend can be told from 8 comments" in found


def test_measures_keep_their_capitals_in_german(sampled, sampled_ids):
    with using("de"):
        found = said(sampled, f"?a={sampled_ids[0]}&b={sampled_ids[1]}")
    assert "Personen auf 5 Kommentare" in found
    assert "personen auf" not in found


def test_in_german_nothing_is_left_in_english(sampled, sampled_ids):
    with using("de"):
        found = said(sampled, f"?a={sampled_ids[0]}&b={sampled_ids[1]}")
        sources, _note = compare._groups(sampled.comments(), "source", ())
    assert "Niemand schrieb zweimal" in found
    assert "Nobody wrote twice" not in found
    assert "Beleidigend ab 0,5" in found
    assert "Kein Verlauf: 8 Kommentare mit Zeit" in found
    assert list(sources) == ["eingefügter Text"]


def test_nothing_is_offered_to_download_before_something_is_chosen(sampled, sampled_ids):
    def page(query):
        return as_json(ComparePage().layout(sampled, "", query))

    nothing, weeks = page(""), page("?by=week")
    assert "/export.csv" not in nothing
    assert "0 of 98 comments" in nothing
    assert "all: choose" not in nothing
    assert "/export.csv?by=week" in weeks
    assert "98 of 98 comments" in weeks
    assert "all: choose" in weeks


def test_discussions_are_offered_with_the_day_they_began(sampled, sampled_ids):
    (chooser,) = [
        c for c in _inside(view(sampled, "").content) if getattr(c, "id", "") == "compare-discussions"
    ]
    assert {one["label"].rpartition(", ")[2] for one in chooser.data} == {"17 May 2024", "03 Jun 2024"}
