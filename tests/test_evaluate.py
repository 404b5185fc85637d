"""The figures of `btl evaluate`: known answers, labels under other names, and inputs that cannot be read."""

import numpy as np
import orjson
import pytest

from threads.errors import InputError, SettingError
from threads.scores.evaluate import (
    agreement,
    assess,
    calibration_error,
    calibration_floor,
    evaluate,
    even,
    read_examples,
    speaking,
)

ARRAYS = {
    "labels": np.array(["agrees", "disagrees", "comments"]),
    "thresholds": np.array([0.5, 2.0, 0.7]),
}
CHANCES = np.array([[0.6, 0.1, 0.3], [0.2, 0.2, 0.6], [0.1, 0.1, 0.8], [0.0, 0.1, 0.9]])
TRUTH = ["agrees", "disagrees", "comments", "agrees"]


def written(tmp_path, *rows):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows))
    return path


FORCED = CHANCES * np.array([1.0, 4.0, 1.0])


def figures_of(truth=TRUTH, arrays=ARRAYS):
    return assess(CHANCES, FORCED, truth, arrays)


def test_the_forced_choice_is_the_greatest_of_what_it_is_given():
    figures = figures_of()
    assert figures["per_class"]["disagrees"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "n": 1}
    assert figures["accuracy"] == 0.75


def test_the_most_likely_label_is_given_beside_it():
    assert figures_of()["most_likely"]["accuracy"] == 0.5


def test_speaking_counts_only_what_passes_its_threshold():
    figures = figures_of()
    assert figures["coverage"] == 0.75
    assert figures["speaking"]["accuracy"] == pytest.approx(2 / 3)
    assert figures["speaking"]["per_label"]["comments"] == {"n": 2, "precision": 0.5}


def test_were_labels_equally_common_the_answers_to_rare_ones_weigh_more():
    # Two of four are agrees, so that each weighs 2/3, the others 4/3; said: 2/3 + 4/3 right, 2/3 wrong.
    assert even(TRUTH).tolist() == pytest.approx([2 / 3, 4 / 3, 4 / 3, 2 / 3])
    figures = figures_of()["even"]
    assert figures["speaking"]["accuracy"] == pytest.approx(2 / (8 / 3))
    assert figures["speaking"]["per_label"]["comments"] == {"n": 2, "precision": pytest.approx(2 / 3)}
    assert figures["coverage"] == pytest.approx((8 / 3) / 4)
    assert figures["chance"] == pytest.approx(1 / 3)


def test_silence_throughout_has_no_accuracy():
    figures = figures_of(arrays={**ARRAYS, "thresholds": np.full(3, 2.0)})
    assert (figures["coverage"], figures["speaking"]["accuracy"]) == (0.0, None)
    assert figures["even"]["speaking"]["accuracy"] is None


def test_only_labels_that_the_data_use_are_chosen_from():
    figures = figures_of(["agrees", "disagrees", "agrees", "disagrees"])
    assert set(figures["per_class"]) == {"agrees", "disagrees"}


def test_a_question_counts_as_a_comment_where_the_data_know_no_questions():
    arrays = {"labels": np.array(["agrees", "asks", "comments"]), "thresholds": np.zeros(3)}
    chances = np.array([[0.1, 0.8, 0.1], [0.8, 0.1, 0.1]])
    assert assess(chances, chances, ["comments", "agrees"], arrays)["speaking"]["accuracy"] == 1.0
    assert assess(chances, chances, ["asks", "comments"], arrays)["speaking"]["accuracy"] == 0.5


def test_nothing_said_gives_no_precision():
    assert speaking(["agrees"], ["unclear"], np.ones(1))["speaking"] == {
        "n": 0,
        "accuracy": None,
        "per_label": {},
    }


def test_balanced_accuracy_is_the_mean_recall():
    assert agreement(["a", "a", "a", "b"], ["a"] * 4, ["a", "b"])["balanced_accuracy"] == 0.5


def test_macro_f1_is_the_mean_over_labels():
    # F1 of a: precision 1/2, recall 1 -> 2/3; of b: 0.
    assert agreement(["a", "b"], ["a", "a"], ["a", "b"])["macro_f1"] == pytest.approx(1 / 3)


def test_calibration_error_of_known_rows():
    # Ten bins of two rows each: .8 said, one of two right in each, so .3 off throughout.
    right = np.array([True, False] * 10)
    assert calibration_error(np.full(20, 0.8), right, np.ones(20)) == pytest.approx(0.3)


def test_calibration_error_counts_a_row_by_its_weight():
    # All said .8; the right half weighs 3, the wrong half 1: right .75 of the time, in two rows a bin.
    right = np.array([True, False] * 10)
    assert calibration_error(np.full(20, 0.8), right, np.where(right, 3.0, 1.0)) == pytest.approx(0.05)


def test_the_floor_of_calibration_falls_with_the_number_of_rows():
    few, many = (calibration_floor(np.full(n, 0.7), np.ones(n)) for n in (100, 10_000))
    assert 0 < many < few < 0.2


@pytest.mark.parametrize(
    ("name", "label", "meant"),
    [
        ("reply_relation", "support", "agrees"),
        ("reply_relation", "Deny", "disagrees"),
        ("reply_relation", "query", "asks"),
        ("reply_relation", "neutral", "comments"),
        ("stance", "undermine", "critical"),
        ("stance", "favor", "supportive"),
        ("stance", "comment", "neutral"),
    ],
)
def test_labels_under_other_names_are_understood(tmp_path, name, label, meant):
    path = written(tmp_path, {"text": "no", "parent": "yes", "label": label})
    found = read_examples(name, path)
    assert found.labels == [meant]
    assert found.mapping == {label: meant}


def test_stance_is_taken_toward_the_target_rather_than_the_parent(tmp_path):
    path = written(tmp_path, {"text": "no", "parent": "a", "target": "b", "label": "pro"})
    assert read_examples("stance", path).contexts == ["b"]


def test_rows_without_a_parent_are_left_out_and_counted(tmp_path):
    rows = [
        {"text": "Source?", "parent": "Crime has doubled.", "label": "query"},
        {"text": "Yes, exactly.", "parent": "Crime has doubled.", "label": "agree"},
        {"text": "Crime has doubled.", "parent": "", "label": "support"},
    ]
    answer = evaluate("reply_relation", written(tmp_path, *rows))
    assert (answer["n"], answer["left_out"]) == (2, 1)
    assert answer["with_opening_posts"]["n"] == 3
    assert answer["model"] == "reply_relation@2"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", r"line 2: is not JSON"),
        (b"[1]", r"line 2: is not a JSON object"),
        (b'{"text": "x"}', r"line 2: lacks text or label"),
        (b'{"text": "x", "parent": "y", "label": "mauve"}', r"line 2: the label 'mauve' means nothing"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, problem):
    path = written(tmp_path, {"text": "no", "parent": "yes", "label": "deny"}, line)
    with pytest.raises(InputError, match=problem):
        evaluate("reply_relation", path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        evaluate("stance", tmp_path / "none.jsonl")


def test_a_file_with_nothing_to_judge_says_so(tmp_path):
    with pytest.raises(InputError, match="holds no row"):
        evaluate("stance", written(tmp_path, {"text": "x", "label": "pro"}))


def test_a_score_that_cannot_be_evaluated_lists_those_that_can(tmp_path):
    with pytest.raises(SettingError, match=r"verbosity cannot be evaluated\. Known: reply_relation, stance"):
        evaluate("verbosity", tmp_path)
