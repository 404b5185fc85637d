"""`btl topic`: from comments to labels, from labels to a model, and the model in use."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from test_own_topic import LABELS, ROWS, TEXTS

from threads.cli import main
from threads.samples import sample_folder
from threads.scores.own_topic import fit, label_file

PIPELINE = str(sample_folder() / "siberia_pipeline" / "thread.txt")
TARGET = ("--target", "the tunnel", "--model", "m.npz")


@pytest.fixture
def btl(tmp_path, monkeypatch):
    """Run `btl` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *arguments, **how: runner.invoke(main, arguments, catch_exceptions=False, **how)


@pytest.fixture(scope="module")
def model():
    return fit(TEXTS, LABELS, "the tunnel")


def written(*lines, name="labels.csv"):
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def table(separator=",", header=("text", "stance"), words=None, before=()):
    rows = [separator.join((f'"{text}"', (words or {}).get(label, label))) for text, label in ROWS]
    return written(separator.join(header), *before, *rows)


def test_a_model_is_learnt_measured_and_kept(btl):
    result = btl("topic", "fit", table(words={"critical": "Against", "supportive": "pro"}), *TARGET)
    assert result.exit_code == 0
    assert "Labels taken as: Against = critical, pro = supportive" in result.stdout
    for part in ("always saying critical", "macro-F1", "speaks on", "  50  ", "by cross-validation"):
        assert part in result.stdout, part
    assert Path("m.npz").exists()
    assert btl("topic", "show", "m.npz").stdout in result.stdout


def test_near_copies_are_told(btl):
    copies = [f'"{text}. Please share!",{label}' for text, label in ROWS[:3]]
    result = btl("topic", "fit", table(before=copies), *TARGET)
    assert "3 comments nearly repeat another: each was judged by what had" in result.stdout


@pytest.mark.parametrize("separator", [";", "\t"])
def test_the_separators_of_other_spreadsheets_are_read(btl, separator):
    assert btl("topic", "fit", table(separator), *TARGET).exit_code == 0


def test_rows_without_label_or_on_another_target_are_left_out_and_counted(btl):
    rows = [f'"{text}",{label},the  Tunnel' for text, label in ROWS]
    written("text,label,target", *rows, "no label,,the tunnel", "hm,unclear,", "other,pro,taxes")
    result = btl("topic", "fit", "labels.csv", *TARGET)
    assert "2 rows have no label" in result.stdout
    assert "1 row on another target was left out" in result.stdout


def test_json_lines_are_read_too(btl):
    lines = [json.dumps({"text": text, "label": label, "target": "the tunnel"}) for text, label in ROWS]
    assert btl("topic", "fit", written(*lines, name="labels.jsonl"), *TARGET).exit_code == 0
    assert (
        "no row is about" in btl("topic", "fit", "labels.jsonl", "--target", "x", "--model", "m.npz").stderr
    )


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl"])
def test_labels_are_read_from_standard_input(btl, name):
    table()
    written(*(json.dumps({"text": text, "label": label}) for text, label in ROWS), name="labels.jsonl")
    assert btl("topic", "fit", "-", *TARGET, input=Path(name).read_bytes()).exit_code == 0
    assert btl("topic", "show", "m.npz").stdout in btl("topic", "fit", name, *TARGET).stdout


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("text,stance\na,pro\nb,mauve", "standard input, line 3: the label 'mauve' is not known"),
        ('{"text": "a"}', "standard input, line 1: lacks text or label"),
        ("text,stance\na,pro\nb,con", "standard input: 2 different labelled comments are too few"),
        ("", "standard input, line 1: has no column called stance or label"),
    ],
)
def test_bad_labels_from_standard_input_are_named(btl, content, problem):
    result = btl("topic", "fit", "-", *TARGET, input=content)
    assert (result.exit_code, problem in result.stderr) == (1, True)


def test_too_many_labels_from_standard_input_are_refused(btl, monkeypatch):
    monkeypatch.setattr(label_file, "LARGEST", 1_000_000)
    result = btl("topic", "fit", "-", *TARGET, input=b" " * 10**7)
    assert "standard input: is larger than 1 MB" in result.stderr


def test_comments_come_from_standard_input_where_labels_do_not(btl):
    page = Path(PIPELINE).read_bytes()
    assert btl("topic", "suggest", "-", "--csv", "suggested.csv", input=page).exit_code == 0
    asked = pd.read_csv("suggested.csv", encoding="utf-8-sig")
    asked.drop(columns="text").assign(stance="pro").to_csv("labels.csv", index=False)
    result = btl("topic", "fit", "labels.csv", *TARGET, "--comments", "-", input=page)
    assert "different labelled comments are too few" in result.stderr  # all of them were found
    both = btl("topic", "fit", "-", *TARGET, "--comments", "-", input=page)
    assert (both.exit_code, "only one of LABELS and --comments" in both.stderr) == (2, True)


def test_null_labels_of_json_lines_are_left_out_and_counted(btl):
    rows = [{"text": text, "label": label} for text, label in ROWS]
    rows += [{"text": "Hm", "label": None}, {"text": "Hm", "label": ""}, {"text": "Well", "label": "unclear"}]
    written(*map(json.dumps, rows), name="labels.jsonl")
    result = btl("topic", "fit", "labels.jsonl", *TARGET)
    assert result.exit_code == 0
    assert "3 rows have no label and were left out." in result.stdout
    written(json.dumps({"text": "Hm"}), name="labels.jsonl")
    assert "labels.jsonl, line 1: lacks text or label" in btl("topic", "fit", "labels.jsonl", *TARGET).stderr


def test_of_two_columns_of_labels_it_says_which_was_read(btl):
    written("stance,text,label", *(f'neutral,"{text}",{label}' for text, label in ROWS))
    result = btl("topic", "fit", "labels.csv", *TARGET)
    assert "The column label was read; the column stance beside it was not." in result.stdout
    assert "supportive" in result.stdout


def test_unknown_comments_are_named_up_to_five_and_counted(btl):
    written("comment_id,stance", *(f"f{number},contra" for number in range(7)))
    result = btl("topic", "fit", "labels.csv", *TARGET, "--comments", PIPELINE)
    assert "line 2: 7 comments are not in the sources: comment 'f0' (line 2), " in result.stderr
    assert "comment 'f4' (line 6), …" in result.stderr
    assert "'f5'" not in result.stderr


def test_a_model_is_not_kept_under_another_name(btl):
    result = btl("topic", "fit", table(words={"critical": "contra"}), "--target", "x", "--model", "ok.txt")
    assert result.exit_code == 2
    assert "ok.npz" in result.stderr
    assert not Path("ok.txt").exists()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            ["text,stance", "a,pro", "b,mauve"],
            "labels.csv, line 3: the label 'mauve' is not known. Use one of",
        ),
        (["text,stance", '"a', 'b",pro', "c,mauve"], "labels.csv, line 4: the label 'mauve'"),
        (["text,view", "a,pro"], "labels.csv, line 1: has no column called stance or label"),
        (["words,stance", "a,pro"], "labels.csv, line 1: has no column called text. The first line"),
        (["text,stance", "a,b,pro"], "labels.csv, line 2: 3 cells under a header of 2"),
        (["text,stance", '"a"b,pro'], "labels.csv, line 2: is not sound CSV"),
        (["comment_id,stance", "a,pro"], "Add it, or say with --comments SOURCE"),
        (["text,stance", *("a,pro", "a,con") * 15], "labels.csv: 30 comments contradict each other"),
        (["text,stance,stance_model", "a,pro,m@1"], "line 2: the column stance was filled by a model"),
        (["text,stance", "a,pro", "b,con"], "labels.csv: 2 different labelled comments are too few"),
        (["text,stance", *(f"a{n},pro" for n in range(12))], "every comment is labelled supportive"),
        ([""], "labels.csv, line 1: has no column called stance or label"),
    ],
)
def test_a_bad_label_file_is_named_with_its_line(btl, lines, problem):
    result = btl("topic", "fit", written(*lines), *TARGET)
    assert result.exit_code == 1
    assert problem in result.stderr
    assert not Path("m.npz").exists()


def test_a_missing_label_file_is_named(btl):
    assert "none.csv: cannot be read" in btl("topic", "fit", "none.csv", *TARGET).stderr


def test_labels_find_their_comments_by_id(btl):
    btl("parse", PIPELINE, "--csv", "comments.csv", "--raw")
    ids = pd.read_csv("comments.csv")["comment_id"]
    written("comment_id,stance", *(f"{comment},pro" for comment in ids), "ffff,con")
    result = btl("topic", "fit", "labels.csv", *TARGET, "--comments", PIPELINE)
    assert result.exit_code == 1
    assert f"labels.csv, line {len(ids) + 2}: no comment 'ffff' is in the sources" in result.stderr
    written("comment_id,stance", *(f"{comment},pro" for comment in ids))
    result = btl("topic", "fit", "labels.csv", *TARGET, "--comments", PIPELINE)
    assert "8 different labelled comments are too few" in result.stderr  # all eight were found


def test_labels_find_their_comments_in_a_store(btl):
    btl("import", PIPELINE, "--db", "sqlite:///s.sqlite")
    btl("export", "--db", "sqlite:///s.sqlite", "--csv", "comments.csv", "--raw")
    ids = pd.read_csv("comments.csv")["comment_id"]
    written("comment_id,stance", *(f"{name},{'pro' if n % 2 else 'con'}" for n, name in enumerate(ids)))
    result = btl("topic", "fit", "labels.csv", *TARGET, "--db", "sqlite:///s.sqlite")
    assert "8 different labelled comments are too few" in result.stderr  # all eight were found


def test_comments_to_label_are_written_with_an_empty_column(btl):
    assert btl("topic", "suggest", PIPELINE, "--count", "3", "--csv", "label.csv").exit_code == 0
    frame = pd.read_csv("label.csv", encoding="utf-8-sig")
    assert frame.columns.tolist() == ["thread_id", "comment_id", "text", "stance"]
    assert len(frame) == 3
    assert frame["stance"].isna().all()


def test_placeholders_are_not_suggested(btl):
    written("id,thread,author,text", "1,t,a,[removed]", "2,t,b,Build it", "3,t,c,[deleted]", name="in.csv")
    assert btl("topic", "suggest", "in.csv", "--csv", "label.csv").exit_code == 0
    assert pd.read_csv("label.csv", encoding="utf-8-sig")["text"].tolist() == ["Build it"]
    written("id,thread,author,text", "1,t,a,[removed]", name="in.csv")
    assert "All are deleted" in btl("topic", "suggest", "in.csv", "--csv", "label.csv").stderr


def test_what_was_suggested_and_labelled_is_not_asked_for_again(btl):
    btl("topic", "suggest", PIPELINE, "--count", "8", "--csv", "label.csv")
    asked = pd.read_csv("label.csv", encoding="utf-8-sig")["text"]
    frame = pd.DataFrame({"text": [*TEXTS, *asked[:5]], "stance": [*LABELS, *["neutral"] * 5]})
    frame.to_csv("labels.csv", index=False)
    assert btl("topic", "fit", "labels.csv", *TARGET).exit_code == 0
    btl("topic", "suggest", PIPELINE, "--count", "8", "--model", "m.npz", "--csv", "next.csv")
    assert set(pd.read_csv("next.csv", encoding="utf-8-sig")["text"]) == set(asked[5:])


def few():
    """Return a model of 17 comments a side: it tells them apart, and has seen too few to say so."""
    ways = {"supportive": "Build the tunnel", "critical": "Stop that hole", "neutral": "When is dinner"}
    rows = [(f"{way}, says number {n}", label) for label, way in ways.items() for n in range(17)]
    return fit([text for text, _ in rows], [label for _, label in rows], "the tunnel")


def test_a_label_that_is_never_said_says_what_it_needs(btl):
    few().save(Path("few.npz"))
    shown = btl("topic", "show", "few.npz").stdout
    assert "speaks on 0%" in shown
    for label in ("supportive", "critical", "neutral"):
        assert f"{label}: never said; needs 3 more to be said" in shown


@pytest.mark.parametrize(
    "command", [("analyse", PIPELINE), ("import", PIPELINE, "--db", "sqlite:///a.sqlite")]
)
def test_a_model_that_says_nothing_warns_where_it_is_used(btl, model, command):
    few().save(Path("few.npz"))
    model.save(Path("m.npz"))
    assert "never says a label" in btl(*command, "--stance-model", "few.npz").stderr
    assert "never says a label" not in btl(*command, "--stance-model", "m.npz").stderr


def test_analyse_judges_by_the_model(btl, model):
    model.save(Path("m.npz"))
    assert btl("analyse", PIPELINE, "--stance-model", "m.npz", "--csv", "out.csv").exit_code == 0
    assert set(pd.read_csv("out.csv")["stance_model"]) == {model.label}
    both = btl("analyse", PIPELINE, "--stance-model", "m.npz", "--target", "x")
    assert both.exit_code == 2
    assert "exclude each other" in both.stderr


def test_import_stores_what_the_model_judged(btl, model):
    model.save(Path("m.npz"))
    db = ("--db", "sqlite:///s.sqlite")
    assert btl("import", PIPELINE, *db, "--stance-model", "m.npz").exit_code == 0
    btl("export", *db, "--csv", "out.csv", "--raw")
    assert set(pd.read_csv("out.csv")["stance_model"]) == {model.label}


def test_evaluate_measures_the_model_on_its_own_target(btl, model):
    model.save(Path("m.npz"))
    rows = [
        {"text": "We should build the tunnel", "label": "favor", "target": "The Tunnel"},
        {"text": TEXTS[-1], "label": "none", "target": "the tunnel"},
        {"text": "Taxes are theft", "label": "favor", "target": "taxes"},
    ]
    written(*map(json.dumps, rows), name="test.jsonl")
    asked = ("evaluate", "topic_stance", "--data", "test.jsonl", "--model", "m.npz")
    told = btl(*asked).stdout
    assert "1 row is among those it learnt from" in told
    assert "1 row on another target was left out" in told
    result = btl(*asked, "--json", "-")
    answer = json.loads(result.stdout)
    assert (answer["n"], answer["left_out"], answer["learnt_from"]) == (2, 1, 1)
    assert answer["model"] == model.label
    assert btl("evaluate", "offensive", "--data", "test.jsonl", "--model", "m.npz").exit_code == 1
