"""Limits proposed on the report: with before and after, put into force only as they were shown."""

import pytest
from test_dashboard import texts
from test_learning import Clock, decide
from test_storage import links, no_scores, parsed

from dashboard import limits
from dashboard.limits import limits_rows, put_into_force
from dashboard.pages.base import Context
from threads.settings import Settings
from threads.storage import Store


@pytest.fixture
def context(tmp_path):
    """Eighty comments with two links or three; those with three were rejected."""
    clock = Clock()
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=clock) as store:
        what = parsed(*range(1, 81))
        flags = {("t", f"c{n}"): [links(2.0 if n <= 40 else 3.0)] for n in range(1, 81)}
        store.add(what, no_scores(what), flags)
        for number in range(1, 81):
            decide(store, number, "approve" if number <= 40 else "reject")
        clock.set(hours=1)
        yield Context(store, Settings())


def in_force(context):
    return context.store.rule_books.current(context.settings).rules["links"].limits["links"]


def buttons(component):
    """The ids of all buttons in a component tree."""
    found = [component.id] if type(component).__name__ == "Button" else []
    children = getattr(component, "children", None) or []
    for child in children if isinstance(children, list) else [children]:
        found += buttons(child)
    return found


def test_the_rows_show_before_and_after(context):
    said = texts(limits_rows(context, 0.8))
    assert "right 50% (39 to 61%) of 80, 80 flagged a week" in said
    assert "right 100% (91 to 100%) of 40, 40 flagged a week" in said
    assert "it keeps 100% of what is rightly flagged now" in said
    assert "Nothing decided yet: Offensive language," in said


def test_who_may_not_edit_rules_gets_no_button(context, monkeypatch):
    (button,) = [found for row in limits_rows(context, 0.8) for found in buttons(row)]
    assert button == {"type": "limits-apply", "rule": "links", "limit": "3.0"}
    monkeypatch.setattr(limits, "may", lambda _: False)
    assert [found for row in limits_rows(context, 0.8) for found in buttons(row)] == []


def test_a_proposal_is_put_into_force_and_on_record(context):
    said, _ = put_into_force(context, "links", "3.0", 0.8, None)
    assert in_force(context) == 3
    assert "Links flags from 3 on" in texts(said)
    (saved,) = context.store.rule_books.history(context.settings)
    assert (saved.actor, saved.changes) == ("local", {"links": {"limits": {"links": [2, 3]}}})


def test_what_is_no_longer_proposed_is_not_put_into_force(context):
    for rule, limit in (("links", "2.5"), ("shouting", "3.0"), ("no rule", "3.0")):
        said, _ = put_into_force(context, rule, limit, 0.8, None)
        assert "look again" in said
    assert in_force(context) == 2


def test_rules_that_somebody_saved_since_are_not_overwritten(context):
    books = context.store.rule_books
    books.save(
        books.current(context.settings).changed("shouting", on=False), "bert", settings=context.settings
    )
    said, _ = put_into_force(context, "links", "3.0", 0.8, None)
    assert "bert has saved other rules" in texts(said)
    assert in_force(context) == 2
