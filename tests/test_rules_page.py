"""The page of the rules: its form and back, what it shows of a preview, and flagging anew beside requests."""

import threading

import pytest
from dash import dcc
from sqlalchemy import select
from test_dashboard import texts
from test_rule_books import DEFAULTS, NOW, SETTINGS, SHOUTED, decide, flagged, put

from dashboard import create_app, rules_preview
from dashboard.applying import Applying
from dashboard.pages.base import Context
from dashboard.pages.rules import RulesPage
from dashboard.rules_form import FORM, book_of, changes_in_words
from dashboard.security.access import User
from threads.errors import SettingError, StoreError
from threads.moderation.rules import RULES
from threads.storage import Store, tables
from threads.storage.engine import reading

LOCAL = "http://127.0.0.1:8050"


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=lambda: NOW) as opened:
        yield opened


def save(store, book, actor="lea"):
    return store.rule_books.save(book, actor, settings=SETTINGS, expected=store.rule_books.latest())


def page(store, rest=""):
    return RulesPage().layout(Context(store, SETTINGS), rest, "")


def controls(tree):
    """Return the form as a browser would send it, from a layout."""
    parts = {"rule-on": ([], []), "rule-limit": ([], []), "rule-list": ([], [])}
    for component in tree._traverse():
        if isinstance(getattr(component, "id", None), dict) and component.id["type"] in parts:
            ids, values = parts[component.id["type"]]
            ids.append(component.id)
            values.append(component.checked if component.id["type"] == "rule-on" else component.value)
    return [item for pair in parts.values() for item in pair]


def changed(form, kind, rule, name, value):
    """Return a form with another value in one of its controls."""
    place = ("on", "limit", "list").index(kind) * 2
    index = form[place].index({"type": f"rule-{kind}", "rule": rule, "name": name})
    values = [*form[place + 1]]
    values[index] = value
    return [*form[: place + 1], values, *form[place + 2 :]]


# ---- the form


def test_the_form_is_the_book(store):
    book = DEFAULTS.changed("links", on=False, limits={"links": 7})
    book = book.changed("banned_words", lists={"words": ["troll", '"so what"', "ш*"]})
    save(store, book)
    assert book_of(controls(page(store)), DEFAULTS) == book


def test_what_is_typed_becomes_the_book(store):
    form = changed(controls(page(store)), "list", "suspect_words", "words", "  troll \n\nshill\ntroll")
    form = changed(form, "limit", "shouting", "share", 0.5)
    form = changed(form, "on", "reported", "", False)
    assert changes_in_words(book_of(form, DEFAULTS).differences(DEFAULTS)) == [
        "Suspect words, words: +2",
        "Shouting, share: 0.7 → 0.5",
        "Reported by platform switched off",
    ]


@pytest.mark.parametrize("value", ["", None, -1, 1.5, "2", [], float("nan")])
def test_a_limit_that_cannot_be_is_named(store, value):
    with pytest.raises(SettingError, match=r"links, links: .* is out of range"):
        book_of(changed(controls(page(store)), "limit", "links", "links", value), DEFAULTS)


@pytest.mark.parametrize(
    "form",
    [
        [[None], [True], [], [], [], []],
        [[{"rule": 3}], [True], [], [], [], []],
        [[{"rule": "nope"}], [True], [], [], [], []],
        [[{"rule": "links"}], ["on"], [], [], [], []],
        [[], [], [{"rule": "links"}], [3], [], []],
        [[], [], [], [], [{"rule": "banned_words", "name": "words"}], [{"x": 1}]],
        [[], [], [], [], [{"rule": "banned_words", "name": "words"}], [5]],
    ],
    ids=str,
)
def test_a_form_that_was_tampered_with_is_refused(form):
    with pytest.raises(SettingError):
        book_of(form, DEFAULTS)


def test_a_form_without_anything_changes_nothing():
    assert book_of([None, 3, "x", {}, [], []], DEFAULTS) == DEFAULTS


# ---- the page


def test_every_rule_has_its_card(store):
    shown = texts(page(store))
    for rule in RULES:
        assert rule.help in shown


def test_an_earlier_book_stands_in_the_form_and_says_what_it_would_change(store):
    first = DEFAULTS.changed("links", limits={"links": 7})
    save(store, first)
    save(store, DEFAULTS.changed("links", limits={"links": 9}), "<b>otto</b>")
    earlier = page(store, "1")
    assert book_of(controls(earlier), DEFAULTS) == first
    assert "They would change: Links, links: 9 → 7." in texts(earlier)
    assert book_of(controls(page(store, "defaults")), first) == DEFAULTS
    assert "<b>otto</b>" in texts(page(store))  # as text: the browser test looks at what becomes of it


@pytest.mark.parametrize("rest", ["99", "x", "1/2", "\ud800", "-1", "9" * 30])
def test_a_book_that_is_not_there_is_said(store, rest):
    assert "There are no such rules." in texts(page(store, rest))


def test_a_preview_is_bars_precision_and_examples_that_link(store):
    put(store, SHOUTED, "calm <b>words</b>", SHOUTED + " NOW")
    decide(store, c1="reject")
    found = store.rule_books.preview(
        DEFAULTS.changed("suspect_words", lists={"words": ["calm"]}).changed("shouting", on=False),
        7,
        SETTINGS,
    )
    sentence = texts(rules_preview.sentence(found))
    assert "3 comments published or imported in the last 7 days" in sentence
    assert "2 flagged by the rules in force, 1 by these" in sentence
    assert "right: [100%" in texts(rules_preview.summary(found))
    shouting = texts(rules_preview.of_rule(found.rules["shouting"]))
    assert "right: [100% (21 to 100%) of 1: too few to say]" in shouting
    assert "2 no longer flagged" in shouting
    suspect = rules_preview.of_rule(found.rules["suspect_words"])
    assert "1 newly flagged" in texts(suspect)
    (link,) = [c for c in suspect._traverse() if isinstance(c, dcc.Link)]
    assert (link.href, link.children) == ("/thread/t?at=c2#comment-c2", ["calm <b>words</b>"])
    assert "none of them decided" in texts(suspect)
    assert "Flags nothing" in texts(rules_preview.of_rule(found.rules["links"]))


def test_a_preview_of_nothing_says_so(store):
    found = store.rule_books.preview(DEFAULTS, 7, SETTINGS)
    assert "No comment was published" in texts(rules_preview.sentence(found))
    assert rules_preview.summary(found) is None


# ---- callbacks


def post(client, output, trigger, form, *, multi=(), **state):
    """Send a callback of the page as a browser does; `form` as `controls` gives it, or None."""
    sent = [{"id": name.replace("_", "-"), "property": prop, "value": v} for name, (prop, v) in state.items()]
    if form is not None:
        for spec, values, ids in zip(
            FORM, form, (form[0], form[0], form[2], form[2], form[4], form[4]), strict=True
        ):
            prop = spec.component_property
            sent.append([{"id": i, "property": prop, "value": v} for i, v in zip(ids, values, strict=True)])
    parts = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
    outputs = [
        {"id": name, "property": prop.split("@")[0]} for name, prop in parts if not name.startswith("{")
    ]
    outputs += multi
    body = {
        "output": output,
        "outputs": outputs,
        "inputs": [{"id": trigger, "property": "n_clicks", "value": 1}],
        "changedPropIds": [f"{trigger}.n_clicks"],
        "state": sent,
    }
    return client.post("/_dash-update-component", json=body, base_url=LOCAL, headers={"Origin": LOCAL})


def output_of(app, trigger):
    (name,) = [
        name
        for name, spec in app.callback_map.items()
        if [i["id"] for i in spec["inputs"]] == [trigger] and "callback" in spec
    ]
    return name


def test_saving_puts_the_book_into_force_and_flags_what_waits_anew(store):
    put(store, SHOUTED, "calm words")
    app = create_app(store, SETTINGS)
    form = changed(controls(page(store)), "on", "shouting", "", False)
    name = output_of(app, "rules-save")
    answer = post(app.server.test_client(), name, "rules-save", form, rules_book=("data", None))
    assert answer.status_code == 200, answer.text
    assert "Saved." in answer.text
    for thread in threading.enumerate():
        if thread.name == "rules":
            thread.join(20)
    assert flagged(store) == {}
    with reading(store._engine) as connection:
        said = connection.execute(select(tables.audit.c.event, tables.audit.c.actor)).all()
    assert [tuple(row) for row in said] == [("rules", "local"), ("rules_applied", "local")]
    again = post(app.server.test_client(), name, "rules-save", form, rules_book=("data", None))
    assert "nothing to save" in again.text
    other = changed(form, "limit", "links", "links", 5)
    lost = post(app.server.test_client(), name, "rules-save", other, rules_book=("data", None))
    assert "local has saved other rules since you opened these" in lost.text
    assert store.rule_books.latest() == 1


@pytest.mark.parametrize("role", ["viewer", "moderator"])
@pytest.mark.parametrize("trigger", ["rules-save", "rules-apply"])
def test_who_may_not_edit_rules_is_refused(store, monkeypatch, role, trigger):
    app = create_app(store, SETTINGS)
    for module in ("access", "requests"):
        monkeypatch.setattr(
            f"dashboard.security.{module}.current_user", lambda: User("v", role), raising=False
        )
    more = {} if trigger == "rules-apply" else {"rules_book": ("data", None)}
    form = None if trigger == "rules-apply" else controls(page(store))
    answer = post(app.server.test_client(), output_of(app, trigger), trigger, form, **more)
    assert answer.status_code == 403
    assert store.rule_books.latest() is None


# ---- flagging anew beside requests


def test_what_is_saved_while_comments_are_flagged_anew_is_put_into_force_too(store, monkeypatch):
    put(store, SHOUTED, "calm words")
    save(store, DEFAULTS.changed("shouting", on=False))
    judge = type(store.rule_books).reflag

    def meanwhile(self, *given, **more):
        done = judge(self, *given, **more)
        if store.rule_books.latest() == 1:
            save(store, DEFAULTS.changed("suspect_words", lists={"words": ["calm"]}))
        return done

    monkeypatch.setattr(type(store.rule_books), "reflag", meanwhile)
    applying = Applying(Context(store, SETTINGS))
    applying.begin("lea")
    applying.wait()
    assert not applying.at_work
    assert flagged(store) == {"c1": {"shouting"}, "c2": {"suspect_words"}}


def test_what_goes_wrong_is_told(store, monkeypatch):
    save(store, DEFAULTS.changed("links", on=False))

    def refuse(*_given, **_more):
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(store.rule_books), "reflag", refuse)
    applying = Applying(Context(store, SETTINGS))
    applying.begin("lea")
    applying.wait()
    assert str(applying.problem) == "the disk is full"
    assert not store.rule_books.is_in_force_everywhere()
