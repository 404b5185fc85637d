"""The queue in a real browser: one moderator by keyboard, and two at once."""

import re
from urllib.parse import quote

import pytest
from browsing import GOOD
from chromium import barriers
from playwright.sync_api import expect
from postgresql_server import new_database
from queue_server import serving
from test_storage import action, comment, links, parsed, put

from threads.analysis import import_parsed
from threads.moderation.queue_filter import QueueFilter
from threads.parse import Options, Source, parse
from threads.settings import Settings
from threads.storage import Store

pytestmark = pytest.mark.browser

HOSTILE = (
    "<img src=x onerror=alert(1)><b>x</b><a href='javascript:alert(2)'>y</a>\u202e[z](http://evil.example)"
)
COMMENTS = 30
expect.set_options(timeout=20_000)  # a busy machine is slow, and no fault of the page's


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A store with an admin, two moderators, and the address at which they work."""
    path = tmp_path_factory.mktemp("queue") / "queue.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        for name in ("eve", "ann", "bob"):
            store.accounts.create(name, "admin" if name == "eve" else "moderator", GOOD, actor="test")
        with serving(store, double_review_share=1.0) as address:
            yield store, address


@pytest.fixture(scope="module")
def signed_in(served, browser):
    """Sign in once as each: name → their browser, which reads the scripts once."""
    contexts = {}
    for name in ("eve", "ann", "bob"):
        contexts[name] = browser.new_context()
        page = contexts[name].new_page()
        page.goto(f"{served[1]}sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(GOOD)
        page.get_by_role("button", name="Sign in").click()
        page.locator("#menu a").first.wait_for(timeout=60_000)
        page.close()
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def thread(served, request):
    """Store a thread of this test's own, COMMENTS flagged comments; return its id."""
    name = request.node.name
    comments = tuple(
        comment(n, thread_id=name, text=f"{n} you idiot\u202e, see http://a.example", author=HOSTILE)
        for n in range(1, COMMENTS + 1)
    )
    flags = {(name, f"c{n}"): [links(value=100.0 - n)] for n in range(1, COMMENTS + 1)}
    put(served[0], parsed(thread_id=name, comments=comments), flags)
    return name


@pytest.fixture
def sit_down(served, signed_in, thread):
    """Open this test's thread as a queue as "ann", "bob" or "eve", each in a tab; fail on any trouble."""
    pages, troubles, dialogs = [], [], []

    def open_queue(who="ann", search="", thread=thread):
        page = signed_in[who].new_page()
        pages.append(page)
        page.set_default_timeout(40_000)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
        page.goto(f"{served[1]}moderation?thread_id={thread}{search}")
        selected(page).wait_for()
        return page

    yield open_queue
    for page in pages:
        page.close()
    assert troubles == []
    assert set(dialogs) <= {"beforeunload"}


def selected(page):
    return page.locator(".queue-item[data-selected]")


def number(page):
    """Which comment is open."""
    return int(selected(page).get_attribute("data-comment").removeprefix("c"))


def toast(page):
    return page.locator("#queue-toast")


def keys(page, *names):
    """Press keys all in one tick of the browser."""
    page.evaluate(
        """(names) => { for (const key of names)
        document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})); }""",
        names,
    )


def saved(page):
    expect(page.locator("#queue")).to_have_attribute("data-pending", "0")


def states(store, thread):
    return {
        item.comment_id: item.state
        for item in store.queue(QueueFilter(view="all", thread_id=thread), limit=500)
    }


def decisions(store, thread, n=1):
    return [(d.action, d.actor) for d in store.queue_item(thread, f"c{n}").decisions]


def test_a_decision_is_one_key_and_the_next_comment_is_there(served, sit_down, thread):
    page = sit_down()
    assert number(page) == 1
    expect(selected(page).locator("mark")).to_have_attribute("data-number", "1")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert number(page) == 1
    page.keyboard.press("d")
    assert number(page) == 2
    expect(toast(page)).to_contain_text("Rejected: Advertising or spam · Undo (u)")
    page.keyboard.press("F")
    page.keyboard.press("h")
    page.keyboard.press("e")
    page.keyboard.press("s")
    page.keyboard.press("n")
    page.keyboard.press("4")
    assert number(page) == 8
    saved(page)
    found = states(served[0], thread)
    names = ["rejected", "approved", "held", "escalated", "featured", "approved", "rejected", "open"]
    assert [found[f"c{n}"] for n in range(1, 9)] == names
    assert served[0].queue_item(thread, "c7").last_decision.reason == "threat"
    assert decisions(served[0], thread, 6) == [("not_offensive", "ann")]
    expect(page.locator("#queue-count-flagged")).to_have_text(str(COMMENTS - 7))


def test_reason_and_note_are_one_key_away_and_go_with_the_decision(served, sit_down, thread):
    page = sit_down()
    page.keyboard.press("w")
    page.keyboard.type("jfd: a note")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#queue-note")).to_have_value("")
    page.keyboard.press("k")
    expect(page.locator("#queue-note")).to_have_value("jfd: a note")
    page.locator("#queue-reason").select_option("harassment")
    selected(page).focus()
    page.keyboard.press("d")
    saved(page)
    last = served[0].queue_item(thread, "c1").last_decision
    assert (last.reason, last.note) == ("harassment", "jfd: a note")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    saved(page)
    assert states(served[0], thread)["c1"] == "rejected"  # looking at the reason takes nothing back
    page.keyboard.press("a")
    page.locator("#queue-reason").select_option("threat")
    page.keyboard.press("Enter")
    page.keyboard.press("d")
    saved(page)
    last = served[0].queue_item(thread, "c1").last_decision
    assert (last.reason, last.note, last.version) == ("threat", "jfd: a note", 3)
    page.keyboard.press("u")
    expect(page.locator("#queue-note")).to_have_value("jfd: a note")


def test_another_reason_is_given_with_a_note_and_what_no_rule_flagged_with_a_reason(served, sit_down, thread):
    page = sit_down()
    page.keyboard.press("0")
    expect(toast(page)).to_contain_text("needs a note")
    expect(page.locator("#queue-note")).to_be_focused()
    page.keyboard.type("A riddle about ferrymen")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    saved(page)
    last = served[0].queue_item(thread, "c1").last_decision
    assert (last.reason, last.note) == ("other", "A riddle about ferrymen")
    put(served[0], parsed(1, thread_id=f"{thread} new"))
    page = sit_down(search="&view=new", thread=f"{thread} new")
    page.keyboard.press("d")
    expect(toast(page)).to_contain_text("No rule says why: choose a reason")
    expect(page.locator("#queue-reason")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("6")
    saved(page)
    assert served[0].queue_item(f"{thread} new", "c1").last_decision.reason == "spam"


def test_ten_keys_in_one_tick_are_all_saved_and_taken_back(served, sit_down, thread):
    page = sit_down()
    keys(page, *"dfdfdfdfdf")
    saved(page)
    found = states(served[0], thread)
    assert [found[f"c{n}"] for n in range(1, 11)] == ["rejected", "approved"] * 5
    keys(page, *"uuuuuuuuuu")
    saved(page)
    assert set(states(served[0], thread).values()) == {"open"}
    assert decisions(served[0], thread) == [("reject", "ann"), ("undo", "ann")]


def test_what_is_not_acknowledged_survives_a_reload_and_is_done_once(served, sit_down, thread):
    page = sit_down()
    page.route("**/moderation/save", lambda route: (route.fetch(), route.abort()))  # the answer is lost
    keys(page, "d", "f")
    expect(toast(page)).to_contain_text("2 kept here")
    page.unroute("**/moderation/save")
    page.reload()
    selected(page).wait_for()
    saved(page)
    assert decisions(served[0], thread, 1) == [("reject", "ann")]
    assert decisions(served[0], thread, 2) == [("approve", "ann")]
    page.keyboard.press("u")
    saved(page)
    assert decisions(served[0], thread, 2) == [("approve", "ann"), ("undo", "ann")]


def test_a_refused_action_takes_neither_claims_nor_batches_nor_others_with_it(served, sit_down, thread):
    store = served[0]
    store.decide(
        [action(n, "hold", actor="ann", key=f"{thread}{n}", thread_id=thread, batch=thread) for n in (8, 9)]
    )
    page = sit_down(search="&view=all")
    requests, first = [], []

    def answer(route):  # as the server does: what holds something wrong is refused whole
        requests.append(route.request.post_data_json)
        if len(requests) == 1:
            first.append(route)
        elif any(sent["comment_id"] == "c2" for sent in requests[-1]["actions"]):
            route.fulfill(status=400, content_type="text/plain", body="No such thing.")
        else:
            route.continue_()

    page.route("**/moderation/save", answer)
    page.evaluate("(batch) => btlQueue.decide.undoBatch(batch)", thread)
    keys(page, "j", "c", "d", "f")
    first[0].abort()  # only now, so that the next one carries all
    expect(page.locator("#queue-conflicts")).to_contain_text("Not saved: your “reject”. No such thing.")
    saved(page)
    page.wait_for_function("() => btlQueue.items.all()[1].told.claim")
    assert decisions(store, thread, 2) == []
    assert decisions(store, thread, 3) == [("approve", "ann")]
    assert {states(store, thread)[f"c{n}"] for n in (8, 9)} == {"open"}
    assert store.queue_item(thread, "c2").claim.actor == "ann"
    kinds = [tuple(len(sent[kind]) for kind in ("actions", "batches", "claims")) for sent in requests[1:]]
    assert kinds == [(2, 1, 1), (1, 0, 0), (1, 0, 0), (0, 1, 1)], "whole, then one alone until one is done"


def test_a_batch_is_taken_back_once_and_it_is_said(served, sit_down, thread):
    served[0].decide(
        [action(n, "hold", actor="ann", key=f"{thread}{n}", thread_id=thread, batch=thread) for n in (1, 2)]
    )
    page = sit_down(search="&view=all")
    button = page.get_by_role("button", name="Take its whole batch back")
    button.click()
    expect(toast(page)).to_contain_text("2 of a batch of 2 taken back")
    expect(button).to_be_hidden()
    assert decisions(served[0], thread, 2) == [("hold", "ann"), ("undo", "ann")]
    page.evaluate("(batch) => btlQueue.decide.undoBatch(batch)", thread)
    expect(toast(page)).to_contain_text("Nothing of that batch stands any more")


def test_what_is_typed_survives_a_reload_and_goes_when_its_author_signs_out(served, sit_down, thread):
    page = sit_down("bob")
    page.keyboard.press("w")
    page.keyboard.type("half a no")
    page.reload()
    selected(page).wait_for()
    expect(page.locator("#queue-note")).to_have_value("half a no")
    kept = "Object.keys(sessionStorage).filter((key) => sessionStorage[key].includes('half a no'))"
    assert page.evaluate(kept) == ["btl-drafts:bob"]
    page.evaluate("sessionStorage.setItem('btl-drafts:ann', '[]')")
    page.keyboard.press("j")
    page.reload()
    selected(page).wait_for()
    assert page.evaluate("sessionStorage.getItem('btl-drafts:ann')") is None, "another's goes"
    page.route("**/sign-out", lambda route: route.fulfill(status=200, content_type="text/html", body="Bye"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Bye")).to_be_visible()
    assert page.evaluate(kept) == []


def test_what_one_moderator_kept_is_not_sent_as_anothers(served, sit_down, thread):
    page = sit_down()
    kept = [{"key": "k", "thread_id": thread, "comment_id": "c1", "action": "reject", "expected_version": 0}]
    page.evaluate("(kept) => sessionStorage.setItem('btl-pending:bob', JSON.stringify(kept))", kept)
    page.reload()
    selected(page).wait_for()
    page.keyboard.press("j")
    page.keyboard.press("f")
    saved(page)
    assert decisions(served[0], thread, 1) == []


def test_a_decision_is_taken_back_from_the_decided_tab(served, sit_down, thread):
    served[0].decide([action(3, "reject", actor="ann", key=thread, thread_id=thread)])
    page = sit_down(search="&view=decided")
    assert number(page) == 3
    expect(page.locator(".queue-why[data-selected]")).to_contain_text("reject by ann")
    page.get_by_role("button", name="Undo").click()
    saved(page)
    assert states(served[0], thread)["c3"] == "open"


def test_a_colleagues_decision_is_taken_back_by_an_admin_only(served, sit_down, thread):
    served[0].decide([action(3, "reject", actor="bob", key=thread, thread_id=thread)])
    page = sit_down(search="&view=decided")
    page.keyboard.press("u")
    expect(page.locator("#queue-conflicts")).to_contain_text("only they or an admin may undo it")
    assert states(served[0], thread)["c3"] == "rejected"
    admin = sit_down("eve", search="&view=decided")
    admin.keyboard.press("u")
    saved(admin)
    assert states(served[0], thread)["c3"] == "open"


def test_two_moderators_see_each_other_and_no_conflict_is_silent(served, sit_down, thread):
    ann, bob = sit_down("ann"), sit_down("bob")
    ann.keyboard.press("c")
    expect(selected(bob).locator(".news")).to_contain_text(re.compile("ann has claimed it for 10 more min"))
    bob.keyboard.press("j")
    bob.keyboard.press("w")
    bob.keyboard.type("half a no")
    ann.keyboard.press("d")
    ann.keyboard.press("f")
    expect(selected(bob).locator(".news .theirs")).to_contain_text("ann decided “approve”")
    expect(bob.locator("#queue-note")).to_have_value("half a no")
    assert number(bob) == 2
    # Both at the same comment, before either hears of the other.
    for page in (ann, bob):
        page.route("**/moderation/poll", lambda route: route.abort())
    ann.keyboard.press("h")
    saved(ann)
    bob.keyboard.press("Escape")
    bob.keyboard.press("j")
    assert number(bob) == 3
    bob.keyboard.press("w")
    bob.keyboard.type("seen before")
    bob.keyboard.press("Escape")
    keys(bob, "d", "u")
    expect(bob.locator("#queue-conflicts")).to_contain_text("ann decided first: hold")
    saved(bob)
    assert decisions(served[0], thread, 3) == [("hold", "ann")]
    bob.get_by_role("button", name="Look at it").click()
    assert number(bob) == 3
    expect(bob.locator("#queue-note")).to_have_value("seen before")
    expect(selected(bob).locator(".news .conflict")).to_contain_text("you may decide on it")
    bob.keyboard.press("d")
    saved(bob)
    assert decisions(served[0], thread, 3) == [("hold", "ann"), ("reject", "bob")]
    bob.get_by_role("button", name="Seen").click()
    expect(bob.locator("#queue-conflicts")).to_be_hidden()


def test_many_are_decided_only_after_being_marked_and_taken_back_together(served, sit_down, thread):
    page = sit_down()
    page.keyboard.press("b")
    expect(toast(page)).to_contain_text("Nothing is marked")
    keys(page, "x", "j", "x", "j", "x")
    page.route("**/moderation/poll", lambda route: route.abort())
    served[0].decide([action(2, "hold", actor="bob", key=thread, thread_id=thread)])
    page.keyboard.press("b")
    expect(page.locator("#queue-bulk-list li")).to_have_count(3)
    expect(page.locator("#queue-bulk-list li").first).to_contain_text("Links 49.5 ×")
    expect(page.locator("#queue-bulk-list li").first).to_contain_text("1 you idiot")
    expect(page.locator("#queue-bulk-reason")).to_have_value("spam")  # as each alone would be rejected
    page.keyboard.press("0")
    expect(page.locator("#queue-bulk-problem")).to_contain_text("needs a note")
    page.locator("#queue-bulk-title").focus()
    page.keyboard.press("6")
    expect(page.locator("#queue-bulk-result")).to_contain_text("rejected: 2 of 3, 1 not saved")
    expect(page.locator("#queue-bulk-result li")).to_contain_text("bob decided first: hold")
    found = states(served[0], thread)
    assert [found[f"c{n}"] for n in (1, 2, 3)] == ["rejected", "held", "rejected"]
    page.locator("#queue-bulk-back").click()
    expect(page.locator("#queue-bulk-result")).to_contain_text("Taken back: 2 of 2")
    found = states(served[0], thread)
    assert [found[f"c{n}"] for n in (1, 2, 3)] == ["open", "held", "open"]


def test_a_stretch_of_the_scores_is_looked_through_and_counted_before_it_is_decided(served, sit_down, thread):
    page = sit_down(search="&risk_from=40")
    count = page.locator(".queue-item").count()
    assert 12 < count < COMMENTS
    page.locator("#queue-range-open").click()
    reject, typed = page.locator("[data-bulk=reject]"), page.locator("#queue-bulk-number")
    expect(page.locator("#queue-bulk-title")).to_contain_text(f"Decide on all {count}")
    expect(typed).to_be_disabled()
    for _ in range(11):
        page.locator("#queue-bulk-next").click()
    typed.fill(str(count - 1))
    expect(reject).to_be_disabled()
    typed.fill(str(count))
    reject.click()
    expect(page.locator("#queue-bulk-problem")).to_contain_text("choose a reason")
    page.locator("#queue-bulk-title").focus()
    page.keyboard.press("6")
    expect(page.locator("#queue-bulk-result")).to_contain_text(f"rejected: {count} of {count}")
    assert list(states(served[0], thread).values()).count("rejected") == count
    page.locator("#queue-bulk-close").click()
    page.keyboard.press("u")
    saved(page)
    assert set(states(served[0], thread).values()) == {"open"}


def test_keys_can_be_changed_and_clashes_are_refused(sit_down):
    page = sit_down()
    page.keyboard.press("?")
    box = page.locator("#queue-keys input[data-action-of=next]")
    box.fill("d")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#queue-keys-problem")).to_contain_text("d is given twice")
    box.fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#queue-keys-problem")).to_contain_text("digits")
    box.fill("y")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#queue-keys")).to_be_hidden()
    page.keyboard.press("j")
    assert number(page) == 1
    page.keyboard.press("y")
    assert number(page) == 2
    page.reload()
    selected(page).wait_for()
    expect(page.locator("#queue-form [data-key-of=next]")).to_have_text("y")
    assert number(sit_down("bob")) == 1, "another moderator's keys are their own"
    page.keyboard.press("?")
    expect(page.locator("#queue-keys input[data-action-of=next]")).to_have_value("y")


def test_filters_are_the_address_and_a_page_is_never_another_pages(served, sit_down, thread):
    page = sit_down()
    keys(page, "d", "d")
    saved(page)
    page.locator("#queue-by-order").click()
    page.get_by_role("option", name="by thread").click()
    page.wait_for_url("**order=thread**")
    expect(page.locator(".queue-item").first).to_have_attribute("data-comment", "c3")
    keys(page, "f")
    saved(page)
    assert decisions(served[0], thread, 3) == [("approve", "ann")]
    page.get_by_role("link", name="Decided").click()
    expect(page.locator(".queue-item")).to_have_count(3)
    page.go_back()
    expect(page.locator(".queue-item")).to_have_count(COMMENTS - 3)
    page.get_by_role("textbox", name="Search").fill("30 YOU")
    expect(page.locator(".queue-item")).to_have_count(1)
    assert number(page) == 30


def test_a_second_look_is_blind_and_changes_nothing(sit_down, served, thread):
    store = served[0]
    store.decide(
        [action(n, "reject", actor="bob", key=f"{thread}{n}", thread_id=thread) for n in range(1, COMMENTS)]
    )
    page = sit_down()
    page.get_by_role("link", name="Second look").click()
    page.locator("#queue[data-second] .queue-item[data-selected]").wait_for()
    decision = selected(page).get_attribute("data-decision")
    assert "bob" not in page.locator("main").inner_text()
    assert page.get_by_text("Decisions so far").count() == 0
    expect(selected(page)).to_have_attribute("data-state", "open")
    before = states(store, thread)
    page.keyboard.press("f")
    saved(page)
    expect(toast(page)).to_contain_text("Your second look: approved")
    assert states(store, thread) == before
    page.reload()
    page.locator("#queue[data-second] .queue-item[data-selected]").wait_for()
    assert page.locator(f".queue-item[data-decision='{decision}']").count() == 0


def test_the_authors_history_is_unfolded_on_demand(sit_down):
    page = sit_down()
    page.keyboard.press("i")
    expect(page.locator("#queue-history-body .past").first).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator("#queue-history-body")).to_be_hidden()


def test_hostile_text_stays_text(sit_down):
    page = sit_down()
    keys(page, "i", "x", "b")
    expect(page.locator("#queue-bulk-list li")).to_have_count(1)
    assert (
        page.locator("main img, main a[href^=javascript], main a[href*='//evil.example'], main b b").count()
        == 0
    )
    expect(selected(page).locator(".text .hidden")).to_have_text("U+202E")


def test_the_queue_and_its_dialogs_are_accessible(sit_down):
    page = sit_down(search="&risk_from=48")
    keys(page, "d", "i", "c", "x")
    expect(page.locator("#queue-history-body .past").first).to_be_visible()
    for opened in ("", "b", "?"):
        if opened:
            keys(page, opened)
        assert barriers(page) == {}
        page.evaluate("document.querySelectorAll('dialog').forEach((dialog) => dialog.close())")


@pytest.mark.parametrize("width", [1400, 1000, 390])
def test_what_is_said_covers_no_button_and_the_bar_leaves_room_for_the_comment(sit_down, width):
    page = sit_down()
    page.set_viewport_size({"width": width, "height": 800})
    page.keyboard.press("h")
    expect(toast(page)).to_contain_text("Held")
    said = toast(page).bounding_box()
    buttons = [one.bounding_box() for one in page.locator("#queue-form button").all()]
    covered = [
        box
        for box in buttons
        if said["x"] < box["x"] + box["width"]
        and box["x"] < said["x"] + said["width"]
        and said["y"] < box["y"] + box["height"]
        and box["y"] < said["y"] + said["height"]
    ]
    assert covered == []
    if width == 1400:
        assert len({box["y"] for box in buttons[:6]}) == 1, "no decision stands alone in a row"
    if width == 390:
        page.locator(".queue-filters summary").click()
        page.evaluate("document.querySelector('.queue-item[data-selected] .text').style.height = '3000px'")
        selected(page).evaluate("(item) => item.scrollIntoView({block: 'start'})")
        assert page.locator("#queue-form").bounding_box()["y"] > 0.8 * 800


def test_two_moderators_do_the_work_of_a_morning_by_keyboard(served, sit_down, thread):
    """Flag, decide, conflict, undo, bulk, report: no hand leaves the keyboard."""
    store, address = served
    text = "\n".join(
        [
            "A ferry for the fair",
            "",
            "The article.",
            "",
            "Comments",
            *(
                f"Reader {n}\nMay 17, 2024 at 20:{n:02}\n{n} http://a.example http://b.example http://c.example\nReply"
                for n in range(10, 20)
            ),
        ]
    )
    parsed_thread = parse(Source.from_text(text, "pasted text"), Options())
    analysis = import_parsed(store, parsed_thread, Settings())
    assert analysis.added.flagged == 10
    name = parsed_thread.discussions[0].thread_id
    ann, bob = sit_down("ann", thread=name), sit_down("bob", thread=name)
    for page in (ann, bob):
        assert page.locator(".queue-item").count() == 10
    for key in "dfd":  # decide
        ann.keyboard.press(key)
    saved(ann)
    expect(bob.locator(".queue-list button[data-now]")).to_have_count(3)  # seen without a reload
    for page in (ann, bob):
        page.route("**/moderation/poll", lambda route: route.abort())
    bob.keyboard.press("j")
    bob.keyboard.press("j")
    bob.keyboard.press("j")
    ann.keyboard.press("h")
    saved(ann)
    bob.keyboard.press("d")  # conflict
    expect(bob.locator("#queue-conflicts")).to_contain_text("ann decided first: hold")
    ann.keyboard.press("u")  # undo
    saved(ann)
    for key in "jxjxjxb":  # bulk
        bob.keyboard.press(key)
    expect(bob.locator("#queue-bulk-list li")).to_have_count(3)
    bob.keyboard.press("d")
    expect(bob.locator("#queue-bulk-result")).to_contain_text("rejected: 3 of 3")
    bob.keyboard.press("Escape")
    found = sorted(states(store, name).values())
    assert found == ["approved"] + ["open"] * 4 + ["rejected"] * 5
    assert store.verify() == []
    bob.goto(f"{address}report")
    expect(bob.get_by_role("heading", level=1)).to_contain_text("Week")
    expect(bob.locator("main")).to_contain_text("Links")


def test_a_stretch_of_a_discussions_time_opens_as_a_queue(served, sit_down, thread):
    page = sit_down()
    page.goto(f"{served[1]}thread/{quote(thread, safe='')}?from=2024-05-18T12:03&to=2024-05-18T12:06")
    page.get_by_role("link", name="Open this stretch of time as a queue").click()
    selected(page).wait_for()
    shown = [one.get_attribute("data-comment") for one in page.locator(".queue-item").all()]
    assert shown == ["c3", "c4", "c5", "c6"]


def test_fast_keys_of_two_moderators_at_one_queue_are_neither_lost_nor_double(served, sit_down, thread):
    pages = [sit_down("ann"), sit_down("bob")]
    for _ in range(4):
        for page in pages:
            keys(page, *"dfdfudhdfu")
    asked = 0
    for page, name in zip(pages, ("ann", "bob"), strict=True):
        saved(page)
        told = page.locator("#queue-conflicts p").count()
        asked += told
        assert page.locator("#queue").get_attribute("data-pending") == "0", name
    made = [d for n in range(1, COMMENTS + 1) for d in served[0].queue_item(thread, f"c{n}").decisions]
    versions = {(d.comment_id, d.version) for d in made}
    assert len(versions) == len(made) > 20
    assert asked > 0, "they met each other"
    assert served[0].verify() == []


def test_on_postgresql_a_decision_a_conflict_and_an_undo(postgresql, browser):
    with (
        Store.open(new_database(postgresql)) as store,
        serving(store) as address,
        browser.new_context() as context,
    ):
        put(store, parsed(1, 2, 3), {("t", f"c{n}"): [links(value=9.0 - n)] for n in (1, 2, 3)})
        page = context.new_page()
        page.goto(f"{address}moderation")
        selected(page).wait_for(timeout=60_000)
        page.keyboard.press("d")
        saved(page)
        assert decisions(store, "t", 1) == [("reject", "local")]
        page.route("**/moderation/poll", lambda route: route.abort())
        store.decide([action(2, "hold", actor="bob")])
        page.keyboard.press("f")
        expect(page.locator("#queue-conflicts")).to_contain_text("bob decided first: hold")
        saved(page)
        assert decisions(store, "t", 2) == [("hold", "bob")]
        page.keyboard.press("u")  # the comment that is open now is undecided, so the latest decision of all
        saved(page)
        assert decisions(store, "t", 1) == [("reject", "local"), ("undo", "local")]
        assert store.verify() == []
