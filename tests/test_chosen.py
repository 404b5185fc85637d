"""Settings choose what judges: the package's own models, an encoder, a model of one's own topic."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.tiny_models import written_weights
from threads.cli import main
from threads.errors import ModelError, SettingError
from threads.samples import sample_folder
from threads.scores import SCORES, chosen, extras, onnx_model, score, transformers_model
from threads.scores.chosen import TASK_OF, classifier_for, scores_for
from threads.settings import SETTINGS, Settings

ROOT = Path(__file__).resolve().parent.parent
PIPELINE = str(sample_folder() / "siberia_pipeline" / "thread.txt")


@pytest.fixture
def encoder(tmp_path, monkeypatch):
    """An encoder for the reply relation, as if it were installed."""
    weights = tmp_path / "weights"
    weights.mkdir()
    written_weights(weights)
    monkeypatch.setattr(onnx_model, "require", lambda *_: None)
    monkeypatch.setattr(onnx_model, "installed_weights", lambda: weights)
    chosen._kept.cache_clear()
    yield
    chosen._kept.cache_clear()


@pytest.fixture
def btl(tmp_path, monkeypatch):
    """Run `btl` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, arguments, catch_exceptions=False)


def test_every_score_that_can_be_evaluated_has_a_setting_for_its_model():
    known = {setting.name: setting for setting in SETTINGS}
    for name in TASK_OF:
        assert known[f"{name}_model"].default == "builtin"


def trained(scores):
    return [item for item in scores if item.name in TASK_OF]


def test_by_default_the_package_judges():
    assert trained(scores_for(Settings())) == trained(SCORES)


def test_only_the_score_that_a_setting_names_changes(encoder):
    found = scores_for(Settings(reply_relation_model="onnx"))
    assert [item.name for item in found] == [item.name for item in SCORES]
    pairs = zip(trained(SCORES), trained(found), strict=True)
    assert [old.name for old, new in pairs if old is not new] == ["reply_relation"]


def test_the_column_says_what_judged(encoder):
    frame = pd.DataFrame({"text": ["I agree"], "parent_text": ["this is so"], "language": "en"})
    found = score(frame, scores_for(Settings(reply_relation_model="onnx")))
    assert found["reply_relation_model"].tolist() == ["onnx:reply_relation@7"]
    assert found["reply_relation"].tolist() == ["agrees"]


def test_an_encoder_is_loaded_once(encoder):
    assert classifier_for("reply_relation", "onnx") is classifier_for("reply_relation", "onnx")


PACKAGE = "builtin, onnx or transformers:NAME"
FOR_STANCE = "builtin, transformers:NAME, nli:NAME or a file that `btl topic fit` made"


@pytest.mark.parametrize(
    ("task", "choice", "said"),
    [
        ("reply_relation", "best", f"'best' is no model of reply_relation. Give {PACKAGE}"),
        (
            "offensive",
            "nli:mine",
            "'nli:mine' is no model of offensive. Give builtin, onnx, transformers:NAME or a",
        ),
        ("offensive", "transformers:", "'transformers:' is no model of offensive"),
        ("topic_stance", "best", f"'best' is no model of topic_stance. Give {FOR_STANCE}"),
        ("topic_stance", "onnx", f"there is no fine-tuned encoder of topic_stance. Give {FOR_STANCE}"),
        ("reply_relation", "mine.npz", "'mine.npz' is no model of reply_relation"),
        ("verbosity", "builtin", "verbosity cannot be evaluated"),
        ("verbosity", "onnx", "verbosity cannot be evaluated"),
    ],
)
def test_what_is_no_choice_lists_the_choices(task, choice, said):
    with pytest.raises(SettingError) as caught:
        classifier_for(task, choice)
    assert str(caught.value).startswith(said)


def test_an_encoder_can_be_chosen_where_there_are_weights_of_one():
    entries = json.loads((ROOT / "weights" / "below_the_line_weights" / "models.json").read_text("utf-8"))
    assert set(chosen.ENCODERS) == {entry["name"] for entry in entries["models"]}


@pytest.mark.parametrize("score", TASK_OF)
def test_a_setting_that_is_no_choice_is_named_by_its_variable(score):
    said = f"^BTL_{score.upper()}_MODEL( or --stance-model)?: 'best' is no model"
    with pytest.raises(SettingError, match=said):
        scores_for(Settings(**{f"{score}_model": "best"}))


@pytest.mark.parametrize("command", [["analyse", PIPELINE], ["import", PIPELINE], ["serve"]])
def test_a_setting_that_is_no_choice_is_refused_before_anything_is_done(btl, monkeypatch, command):
    monkeypatch.setenv("BTL_OFFENSIVE_MODEL", "best")
    result = btl(*command)
    assert result.exit_code == 2
    assert "BTL_OFFENSIVE_MODEL: 'best' is no model of offensive" in result.stderr
    assert list(Path().iterdir()) == []


def test_evaluate_says_that_no_encoder_judges_stance(btl):
    result = btl("evaluate", "topic_stance", "--data", "data.jsonl", "--model", "onnx")
    assert result.exit_code == 2
    assert "--model: there is no fine-tuned encoder of topic_stance" in result.stderr


FITTED = "Give builtin, onnx, transformers:NAME or a file that `btl train offensive --decisions` made"
NONE_BESIDE = "is no model of offensive: manifest.json, which is made with one, does not lie beside it"


@pytest.mark.parametrize(
    ("setting", "file", "said"),
    [
        ("stance", "none.npz", f"cannot be read (No such file or directory). Give {FOR_STANCE}"),
        ("stance", "mine.npz", f"is not a model of your own topic. Give {FOR_STANCE}"),
        ("offensive", "none.npz", f"cannot be read (no such file). {FITTED}"),
        ("offensive", "mine.npz", f"{NONE_BESIDE}. {FITTED}"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_setting(tmp_path, setting, file, said):
    (tmp_path / "mine.npz").write_bytes(b"no model")
    path = tmp_path / file
    source = f"BTL_{setting.upper()}_MODEL" + (" or --stance-model" if setting == "stance" else "")
    with pytest.raises(ModelError) as caught:
        scores_for(Settings(**{f"{setting}_model": str(path)}))
    assert str(caught.value) == f"{source}, {path}: {said}"


def test_a_file_that_the_manifest_beside_it_does_not_name_is_named(tmp_path):
    path, manifest = tmp_path / "mine.npz", tmp_path / "manifest.json"
    path.write_bytes(b"no model")
    manifest.write_text('{"models": []}', "utf-8")
    with pytest.raises(ModelError) as caught:
        scores_for(Settings(offensive_model=str(path)))
    assert str(caught.value) == f"BTL_OFFENSIVE_MODEL, {path}, {manifest}: no model is called mine. {FITTED}"


def test_a_model_that_is_not_installed_is_told_before_anything_is_read(btl, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    monkeypatch.setenv("BTL_REPLY_RELATION_MODEL", "onnx")
    result = btl("analyse", PIPELINE)
    assert result.exit_code == 1
    assert "onnxruntime is not installed. Run `make onnx`" in result.stderr
    assert "comments read" not in result.stderr


def test_evaluate_measures_the_encoder(btl, encoder):
    row = {"text": "I agree", "parent": "this is so"}
    lines = [json.dumps({**row, "label": label}) for label in ("support", "deny")]
    Path("data.jsonl").write_text("\n".join(lines), "utf-8")
    result = btl("evaluate", "reply_relation", "--data", "data.jsonl", "--model", "onnx", "--json", "-")
    answer = json.loads(result.stdout)
    assert (answer["model"], answer["accuracy"]) == ("onnx:reply_relation@7", 0.5)


NOT_USED = "BTL_REPLY_RELATION_MODEL=onnx is not used here. Give --model onnx to measure that"


@pytest.mark.parametrize(
    ("given", "measured", "told"),
    [
        ([], "reply_relation@", True),
        (["--model", "builtin"], "reply_relation@", False),
        (["--model", "onnx"], "onnx:reply_relation@7", False),
    ],
)
def test_evaluate_says_which_model_it_measures_and_that_a_setting_is_not_used(
    btl, encoder, monkeypatch, given, measured, told
):
    monkeypatch.setenv("BTL_REPLY_RELATION_MODEL", "onnx")
    row = {"text": "I agree", "parent": "this is so"}
    lines = [json.dumps({**row, "label": label}) for label in ("support", "deny")]
    Path("data.jsonl").write_text("\n".join(lines), "utf-8")
    result = btl("evaluate", "reply_relation", "--data", "data.jsonl", *given)
    assert result.stdout.startswith(f"reply_relation by {measured}")
    assert (f"The package's model is measured: {NOT_USED}\n" in result.stderr) is told


def test_models_lists_who_judges_and_what_extras_would_add(btl, encoder, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    monkeypatch.setenv("BTL_REPLY_RELATION_MODEL", "onnx")
    listed = btl("models").stdout
    assert "reply_relation (BTL_REPLY_RELATION_MODEL): onnx:reply_relation@7\n  Right when it" in listed
    assert classifier_for("topic_stance", "builtin").sentence in listed
    for extra in extras.EXTRAS:
        assert extra.adds in listed
        assert f"The extra {extra.name} is not installed. {extra.remedy}" in listed


def test_models_goes_on_after_a_setting_that_is_no_choice(btl, monkeypatch):
    monkeypatch.setenv("BTL_STANCE_MODEL", "onnx")
    result = btl("models")
    assert result.exit_code == 1
    refused = (
        "stance (BTL_STANCE_MODEL): onnx cannot judge\n  there is no fine-tuned encoder of topic_stance."
    )
    assert refused in result.stdout
    for task in ("reply_relation", "offensive"):
        assert classifier_for(task, "builtin").sentence in result.stdout
    assert extras.EXTRAS[-1].adds in result.stdout


def test_what_an_extra_is_installed_by_is_what_readme_and_page_say():
    for page in ("README.md", "docs/better_models.md"):
        assert "pip install '.[transformers]'" in (ROOT / page).read_text("utf-8")
    assert extras.TRANSFORMERS.remedy.endswith("pip install '.[transformers]'")


def test_the_thread_page_says_how_right_the_judge_was_or_names_it():
    from dashboard.judges import who_judged

    package = classifier_for("topic_stance", "builtin")
    assert who_judged(pd.Series([package.label, None])) == package.sentence
    other = pd.Series([package.label, "own:the tunnel@12345678"])
    own = "the model of your own topic “the tunnel”"
    assert who_judged(other) == f"Judged by {package.label}, {own}; see `btl models`."
    assert who_judged(other.iloc[1:]) == f"Judged by {own}."


@pytest.mark.parametrize(
    "name", ["/some/absolute/none", "./none", "../none", "~/none", "some/where/none", "/none?LABEL_0=clean"]
)
@pytest.mark.parametrize("download", [False, True])
def test_a_path_that_leads_to_no_folder_is_no_name_on_the_hub(tmp_path, monkeypatch, name, download):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError) as caught:
        classifier_for("offensive", f"transformers:{name}", download=download)
    folder, _, _ = name.partition("?")
    assert str(caught.value).startswith(f"{folder}: there is no such folder. Give one that exists")


def test_that_a_home_is_written_out_is_said():
    with pytest.raises(
        ModelError, match=r"~/none: there is no such folder\. .* \(~ does not stand for your home"
    ):
        classifier_for("topic_stance", "nli:~/none")


def refused(_, source):
    raise ModelError("is not installed", source=source)


@pytest.mark.parametrize("name", ["mine", "some/model", "./mine", "some/where/mine"])
def test_a_folder_that_is_there_and_a_name_on_the_hub_need_the_extra(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for folder in ("mine", "some/where/mine"):
        Path(folder).mkdir(parents=True)
    monkeypatch.setattr(transformers_model, "require", refused)
    with pytest.raises(ModelError, match=f"^{name}: is not installed$"):
        classifier_for("offensive", f"transformers:{name}")
