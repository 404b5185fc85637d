"""The labelling panel: its callbacks, its background work, and a browser that labels a dozen and applies."""

import json

import pytest
from browsing import ADDRESS, CALLBACKS, body_for, get, server_callbacks
from chromium import barriers
from playwright.sync_api import expect
from queue_server import serving

from dashboard import create_app
from dashboard.judges import who_judged
from dashboard.label_panel import ANSWERS
from dashboard.labelling import Labelling
from dashboard.pages.base import Context
from dashboard.security.access import User
from dashboard.text import one_line
from threads import own_topics
from threads.analysis import import_parsed
from threads.language import using
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.samples import sample_folder
from threads.scores.own_topic.label_file import read_labels
from threads.settings import Settings
from threads.storage import Store

TARGET = "the harbour tunnel"
DOZEN = ("1", "2") * 6


@pytest.fixture
def settings(tmp_path):
    return Settings(topic_folder=str(tmp_path / "topics"))


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        parsed = parse(Source.from_path(sample_folder() / "harbour_tunnel/thread.txt"), Options())
        import_parsed(opened, parsed, Settings())
        yield opened


@pytest.fixture
def thread_id(store):
    return store.discussions()["thread_id"].iloc[0]


def ask(store, settings, name, trigger, **values):
    """Send a callback of the panel as a browser does; `values` by the ids of its controls."""
    app = create_app(store, settings)
    output = server_callbacks(app)[f"label_panel.{name}"]
    body = body_for(app, output, lambda spec: values.get(spec["id"].replace("-", "_")))
    prop = next(i["property"] for i in body["inputs"] if i["id"] == trigger)
    body["changedPropIds"] = [f"{trigger}.{prop}"]
    client = app.server.test_client()
    return client.post(CALLBACKS, json=body, base_url=ADDRESS, headers={"Origin": ADDRESS})


def given(store, thread_id):
    return dict(store.labels.given(thread_id, TARGET)[["comment_id", "label"]].to_numpy().tolist())


@pytest.mark.parametrize("label", ANSWERS)
def test_an_answer_is_stored_and_undone(store, settings, thread_id, label):
    comment_id = own_topics.to_label(store, thread_id, TARGET)[0]
    at = {"label_thread": thread_id, "label_target": f"  {TARGET} ", "label_comment": comment_id}
    answer = ask(store, settings, "answer", f"label-{label}", **at)
    assert answer.status_code == 200, answer.text
    assert given(store, thread_id) == {comment_id: label}
    answer = ask(store, settings, "answer", "label-undo", **at)
    assert given(store, thread_id) == {}
    assert json.loads(answer.text)["response"]["label-comment"]["data"] == comment_id


def test_a_comment_is_shown_with_who_when_and_what_it_answers(store, settings, thread_id):
    frame = store.comments(thread_id)
    reply = frame[frame["parent_id"].notna()].iloc[0]
    above = frame.set_index("comment_id").loc[reply["parent_id"]]
    store.labels.give(thread_id, reply["comment_id"], TARGET, "critical", "local")
    shown = ask(store, settings, "answer", "label-undo", label_thread=thread_id, label_target=TARGET).text
    for told in (reply["author"], f"{reply['published_at']:%d %b %Y, %H:%M}", above["author"]):
        assert told in shown
    assert json.dumps(one_line(above["text"], 400))[1:40] in shown


def test_without_a_target_nothing_is_stored(store, settings, thread_id):
    at = {"label_thread": thread_id, "label_target": " ", "label_comment": "x"}
    assert "Say in words" in ask(store, settings, "answer", "label-critical", **at).text


def test_a_comment_that_is_not_there_is_told(store, settings, thread_id):
    at = {"label_thread": thread_id, "label_target": TARGET, "label_comment": "<b>"}
    answer = ask(store, settings, "answer", "label-critical", **at)
    assert answer.status_code == 200
    assert "there is no such comment" in answer.text


@pytest.mark.parametrize(("role", "name", "status"), [("viewer", "answer", 403), ("moderator", "apply", 403)])
def test_who_may_not_is_refused(store, settings, thread_id, monkeypatch, role, name, status):
    for module in ("access", "requests"):
        monkeypatch.setattr(
            f"dashboard.security.{module}.current_user", lambda: User("v", role), raising=False
        )
    trigger = {"answer": "label-critical", "apply": "label-apply"}[name]
    assert ask(store, settings, name, trigger, label_thread=thread_id).status_code == status


def label_some(store, thread_id):
    for place, comment_id in enumerate(own_topics.to_label(store, thread_id, TARGET)[:12]):
        store.labels.give(thread_id, comment_id, TARGET, ("supportive", "critical")[place % 2], "lea")


def test_applying_marks_the_scores_and_keeps_the_model(store, settings, thread_id):
    label_some(store, thread_id)
    labelling = Labelling(Context(store, settings))
    labelling.begin(thread_id, TARGET, "lea", sure=True)
    labelling.close()
    job = labelling.jobs[thread_id]
    assert (job.ended, job.done) == ("applied", 90)
    assert job.at is not None
    labelling.forget(thread_id)
    assert labelling.jobs == {}
    model = own_topics.kept(settings, thread_id, TARGET)
    models = store.comments(thread_id, own_topics.Stance.columns)["stance_model"]
    assert set(models.dropna()) == {model.label}
    assert model.sentence in who_judged(models, model)
    with using("de"):
        assert "Gelernt aus 12 beurteilten Kommentaren" in who_judged(models, model)


def test_what_helps_little_is_not_applied_before_somebody_is_sure(store, settings, thread_id):
    label_some(store, thread_id)
    before = store.comments(thread_id, own_topics.Stance.columns)
    labelling = Labelling(Context(store, settings))
    labelling.begin(thread_id, TARGET, "lea")
    labelling.close()
    job = labelling.jobs[thread_id]
    assert job.ended == "asked"
    assert "Every comment would become unclear" in job.doubt
    assert store.comments(thread_id, own_topics.Stance.columns).equals(before)


def test_too_few_labels_are_told(store, settings, thread_id):
    labelling = Labelling(Context(store, settings))
    labelling.begin(thread_id, TARGET, "lea")
    labelling.close()
    assert "too few for a model" in str(labelling.jobs[thread_id].ended)


def test_labels_are_downloaded_on_record(store, settings, thread_id, tmp_path):
    label_some(store, thread_id)
    client = create_app(store, settings).server.test_client()
    answer = get(client, f"/export/labels.csv?thread={thread_id}&target={TARGET.replace(' ', '+')}")
    (tmp_path / "labels.csv").write_bytes(answer.data)
    assert len(read_labels(tmp_path / "labels.csv", TARGET).texts) == 12
    assert store.audit()["event"].tolist()[-1] == "export"
    assert get(client, "/export/labels.csv").status_code == 400


@pytest.mark.browser
def test_a_dozen_is_labelled_by_keys_and_applied(page, store, settings, thread_id):
    expect.set_options(timeout=30_000)
    with serving(store, topic_folder=settings.topic_folder) as address:
        page.goto(f"{address}stance/{thread_id}")
        shown = page.locator("#label-now .text")
        shown.wait_for()
        page.get_by_label("Stance toward what?").fill(TARGET)
        page.get_by_label("Stance toward what?").press("Enter")
        page.get_by_label("Stance toward what?").blur()
        expect(page.locator("#label-critical")).to_be_enabled()
        for key in DOZEN:
            before = shown.inner_text()
            page.keyboard.press(key)
            expect(shown).not_to_have_text(before)
            expect(page.locator("#label-critical")).to_be_enabled()
        expect(page.locator("#label-progress")).to_contain_text("6 supports, 6 opposes")
        expect(page.locator("#label-progress table")).to_contain_text("12")
        assert barriers(page) == {}
        page.get_by_role("button", name="Apply to this discussion").click()
        expect(page.get_by_role("alert")).to_contain_text("Every comment would become unclear")
        page.get_by_role("button", name="Apply all the same").click()
        expect(page.locator("#label-applied")).to_contain_text("Judged anew at")
        page.get_by_role("button", name="Apply to this discussion").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_role("button", name="Apply all the same").click()
        page.get_by_role("link", name="Show it").click()
        expect(page.locator("#label-progress table")).to_be_visible()
        expect(page.locator("#label-applied")).to_be_empty()  # told once
        expect(page.get_by_text(f"Judged by your own model of the stance toward “{TARGET}”")).to_be_visible()
    assert len(given(store, thread_id)) == 12
