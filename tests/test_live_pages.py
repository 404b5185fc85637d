"""A comment that is pushed appears on the pages that are open."""

import json
import re

import pytest
from browsing import ADDRESS
from playwright.sync_api import expect
from queue_server import serving
from test_hooks import FILE, SECRET, URL, change, signed
from test_live import CALM, RUDE, THREAD, told
from urllib3 import request

from dashboard import create_app
from dashboard.live import DRAWN_ANEW_UP_TO
from threads.live import settle_all, take
from threads.settings import Settings
from threads.storage import QueueFilter, Store

expect.set_options(timeout=20_000)  # a busy machine is slow, and no fault of the page's


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/store.sqlite") as opened:
        yield opened


def test_what_arrived_since_a_page_was_drawn_is_counted_under_its_filters(store):
    take(store, [told(one) for one in THREAD[:3]], Settings())
    newest = store.newest()
    assert store.arrived(QueueFilter(), newest) == 0
    take(store, [told(one) for one in THREAD[3:]], Settings())
    assert store.arrived(QueueFilter(), newest) == 1  # the advertisement
    assert store.arrived(QueueFilter(view="all"), newest) == 3
    assert store.arrived(QueueFilter(author="Nobody"), newest) == 0


def test_the_state_of_a_discussion_changes_with_a_comment_and_when_it_is_settled(store):
    take(store, [told(THREAD[0])], Settings())
    client = create_app(store, Settings()).server.test_client()

    def state():
        return client.get("/thread-changes?thread=t", base_url=ADDRESS).json

    first = state()
    assert first["comments"] == 1
    take(store, [told(THREAD[1])], Settings())
    second = state()
    assert second["stamp"] != first["stamp"]
    assert second["comments"] == 2
    settle_all(store, Settings())
    assert state()["stamp"] != second["stamp"]
    assert client.get("/thread-changes?thread=none", base_url=ADDRESS).json["comments"] == 0
    assert client.get("/thread-changes", base_url=ADDRESS).status_code == 400


@pytest.mark.browser
def test_a_pushed_comment_appears_in_queue_and_thread_page(store, tmp_path, monkeypatch, browser):
    monkeypatch.setenv("TEST_PAPER_SECRET", SECRET)
    monkeypatch.setenv("TEST_CORAL_SECRET", SECRET)
    (tmp_path / "old").write_text("the secret before, long enough, too")
    (tmp_path / "live.toml").write_text(FILE)
    with serving(store, live_file=str(tmp_path / "live.toml")) as address:

        def push(number, text):
            body = json.dumps(change(number, text=text, at=None)).encode()
            answer = request(
                "POST", f"{address}hooks/comments", body=body, headers=signed(body), timeout=60.0
            )
            assert answer.status == 200
            return answer.json()["taken"][0]

        thread_id = push(1, CALM)["thread_id"]
        queue, thread = browser.new_page(), browser.new_page()
        troubles = []
        for page in (queue, thread):
            page.on("pageerror", lambda error: troubles.append(str(error)))
        queue.goto(f"{address}moderation")
        expect(queue.get_by_text("Nothing flagged waits.")).to_be_visible(timeout=60_000)
        thread.goto(f"{address}thread/{thread_id}")
        expect(thread.locator("#comment-1")).to_be_visible(timeout=60_000)
        assert push(2, RUDE)["hold"]
        for page in (queue, thread):
            page.bring_to_front()
            expect(page.get_by_text(RUDE).first).to_be_visible()
        expect(thread.locator("#filter-count")).to_have_text("2 of 2 comments")
        # On a page where somebody works nothing moves: it is told.
        queue.bring_to_front()
        push(3, f"{RUDE} Really.")
        expect(queue.locator("#queue-arrived")).to_have_text("1 new comment.")
        queue.get_by_role("link", name="Show them").click()
        expect(queue.get_by_text(re.compile("Really"))).not_to_have_count(0)
        # A long discussion waits, too, for it takes long to draw.
        thread.bring_to_front()
        expect(thread.locator("#comment-3")).to_be_visible()
        thread.evaluate("document.getElementById('live').dataset.waits = 'true'")
        push(4, CALM)
        expect(thread.locator("#live-said")).to_have_text("1 new comment.")
        thread.get_by_role("button", name="Show them").click()
        expect(thread.locator("#comment-4")).to_be_visible()
        assert troubles == []
        assert store.discussions()["url"].tolist() == [URL]
        for page in (queue, thread):
            page.close()


def test_a_long_discussion_is_not_drawn_anew_by_itself(store):
    from dashboard.live import mark

    waits = [mark("t", 1, comments).to_plotly_json()["props"]["data-waits"] for comments in (500, 501)]
    assert waits == ["", "true"]
    assert DRAWN_ANEW_UP_TO == 500
