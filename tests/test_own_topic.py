"""A model of your own topic: what it learns, what it says about itself, and that its file is safe."""

import io
import itertools
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from threads.errors import InputError, ModelError
from threads.models.calibration import calibration
from threads.scores import score
from threads.scores.classifier import NEVER, surest
from threads.scores.evaluate import assess
from threads.scores.own_topic import fit, load
from threads.scores.own_topic.fitting import accuracy_of, intervals
from threads.scores.own_topic.labelled import Labelled
from threads.scores.own_topic.model import OwnTopic
from threads.scores.own_topic.near_copies import groups_of, worth
from threads.scores.own_topic.ngrams import READ, character_grams, normalised, word_grams
from threads.scores.own_topic.score import OwnStance
from threads.scores.own_topic.suggesting import suggest

WAYS = {
    "supportive": ["Build the tunnel, it helps everyone", "I am all for the tunnel", "About time they dig"],
    "critical": ["The tunnel wastes our money", "Stop this tunnel at once", "Nobody needs that hole"],
    "neutral": ["When does the council meet", "I live by the harbour", "What is for dinner"],
}
WHO = [  # long enough that comments of one way are no near-copies of each other
    "my neighbour told the whole street",
    "a man shouted from his balcony",
    "so wrote the evening paper again",
    "as grandmother used to grumble",
    "that was heard at the bus stop",
    "two fishermen agreed on this",
    "our plumber swears it every week",
    "which my cousin learnt in school",
    "and the baker nodded quietly",
    "or what do you lot think now",
    "because Friday is market day",
    "if memory serves me rightly",
]
ROWS = [
    (f"{way}, {who}", label)
    for label, ways in WAYS.items()
    for way, who in itertools.product(ways, WHO[: 12 if label == "critical" else 7])
]
TEXTS, LABELS = [text for text, _ in ROWS], [label for _, label in ROWS]
ODD = [
    "",
    " ",
    "🙂",
    "x" * 1_000_000,
    "\ud800\udc00 \udfff",
    "שלום עולם",
    "> quoted\n",
    "\x00\x1f",
    "a" * 50 + "\n>b",
]


BLOCK = 20


@pytest.fixture(scope="module")
def model():
    return fit(TEXTS, LABELS, "the  tunnel ")


def test_it_learns_what_it_was_taught(model):
    said = model.probabilities(["We should build the tunnel", "Our money is wasted on a hole"]).argmax(axis=1)
    assert [model.labels[label] for label in said] == ["supportive", "critical"]


def test_probabilities_are_probabilities(model):
    found = model.probabilities([*TEXTS, *ODD])
    assert np.allclose(found.sum(axis=1), 1)
    assert ((found > 0) & (found < 1)).all()


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_text_gets_finite_probabilities(model, text):
    assert np.isfinite(model.probabilities([text])).all()


def test_a_text_alone_has_the_same_bits_as_among_others(model, monkeypatch):
    monkeypatch.setattr("threads.scores.own_topic.model.BLOCK", BLOCK)
    together = model.probabilities([*TEXTS, *ODD])
    assert len(together) > 2 * BLOCK  # so that blocks end between them
    alone = np.concatenate([model.probabilities([text]) for text in [*TEXTS, *ODD]])
    assert (together == alone).all()


def test_no_texts_get_no_probabilities(model):
    assert model.probabilities([]).shape == (0, 3)


def test_it_satisfies_the_protocol_of_classifiers(model):
    figures = assess(model.probabilities(TEXTS, [""] * len(TEXTS)), LABELS, model)
    assert figures["accuracy"] > 0.95


def test_the_order_of_labels_in_the_file_changes_nothing(model):
    again = fit(TEXTS[::-1], LABELS[::-1], "the tunnel")
    assert again.label == model.label
    assert again.figures == model.figures


def test_its_name_has_its_target_and_follows_what_it_holds(model):
    assert model.label.startswith("own:the tunnel@")
    other = fit(TEXTS[:-1], LABELS[:-1], "the tunnel")
    assert other.label.split("@")[0] == model.label.split("@")[0]
    assert other.label != model.label


# --- what it says about itself


def test_figures_are_by_cross_validation_and_stand_beside_the_majority(model):
    found, usual = model.figures["cross_validated"], model.figures["majority"]
    assert found["n"] == len(TEXTS)
    assert usual["label"] == "critical"
    assert usual["accuracy"] == pytest.approx(LABELS.count("critical") / len(LABELS))
    assert found["accuracy"] > usual["accuracy"]
    assert model.figures["labelled"] == {label: LABELS.count(label) for label in WAYS}


def test_noise_is_not_better_than_the_majority():
    # Were a text judged by what had learnt from it, it would be right nearly always.
    generator = np.random.default_rng(3)
    texts = [" ".join(generator.choice(list("abcdefghijklmnop"), 9)) for _ in range(120)]
    labels = generator.choice(["supportive", "critical"], len(texts)).tolist()
    figures = fit(texts, labels, "noise").figures
    assert figures["cross_validated"]["accuracy"] < 0.65
    assert figures["accuracy_interval"][0] < 0.5


def test_the_learning_curve_has_the_sizes_that_leave_texts_to_measure_on(model):
    curve = model.figures["curve"]
    assert [row["labels"] for row in curve] == [10, 20, 50]
    assert curve[0]["macro_f1"] < curve[-1]["macro_f1"]
    low, high = curve[0]["macro_f1_quartiles"]
    assert low <= high


def test_repetitions_count_once_and_contradictions_not_at_all():
    data = Labelled.of([*TEXTS, TEXTS[0].upper(), TEXTS[1], " "], [*LABELS, LABELS[0], "critical", "neutral"])
    assert (data.repeated, data.contradictory, data.blank) == (1, 2, 1)
    assert len(data.texts) == len(TEXTS) - 1


def copies(seed=5):
    """Return 40 comments with labels by chance, each three times with next to no change."""
    generator = np.random.default_rng(seed)
    letters = list("abcdefghijklmnop")
    bare = [" ".join("".join(generator.choice(letters, 5)) for _ in range(9)) for _ in range(40)]
    labels = generator.choice(["supportive", "critical"], len(bare)).tolist()
    texts = [f"{text}{more}" for more in ("", " Please share!", " Copy this.") for text in bare]
    return texts, labels * 3


def test_near_copies_of_noise_are_not_better_than_the_majority():
    texts, labels = copies()
    figures = fit(texts, labels, "noise").figures
    assert figures["near_copies"] == 80
    assert figures["cross_validated"]["accuracy"] < 0.65
    assert figures["accuracy_interval"][0] < 0.5
    assert accuracy_of(texts, labels).value == figures["cross_validated"]["accuracy"]
    assert [row["accuracy"] for row in figures["curve"] if row["accuracy"] > 0.65] == []


def test_copies_do_not_make_intervals_narrower():
    assert worth(np.arange(40)) == 40
    assert worth(np.repeat(np.arange(40), 3)) == pytest.approx(40)
    texts, labels = copies()
    found = accuracy_of(texts, labels)
    alone = accuracy_of(texts[:40], labels[:40])
    assert found.high - found.low == pytest.approx(alone.high - alone.low, abs=0.02)


def test_near_copies_are_in_one_fold_and_labels_spread_over_them():
    texts, labels = copies()
    data = Labelled.of(texts, labels)
    folds = data.folds()
    assert all(len(set(folds[data.groups == group])) == 1 for group in range(40))
    for label in range(2):
        sizes = np.bincount(folds[data.truth == label], minlength=10)
        assert sizes.max() - sizes.min() <= 3  # one group


def test_short_comments_and_such_without_letters_have_groups_too():
    groups = groups_of(["no", "no!", "yes", "🙂", "🙃", "I agree", "i agree."])
    assert groups[0] == groups[1]
    assert groups[5] == groups[6]
    assert len(set(groups.tolist())) == 5


def test_comments_that_are_all_copies_are_refused():
    texts = [f"Sign this petition before it is too late, number {number}" for number in range(20)]
    with pytest.raises(InputError, match="nearly repeat each other: without copies 1 are left") as caught:
        fit(texts, ["supportive", "critical"] * 10, "x")
    assert caught.value.remedy


def test_one_large_group_beside_others_is_measured():
    texts, labels = copies()
    many = [f"Sign this petition before it is too late, number {number}" for number in range(60)]
    figures = fit([*texts[:12], *many], [*labels[:12], *["critical"] * 60], "x").figures
    assert figures["near_copies"] == 59
    assert figures["accuracy_interval"][1] - figures["accuracy_interval"][0] > 0.4


def test_every_fold_has_its_share_of_each_label():
    data = Labelled.of(TEXTS, LABELS)
    for label in range(3):
        sizes = np.bincount(data.folds()[data.truth == label], minlength=10)
        assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (["critical"] * 12, "every comment is labelled critical"),
        (["critical"] * 5 + ["neutral"] * 4, "9 different labelled comments are too few"),
        (["critical"] * 10 + ["neutral"] * 2, "only 2 labelled neutral; each label needs 3"),
    ],
)
def test_too_few_labels_are_refused_with_what_to_do(labels, problem):
    with pytest.raises(InputError, match=problem) as caught:
        fit([f"text {number}" for number in range(len(labels))], labels, "x")
    assert caught.value.remedy


def test_two_labels_are_enough():
    kept = [(text, label) for text, label in ROWS if label != "neutral"]
    learnt = fit([text for text, _ in kept], [label for _, label in kept], "x")
    assert learnt.labels == ("supportive", "critical")
    assert learnt.probabilities(["no"]).shape == (1, 2)


def test_calibration_brings_margins_to_the_frequencies():
    # Of every ten rows with this margin, eight are of the first label: the probability is .8.
    margins = np.tile([[1.0, -1.0]], (1000, 1))
    truth = np.array(([0] * 8 + [1] * 2) * 100)
    temperature, shift = calibration(margins, truth)
    logits = margins[0] / temperature + shift
    assert 1 / (1 + np.exp(logits[1] - logits[0])) == pytest.approx(0.8, abs=0.02)


def test_few_comments_do_not_make_it_sure():
    texts = [f"{word} {n}" for word in ("yes", "no") for n in range(6)]
    learnt = fit(texts, ["supportive"] * 6 + ["critical"] * 6, "x")
    assert learnt.figures["cross_validated"]["accuracy"] == 1.0
    assert learnt.probabilities(["yes 9"]).max() < 0.99
    assert (learnt.thresholds == NEVER).all()


def test_a_label_is_said_from_where_it_is_right_often_enough():
    top = np.linspace(0.9, 0.51, 40)
    truth = np.array([0] * 20 + [1] * 20)  # right down to the middle, then never
    found = surest(np.stack([top, 1 - top], axis=1), truth, [0.7, 0.7], 10)
    # 20 of 28 are 71%, 20 of 29 are 69%.
    assert found[0] == pytest.approx(top[27])
    assert found[1] == NEVER


def test_a_label_seldom_right_or_seldom_given_is_never_said():
    top = np.linspace(0.9, 0.6, 9)
    chances = np.stack([top, 1 - top], axis=1)
    assert (surest(chances, np.zeros(9, dtype=int), [0.7, 0.7], 10) == NEVER).all()
    assert surest(chances, np.zeros(9, dtype=int), [0.7, 0.7], 9)[0] != NEVER


@pytest.mark.parametrize(("count", "accuracy", "macro_f1"), [(50, 0.92865, 0.95), (10, 0.72247, 0.78)])
def test_figures_of_one_keep_their_intervals(count, accuracy, macro_f1):
    all_right = np.arange(count) % 2
    found = intervals(all_right, all_right, 2)
    assert found["accuracy_interval"] == pytest.approx([accuracy, 1], abs=1e-5)  # Wilson's
    assert found["macro_f1_interval"] == pytest.approx([macro_f1, 1], abs=0.01)


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_95_of_100_intervals_of_macro_f1_hold_it(share):
    generator = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        truth = generator.integers(0, 2, 60)
        answers = np.where(generator.random(60) < share, truth, 1 - truth)
        low, high = intervals(truth, answers, 2)["macro_f1_interval"]
        held += low <= share <= high  # both labels are as common, and as often wrong
    assert 0.92 < held / 400 < 0.98


def test_a_model_no_better_than_the_commonest_label_is_doubted(model):
    figures = model.figures
    weak = replace(model, figures=figures | {"macro_f1_interval": [figures["majority"]["macro_f1"], 1.0]})
    assert model.doubt is None
    assert "not surely better" in weak.doubt


def test_intervals_hold_what_was_measured_and_narrow_with_more():
    truth = np.array([0, 1] * 50)
    answers = np.where(np.arange(100) % 4 == 0, 1 - truth, truth)
    low, high = intervals(truth, answers, 2)["accuracy_interval"]
    assert low < 0.75 < high
    more = intervals(np.tile(truth, 10), np.tile(answers, 10), 2)["accuracy_interval"]
    assert more[1] - more[0] < (high - low) / 2


# --- n-grams


def test_hashtags_mentions_and_marks_are_words():
    assert {"#build", "@user", "!", "#build @user", "don't"} <= word_grams("#build @user don't !")


def test_characters_run_inside_words_only():
    grams = character_grams("ab cd")
    assert {" a", "ab", " ab ", "cd"} <= grams
    assert not any(gram.strip() != gram.strip().replace(" ", "") for gram in grams)


def test_texts_are_compared_without_quotations_case_and_addresses():
    assert normalised("> you said\nNO  way https://a.example/b") == "no way url"


def test_only_the_start_of_a_huge_text_is_read():
    assert len(normalised("ab " * READ)) <= READ


# --- its file


def test_a_saved_model_says_the_same(model, tmp_path):
    path = tmp_path / "tunnel.npz"
    model.save(path)
    again = load(path)
    assert (again.probabilities(TEXTS) == model.probabilities(TEXTS)).all()
    assert (again.label, again.figures, again.sentence) == (model.label, model.figures, model.sentence)
    assert path.stat().st_size < 200_000


def test_it_knows_what_it_has_learnt_from(model, tmp_path):
    model.save(tmp_path / "m.npz")
    assert load(tmp_path / "m.npz").saw([TEXTS[0].upper(), "another text"]).tolist() == [True, False]


def _npz(**arrays):
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zip at all",
        _npz(labels=np.array(["a", "b"])),
        _npz(target=np.array([object()], dtype=object)),
    ],
    ids=["empty", "text", "other arrays", "pickle"],
)
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "m.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.npz: is not a model of your own topic.*btl topic fit"):
        load(path)


def test_a_model_whose_parts_do_not_fit_is_refused(model, tmp_path):
    model.save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as found:
        arrays = {name: found[name] for name in found.files}
    np.savez(tmp_path / "m.npz", **(arrays | {"thresholds": arrays["thresholds"][:-1]}))
    with pytest.raises(ModelError, match="is not a model"):
        load(tmp_path / "m.npz")


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "m.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("words.npy", "w") as member:
        for _ in range(60):
            member.write(bytes(10_000_000))
    with pytest.raises(ModelError, match="is not a model"):
        load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none\.npz: cannot be read"):
        load(tmp_path / "none.npz")


# --- as the score `stance`


def test_it_takes_the_place_of_the_stance_of_the_package(model):
    frame = pd.DataFrame({"text": [TEXTS[0], " ", None], "language": "de"}, index=[3, 3, 5])
    found = score(frame, [OwnStance(model)])
    assert found.columns.tolist() == [column.name for column in OwnStance.columns]
    assert found["stance_model"].iloc[0] == model.label
    assert found.iloc[1:].isna().all().all()
    assert found.index.tolist() == [3, 3, 5]


def test_in_python_it_judges_as_the_page_on_your_own_topic_says(model, tmp_path, monkeypatch):
    page = (Path(__file__).resolve().parent.parent / "docs" / "own_topic.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    model.save(tmp_path / "ties.npz")
    monkeypatch.setenv("BTL_STANCE_MODEL", str(tmp_path / "ties.npz"))
    known = {}
    exec(code, known)
    assert known["frame"]["stance_model"].tolist() == [model.label]
    without = score(pd.DataFrame({"text": ["What a lovely tunnel!"], "target": "the tunnel"}), "stance")
    assert without["stance_model"].tolist() != [model.label]


def test_it_abstains_where_it_is_not_sure(model):
    unsure = OwnTopic(**{**vars_of(model), "thresholds": np.full(3, NEVER)})
    found = OwnStance(unsure).score(pd.DataFrame({"text": TEXTS[:1]}))
    assert found["stance"].tolist() == ["unclear"]
    assert found["stance_probability"].notna().all()


def vars_of(model):
    return {name: getattr(model, name) for name in OwnTopic.__dataclass_fields__}


# --- which comments to label next


def test_suggestions_differ_from_each_other():
    texts = [*TEXTS[:7], "Stop it now", "What a lovely harbour view"]
    chosen = suggest(texts, 3)
    assert len(set(chosen)) == 3
    assert len({place for place in chosen if place < 7}) < 3  # seven of them are nearly one


def test_suggestions_leave_out_blanks_repetitions_and_what_was_learnt(model):
    texts = ["", "New words here", "NEW words  here", TEXTS[0], "Other words there"]
    assert sorted(suggest(texts, 9, model)) == [1, 4]
    assert suggest([TEXTS[0]], 1, model) == []


def test_nobody_is_asked_to_label_what_is_gone_or_only_quoted():
    gone = ["[removed]", "[Deleted]", "[deleted by user]", "[ Removed by Reddit ]", "> quoted\n\n> more", " "]
    assert suggest([*gone, "Own words"], 9) == [len(gone)]
    kept = ["[deleted] my first draft", "> quoted\nand answered", "Removed at last"]
    assert sorted(suggest(kept, 9)) == [0, 1, 2]
    statuses = ["deleted", "removed", "spam", "visible", "pending", None]
    texts = [f"Words of comment {letter} here" for letter in "abcdef"]
    assert sorted(suggest(texts, 9, statuses=statuses)) == [3, 4, 5]


def test_the_least_sure_comment_is_asked_for_first(model):
    sure, unsure = "Build the tunnel, it helps everyone, build", "Perhaps so, perhaps otherwise"
    top = np.sort(model.probabilities([sure, unsure]), axis=1)
    assert top[0, -1] - top[0, -2] > top[1, -1] - top[1, -2]
    assert suggest([sure, unsure], 1, model) == [1]


def test_suggestions_do_not_follow_the_order_of_comments():
    texts = TEXTS[::2]
    there = [texts[place] for place in suggest(texts, 5)]
    back = [texts[::-1][place] for place in suggest(texts[::-1], 5)]
    assert there == back
