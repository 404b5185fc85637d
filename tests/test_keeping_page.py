"""The page of keeping: it tells first, does then, and is an admin's."""

import pytest
from browsing import ADDRESS, CALLBACKS, body_for, server_callbacks
from test_keeping import NAME, Clock, everything, fill
from test_keeping import texts as stored_texts

from dashboard import create_app
from dashboard.pages.base import Context
from dashboard.pages.keeping import KeepingPage, keeping_path
from threads.settings import Settings
from threads.storage import Store

HOSTILE = "<b>Zoe</b>\u202e & 'x'\ud800"


@pytest.fixture
def settings(tmp_path):
    return Settings(key_file=str(tmp_path / "a.key"))


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=Clock()) as store:
        fill(store)
        yield store


@pytest.fixture
def press(store, settings):
    """Press a button as a browser does, with what the fields hold; return the answer."""
    app = create_app(store, settings)
    client, callbacks = app.server.test_client(), server_callbacks(app)

    def send(button, **fields):
        name = "keeping.retain" if "retain" in button else "keeping.erase"
        body = body_for(app, callbacks[name], lambda item: fields.get(item["id"].removeprefix("keeping-")))
        body["changedPropIds"] = [f"keeping-{button}.n_clicks"]
        return client.post(CALLBACKS, json=body, base_url=ADDRESS, headers={"Origin": ADDRESS})

    return send


def answer(response):
    """What it says, and the properties of the button that does it."""
    given = response.json["response"]
    (button,) = [name for name in given if name != "keeping-result"]
    return str(given["keeping-result"]), given[button]["hidden"]


def test_an_erasure_is_told_first_and_then_done(store, press):
    before = everything(store)
    said, hidden = answer(press("erase-tell", author=NAME))
    assert "2 comments in 1 discussion would be emptied, 1 of them" in said
    assert "Look at t, c3: it has words of theirs." in said
    assert (everything(store), hidden) == (before, False)
    said, hidden = answer(press("erase", author=NAME))
    assert ("2 comments in 1 discussion were emptied" in said, hidden) == (True, True)
    assert stored_texts(store)["c1"] == ""
    assert everything(store)["audit"][-1][2:4] == ("local", "erase")


def test_one_comment_is_named_by_two_ids(store, press):
    said, hidden = answer(press("erase-tell", comment="c4"))
    assert ("a comment is named by two ids. Give its discussion" in said, hidden) == (True, True)
    press("erase", comment="c4", thread="t")
    assert [name for name, text in stored_texts(store).items() if not text] == ["c4"]


def test_old_comments_are_told_first_and_then_emptied(store, press):
    said, hidden = answer(press("retain-tell", days=50))
    assert ("5 comments in 1 discussion would be emptied" in said, hidden) == (True, False)
    assert stored_texts(store)["c5"] != ""
    press("retain", days=50)
    assert set(stored_texts(store).values()) == {""}


@pytest.mark.parametrize("days", [None, "", 0, -5, "50", 1.5])
def test_days_that_are_none_are_refused(store, press, days):
    said, hidden = answer(press("retain", days=days))
    assert ("comments cannot be kept for" in said, hidden) == (True, True)
    assert stored_texts(store)["c5"] != ""


@pytest.mark.parametrize("fields", [{}, {"author": ""}, {"author": 7}, {"thread": "t"}])
def test_nobody_is_erased_where_nobody_is_named(store, press, fields):
    before = everything(store)
    said, _ = answer(press("erase", **fields))
    assert "nobody is named" in said
    assert everything(store) == before


def test_hostile_names_come_from_the_address_and_are_shown_as_text(store, settings):
    path, _, search = keeping_path(HOSTILE, None).partition("?")
    assert path == KeepingPage.path
    layout = KeepingPage().layout(Context(store, settings), "", f"?{search}")
    assert "<b>Zoe</b>" in str(layout)
    assert keeping_path(None, "a&b=c").endswith("author_id=a%26b%3Dc")


def test_where_nothing_is_old_enough_there_is_nothing_to_do(press):
    said, hidden = answer(press("retain-tell", days=10_000))
    assert ("0 comments in 0 discussions would be emptied" in said, hidden) == (True, True)
