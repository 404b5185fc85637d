"""Who may do what: every route and callback says what it needs, and what is sent to one is held to it."""

import browsing
import pytest
from browsing import body_for

from dashboard import create_app
from dashboard.security.access import LOCAL, current_user, need_of, needs
from dashboard.security.bodies import callback_of, problem
from dashboard.security.requests import ASSETS_OF_SIGN_IN, CALLBACKS, PAGES_OF_DASH, ROUTES_OF_DASH
from threads.moderation.roles import PERMISSIONS
from threads.settings import Settings
from threads.storage import Store

LOCAL_ADDRESS = "http://127.0.0.1:8050"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    path = tmp_path_factory.mktemp("access") / "empty.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        yield create_app(store, Settings())


def server_callbacks(app):
    return {name: spec["callback"] for name, spec in app.callback_map.items() if "callback" in spec}


def test_every_callback_declares_what_it_needs(app):
    undeclared = [name for name, function in server_callbacks(app).items() if need_of(function) is None]
    assert undeclared == []


def test_every_route_declares_what_it_needs(app):
    known = {CALLBACKS, *PAGES_OF_DASH, *ROUTES_OF_DASH, *ASSETS_OF_SIGN_IN, "static", "/_reload-hash"}
    # The last two are nobody's.
    views = app.server.view_functions
    assert [name for name in views if name not in known and need_of(views[name]) is None] == []


@pytest.mark.parametrize("path", ["/static/style.css", "/_reload-hash"])
def test_a_route_that_declares_nothing_is_refused(app, path):
    assert app.server.test_client().get(path, base_url=LOCAL_ADDRESS).status_code == 403


def test_a_callback_that_declares_nothing_is_refused(app):
    spec = {"id": "url", "property": "pathname"}
    body = {"output": "menu.children", "outputs": {"id": "menu", "property": "children"}, "inputs": [spec]}
    app.callback_map["menu.children"] = {"inputs": [spec], "state": [], "callback": lambda: "done"}
    try:
        answer = app.server.test_client().post(
            CALLBACKS, json=body, base_url=LOCAL_ADDRESS, headers={"Origin": LOCAL_ADDRESS}
        )
    finally:
        del app.callback_map["menu.children"]
    assert answer.status_code == 403


def test_outside_of_a_request_the_program_itself_asks():
    assert current_user() is LOCAL


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_declaration_is_read_back(permission):
    assert need_of(needs(permission)(lambda: None)).permission == permission


CALLBACK = {
    "inputs": [{"id": "go", "property": "n_clicks"}, {"id": '{"row":["ALL"]}', "property": "value"}],
    "state": [{"id": "box", "property": "value"}],
}
GOOD = {
    "output": "out.children",
    "outputs": {"id": "out", "property": "children"},
    "inputs": [
        {"id": "go", "property": "n_clicks", "value": 1},
        [{"id": {"row": 1}, "property": "value", "value": "x"}],
    ],
    "state": [{"id": "box", "property": "value", "value": ["anything"]}],
    "changedPropIds": ["go.n_clicks"],
}


def test_what_browsers_send_to_every_callback_is_let_through(app):
    for output in browsing.server_callbacks(app).values():
        assert problem(body_for(app, output), app.callback_map) is None


def test_what_a_browser_sends_is_let_through():
    assert problem(GOOD, {"out.children": CALLBACK}) is None


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": "out.children"},
        {"outputs": [{"id": 1, "property": "children"}]},
        {"outputs": []},
        {"outputs": None},
        {"outputs": {"id": "out", "property": "style"}},
        {"outputs": [GOOD["outputs"], GOOD["outputs"]]},
        {"inputs": GOOD["inputs"][:1]},
        {"inputs": {}},
        {"inputs": [{"id": "go", "property": "n_clicks", "value": "1"}, []]},
        {"inputs": [GOOD["inputs"][0], [{"id": {"other": 1}, "property": "value", "value": "x"}]]},
        {"state": [{"id": "box", "property": "children", "value": 1}]},
        {"state": [*GOOD["state"], *GOOD["state"]]},
        {"changedPropIds": "go.n_clicks"},
        {"changedPropIds": ["go"]},
    ],
    ids=str,
)
def test_what_does_not_fit_the_callback_is_told(change):
    assert problem({**GOOD, **change}, {"out.children": CALLBACK})


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"output": None}, {"output": "other.children"}])
def test_what_names_no_callback_finds_none(body):
    assert callback_of(body, {"out.children": {**CALLBACK, "callback": print}}) is None
    assert callback_of(GOOD, {"out.children": {**CALLBACK, "callback": print}}) is print
