"""The page of deliveries: what it shows of the outbox, and trying again."""

import json

import pytest
from browsing import ADDRESS, CALLBACKS, body_for, get, server_callbacks
from test_dashboard import texts
from test_outbox import LEASE, audited, decide
from test_storage import comment, parsed, scored

from dashboard import create_app
from dashboard.pages.base import Context
from dashboard.pages.deliveries import DeliveriesPage, _asked_for
from threads.errors import ThreadsError
from threads.settings import Settings
from threads.storage import Store
from threads.storage.outbox import Answer, Route

ROUTE = Route("paper", lambda *_: True)
HOSTILE = "comment-1<b>\u202e"
TARGETS = """
[[target]]
name = "paper"
platform = "webhook"
discussions = ["*"]
url = "https://hook.example"
secret_env = "HOOK_SECRET"
"""


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "delivery.toml").write_text(TARGETS, encoding="utf-8")
    return Settings(delivery_file=str(tmp_path / "delivery.toml"))


def filled(store):
    """One delivered, one failed, one waiting, and one decision that is not taken up."""
    names = ("c1", HOSTILE, "c3", "c4")
    comments = tuple(comment(n, thread_id="t", comment_id=name) for n, name in enumerate(names, 1))
    store.add(parsed(comments=comments), scored(*[0.1] * 4), {})
    for name in names[:3]:
        decide(store, "reject", comment=name)
    store.outbox.fill([ROUTE])
    answers = (Answer("delivered", "it answers 200"), Answer("never", "it answers 404: <script>"))
    for waiting, answer in zip(store.outbox.due("paper"), answers, strict=False):
        claim = store.outbox.claim(waiting, "remove", LEASE)
        store.outbox.settle(waiting, claim, answer, 1.0)
    decide(store, "approve", comment="c4")


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        filled(store)
        yield store


def page(store, settings, rest="", search=""):
    return DeliveriesPage().layout(Context(store, settings), rest, search)


def test_it_shows_each_target_with_what_waits_and_what_is_not_taken_up(store, settings):
    shown = texts(page(store, settings))
    assert "paper webhook 1 1 1 1 0 0" in shown  # not taken up, waiting, delivered, failed, …
    assert "text 3" in shown
    assert HOSTILE not in shown


def test_it_shows_why_something_was_given_up_as_text(store, settings):
    shown = texts(page(store, settings, "failed"))
    assert "it answers 404: <script>" in shown
    assert "text 2" in shown
    assert "\u202e" not in shown
    assert "Try again" in shown


def test_a_target_that_is_no_longer_in_the_file_and_a_file_that_is_wrong(store, settings, tmp_path):
    (tmp_path / "delivery.toml").write_text(TARGETS.replace('"paper"', '"other"'), encoding="utf-8")
    assert "paper no longer in the file" in texts(page(store, settings))
    (tmp_path / "delivery.toml").write_text("[[target]]", encoding="utf-8")
    assert "a target needs a name" in texts(page(store, settings))


def test_without_targets_it_says_where_they_would_be(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'empty.sqlite'}") as empty:
        shown = texts(page(empty, Settings(delivery_file="none.toml")))
    assert "There is no target. The file none.toml would name them" in shown
    assert "Nothing waits." in shown


def press(store, settings, which):
    app = create_app(store, settings)
    client = app.server.test_client()
    get(client, "/")
    body = body_for(app, server_callbacks(app)["deliveries.again"], lambda _: "failed")
    identity = {"delivery-again": which}
    body["inputs"] = [[{"id": identity, "property": "n_clicks", "value": 1}]]
    body["changedPropIds"] = [f"{json.dumps(identity, separators=(',', ':'))}.n_clicks"]
    token = client.get_cookie("_csrf_token", domain="127.0.0.1")
    headers = {"Origin": ADDRESS, "X-CSRFToken": token.value if token else ""}
    return client.post(CALLBACKS, json=body, base_url=ADDRESS, headers=headers)


@pytest.mark.parametrize("every", [True, False])
def test_what_was_given_up_is_tried_again(store, settings, every):
    (failed,) = store.outbox.listed("failed")
    answer = press(store, settings, "every" if every else failed.id)
    assert answer.status_code == 200
    assert "Nothing was given up." in answer.text
    assert [d.id for d in store.outbox.listed("waiting")][-1] == failed.id
    assert audited(store, "delivery_again") == [{"deliveries": [failed.id]}]


@pytest.mark.parametrize("which", ["1", None, True, -1, 2**40, 1.5, [1]])
def test_what_is_no_button_is_refused(which):
    with pytest.raises(ThreadsError, match="not a delivery"):
        _asked_for({"delivery-again": which})


def test_many_are_shown_in_pages(tmp_path, settings):
    numbers = range(1, 61)
    with Store.open(f"sqlite:///{tmp_path / 'many.sqlite'}") as many:
        many.add(parsed(*numbers), scored(*[0.1] * 60), {})
        for number in numbers:
            decide(many, "reject", comment=f"c{number}")
        many.outbox.fill([ROUTE])
        first, second = (texts(page(many, settings, "waiting", f"?page={n}")) for n in (1, 2))
    assert ("text 60" in first, "page 1 of 2" in first, "text 10 " in second, "page 2 of 2" in second) == (
        True,
    ) * 4
    assert "text 60" not in second
