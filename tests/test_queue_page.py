"""The queue's page without a browser: marks, addresses, keys, and what a browser may send."""

import json

import pytest
from dash import dcc, html
from test_dashboard import texts
from test_storage import action, comment, links, parsed, put

from dashboard import create_app
from dashboard.menu import badges
from dashboard.pages.base import Context
from dashboard.pages.moderation import PER_PAGE, ModerationPage, bulk, item, keys, sync
from dashboard.pages.moderation.address import Address
from dashboard.pages.moderation.marks import Reason, marked_text
from dashboard.pages.moderation.rightness import right_so_far
from threads.errors import InputError
from threads.language import moment, retold, using
from threads.moderation.queue_filter import QueueFilter
from threads.records import Flag
from threads.settings import Settings
from threads.storage import Store

LOCAL = "http://127.0.0.1:8050"
HOSTILE = "<b>x</b>\u202e\x00 [a](javascript:b) "


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'queue.sqlite'}") as opened:
        yield opened


@pytest.fixture
def filled(store):
    """Comments 1 to 6, flagged for 2 to 7 links."""
    put(store, parsed(*range(1, 7)), {("t", f"c{n}"): [links(value=1.0 + n)] for n in range(1, 7)})
    return store


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A store with three flagged comments, and a client of the application over it."""
    path = tmp_path_factory.mktemp("served") / "queue.sqlite"
    with Store.open(f"sqlite:///{path}") as opened:
        put(opened, parsed(1, 2, 3), {("t", f"c{n}"): [links(value=1.0 + n)] for n in (1, 2, 3)})
        yield opened, create_app(opened, Settings()).server.test_client()


def context(store):
    return Context(store, Settings())


def laid_out(store, search=""):
    return ModerationPage().layout(context(store), "", search)


def all_of(component, kind):
    """Every component of a kind in a tree."""
    if isinstance(component, list | tuple):
        return [found for child in component for found in all_of(child, kind)]
    found = [component] if isinstance(component, kind) else []
    return found + all_of(getattr(component, "children", None) or [], kind)


def attribute(component, name):
    return component.to_plotly_json()["props"].get(name)


# ---- marks


def reason(number, *spans, name="offensive"):
    return Reason(number=number, name=name, title=name, sentence="", measured="1", spans=spans)


def marks(text, *reasons):
    return [
        part
        if isinstance(part, str)
        else (texts(part.children), attribute(part, "data-number"), part.className)
        for part in marked_text(text, reasons)
    ]


def test_each_mark_says_by_which_reason_it_is():
    assert marks("call me, you idiot", reason(1, (13, 18)), reason(2, (0, 7), name="personal_data")) == [
        ("call me", "2", "by-personal"),
        ", you ",
        ("idiot", "1", "by-language"),
    ]


def test_where_marks_overlap_each_number_stands_at_its_own_end():
    parts = marked_text("you total idiot", [reason(1, (4, 15)), reason(2, (10, 15), name="links")])
    assert marks("you total idiot", reason(1, (4, 15)), reason(2, (10, 15), name="links")) == [
        "you ",
        ("total ", None, "by-language"),
        ("idiot", "1 2", "by-language"),
    ]
    assert parts[2].title == "1 offensive, 2 links"


@pytest.mark.parametrize("span", [(-5, 3), (2, 99), (3, 3), (5, 2), (90, 99)])
def test_spans_that_are_none_lose_no_text(span):
    assert texts(marked_text("abcdef", [reason(1, span)])).replace(" ", "") == "abcdef"


def test_hidden_characters_are_seen_inside_a_mark_too():
    assert texts(marked_text("a\u202eb", [reason(1, (0, 3))])) == "a U+202E b"


# ---- address


def test_a_view_is_its_address():
    address = Address(QueueFilter(view="held", author="Ann & Co", risk_from=1.5), page=3)
    assert Address.read(address.href.removeprefix("/moderation")) == address
    assert Address(QueueFilter()).href == "/moderation"


@pytest.mark.parametrize("search", ["?view=odd", "?risk_from=x", "?since=soon", "?risk_to=nan"])
def test_an_address_that_cannot_be_read_says_why_and_shows_the_queue(filled, search):
    assert Address.read(search).problem
    assert Address.read(search).problem in texts(laid_out(filled, search))
    assert len(all_of(laid_out(filled, search), html.Article)) == 6


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "9" * 50])
def test_a_page_that_is_none_shows_one_that_is(filled, page):
    assert len(all_of(laid_out(filled, f"?page={page}"), html.Article)) == 6


# ---- the page


def test_a_page_of_the_queue_draws_no_more_than_a_page(store):
    put(store, parsed(*range(1, 121)), {("t", f"c{n}"): [links(value=3.0)] for n in range(1, 121)})
    sizes = [len(all_of(laid_out(store, f"?page={n}"), html.Article)) for n in (1, 2, 3, 4)]
    assert sizes == [PER_PAGE, PER_PAGE, 20, 20], "a page after the last shows the last"


def test_a_comment_is_shown_whole_with_all_that_is_needed_to_decide(store):
    long = "word " * 2_000 + "END"
    flagged = comment(2, text=long, parent_id="c1", parent_source="given")
    put(store, parsed(comments=(comment(1, text="The question"), flagged)), {("t", "c2"): [links(value=4.0)]})
    store.decide([action(2, "hold", note="ask the desk", batch="b")])
    page = texts(laid_out(store, "?view=held"))
    for part in (
        "END",
        "The question",
        "Value 4, flagged from 2.",
        "ask the desk",
        "Take its whole batch back",
        "hold",
    ):
        assert part in page, part


def test_hostile_fields_stay_text(store):
    odd = comment(1, text=HOSTILE * 3, author=HOSTILE)
    flag = Flag("links", HOSTILE, 3.0, 2.0, ((0, 5),))
    put(store, parsed(comments=(odd,)), {("t", "c1"): [flag]})
    store.decide([action(1, "reject", note=HOSTILE)])
    sent = json.dumps(laid_out(store, "?view=decided"), default=lambda part: part.to_plotly_json())
    assert "U+202E" in sent
    assert '"Markdown"' not in sent
    assert "javascript:" not in [attribute(link, "href") for link in all_of(laid_out(store), html.A)]


def test_the_reason_of_a_rejection_is_that_of_the_rule_furthest_over_its_limit(store):
    flags = [Flag("offensive", "", 2.0, 2.0), Flag("links", "", 9.0, 2.0)]
    put(store, parsed(1, 2), {("t", "c1"): flags, ("t", "c2"): [Flag("unknown", "", 1.0, 1.0)]})
    assert [item.default_reason(one) for one in store.queue()] == ["spam", ""]


def test_beside_a_reason_stands_how_often_it_was_right(store):
    put(store, parsed(*range(1, 26)), {("t", f"c{n}"): [links(value=3.0)] for n in range(1, 26)})
    store.decide([action(n, "reject" if n > 6 else "approve") for n in range(1, 25)])
    assert right_so_far(store)["links"].startswith("Right in 75% of 24 decisions (")
    assert right_so_far(store)["links"] in texts(laid_out(store))


def test_that_too_little_is_known_of_rules_is_said_once(store):
    flags = [links(value=3.0), Flag("off_topic", "It is about cats.", 0.93, 0.85)]
    put(store, parsed(1), {("t", "c1"): flags})
    (why,) = [part for part in all_of(laid_out(store), html.Section) if attribute(part, "data-why")]
    said = texts(why)
    assert said.count("not known yet") == 1
    assert "fewer than 20 decisions on Links, Off topic" in said
    assert "Value 93%, flagged from 85%." in said


def test_what_was_escalated_has_a_tab_and_a_badge_for_admins(store):
    put(store, parsed(1, 2))
    store.decide([action(1, "escalate"), action(2, "hold")])
    page = laid_out(store, "?view=escalated")
    assert [attribute(one, "data-comment") for one in all_of(page, html.Article)] == ["c1"]
    tab = next(link for link in all_of(page, dcc.Link) if attribute(link, "href").endswith("view=escalated"))
    assert (texts(tab).split(), attribute(tab, "className")) == (["escalated", "1"], "on asked")
    found = {attribute(badge, "id"): texts(badge).strip() for badge in badges(store.queue_counts())}
    assert found == {"menu-flagged": "", "menu-escalated": "1"}


# ---- keys


def test_keys_that_clash_or_are_none_are_refused():
    assert keys.checked({**keys.DEFAULTS, "approve": "+", "hold": "", "nonsense": "q"})["approve"] == "+"
    for wrong in (
        {"approve": "d", "reject": "d"},
        {"undo": "7"},
        {"undo": "ab"},
        {"undo": " "},
        {"undo": 1},
        [],
    ):
        with pytest.raises(InputError):
            keys.checked(wrong)


def test_no_two_keys_are_the_same_at_first():
    assert keys.checked(dict(keys.DEFAULTS)) == keys.DEFAULTS


# ---- what a browser sends


def wanted(n, name, version=0, **more):
    return {
        "key": f"{name}-{n}-{version}",
        "thread_id": "t",
        "comment_id": f"c{n}",
        "action": name,
        "expected_version": version,
        **more,
    }


def test_actions_are_done_in_order_and_told_by_key(filled):
    told = sync.perform(context(filled), [wanted(1, "reject", reason="spam"), wanted(1, "undo", 1)])
    assert [(one["key"], one["status"], one["state"], one["version"]) for one in told] == [
        ("reject-1-0", "done", "rejected", 1),
        ("undo-1-1", "done", "open", 2),
    ]


def test_an_undo_on_top_of_what_was_not_done_takes_nothing_of_a_colleague_back(filled):
    filled.decide([action(1, "hold", actor="bob")])
    told = sync.perform(context(filled), [wanted(1, "approve"), wanted(1, "undo", 1), wanted(2, "approve")])
    assert [one["status"] for one in told] == ["conflict", "conflict", "done"]
    assert "bob" in told[1]["message"]
    assert filled.queue_item("t", "c1").state == "held"


def test_a_conflict_is_told_in_the_words_and_the_language_of_the_page(filled):
    (first,) = filled.decide([action(1, "reject", actor="bob", reason="spam")])
    when = first.decision.decided_at
    (told,) = sync.perform(context(filled), [wanted(1, "approve")])
    assert told["message"] == f"bob decided first: reject (Advertising or spam), {moment(when)} UTC"
    with using("de"):
        (told,) = sync.perform(context(filled), [wanted(1, "hold")])
        assert told["message"].startswith("bob hat zuerst entschieden: ablehnen (Werbung oder Spam), ")
        (told,) = sync.perform(context(filled), [{**wanted(1, "hold"), "comment_id": "nowhere"}])
        assert told["message"] == retold("there is no such comment") != "there is no such comment"


def test_an_undo_says_what_it_took_back_and_whose_that_was(filled):
    filled.decide([action(1, "hold", actor="bob")])
    (told,) = sync.perform(context(filled), [wanted(1, "undo", 1)])
    assert told["taken_back"] == {"action": "hold", "actor": "bob"}
    shown = texts(item.why(filled.queue_item("t", "c1"), 0, [], {}))
    assert "undo (hold by bob)  by local" in shown


def test_an_action_that_is_none_is_refused_by_itself(filled):
    told = sync.perform(context(filled), [wanted(1, "explode"), wanted(2, "approve", reason="spam")])
    assert [one["status"] for one in told] == ["refused", "refused"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"after": "0", "actions": [wanted(1, "approve")]},
        {"after": -1, "actions": [wanted(1, "approve")]},
        {"after": 0, "actions": {}},
        {"after": 0, "actions": [1]},
        {"after": 0, "actions": [{}]},
        {"after": 0, "actions": [wanted(1, "approve", "0")]},
        {"after": 0, "actions": [wanted(1, "approve", True)]},
        {"after": 0, "actions": [wanted(1, "approve", note=7)]},
        {"after": 0, "actions": [wanted(1, "approve")] * 101},
        {"after": 0, "actions": [wanted(1, "approve")], "claims": [{"thread_id": "t"}]},
        {"after": 0, "actions": [wanted(1, "approve")], "batches": [1]},
    ],
    ids=str,
)
def test_what_is_no_request_is_refused_and_changes_nothing(served, body):
    store, client = served
    answer = client.post("/moderation/save", json=body, base_url=LOCAL, headers={"Origin": LOCAL})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert {one.version for one in store.queue()} == {0}


def test_a_page_hears_of_colleagues_decisions_claims_and_counts(filled):
    client = create_app(filled, Settings()).server.test_client()
    before = filled.last_change()
    filled.decide([action(1, "reject", actor="bob", reason="spam")])
    filled.claim("t", "c2", "bob")
    body = {"after": before, "search": ""}
    answer = client.post("/moderation/poll", json=body, base_url=LOCAL, headers={"Origin": LOCAL}).json
    (change,) = answer["changes"]
    (claim,) = answer["claims"]
    assert (change["actor"], change["state"], change["version"]) == ("bob", "rejected", 1)
    assert (claim["actor"], claim["comment_id"]) == ("bob", "c2")
    assert 590 < claim["seconds"] <= 600
    assert answer["counts"]["flagged"] == 5
    again = client.post(
        "/moderation/poll",
        json={"after": answer["cursor"], "search": "?text=no+such+words"},
        base_url=LOCAL,
        headers={"Origin": LOCAL},
    ).json
    assert again["changes"] == []
    assert again["counts"]["flagged"] == 0


def test_a_batch_is_offered_for_taking_back_only_while_the_decision_stands(filled):
    def offered():
        page = laid_out(filled, "?view=all")
        return [attribute(found, "data-undo-batch") for found in all_of(page, html.Button)]

    filled.decide([action(2, "hold", batch="b")])
    assert "b" in offered()
    filled.decide([action(2, "undo", version=1)])
    assert "b" not in offered()


def test_what_one_person_asked_for_is_not_put_down_as_anothers(served):
    _, client = served
    sent = {"actions": [], "claims": [{"thread_id": "t", "comment_id": "c1"}], "after": 0}
    answers = {
        user: client.post(
            "/moderation/save",
            json={**sent, "user": user},
            base_url=LOCAL,
            headers={"Origin": LOCAL},
        ).status_code
        for user in ("bob", "local")
    }
    assert answers == {"bob": 409, "local": 200}


def test_a_claim_is_given_up_and_a_batch_taken_back(filled):
    client = create_app(filled, Settings()).server.test_client()
    mine = {"thread_id": "t", "comment_id": "c1"}

    def save(**body):
        sent = {"after": 0, **body}
        return client.post("/moderation/save", json=sent, base_url=LOCAL, headers={"Origin": LOCAL}).json

    assert [claim["actor"] for claim in save(claims=[mine])["claims"]] == ["local"]
    assert save(claims=[{**mine, "release": True}, {"thread_id": "t", "comment_id": "gone"}])["claims"] == []
    save(actions=[wanted(n, "reject", batch="b1") for n in (1, 2, 3)])
    undone = save(batches=["b1"])["undone"]
    assert [(one["status"], one["state"]) for one in undone] == [("done", "open")] * 3


# ---- a stretch of the scores


def test_a_stretch_of_the_scores_is_its_comments_and_a_sample_spread_over_it(store):
    put(store, parsed(*range(1, 41)), {("t", f"c{n}"): [links(value=2.0 + n)] for n in range(1, 41)})
    found, sample = bulk.range_of(context(store), Address.read("?risk_from=2"))
    assert len(found["members"]) == 39
    assert found["members"][0] == ["t", "c40", 0]
    assert len(sample) == bulk.SAMPLE
    assert len({texts(one) for one in sample}) == bulk.SAMPLE


@pytest.mark.parametrize("search", ["", "?author=A", "?risk_from=99", "?risk_from=x"])
def test_what_is_no_stretch_or_empty_is_not_decided_on(filled, search):
    found, sample = bulk.range_of(context(filled), Address.read(search))
    assert found["problem"]
    assert sample == []


def test_a_stretch_that_is_too_long_says_how_long(store, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 3)
    put(store, parsed(*range(1, 7)), {("t", f"c{n}"): [links(value=3.0)] for n in range(1, 7)})
    found, _ = bulk.range_of(context(store), Address.read("?risk_from=1"))
    assert "6 match, and 3 are decided at once" in found["problem"]
