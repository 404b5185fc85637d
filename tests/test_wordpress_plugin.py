"""The plug-in for WordPress: what it sends is taken, and what was not taken in is sent again."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from browsing import ADDRESS
from test_hooks import SECRET, client, opened, settings  # noqa: F401 - fixtures
from test_live import CALM, RUDE

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "extras" / "wordpress" / "below-the-line.php"
POST = {
    "ID": 3,
    "permalink": "https://paper.example/news/tunnel/",
    "post_title": "A <em>tunnel</em>",
    "post_date_gmt": "2026-05-01 06:00:00",
}


def comment(number, **changes):
    return {
        "comment_ID": number,
        "comment_post_ID": 3,
        "comment_parent": 0,
        "comment_author": "Ann",
        "user_id": 0,
        "comment_content": f"<p>{CALM}</p>",
        "comment_date_gmt": "2026-05-01 11:59:00",
        "comment_approved": "1",
        "comment_type": "comment",
        **changes,
    }


@pytest.fixture
def told():
    """Run the plug-in through some steps; return the requests that it sent, and how many comments wait."""
    php = os.environ.get("PHP") or shutil.which("php")
    if php is None:
        pytest.skip("needs php: its path in the variable PHP, or on the search path")

    def run(*steps):
        lines = "\n".join(json.dumps(step) for step in ({"post": POST}, *steps))
        command = [
            php,
            "-n",
            str(ROOT / "tests" / "wordpress.php"),
            str(PLUGIN),
            "https://btl.example",
            SECRET,
        ]
        done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, check=True)
        assert "Warning" not in done.stderr + done.stdout
        *requests, last = map(json.loads, done.stdout.splitlines())
        return requests, last["left"]

    return run


def new(one):
    return {"comment": one, "hook": "wp_insert_comment", "values": [one["comment_ID"]]}


END = {"end": True}


def deliver(client, request):  # noqa: F811
    return client.post("/hooks/comments", data=request["body"], headers=request["headers"], base_url=ADDRESS)


def test_the_life_of_a_comment_is_stored_as_it_goes(told, client, opened):  # noqa: F811
    first, second = comment(7), comment(8, comment_parent=7, comment_approved="0", user_id=5)
    moved = "transition_comment_status"
    requests, left = told(
        *(new(first), new(second), END),
        *({"comment": comment(7, comment_content=RUDE), "hook": "edit_comment", "values": [7]}, END),
        *({"comment": comment(8), "hook": moved, "values": ["approved", "unapproved", 8]}, END),
        {"hook": "delete_comment", "values": [7]},
        *({"gone": 7, "hook": moved, "values": ["delete", "approved", 7]}, END),
    )
    assert left == 0
    assert [deliver(client, request).status_code for request in requests] == [200] * 4
    frame = opened.comments().set_index("comment_id")
    assert frame.loc["7", ["text", "status"]].tolist() == [RUDE, "deleted"]
    assert frame.loc["8", ["text", "status", "parent_id", "author_id"]].tolist() == [
        CALM,
        "visible",
        "7",
        "5",
    ]
    assert frame.loc["7", "edited_at"] is not None
    assert opened.discussions()["title"].tolist() == ["A tunnel"]
    # Overheard and out of order, it is the same.
    for request in reversed(requests):
        assert {one["outcome"] for one in deliver(client, request).json["taken"]} == {"same"}


def test_what_was_not_taken_in_waits_and_is_sent_again_as_it_is_then(told):
    requests, left = told({"statuses": [503, None]}, new(comment(7)), END, END, END)
    assert (len(requests), left) == (3, 0)
    requests, left = told({"statuses": [500] * 9}, new(comment(7)), END)
    assert left == 1


def test_one_that_is_not_understood_costs_no_other(told):
    requests, left = told({"statuses": [422, 200, 422]}, new(comment(7)), new(comment(8)), END)
    assert [len(json.loads(request["body"])["changes"]) for request in requests] == [2, 1, 1]
    assert left == 0


def test_a_pingback_is_no_comment(told):
    requests, left = told(new(comment(7, comment_type="pingback")), END)
    assert (requests, left) == ([], 0)
