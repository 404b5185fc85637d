"""Accounts in a real browser: signing in without scripts, one's own account, and an admin's work."""

from itertools import pairwise

import pytest
from browsing import GOOD
from chromium import barriers
from playwright.sync_api import expect
from queue_server import serving

from threads.samples import add_samples
from threads.settings import Settings
from threads.storage import Store

pytestmark = pytest.mark.browser

OTHER = "seven purple kettles whistle"
DASH = "body stream already read"  # Dash says this itself when a callback is answered with 401
expect.set_options(timeout=30_000)  # a busy machine is slow, and no fault of the page's


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    with Store.open(f"sqlite:///{folder / 'team.sqlite'}") as store:
        list(add_samples(store, Settings()))
        for name, role in (("ann", "admin"), ("vic", "viewer")):
            store.accounts.create(name, role, GOOD, actor="local")
        with serving(store, key_file=str(folder / "secret.key")) as address:
            yield store, address


@pytest.fixture
def sit_down(served, browser):
    """Sit down at a browser of one's own; any script error or dialog fails the test."""
    contexts, troubles = [], []

    def open_browser(**options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(40_000)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.goto(served[1] + "guide")
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert [trouble for trouble in troubles if DASH not in trouble] == []


# How far a table fades on either side once it is scrolled.
FADES = """async (element, left) => {
    element.scrollLeft = left;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return ["--cut-left", "--cut-right"].map((name) => getComputedStyle(element).getPropertyValue(name));
}"""


def sign_in(page, name, password=GOOD):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_needs_no_scripts_and_leads_on_to_the_page_that_was_opened(served, sit_down):
    page = sit_down(java_script_enabled=False)
    sign_in(page, "vic", "not the password")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    sign_in(page, "vic")
    expect(page).to_have_url(f"{served[1]}guide")


def test_a_viewer_sees_pseudonyms_and_what_they_may_open_and_signs_out(served, sit_down):
    page = sit_down()
    sign_in(page, "vic")
    expect(page.locator("#menu a")).to_have_text(
        ["Overview", "Comments", "People", "Stance", "Topics", "Compare", "Guide"]
    )
    page.goto(served[1])
    page.locator(".discussion-title").first.click()
    expect(page.locator(".conversation .comment header strong").first).to_contain_text("reader ")
    page.goto(f"{served[1]}moderation")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forbidden")
    page.goto(f"{served[1]}guide")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{served[1]}sign-in")
    page.goto(f"{served[1]}guide")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_page_whose_session_has_ended_says_so(served, sit_down):
    store, _ = served
    page = sit_down()
    sign_in(page, "vic")
    page.get_by_role("link", name="Overview").wait_for()
    for session in store.sessions.all(store.accounts.find("vic")):
        store.sessions.end(session.id, session.account)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended.")
    page.get_by_role("link", name="Sign in again").click()
    sign_in(page, "vic")
    page.get_by_role("link", name="Overview").wait_for()


def test_an_admin_lets_somebody_in_gives_them_a_role_and_keeps_them_out(served, sit_down):
    page = sit_down()
    sign_in(page, "ann")
    page.get_by_role("button", name="Administration").press("Enter")
    page.get_by_role("link", name="Users").press("Escape")
    expect(page.get_by_role("link", name="Users")).to_be_hidden()
    page.keyboard.press("Enter")  # Escape went back to the button
    page.get_by_role("link", name="Users").click()
    expect(page.get_by_role("link", name="Users")).to_be_hidden()
    new = page.locator("section", has_text="New account")
    new.get_by_label("Name").fill("new.one")
    new.get_by_label("Password", exact=True).fill("password1234")
    new.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("alert")).to_contain_text("too easy to guess")
    new.get_by_label("Password", exact=True).fill(OTHER)
    new.get_by_role("button", name="Make the account").click()
    expect(page.locator("#users-result")).to_have_text("new.one may sign in as viewer.")

    theirs = sit_down()
    sign_in(theirs, "new.one", OTHER)
    theirs.locator("#menu a").first.wait_for()

    change = page.locator("section", has_text="Change an account")
    change.get_by_label("Account").click()
    page.get_by_role("option", name="new.one").click()
    change.get_by_label("Role").click()
    page.get_by_role("option", name="moderator").click()
    change.get_by_role("button", name="Give this role").click()
    expect(page.locator("#users-result")).to_contain_text("new.one is moderator now")
    theirs.reload()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(theirs, "new.one", OTHER)
    expect(theirs.locator("#menu a", has_text="Moderation")).to_be_visible()
    change.get_by_role("button", name="Disable").click()
    expect(page.locator("#users-table")).to_contain_text("nothing: disabled")
    theirs.reload()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_ones_own_account_makes_tokens_ends_sessions_and_changes_the_password(served, sit_down):
    store, _ = served
    store.accounts.create("own", "moderator", GOOD, actor="ann")
    elsewhere, page = sit_down(), sit_down()
    for each in (elsewhere, page):
        sign_in(each, "own")
    page.get_by_role("link", name="own", exact=True).click()
    page.get_by_label("What it is for").fill("<b>nightly</b>")
    page.get_by_label("score: texts that it sends").uncheck()
    page.get_by_label("write: bring discussions and comments").check()
    page.get_by_role("button", name="Make it").click()
    secret = page.locator("#account-token-secret").inner_text()
    assert store.tokens.bearer_of(secret).role == "viewer"
    assert store.tokens.bearer_of(secret).scopes == {"read", "write"}
    expect(page.locator("#account-tokens td").first).to_have_text("<b>nightly</b>")
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator("#account-tokens")).to_have_text("None.")
    assert store.tokens.bearer_of(secret) is None

    page.get_by_role("button", name="End it").click()
    expect(page.locator("#account-sessions tbody tr")).to_have_count(1)
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(elsewhere, "own")
    elsewhere.locator("#menu a").first.wait_for()

    page.get_by_label("Present password", exact=True).fill(GOOD)
    page.get_by_label("New password", exact=True).fill(OTHER)
    page.get_by_role("button", name="Change it").click()
    expect(page.locator("#account-password-result")).to_contain_text("It is changed")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("own")
    page.get_by_label("What it is for").fill("after")  # the new session goes on in this page
    page.get_by_role("button", name="Make it").click()
    page.locator("#account-token-secret").wait_for()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_pages_are_accessible(served, sit_down):
    page = sit_down()

    def check(*widths):
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_load_state("networkidle")
        assert barriers(page, widths) == {}

    check(1400, 390)
    sign_in(page, "ann")
    page.locator("#menu a").first.wait_for(state="attached")
    for path, width, menu in (("users", 1400, "Administration"), ("account", 390, "Menu")):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(served[1] + path)
        page.locator("#menu a").first.wait_for(state="attached")
        page.get_by_role("button", name=menu).click()
        expect(page.get_by_role("link", name="Users")).to_be_visible()
        check(width)
        page.keyboard.press("Escape")
        check(1400, 390)


def test_a_window_too_narrow_for_german_cuts_nothing_off_without_a_sign(served, sit_down):
    page = sit_down(locale="de")
    page.locator("input[name=name]").fill("ann")
    page.locator("input[name=password]").fill(GOOD)
    page.get_by_role("button", name="Anmelden").click()
    page.locator("#menu a").first.wait_for(state="attached")
    page.goto(f"{served[1]}users")
    page.locator("#users-table td").first.wait_for()
    page.evaluate("document.getElementById('menu-flagged').textContent = '12.345'")
    toggle = page.get_by_role("button", name="Hell oder dunkel")
    widths = {1600: "whole", 1400: "closer", 1200: "folded", 390: "folded"}
    for width, menu in [*widths.items(), *reversed(widths.items())]:
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator("html")).to_have_attribute("data-menu", menu)
        box = toggle.bounding_box()
        assert box["x"] + box["width"] < width

    page.set_viewport_size({"width": 390, "height": 900})
    table = page.locator("#users-table .scroll")
    for left, fades in ((0, ["0px", "40px"]), (1000, ["40px", "0px"])):
        assert table.evaluate(FADES, left) == fades
    panels = [one.bounding_box() for one in page.locator("main .panel").all()]
    below = sorted((box["y"], box["y"] + box["height"]) for box in panels)
    assert {round(top - bottom) for (_, bottom), (top, _) in pairwise(below)} == {18}
