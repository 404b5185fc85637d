"""Labels in the store, what is learnt from them, and a discussion judged by it and back again."""

import pytest

from threads import own_topics
from threads.analysis import import_parsed
from threads.errors import InputError, StoreError
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.samples import sample_folder
from threads.scores.own_topic.label_file import read_labels
from threads.settings import Settings
from threads.storage.csv_files import write_csv
from threads.storage.keeping import Whom

TARGET = "the harbour tunnel"


@pytest.fixture
def thread_id(store):
    parsed = parse(Source.from_path(sample_folder() / "harbour_tunnel/thread.txt"), Options())
    import_parsed(store, parsed, Settings())
    return parsed.discussions[0].thread_id


def label(store, thread_id, count):
    """Label comments in turn, by a word that those of one side have."""
    ids = own_topics.to_label(store, thread_id, TARGET)[:count]
    for place, comment_id in enumerate(ids):
        store.labels.give(thread_id, comment_id, TARGET, ("supportive", "critical")[place % 2], "lea")
    return ids


def test_the_last_label_counts_and_is_taken_back_first(store, thread_id):
    one, two = own_topics.to_label(store, thread_id, TARGET)[:2]
    store.labels.give(thread_id, one, TARGET, "critical", "lea")
    store.labels.give(thread_id, two, TARGET, "neutral", "lea")
    store.labels.give(thread_id, one, TARGET, "supportive", "lea")
    assert store.labels.given(thread_id, TARGET)["label"].tolist() == ["neutral", "supportive"]
    assert store.labels.take_back(thread_id, TARGET, "otto") is None
    assert store.labels.take_back(thread_id, TARGET, "lea") == one
    assert store.labels.given(thread_id, TARGET)["comment_id"].tolist() == [two]
    assert store.labels.target_of(thread_id) == TARGET


def test_no_label_and_no_comment_are_refused(store, thread_id):
    (one,) = own_topics.to_label(store, thread_id, TARGET)[:1]
    with pytest.raises(InputError, match="is no label"):
        store.labels.give(thread_id, one, TARGET, "<b>", "lea")
    with pytest.raises(StoreError, match="no such comment"):
        store.labels.give(thread_id, "nothing", TARGET, "critical", "lea")


def test_what_is_labelled_or_skipped_is_not_asked_for_again(store, thread_id):
    asked = own_topics.to_label(store, thread_id, TARGET)
    store.labels.give(thread_id, asked[0], TARGET, "critical", "lea")
    store.labels.give(thread_id, asked[1], TARGET, "unclear", "lea")
    assert set(asked[:2]).isdisjoint(own_topics.to_label(store, thread_id, TARGET))
    assert len(own_topics.labelled(store, thread_id, TARGET)) == 1


def test_accuracy_grows_with_the_labels(store, thread_id):
    label(store, thread_id, 9)
    assert own_topics.growth(store, thread_id, TARGET) == []
    label(store, thread_id, 16)
    points = own_topics.growth(store, thread_id, TARGET)
    assert [point.labels for point in points] == [10, 20, 25]
    model = own_topics.learnt(store, thread_id, TARGET)
    assert points[-1].value == model.figures["cross_validated"]["accuracy"]
    assert [points[-1].low, points[-1].high] == model.figures["accuracy_interval"]


def test_a_discussion_is_judged_by_the_own_model_and_back(store, thread_id):
    label(store, thread_id, 30)
    model = own_topics.learnt(store, thread_id, TARGET)
    columns = own_topics.Stance.columns
    before = store.comments(thread_id, columns)
    assert own_topics.judge_again(store, thread_id, Settings(), model, "lea")
    after = store.comments(thread_id, columns)
    assert set(after["stance_model"].dropna()) == {model.label}
    assert after["stance_relevance"].isna().all()
    counts = store.listed([thread_id])[0]
    assert counts["unclear"] == (after["stance"] == "unclear").sum()
    assert own_topics.judge_again(store, thread_id, Settings(), None, "lea")
    assert store.comments(thread_id, columns).equals(before)
    assert store.audit()["event"].tolist()[-2:] == ["stance_model", "stance_model"]
    assert store.verify() == []


def test_cancelled_nothing_changes(store, thread_id):
    label(store, thread_id, 12)
    model = own_topics.learnt(store, thread_id, TARGET)
    before = store.comments(thread_id, own_topics.Stance.columns)
    assert not own_topics.judge_again(store, thread_id, Settings(), model, "lea", lambda done, of: done < of)
    assert store.comments(thread_id, own_topics.Stance.columns).equals(before)


def test_what_is_exported_is_a_label_file(store, thread_id, tmp_path):
    ids = label(store, thread_id, 5)
    store.labels.give(thread_id, ids[0], TARGET, "unclear", "lea")
    path = tmp_path / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(store.labels.given(thread_id, TARGET), file, mode="safe")
    found = read_labels(path, TARGET)
    assert (len(found.texts), found.unlabelled) == (4, 1)
    assert found.texts == own_topics.labelled(store, thread_id, TARGET)["text"].tolist()


def test_labels_go_with_what_is_erased(store, thread_id):
    ids = label(store, thread_id, 4)
    store.keeping.erase(Whom(comment=(thread_id, ids[0])), b"k" * 32, actor="lea")
    assert ids[0] not in store.labels.given(thread_id, TARGET)["comment_id"].tolist()


def test_a_model_is_kept_where_the_settings_say(store, thread_id, tmp_path):
    settings = Settings(topic_folder=str(tmp_path / "topics"))
    assert own_topics.kept(settings, thread_id, TARGET) is None
    label(store, thread_id, 12)
    model = own_topics.learnt(store, thread_id, TARGET)
    own_topics.keep(settings, thread_id, TARGET, model)
    assert own_topics.kept(settings, thread_id, TARGET).label == model.label
    assert own_topics.kept(settings, thread_id, "another") is None
