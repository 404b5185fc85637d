"""Perspective's two calls, as its clients send them: Google's own library, and Coral's request."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from browsing import ADDRESS, GOOD
from werkzeug.serving import make_server

from dashboard import create_app
from threads.perspective import ATTRIBUTES, NOT_CARRIED
from threads.scores import score
from threads.scores.stance import Stance
from threads.settings import Settings
from threads.storage import Store

RUDE = "You are a stupid idiot. The weather is nice today."
ANALYZE = "/v1alpha1/comments:analyze"


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/store.sqlite") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path):
    return Settings(key_file=str(tmp_path / "key"))


@pytest.fixture
def client(store, settings):
    return create_app(store, settings).server.test_client()


def asked(text=RUDE, *names, **more):
    wanted = {name: {} for name in names or ("TOXICITY",)}
    return {"comment": {"text": text}, "requestedAttributes": wanted, **more}


def post(client, body, path=ANALYZE, **headers):
    return client.post(path, json=body, base_url=ADDRESS, headers=headers)


def test_a_score_is_that_of_the_library_to_the_last_digit(client):
    answer = post(client, asked(RUDE, "TOXICITY", "INSULT", "THREAT", "IDENTITY_ATTACK", "PROFANITY")).json
    frame = score([RUDE], ["offensive"])
    columns = {"TOXICITY": "offensive"} | {
        name: f"offensive_{name.lower()}" for name in ("INSULT", "THREAT", "IDENTITY_ATTACK", "PROFANITY")
    }
    for name, column in columns.items():
        summary = answer["attributeScores"][name]["summaryScore"]
        assert summary == {"value": frame[column].iloc[0], "type": "PROBABILITY"}


def test_every_sentence_has_its_span_where_that_is_asked_for(client):
    scored = post(client, asked(spanAnnotations=True)).json["attributeScores"]["TOXICITY"]
    spans = [(span["begin"], span["end"]) for span in scored["spanScores"]]
    assert [RUDE[begin:end] for begin, end in spans] == [
        "You are a stupid idiot.",
        "The weather is nice today.",
    ]
    first, second = (span["score"]["value"] for span in scored["spanScores"])
    assert first > 0.5 > second


def test_what_is_told_comes_back(client):
    answer = post(client, asked(languages=["en"], clientToken="mine", sessionId="s", communityId="c")).json
    assert answer["clientToken"] == "mine"
    assert answer["languages"] == ["en"]
    assert answer["detectedLanguages"] == ["en"]


def test_what_is_below_the_threshold_is_left_out(client):
    body = asked("The weather is nice today.")
    body["requestedAttributes"]["TOXICITY"]["scoreThreshold"] = 0.9
    assert post(client, body).json["attributeScores"] == {}


def test_html_is_read_as_its_text(client):
    marked = {"comment": {"text": "You are a <b>stupid</b> idiot.<script>x()</script>", "type": "HTML"}}
    plain = post(client, asked("You are a stupid idiot.")).json["attributeScores"]
    assert (
        post(client, asked() | marked).json["attributeScores"]["TOXICITY"]["summaryScore"]
        == plain["TOXICITY"]["summaryScore"]
    )


def test_agreement_needs_what_is_answered(client):
    body = asked("Exactly right, I agree with every word.", "AGREEMENT")
    assert post(client, body).status_code == 400
    body["context"] = {"entries": [{"text": "The tunnel should be built."}]}
    value = post(client, body).json["attributeScores"]["AGREEMENT"]["summaryScore"]["value"]
    assert 0 < value < 1


def test_stance_is_toward_what_the_talk_is_about(client):
    text, target = "This tunnel is a wonderful idea and I support it fully.", "Build the harbour tunnel"
    body = asked(text, "STANCE")
    assert post(client, body).status_code == 400
    body["context"] = {"entries": [{"text": target}, {"text": "No, never."}]}
    summary = post(client, body).json["attributeScores"]["STANCE"]["summaryScore"]
    judge = Stance().classifier
    (row,) = judge.probabilities([text], [target])
    expected = row[judge.labels.index("supportive")] - row[judge.labels.index("critical")]
    assert summary == {"value": expected, "type": "COMPOUND"}
    assert expected > 0


def test_cues_of_constructiveness_are_those_of_the_library_for_the_comment_alone(client):
    text = "Because I worked there for ten years, I know that the report is wrong, for example on costs."
    summary = post(client, asked(text, "CONSTRUCTIVENESS")).json["attributeScores"]["CONSTRUCTIVENESS"]
    assert summary["summaryScore"] == {
        "value": score([text], ["featuring"])["featuring"].iloc[0],
        "type": "CUES",
    }
    assert post(client, asked("Too short.", "CONSTRUCTIVENESS")).json["attributeScores"] == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (asked("   "), "COMMENT_EMPTY"),
        (asked("a" * 65_536), "COMMENT_TOO_LONG"),
        (asked("Das ist ein schöner Tag und der Tunnel kommt."), "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
        (asked(RUDE, languages=["de"]), "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
        (asked(RUDE, "SEVERE_TOXICITY"), "ATTRIBUTE_NOT_CARRIED"),
        (asked(RUDE, "FLIRTATION"), "ATTRIBUTE_NOT_CARRIED"),
    ],
)
def test_a_refusal_has_googles_shape(client, body, reason):
    answer = post(client, body)
    error = answer.json["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert error["message"]
    assert error["details"][0]["errorType"] == reason


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"comment": "text", "requestedAttributes": {"TOXICITY": {}}},
        {"comment": {"text": 5}, "requestedAttributes": {"TOXICITY": {}}},
        {"comment": {"text": "a"}, "requestedAttributes": {}},
        {"comment": {"text": "a"}, "requestedAttributes": ["TOXICITY"]},
        asked(languages="en"),
        asked(context=[]),
        asked(context={"entries": {}}),
        {**asked(), "requestedAttributes": {"TOXICITY": {"scoreThreshold": "high"}}},
        {**asked(), "requestedAttributes": {"TOXICITY": {"scoreType": "STD_DEV_SCORE"}}},
    ],
    ids=repr,
)
def test_a_body_of_another_form_is_refused(client, body):
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.json["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"a": NaN}', b"[" * 100_000, b'"\xed\xa0\x80"']
)
def test_what_is_no_json_object_is_refused(client, content):
    answer = client.post(ANALYZE, data=content, base_url=ADDRESS, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == 400


def test_another_sites_page_may_not_ask(client):
    assert post(client, asked(), Origin="https://elsewhere.example").status_code == 403
    form = client.post(ANALYZE, data=json.dumps(asked()), base_url=ADDRESS, content_type="text/plain")
    assert (form.status_code, form.json["error"]["code"]) == (415, 415)


def test_with_accounts_a_key_is_needed_and_lets_in(store, settings):
    account = store.accounts.create("root", "admin", password=GOOD, actor="test")
    key = store.tokens.create(account, "coral", "viewer", 30)
    client = create_app(store, settings).server.test_client()
    refused = post(client, asked())
    assert (refused.status_code, refused.json["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert post(client, asked(), f"{ANALYZE}?key=wrong").status_code == 401
    assert post(client, asked(), f"{ANALYZE}?key={key}").status_code == 200
    # The key in an address opens services alone.
    assert client.get(f"/export.csv?key={key}", base_url=ADDRESS).status_code == 401


def test_the_models_say_how_right_they_are_and_what_is_not_carried(client):
    found = {
        model["name"]: model for model in client.get("/v1alpha1/models", base_url=ADDRESS).json["models"]
    }
    assert found.keys() == {attribute.name for attribute in ATTRIBUTES} | NOT_CARRIED.keys()
    assert "64% among disputed news comments" in found["TOXICITY"]["accuracy"]
    assert found["SEVERE_TOXICITY"]["carried"] is False
    assert "sides are guesses" in found["STANCE"]["accuracy"]
    assert "Not measured" in found["CONSTRUCTIVENESS"]["accuracy"]


def suggested(value=1.0, **more):
    told = {"TOXICITY": {"summaryScore": {"value": value}}}
    return {"comment": {"text": RUDE}, "attributeScores": told, **more}


def test_a_suggestion_is_kept_to_learn_from_unless_told_not_to(client, store):
    path = "/v1alpha1/comments:suggestscore"
    assert post(client, suggested(clientToken="mine"), path).json["clientToken"] == "mine"
    assert post(client, suggested(0.0, doNotStore=True), path).status_code == 200
    assert post(client, suggested(2.0), path).status_code == 400
    assert store.suggestions.count() == 1
    assert store.learning.labelled().to_numpy().tolist() == [[RUDE, 1]]


def test_suggestions_are_deleted_when_comments_of_their_age_are_emptied(tmp_path, settings):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    with Store.open(f"sqlite:///{tmp_path}/old.sqlite", clock=lambda: now[0]) as store:
        store.suggestions.add(RUDE, "en", {"TOXICITY": 1.0}, actor="coral")
        now[0] += timedelta(days=31)
        store.suggestions.add("A kind word.", "en", {"TOXICITY": 0.0}, actor="coral")
        store.keeping.retain(30, actor="root", dry_run=True)
        assert store.suggestions.count() == 2
        store.keeping.retain(30, actor="root")
        assert store.suggestions.count() == 1


@pytest.fixture
def address(store, settings):
    server = make_server("127.0.0.1", 0, create_app(store, settings).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_googles_own_client_is_built_from_our_document(address):
    from googleapiclient.discovery import build
    from googleapiclient.errors import HttpError

    service = build(
        "commentanalyzer",
        "v1alpha1",
        developerKey="none",
        discoveryServiceUrl=f"{address}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )
    answer = service.comments().analyze(body=asked()).execute()
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.5
    assert service.comments().suggestscore(body=suggested(doNotStore=True)).execute() == {
        "detectedLanguages": []
    }
    with pytest.raises(HttpError) as refused:
        service.comments().analyze(body=asked(RUDE, "SEVERE_TOXICITY")).execute()
    assert refused.value.status_code == 400


def test_what_coral_sends_is_answered(client):
    """Its two bodies: to score a comment, and to tell what a moderator made of it."""
    score_body = {
        "comment": {"text": RUDE},
        "requestedAttributes": {"TOXICITY": {}},
        "languages": ["EN"],
        "doNotStore": True,
    }
    answer = post(client, score_body, f"{ANALYZE}?key=abc")
    assert answer.json["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.5
    feedback = {
        "comment": {"text": RUDE},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        "communityId": "Coral:localhost",
        "clientToken": "comment:1",
        "languages": ["EN"],
    }
    assert post(client, feedback, "/v1alpha1/comments:suggestscore?key=abc").status_code == 200
