"""The native API: what programs bring, read and decide, and what they are told when it cannot be."""

import csv
import io
import json
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from browsing import ADDRESS, GOOD

from dashboard import create_app
from dashboard.security.rate_limits import RateLimit
from threads.moderation.queue_filter import QueueFilter
from threads.moderation.roles import SCOPES
from threads.scores import SCORES, score, score_columns
from threads.settings import Settings
from threads.storage import Store
from threads.storage.kept_answers import KEPT_FOR, LONGEST_WORK, KeptAnswer
from threads.storage.store import Action

RUDE = "You are all stupid idiots and liars!"
KIND = "What a lovely day it was at the harbour."
AT = "2024-05-18T09:30:00Z"
THREAD = "/api/v1/threads/t"


@pytest.fixture
def opened(tmp_path, empty_sqlite):
    path = tmp_path / "store.sqlite"
    path.write_bytes(empty_sqlite.read_bytes())
    with Store.open(f"sqlite:///{path}") as store:
        yield store


@pytest.fixture
def settings(tmp_path):
    return Settings(key_file=str(tmp_path / "key"))


@pytest.fixture
def client(opened, settings):
    return create_app(opened, settings).server.test_client()


def get(client, path, **headers):
    return client.get(path, base_url=ADDRESS, headers=headers)


def post(client, path, body, **headers):
    return client.post(path, json=body, base_url=ADDRESS, headers=headers)


def comment(number, text=None, **more):
    """A comment; without a text it has one of its own, too short to count as a repeat."""
    said = f"It was a fine day {number}." if text is None else text
    return {"comment_id": f"c{number}", "text": said, "author": f"author {number}", **more}


def bring(client, *comments, thread_id="t", **headers):
    body = {"thread_id": thread_id, "title": "The tunnel", "comments": list(comments)}
    return post(client, "/api/v1/threads", body, **headers)


def ids(answer):
    return [item["comment_id"] for item in answer.json["comments"]]


# Scores


def test_a_score_is_that_of_the_library_and_does_not_depend_on_the_others(client):
    texts = [RUDE, KIND, RUDE, ""]
    answer = post(client, "/api/v1/scores", {"comments": [{"id": "x", "text": text} for text in texts]}).json
    alone = post(client, "/api/v1/scores", {"comments": [{"text": RUDE}]}).json
    first, _, third, empty = (item["scores"] for item in answer["comments"])
    assert first == third == alone["comments"][0]["scores"]
    assert list(first) == [column.name for column in score_columns()]
    assert first["offensive"] == score([RUDE], ["offensive"])["offensive"].iloc[0]
    assert empty["sentiment"] is None
    assert answer["comments"][0]["id"] == "x"
    assert answer["models"].keys() == {item.name for item in SCORES}
    assert answer["models"]["sentiment"] == "vaderSentiment 3.3.2"


def test_chosen_scores_alone_are_worked_out_and_quotations_do_not_count(client):
    body = {"comments": [{"text": f"> {RUDE}\n{KIND}"}, {"text": KIND}], "scores": ["offensive"]}
    answer = post(client, "/api/v1/scores", body).json
    quoting, plain = (item["scores"] for item in answer["comments"])
    assert quoting == plain
    assert set(answer["models"]) == {"offensive"}
    assert all(name.startswith("offensive") for name in plain)


# Threads


def test_a_discussion_is_made_added_to_and_read_with_its_scores(client):
    made = bring(client, comment(1, RUDE, published_at=AT), comment(2, parent_id="c1"))
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/threads/t")
    assert {flag["rule"] for flag in made.json["flags"]["c1"]} >= {"offensive"}
    assert (made.json["added"], made.json["known"], made.json["left_out"]) == (2, 0, [])

    added = post(client, f"{THREAD}/comments", {"comments": [comment(3)]})
    assert (added.status_code, added.json["added"]) == (200, 1)
    read = get(client, f"{THREAD}/comments").json["comments"]
    assert [(item["comment_id"], item["position"], item["parent_id"]) for item in read] == [
        ("c1", 1, None),
        ("c2", 2, "c1"),
        ("c3", 3, None),
    ]
    assert (read[0]["published_at"], read[0]["state"]) == (AT, "open")
    assert read[0]["scores"]["offensive"] == score([RUDE], ["offensive"])["offensive"].iloc[0]

    about = get(client, THREAD).json
    assert (about["title"], about["comments"], about["flagged_open"]) == ("The tunnel", 3, 1)
    again = bring(client, comment(4))
    assert (again.status_code, again.json["added"]) == (200, 1)


def test_a_comment_sent_again_is_known_edited_it_counts_and_deleted_it_leaves_the_queue(client):
    bring(client, comment(1))
    path = f"{THREAD}/comments"

    def sent(text, **more):
        answer = post(client, path, {"comments": [comment(2, text, published_at=AT, **more)]})
        return {name for name in ("added", "changed", "known") if answer.json[name]}

    assert sent(KIND) == {"added"}
    assert sent(KIND) == {"known"}
    assert sent(RUDE, edited_at="2024-05-18T10:00:00Z") == {"changed"}
    sent(KIND)  # late, and of before the edit
    texts = {item["comment_id"]: item["text"] for item in get(client, path).json["comments"]}
    assert texts["c2"] == RUDE
    assert [item["comment_id"] for item in get(client, "/api/v1/queue").json["items"]] == ["c2"]
    assert sent(RUDE, edited_at="2024-05-18T11:00:00Z", status="deleted") == {"changed"}
    assert get(client, "/api/v1/queue").json["items"] == []


def test_the_address_names_a_discussion_that_has_no_id_and_one_of_both_is_needed(client):
    body = {"url": "https://news.example/tunnel", "comments": [comment(1)]}
    first, second = post(client, "/api/v1/threads", body), post(client, "/api/v1/threads", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["thread_id"] == second.json["thread_id"]
    del body["url"]
    assert post(client, "/api/v1/threads", body).json["errors"][0]["place"] == "thread_id"


def test_lists_come_in_pages_that_together_are_whole(client):
    for number in range(5):
        bring(client, *(comment(n) for n in range(number + 1)), thread_id=f"t{number}")
    found, after = [], ""
    while after is not None:
        page = get(client, f"/api/v1/threads?limit=2{after and f'&after={after}'}").json
        found += [thread["thread_id"] for thread in page["threads"]]
        after = page["next"]
    assert found == [f"t{number}" for number in range(5)]

    first = get(client, "/api/v1/threads/t4/comments?limit=3")
    second = get(client, f"/api/v1/threads/t4/comments?limit=3&after={first.json['next']}")
    assert ids(first) + ids(second) == [f"c{number}" for number in range(5)]
    assert second.json["next"] is None


@pytest.mark.parametrize(
    ("thread", "said"),
    [
        ("at://did:plc:x//a?b#c%2f", "http://news.example/?p=1"),
        ("/2026/a-tram/", "//c/1"),
        ("\r\nlines\u2028/ of text", "1\n"),
    ],
    ids=["addresses", "paths", "lines"],
)
def test_an_id_may_be_an_address_or_any_other_text(client, thread, said):
    bring(client, {"comment_id": said, "text": RUDE}, thread_id=thread)
    path = f"/api/v1/threads/{quote(thread, safe='')}"
    assert get(client, path).json["thread_id"] == thread
    flags = get(client, f"{path}/comments/{quote(said, safe='')}/flags")
    assert flags.json["flags"][0]["rule"] == "offensive"


def test_how_a_discussion_went_has_the_figures_of_its_page(client):
    minutes = [datetime(2024, 5, 18, tzinfo=UTC) + timedelta(minutes=n) for n in range(40)]
    bring(
        client,
        *(
            comment(n, RUDE if n % 2 else KIND, published_at=at.isoformat(), author=f"a{n % 4}")
            for n, at in enumerate(minutes)
        ),
    )
    answer = get(client, f"{THREAD}/dynamics").json
    assert (answer["figures"]["comments"], answer["figures"]["people"]) == (40, 4)
    assert answer["figures"]["first_at"] == "2024-05-18T00:00:00Z"
    assert answer["what_happened"][0]["text"].endswith(".")
    assert sum(part["comments"] for part in answer["timeline"]["bins"]) == 40
    assert answer["turning_points"]["points"] == []


# Flags, queue and decisions


@pytest.fixture
def rude(client):
    """A client of a store with three rude comments and a kind one."""
    bring(client, *(comment(n, f"{RUDE} {'!' * n}", published_at=AT) for n in range(3)), comment(3))
    return client


def decided(client, number, action="reject", version=0, key=None, **more):
    body = {"action": action, "expected_version": version, **more}
    headers = {} if key is None else {"Idempotency-Key": key}
    return post(client, f"{THREAD}/comments/c{number}/decisions", body, **headers)


def test_a_decision_is_made_on_what_was_seen_and_undone(rude, opened):
    made = decided(rude, 0, reason="offensive", note="Insults the crew.")
    assert (made.status_code, made.json["state"], made.json["version"]) == (201, "rejected", 1)
    late = decided(rude, 0, "approve")
    assert late.status_code == 409
    assert late.json["now"]["decision"]["action"] == "reject"
    assert late.json["now"]["version"] == 1
    undone = decided(rude, 0, "undo", 1)
    assert (undone.json["state"], undone.json["undoes"]) == ("open", made.json["decision"])
    history = get(rude, f"{THREAD}/comments/c0/decisions").json
    assert [(d["action"], d["note"]) for d in history["decisions"]] == [
        ("reject", "Insults the crew."),
        ("undo", None),
    ]
    assert opened.verify() == []


@pytest.mark.parametrize(
    ("action", "more"), [("approve", {"reason": "spam"}), ("undo", {}), ("reject", {"reason": "rude"})]
)
def test_a_decision_that_cannot_be_is_refused(rude, action, more):
    answer = decided(rude, 0, action, **more)
    assert answer.status_code == 422
    assert answer.json["detail"]


def test_the_queue_is_chosen_from_and_goes_on_behind_what_was_decided(rude):
    first = get(rude, "/api/v1/queue?order=thread&limit=2").json
    assert [item["comment_id"] for item in first["items"]] == ["c0", "c1"]
    decided(rude, 0)
    decided(rude, 1)
    second = get(rude, f"/api/v1/queue?order=thread&limit=2&after={first['next']}").json
    assert [item["comment_id"] for item in second["items"]] == ["c2"]
    assert second["next"] is None
    everything = get(rude, "/api/v1/queue?view=decided&thread_id=t").json["items"]
    assert {item["comment_id"] for item in everything} == {"c0", "c1"}
    wrong = get(rude, "/api/v1/queue?view=all&since=2024-05-18T00:00:00")
    assert (wrong.status_code, wrong.json["errors"][0]["place"]) == (422, "since")


@pytest.mark.parametrize("order", ["risk", "age", "thread"])
@pytest.mark.parametrize("view", ["flagged", "all"])
def test_pages_of_the_queue_are_the_whole_on_both_databases(store, settings, view, order):
    client = create_app(store, settings).server.test_client()
    bring(client, *(comment(n, RUDE if n % 3 else None, published_at=AT) for n in range(7)))
    chosen = QueueFilter(view=view, order=order)
    whole = [item.comment_id for item in store.queue(chosen)]
    found, after = [], None
    while page := store.queue(chosen, 2, after=after):
        found += [item.comment_id for item in page]
        after = (page[-1].thread_id, page[-1].comment_id)
    assert found == whole
    assert len(whole) == (4 if view == "flagged" else 7)


# Exports


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_an_export_has_every_comment_once(rude, form, monkeypatch):
    monkeypatch.setattr("threads.storage.exporting.ROWS_AT_ONCE", 2)
    answer = get(rude, f"{THREAD}/export?format={form}")
    assert answer.is_streamed
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    else:
        rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["comment_id"] for row in rows] == ["c0", "c1", "c2", "c3"]
    assert rows[0]["author"] == "author 0"


def test_an_export_with_names_is_put_on_record_and_one_with_pseudonyms_has_none(rude, opened):
    before = len(opened.audit())
    hidden = get(rude, f"{THREAD}/export?pseudonyms=true").text
    assert "author 0" not in hidden
    assert len(opened.audit()) == before
    get(rude, f"{THREAD}/export")
    assert opened.audit()["event"].iloc[-1] == "export"


# Who may


@pytest.fixture
def tokens(opened):
    """A token for each scope, of an admin; and one of a viewer with every scope."""
    root = opened.accounts.create("root", "admin", password=GOOD, actor="test")
    viewer = opened.accounts.create("vic", "viewer", password=GOOD, actor="test")
    made = {scope: opened.tokens.create(root, scope, "admin", 30, [scope]) for scope in SCOPES}
    made["viewer"] = opened.tokens.create(viewer, "all", "viewer", 30, SCOPES)
    return {name: {"Authorization": f"Bearer {token}"} for name, token in made.items()}


def test_a_token_opens_what_its_scopes_name_and_no_more_than_its_role(client, tokens):
    asked = {
        "read": lambda shown: get(client, THREAD, **shown),
        "score": lambda shown: post(client, "/api/v1/scores", {"comments": [{"text": KIND}]}, **shown),
        "write": lambda shown: bring(client, comment(1, RUDE), **shown),
        "decide": lambda shown: get(client, "/api/v1/queue", **shown),
    }
    bring(client, comment(1, RUDE), **tokens["write"])
    for wanted, ask in asked.items():
        opens = {scope for scope in SCOPES if ask(tokens[scope]).status_code == 200}
        assert opens == {wanted}
    assert asked["read"](tokens["viewer"]).status_code == 200
    for more in ("write", "decide"):
        refused = asked[more](tokens["viewer"])
        assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    nobody = get(client, THREAD)
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert get(client, f"{THREAD}?key=x").status_code == 401, (
        "a key in an address opens Perspective's calls alone"
    )


def test_a_scope_holds_for_exports_and_perspective_too(client, tokens):
    assert get(client, "/export.csv", **tokens["read"]).status_code == 200
    assert get(client, "/export.csv", **tokens["score"]).status_code == 403
    body = {"comment": {"text": KIND}, "requestedAttributes": {"TOXICITY": {}}}
    assert post(client, "/v1alpha1/comments:analyze", body, **tokens["score"]).status_code == 200
    refused = post(client, "/v1alpha1/comments:analyze", body, **tokens["read"])
    assert refused.json["error"]["status"] == "PERMISSION_DENIED"


def test_a_viewer_reads_pseudonyms(client, tokens):
    bring(client, comment(1), comment(2, "I agree with author 1"), **tokens["write"])
    shown = tokens["viewer"]
    for text in (
        get(client, f"{THREAD}/comments", **shown).text,
        get(client, f"{THREAD}/export", **shown).text,
        get(client, f"{THREAD}/dynamics", **shown).text,
    ):
        assert "author 1" not in text
    first = get(client, f"{THREAD}/comments?limit=1", **shown).json
    second = get(client, f"{THREAD}/comments?limit=1&after={first['next']}", **shown).json
    assert [page["comments"][0]["position"] for page in (first, second)] == [1, 2]


# Asking again


def test_a_request_that_is_sent_again_is_done_once_and_answered_the_same(rude, opened):
    first, second = (decided(rude, 0, key="k") for _ in range(2))
    assert first.json == second.json
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(opened.history("t", "c0")) == 1
    other = decided(rude, 0, "approve", key="k")
    assert (other.status_code, other.json["errors"][0]["place"]) == (422, "Idempotency-Key")


def test_what_failed_is_not_kept(rude, monkeypatch):
    def fail(*_args, **_more):
        raise ValueError

    monkeypatch.setattr(Store, "decide", fail)
    assert decided(rude, 0, key="k").status_code == 500
    monkeypatch.undo()
    assert decided(rude, 0, key="k").status_code == 201


def test_the_same_request_at_the_same_time_is_told_to_wait(rude, monkeypatch):
    begun, go = threading.Event(), threading.Event()
    decide = Store.decide

    def slow(self, actions):
        begun.set()
        assert go.wait(30)
        return decide(self, actions)

    monkeypatch.setattr(Store, "decide", slow)
    first = []
    thread = threading.Thread(target=lambda: first.append(decided(rude, 0, key="k")))
    thread.start()
    assert begun.wait(30)
    second = decided(rude, 0, key="k")
    go.set()
    thread.join()
    assert (second.status_code, second.headers["Retry-After"]) == (409, "1")
    assert first[0].status_code == 201


def test_a_decision_is_not_done_again_though_its_answer_was_lost(rude, opened):
    """A server that is killed between deciding and keeping the answer; the request comes again later."""
    assert decided(rude, 0, key="k").status_code == 201
    opened.kept_answers.forget("local", "k")
    assert decided(rude, 0, key="k").status_code == 201
    assert len(opened.history("t", "c0")) == 1


def test_answers_are_kept_for_a_day_and_go_with_what_is_erased(store):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    kept = store.kept_answers
    kept._clock = lambda: now[0]
    answer = KeptAnswer("r", 201, {"Location": "/x"}, b"{}")
    assert kept.begin("ann", "k", "r") is None
    assert kept.begin("ann", "k", "r").status is None
    kept.keep("ann", "k", answer)
    assert kept.begin("bea", "k", "other") is None, "a key is its owner's"
    now[0] += LONGEST_WORK + timedelta(seconds=1)
    assert kept.begin("ann", "k", "other") == answer
    assert kept.begin("bea", "k", "again") is None, "what was cut off may be done again"
    now[0] += KEPT_FOR
    assert kept.begin("ann", "k", "new") is None


def test_kept_answers_go_when_comments_are_emptied(rude, opened):
    assert decided(rude, 0, key="k").status_code == 201
    opened.keeping.retain(1, actor="root")
    assert opened.kept_answers.begin("local", "k", "another") is None


def test_what_was_read_is_not_sent_again_while_it_is_the_same(rude):
    first = get(rude, f"{THREAD}/comments")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["Cache-Control"] == "private, no-cache"
    same = get(rude, f"{THREAD}/comments", **tag)
    assert (same.status_code, same.data) == (304, b"")
    decided(rude, 0)
    assert get(rude, f"{THREAD}/comments", **tag).status_code == 200
    packed = {"Accept-Encoding": "gzip"}
    tag = {"If-None-Match": get(rude, f"{THREAD}/comments", **packed).headers["ETag"]}
    assert get(rude, f"{THREAD}/comments", **packed, **tag).status_code == 304


# Limits


def test_a_token_that_asks_too_often_is_told_to_wait(opened, settings, tokens):
    client = create_app(opened, settings.replace(requests_per_minute=2)).server.test_client()
    answers = [get(client, "/api/v1/threads", **tokens["read"]) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0", "0"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].mimetype == "application/problem+json"
    assert get(client, "/api/v1/threads", **tokens["viewer"]).status_code == 200
    google = post(client, "/v1alpha1/comments:analyze", {}, **tokens["score"])
    assert google.headers["RateLimit-Limit"] == "2"


def test_the_limit_begins_anew_every_minute():
    now = [30.0]
    limit = RateLimit(1, lambda: now[0])
    assert [limit.take(7).remaining for _ in range(3)] == [0, -1, -1]
    assert limit.take(8) == limit.take(9)
    assert limit.take(7).reset == 30
    now[0] = 60.0
    assert limit.take(7).remaining == 0


# What is refused


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        (b"{", 400, ""),
        (b"\xff", 400, ""),
        (b'{"comments": []}', 422, "comments"),
        (b'{"comments": [{"text": 5}]}', 422, "comments[0].text"),
        (b'{"comments": [{"text": "a", "more": 1}]}', 422, "comments[0].more"),
        (b'{"comments": [{"text": "a"}], "scores": ["beauty"]}', 422, ""),
        (json.dumps({"comments": [{"text": "a"}] * 1_001}).encode(), 422, "comments"),
        (b'{"comments": [{"text": "a\\ud800"}]}', 400, ""),
    ],
)
def test_a_refusal_names_input_place_and_remedy(client, body, status, place):
    answer = client.post("/api/v1/scores", data=body, base_url=ADDRESS, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    (fault,) = answer.json["errors"]
    assert (fault["input"], fault["place"]) == ("body", place)
    assert fault["problem"]
    assert fault["remedy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nothing", 404),
        ("/api/v1/scores", 405),
        ("/api/v1/threads/none", 404),
        ("/api/v1/threads/none/comments", 404),
        ("/api/v1/threads/none/comments/c/flags", 404),
        ("/api/v1/threads?limit=0", 422),
        ("/api/v1/threads?limit=1&limit=2", 422),
        ("/api/v1/threads?after=no", 422),
        ("/api/v1/threads?after=WyJhIiwiYiJd", 422),
        ("/api/v1/threads?order=age", 422),
    ],
)
def test_what_is_not_there_or_not_declared_is_refused(client, path, status):
    answer = get(client, path)
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "change",
    [
        {"published_at": "2024-05-18T09:30:00"},
        {"published_at": "0001-01-01T00:00:00+14:00"},
        {"published_at": 5},
        {"likes": 2**53 + 1},
        {"likes": True},
        {"status": "gone"},
        {"comment_id": ""},
        {"comment_id": "ü" * 1_000},
    ],
    ids=str,
)
def test_a_comment_of_another_form_is_refused_and_nothing_is_stored(client, opened, change):
    answer = bring(client, comment(1), {**comment(2), **change})
    assert answer.status_code == 422
    assert opened.thread_ids(None, 1) == []


def test_two_comments_of_one_id_are_refused(client):
    answer = bring(client, comment(1), comment(1, RUDE))
    assert answer.json["errors"][0]["place"] == "comments[1].comment_id"


def test_a_store_that_is_away_is_told_as_such(client, monkeypatch):
    from threads.errors import StoreError

    def fail(*_args, **_more):
        raise StoreError("the database is locked")

    monkeypatch.setattr(Store, "thread_ids", fail)
    answer = get(client, "/api/v1/threads")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


def test_text_that_utf8_cannot_hold_is_read(client, opened):
    """It comes with pages and exports; the API itself does not take it."""
    bring(client, comment(1))
    from sqlalchemy import update

    from threads.storage.engine import writing
    from threads.storage.tables import comments

    with writing(opened._engine) as connection:
        connection.execute(update(comments).values(text="a\ud800", author="b\ud800"))
    assert get(client, f"{THREAD}/comments").json["comments"][0]["text"] == "a\ud800"
    queued = get(client, "/api/v1/queue?view=new").json["items"]
    assert queued[0]["author"] == "b\ud800"
    assert opened.decide(
        [Action(key="k", thread_id="t", comment_id="c1", action="approve", actor="a", expected_version=0)]
    )
