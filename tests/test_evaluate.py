"""The figures of `btl evaluate`: known answers, labels under other names, and inputs that cannot be read."""

import numpy as np
import orjson
import pandas as pd
import pytest
from click.testing import CliRunner

from threads.cli import main
from threads.errors import InputError, SettingError
from threads.scores import score
from threads.scores.evaluate import (
    SCORED,
    agreement,
    assess,
    calibration_error,
    calibration_floor,
    commonest,
    coverage_at,
    evaluate,
    read_examples,
    speaking,
)

CHANCES = np.array([[0.6, 0.1, 0.3], [0.2, 0.2, 0.6], [0.1, 0.1, 0.8], [0.0, 0.1, 0.9]])
TRUTH = ["agrees", "disagrees", "comments", "agrees"]


def written(tmp_path, *rows):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows))
    return path


class Judge:
    """A classifier of known answers."""

    label = "judge@1"
    sentence = "Known."

    def __init__(self, labels=("agrees", "disagrees", "comments"), thresholds=(0.5, 2.0, 0.7), found=CHANCES):
        self.labels, self.thresholds, self.found = labels, np.array(thresholds), found
        self.weights = np.array([1.0, 4.0, 1.0])

    def probabilities(self, *_):
        return self.found


def figures_of(truth=TRUTH, **changes):
    return assess(CHANCES, truth, Judge(**changes))


def test_the_forced_choice_weighs_labels():
    figures = figures_of()
    assert figures["per_class"]["disagrees"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "n": 1}
    assert figures["accuracy"] == 0.75


def test_speaking_counts_only_what_passes_its_threshold():
    figures = figures_of()
    assert figures["coverage"] == 0.75
    assert figures["speaking"]["accuracy"] == pytest.approx(2 / 3)
    assert figures["speaking"]["per_label"]["comments"] == {"n": 2, "precision": 0.5}


def test_silence_throughout_has_no_accuracy():
    figures = figures_of(thresholds=[2.0] * 3)
    assert (figures["coverage"], figures["speaking"]["accuracy"]) == (0.0, None)


def test_only_labels_that_the_data_use_are_chosen_from():
    figures = figures_of(["agrees", "disagrees", "agrees", "disagrees"])
    assert set(figures["per_class"]) == {"agrees", "disagrees"}


def test_a_label_that_the_data_never_use_is_wrong_where_it_is_said():
    figures = figures_of(["agrees", "disagrees", "agrees", "disagrees"])
    assert figures["speaking"]["per_label"] == {
        "agrees": {"n": 1, "precision": 1.0},
        "comments": {"n": 2, "precision": 0.0},
    }
    assert (figures["coverage"], figures["speaking"]["accuracy"]) == (0.75, pytest.approx(1 / 3))


def test_with_two_labels_probabilities_are_taken_among_them():
    # .6 of .7, .2 of .4, .1 of .2, and .0 of .1: agrees, both, both, disagrees.
    figures = figures_of(["agrees", "disagrees", "agrees", "disagrees"])
    assert figures["auc"] == pytest.approx(0.875)
    assert figures["calibration_error"] == pytest.approx(np.mean([1 - 6 / 7, 0.5, 0.5, 0.0]))


def test_a_question_counts_as_a_comment_where_the_data_know_no_questions():
    chances = np.array([[0.1, 0.8, 0.1], [0.8, 0.1, 0.1]])
    judge = Judge(("agrees", "asks", "comments"), (0, 0, 0))
    assert assess(chances, ["comments", "agrees"], judge)["speaking"]["accuracy"] == 1.0
    assert assess(chances, ["asks", "comments"], judge)["speaking"]["per_label"]["asks"]["precision"] == 1.0


def test_a_question_is_wrong_where_the_data_know_no_comments_either():
    judge = Judge(("agrees", "disagrees", "asks"), (0, 0, 0.5))
    chances = np.array([[0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])
    assert assess(chances, ["agrees", "disagrees"], judge)["speaking"]["per_label"]["asks"]["precision"] == 0


def test_nothing_said_gives_no_precision():
    assert speaking(["agrees"], ["unclear"])["speaking"] == {"n": 0, "accuracy": None, "per_label": {}}


def test_the_surest_rows_are_covered_while_enough_are_right():
    top, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, False])
    assert coverage_at(top, right, 0.66) == 0.75
    assert coverage_at(top, ~right, 0.66) == 0.0


def test_equally_sure_rows_are_covered_together():
    assert coverage_at(np.array([0.9, 0.9]), np.array([True, False]), 0.7) == 0.0


def test_balanced_accuracy_is_the_mean_recall():
    assert agreement(["a", "a", "a", "b"], ["a"] * 4, ["a", "b"])["balanced_accuracy"] == 0.5


def test_the_commonest_label_is_what_guessing_reaches():
    assert commonest(figures_of()) == ("agrees", 0.5)


def test_macro_f1_is_the_mean_over_labels():
    # F1 of a: precision 1/2, recall 1 -> 2/3; of b: 0.
    assert agreement(["a", "b"], ["a", "a"], ["a", "b"])["macro_f1"] == pytest.approx(1 / 3)


def test_calibration_error_of_known_rows():
    # Ten bins of two rows each: .8 said, one of two right in each, so .3 off throughout.
    right = np.array([True, False] * 10)
    assert calibration_error(np.full(20, 0.8), right) == pytest.approx(0.3)


def test_the_floor_of_calibration_falls_with_the_number_of_rows():
    few, many = (calibration_floor(np.full(n, 0.7)) for n in (100, 10_000))
    assert 0 < many < few < 0.2


@pytest.mark.parametrize(
    ("name", "label", "meant"),
    [
        ("reply_relation", "support", "agrees"),
        ("reply_relation", "Deny", "disagrees"),
        ("reply_relation", "query", "asks"),
        ("reply_relation", "neutral", "comments"),
        ("topic_stance", "undermine", "critical"),
        ("topic_stance", "favor", "supportive"),
        ("topic_stance", "comment", "neutral"),
        ("topic_stance", "off topic", "neutral"),
        ("offensive", "Hate Speech", "offensive"),
        ("offensive", " Non-Toxic", "clean"),
        ("offensive", "not hate", "clean"),
    ],
)
def test_labels_under_other_names_are_understood(tmp_path, name, label, meant):
    path = written(tmp_path, {"text": "no", "parent": "yes", "label": label})
    found = read_examples(name, path)
    assert found.labels == [meant]
    assert found.mapping == {label: meant}


def test_stance_is_taken_toward_the_target_rather_than_the_parent(tmp_path):
    path = written(tmp_path, {"text": "no", "parent": "a", "target": "b", "label": "pro"})
    assert read_examples("topic_stance", path).contexts == ["b"]


ROWS = [
    {"text": "Source?", "parent": "Crime has doubled.", "label": "query"},
    {"text": "Yes, exactly.", "parent": "Crime has doubled.", "label": "agree"},
    {"text": "Crime has doubled.", "parent": "", "label": "support"},
]


def test_rows_without_a_parent_count_and_the_others_are_given_by_themselves(tmp_path):
    answer = evaluate("reply_relation", written(tmp_path, *ROWS))
    assert (answer["n"], answer["with_context"]["n"]) == (3, 2)


def test_labels_that_no_row_has_are_named(tmp_path):
    answer = evaluate("reply_relation", written(tmp_path, *ROWS))
    assert answer["not_in_file"] == ["disagrees", "comments"]


def test_rows_with_a_parent_are_not_measured_by_themselves_where_they_have_one_label(tmp_path):
    assert "with_context" not in evaluate("reply_relation", written(tmp_path, ROWS[0], ROWS[2]))


def test_a_file_with_one_label_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"data\.jsonl: every row is labelled agrees\. At least two labels"):
        evaluate("reply_relation", written(tmp_path, *ROWS[1:]))


def test_the_classifier_given_is_the_one_measured(tmp_path):
    judge = Judge(found=np.array([[0.0, 0, 1], [1, 0, 0], [1, 0, 0]]))
    answer = evaluate("reply_relation", written(tmp_path, *ROWS), judge)
    assert answer["model"] == "judge@1"
    assert answer["per_class"]["agrees"]["recall"] == 1.0


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", r"line 2: is not JSON .*\. Wanted are JSON lines in UTF-8 such as \{"),
        (b"[1]", r"line 2: is not a JSON object\. Wanted are JSON lines"),
        (b'{"text": "x"}', r"line 2: it has no label; its fields are text\. Wanted are JSON lines"),
        (b'{"label": "deny", "body": 1}', r"line 2: it has no text; its fields are label, body\. Wanted"),
        (b"{}", r"line 2: it has no text; it has no field\."),
        (b'{"text": 7, "label": "deny"}', r"line 2: its text is 7 where a text is wanted\. Wanted"),
        (b'{"text": "x", "label": null}', r"line 2: its label is null where a label is wanted\."),
        (b'{"text": "x", "label": ["deny"]}', r"""line 2: its label is \["deny"\] where a label is wanted"""),
        (b'{"text": "x", "parent": "y", "label": "mauve"}', r"line 2: the label 'mauve' means nothing"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, problem):
    path = written(tmp_path, {"text": "no", "parent": "yes", "label": "deny"}, line)
    with pytest.raises(InputError, match=problem):
        evaluate("reply_relation", path)


def test_a_lone_surrogate_or_a_nan_beside_text_and_label_does_no_harm(tmp_path):
    lines = [rb'{"text": "half \ud83d of it", "label": "ask", "parent": "\udc00"}']
    lines += [b'{"text": "why", "label": "ask", "score": NaN}']
    found = read_examples("reply_relation", written(tmp_path, *lines))
    assert found.texts == ["half \ufffd of it", "why"]
    assert found.contexts == ["\ufffd", ""]


@pytest.mark.parametrize("line", [b'{"text": NaN, "label": "ask"}', b'{"text": "x", "label": NaN}'])
def test_a_text_or_label_that_is_not_a_number_is_named(tmp_path, line):
    with pytest.raises(InputError, match=r"line 1: its (text|label) is NaN where a \w+ is wanted"):
        read_examples("reply_relation", written(tmp_path, line))


def test_without_a_label_the_majority_of_annotators_says_what_is_offensive(tmp_path):
    rows = [{"text": "x", "annotators": 10, "not_toxic": clean} for clean in (4, 5, 10)]
    found = read_examples("offensive", written(tmp_path, *rows))
    assert found.labels == ["offensive", "clean", "clean"]
    assert found.mapping["not_toxic for fewer than half of the annotators"] == "offensive"
    with pytest.raises(InputError, match="it has no label; its fields are text, annotators, not_toxic"):
        read_examples("topic_stance", written(tmp_path, *rows))


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0), "not_toxic is 0 of 0 annotators"),
        ((3, 4), "not_toxic is 4 of 3 annotators"),
        ((3, -1), "not_toxic is -1 of 3 annotators"),
        (("3", 1), 'not_toxic is 1 of "3" annotators'),
    ],
)
def test_annotators_that_do_not_add_up_are_no_label(tmp_path, counts, said):
    row = {"text": "x", **dict(zip(("annotators", "not_toxic"), counts, strict=True))}
    with pytest.raises(InputError) as caught:
        read_examples("offensive", written(tmp_path, row))
    assert f"line 1: it has no label, and {said}. Wanted are JSON lines in UTF-8 such as " in str(
        caught.value
    )
    assert str(caught.value).endswith("in the place of label, whole numbers annotators and not_toxic")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"text,label\nno,deny\n", "line 1: is not JSON ("),
        ('{"text": "no", "label": "deny"}'.encode("utf-16"), "is UTF-16. "),
        (b"", "holds no row with text and label. "),
    ],
)
def test_what_is_no_file_of_json_lines_is_told_what_these_are(tmp_path, content, problem):
    with pytest.raises(InputError) as caught:
        evaluate("reply_relation", written(tmp_path, content))
    assert problem in str(caught.value)
    assert str(caught.value).endswith(
        'Wanted are JSON lines in UTF-8 such as {"text": "…", "parent": "…", "label": "agrees"}'
    )


def test_the_mark_of_utf_8_before_the_first_line_does_no_harm(tmp_path):
    path = written(tmp_path, b'\xef\xbb\xbf{"text": "no", "label": "deny"}')
    assert read_examples("reply_relation", path).labels == ["disagrees"]


def test_the_name_of_the_score_stands_for_its_task(tmp_path):
    rows = [{"text": "I hate trams.", "target": "trams", "label": label} for label in ("pro", "con")]
    assert evaluate("stance", written(tmp_path, *rows))["score"] == "topic_stance"
    assert told(tmp_path, *rows, name="stance").stdout.startswith("topic_stance by topic_stance@")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        evaluate("topic_stance", tmp_path / "none.jsonl")


def test_a_file_with_nothing_to_judge_says_so(tmp_path):
    with pytest.raises(InputError, match="holds no row"):
        evaluate("topic_stance", written(tmp_path))


def test_a_score_that_cannot_be_evaluated_lists_those_that_can(tmp_path):
    with pytest.raises(SettingError, match=r"verbosity cannot be evaluated\. Known: reply_relation, topic"):
        evaluate("verbosity", tmp_path)


@pytest.mark.parametrize(
    ("name", "rows", "why"),
    [
        (
            "reply_relation",
            [
                {"text": "Source?", "parent": "Crime has doubled.", "label": "query"},
                {"text": "Yes, exactly.", "label": "agree"},
                {"text": " ", "parent": "Crime has doubled.", "label": "agree"},
                {"text": "", "label": "agree"},
            ],
            {"no_text": 2, "no_parent": 1},
        ),
        (
            "topic_stance",
            [
                {"text": "!!!", "target": "trams", "label": "pro"},
                {"text": "I hate trams.", "parent": "Trams are here.", "label": "con"},
                {"text": "no", "target": None, "label": "con"},
            ],
            {"no_target": 1, "no_word": 1},
        ),
        (
            "offensive",
            [
                {"text": "You idiot.", "label": 1},
                {"text": "😀", "label": 0},
                {"text": "Das ist eine wunderbare Idee, die der Stadt sehr gut tun wird.", "label": 0},
                {"text": "Eine wunderbare Idee", "language": "de", "label": 0},
                {"text": "\n", "label": 0},
            ],
            {"no_text": 1, "not_english": 2, "no_word": 1},
        ),
    ],
)
def test_rows_that_the_score_leaves_without_a_value_count_and_are_told(tmp_path, name, rows, why):
    path = written(tmp_path, *rows)
    answer = evaluate(name, path)
    assert answer["n"] == len(rows)
    assert answer["without_value"] == {"n": sum(why.values()), "why": why}
    # As many as the score itself leaves.
    read = read_examples(name, path)
    scored = SCORED[name]
    column = scored.context or "context"
    frame = pd.DataFrame({"text": read.texts, column: read.contexts})
    frame["language"] = [row.get("language") for row in rows]
    values = score(frame, [scored()])[scored.columns[0].name]
    assert values.isna().sum() == answer["without_value"]["n"]


def test_a_model_that_reads_no_words_leaves_only_blank_texts(tmp_path):
    judge = Judge(("offensive", "clean"), (0.5, 0.5), np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]))
    judge.weights = np.ones(2)
    rows = [{"text": text, "label": label} for text, label in (("x", 1), ("😀", 0), ("", 0))]
    answer = evaluate("offensive", written(tmp_path, *rows), judge)
    assert answer["without_value"] == {"n": 1, "why": {"no_text": 1}}


def told(tmp_path, *rows, name="reply_relation", arguments=()):
    path = written(tmp_path, *rows)
    return CliRunner().invoke(main, ["evaluate", name, "--data", str(path), *arguments])


def test_the_command_reads_standard_input(tmp_path):
    def told_of(content):
        return CliRunner().invoke(main, ["evaluate", "reply_relation", "--data", "-"], input=content)

    assert told_of(written(tmp_path, *ROWS).read_bytes()).stdout == told(tmp_path, *ROWS).stdout
    assert "btl: standard input, line 1: is not JSON" in told_of(b"{").stderr
    assert "btl: standard input: holds no row with text and label" in told_of(b"").stderr


def test_standard_input_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setenv("BTL_MAX_INPUT_BYTES", "10")
    result = CliRunner().invoke(main, ["evaluate", "stance", "--data", "-"], input=b" " * 11)
    assert (result.exit_code, "standard input: it has 11 bytes" in result.stderr) == (1, True)


def test_the_command_says_how_many_rows_the_score_leaves_without_a_value(tmp_path):
    rows = [*ROWS, {"text": "", "label": "deny"}]
    said = "2 rows count here that the score leaves without a value: 1 without a text, 1 without a parent\n"
    assert said in told(tmp_path, *rows).stdout
    result = told(tmp_path, *rows, arguments=["--json", "-"])
    assert said in result.stderr
    assert orjson.loads(result.stdout)["without_value"]["n"] == 2
    assert "1 row counts here that the score leaves" in told(tmp_path, *ROWS).stdout
    assert "leaves without" not in told(tmp_path, *ROWS[:2]).stdout


def test_the_command_warns_where_no_row_has_what_the_score_reads_beside_the_text(tmp_path):
    rows = [{"text": row["text"], "label": row["label"]} for row in ROWS]
    assert "Warning: no row" not in told(tmp_path, *ROWS).stdout
    result = told(tmp_path, *rows)
    assert "Warning: no row has a parent" in result.stdout
    assert "Give it in the field parent or parent_text" in result.stdout
    result = told(tmp_path, *rows, name="topic_stance")
    assert "Warning: no row has a target" in result.stdout
