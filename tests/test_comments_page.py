"""Every comment in a table: sorted on the server as the stored columns are, in blocks, under the filters."""

import pytest
from browsing import as_json, get
from flask import g

from dashboard import create_app
from dashboard.filters import Filters
from dashboard.grid import SORTABLE, Order, in_order
from dashboard.pages.comments import BLOCK, COLUMNS, CommentsPage, rows
from dashboard.security.access import User
from threads.outline import NO_TIME

PLACE = {name: place for place, (name, _) in enumerate(COLUMNS)}


@pytest.fixture(scope="module")
def client(sampled):
    return create_app(sampled.store, sampled.settings).server.test_client()


@pytest.fixture(scope="module")
def frame(sampled):
    """The stored columns beside what the outline has, in the outline's order."""
    outline = sampled.outline()
    stored = sampled.comments().assign(**{name: outline[name] for name in ("time", "depth")})
    return stored.reset_index(drop=True)


@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("column", SORTABLE)
def test_rows_are_in_the_order_of_a_column_and_what_is_missing_comes_last(sampled, frame, column, down):
    found = in_order(sampled.outline(), sampled, Filters(), Order(column, down))
    assert sorted(found) == list(range(len(frame)))
    values = frame[column].replace({NO_TIME: None}) if column == "time" else frame[column]
    if column == "author":
        values = values.str.casefold()
    if column == "stance":
        values = values.map(
            {name: n for n, name in enumerate(("supportive", "critical", "neutral", "unclear"))}
        )
    if column == "offensive":
        values = values.round(4)
    ordered = values.iloc[found]
    known = ordered.dropna()
    assert ordered.isna().tolist() == sorted(ordered.isna())
    assert known.is_monotonic_decreasing if down else known.is_monotonic_increasing
    assert known.nunique() > 1


def test_a_block_has_the_cells_of_its_rows_and_the_next_goes_on(client, frame):
    first = get(client, "/comments/rows?sort=words&down=").json
    assert (len(first["rows"]), first["total"]) == (min(BLOCK, len(frame)), len(frame))
    longest = frame.loc[frame["words"].idxmax()]
    cells = first["rows"][0]
    assert cells[PLACE["author"]] == longest["author"]
    assert cells[PLACE["words"]] == str(longest["words"])
    assert cells[PLACE["text"]][:40] == " ".join(longest["text"].split())[:40]
    assert cells[-1].startswith(f"/thread/{longest['thread_id']}?at={longest['comment_id']}#comment-")
    rest = get(client, f"/comments/rows?sort=words&down=&start={len(frame) - 3}").json
    assert len(rest["rows"]) == 3
    assert get(client, "/comments/rows?start=1000000").json["rows"] == []


def test_the_filters_of_the_page_choose_the_rows(client, frame, sampled):
    chosen = Filters(tones=("negative",), text="tunnel")
    page = CommentsPage().subject(sampled, "").view(chosen)
    wanted = chosen.apply(frame)
    assert page.chosen == len(wanted) > 0
    assert f'"data-rows": "/comments/rows{chosen.query()}"' in as_json(page.content)
    found = get(client, f"/comments/rows{chosen.query()}&sort=time").json
    assert found["total"] == len(wanted)
    assert [row[PLACE["words"]] for row in found["rows"]] == [
        str(words) for words in wanted.sort_values("time", kind="stable")["words"]
    ]


@pytest.mark.parametrize("query", ["sort=moon", "sort=discussion", "start=-1", "sort=words&start=-5"])
def test_a_wrong_question_is_refused(client, query):
    assert get(client, f"/comments/rows?{query}").status_code == 400


def test_who_may_not_see_people_gets_no_text_no_name_and_no_place(sampled, frame):
    app = create_app(sampled.store, sampled.settings).server
    with app.test_request_context("/"):
        g.user = User("vic", "viewer")
        shown = rows(sampled, Filters(), Order("words", down=True), 0)["rows"]
        page = as_json(CommentsPage().subject(sampled, "").view(Filters()).content)
    assert {row[PLACE["text"]] for row in shown} == {""}
    assert not {row[PLACE["author"]] for row in shown} & set(frame["author"])
    assert {row[-1] for row in shown} <= {f"/thread/{thread}" for thread in frame["thread_id"]}
    assert "without-text" in page


def test_comments_that_are_gone_meanwhile_are_left_out(sampled):
    key = int(sampled.outline()["key"][0])
    assert set(sampled.store.comments_at([key, 10**9])) == {key}
    assert sampled.store.comments_at([]) == {}


def test_an_empty_store_says_what_to_do(store, sampled):
    empty = type(sampled)(store, sampled.settings)
    assert "Nothing here yet." in as_json(CommentsPage().layout(empty, "", ""))
    assert "No such page" in as_json(CommentsPage().layout(empty, "more", ""))
