"""`btl models`, `btl evaluate` and `btl train`: what judges, how right it is, and training it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from threads.commands.sources import finish, labelled
from threads.errors import ThreadsError

if TYPE_CHECKING:
    from threads.scores.evaluate import Data

TRAINED: Final = (
    *("reply_relation", "topic_stance", "offensive", "reply_links", "word_vectors"),
    *("encoder_reply_relation", "encoder_offensive"),
)
"""Each has a script of its name in training/."""
_LACKS: Final = {
    "no_text": "without a text",
    "no_parent": "without a parent",
    "no_target": "without a target",
    "not_english": "not in English",
    "no_word": "without a word that it reads",
}
"""What rows of an evaluation lack, in words."""
_FIELDS: Final = {"parent": "parent or parent_text", "target": "target"}
"""Where it is to stand."""


@click.command()
@click.argument("name", metavar="SCORE")
@click.option(
    "--data",
    required=True,
    metavar="FILE",
    help="Labelled JSON lines: text, label, and parent or target; - is standard input.",
)
@click.option("--json", "json_file", metavar="FILE", help="Write the figures as JSON; - is standard output.")
@click.option(
    "--model",
    metavar="MODEL",
    default="builtin",
    show_default=True,
    help="What judges: builtin, transformers:NAME; onnx, but not for stance; for stance alone nli:NAME or a "
    "file that `btl topic fit` made; for offensive a file that `btl train offensive --decisions` made.",
)
def evaluate(name: str, data: str, json_file: str | None, model: str) -> None:
    """Measure the score SCORE (reply_relation, topic_stance or offensive) on labelled data."""
    from threads.storage.files import whole_file

    answer = _measured(name, labelled(data), model)
    asked = click.get_current_context().get_parameter_source("model") is not ParameterSource.DEFAULT
    if not asked and (unused := _setting_not_used(answer["score"])):
        click.echo(unused, err=True)
    if json_file == "-":
        click.echo("\n".join([_mapping(answer), *_notes(answer)]), err=True)
        click.echo(_as_json(answer), nl=False)
        return
    if json_file is not None:
        with whole_file(Path(json_file)) as file:
            file.write(_as_json(answer))
    click.echo(figures_text(answer))


def _as_json(answer: dict[str, Any]) -> str:
    import orjson

    return orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n"


def _measured(name: str, data: Data, model: str) -> dict[str, Any]:
    from threads.scores import evaluate as measuring
    from threads.scores.chosen import classifier_for
    from threads.scores.own_topic import OwnTopic
    from threads.scores.own_topic.evaluating import evaluate_own
    from threads.settings import Settings

    download = bool(Settings.from_environment().download_models)
    name = measuring.task_of(name)
    judge = classifier_for(name, model, download=download, source="--model")
    return evaluate_own(judge, data) if isinstance(judge, OwnTopic) else measuring.evaluate(name, data, judge)


def _setting_not_used(task: str) -> str:
    """Return the line that says that a setting names another model than the one measured; "" where none."""
    from threads.scores.chosen import BUILTIN, choice_of, variable_of
    from threads.scores.evaluate import SCORED
    from threads.settings import Settings

    score = SCORED[task].name
    choice = choice_of(score, Settings.from_environment())
    if choice == BUILTIN:
        return ""
    return (
        f"The package's model is measured: {variable_of(score)}={choice} is not used here. "
        f"Give --model {shlex.quote(choice)} to measure that"
    )


@click.command()
def models() -> None:
    """List what judges each trained score and how right it is, and what extras would add."""
    from threads.scores.chosen import TASK_OF, choice_of, classifier_for, variable_of
    from threads.scores.extras import EXTRAS
    from threads.settings import Settings

    settings, failed = Settings.from_environment(), False
    for score, task in TASK_OF.items():
        choice = choice_of(score, settings)
        try:
            judge = classifier_for(task, choice, download=bool(settings.download_models))
            found = f"{judge.label}\n  {judge.sentence}"
        except ThreadsError as error:  # the others are listed all the same
            found, failed = f"{choice} cannot judge\n  {error}", True
        click.echo(f"{score} ({variable_of(score)}): {found}")
    for extra in EXTRAS:
        there = "is installed" if extra.missing is None else f"is not installed. {extra.remedy}"
        click.echo(f"The extra {extra.name} {there}\n  {extra.adds}")
    finish(failed)


@click.command()
@click.argument("name", metavar="MODEL", type=click.Choice(TRAINED))
@click.option("--data", metavar="FOLDER", help="Labelled data, laid out as training/README.md says.")
@click.option(
    "--decisions",
    metavar="URL",
    help="For offensive: fit the shipped model to the decisions of moderators in this database.",
)
@click.option("--out", required=True, metavar="FOLDER", help="Where weights, card and manifest entry go.")
def train(name: str, data: str | None, decisions: str | None, out: str) -> None:
    """Train MODEL again from data: one of the package's, or an encoder (encoder_…) to run beside them.

    Models: reply_relation, topic_stance, offensive, reply_links, word_vectors, encoder_reply_relation and
    encoder_offensive. With --decisions, offensive is fitted to what moderators decided.
    """
    from importlib import import_module

    if (data is None) == (decisions is None):
        raise click.UsageError("Give --data or --decisions, and not both")
    if decisions is not None:
        if name != "offensive":
            raise click.UsageError(f"--decisions is for offensive: of {name} decisions say nothing")
        _fit_to(decisions, Path(out))
        return
    entry = import_module(f"training.{name}").main(Path(str(data)), Path(out))
    _told(entry, out)
    click.echo(entry["says"])


def _fit_to(decisions: str, out: Path) -> None:
    """Fit the ranking to the decisions in a database, and say how right it is before and after."""
    from threads.storage import Store
    from training.own_offensive import compared_lines, main

    with Store.open(decisions, must_exist=True) as store:
        entry = main(store.learning.labelled(), out)
    click.echo("\n".join(compared_lines(entry["compared"])))
    _told(entry, out)
    click.echo(f"It judges once you set BTL_OFFENSIVE_MODEL={out / entry['file']}", err=True)


def _told(entry: dict[str, Any], out: str | Path) -> None:
    click.echo(
        f"{entry['name']}@{entry['version']}: {Path(out) / entry['file']}, SHA-256 {entry['sha256']}",
        err=True,
    )


def figures_text(answer: dict[str, Any]) -> str:
    """Return the figures of an evaluation for a terminal: the forced choice first, then with silence."""
    lines = [
        f"{answer['score']} by {answer['model']}, {answer['n']:,} rows",
        _mapping(answer),
        *_notes(answer),
        "",
        *_figures(answer),
    ]
    if answer.get("left_out"):
        lines += [
            "",
            f"{_rows(answer['left_out'], 'on another target was', 'on another target were')} left out.",
        ]
    if answer.get("learnt_from"):
        known = _rows(answer["learnt_from"], "is among those", "are among those")
        lines += ["", f"{known} it learnt from: judge it by others."]
    if "with_context" in answer:
        beside = answer["with_context"]
        lines += ["", f"Only the {beside['n']:,} rows with a text beside them", "", *_figures(beside)]
    return "\n".join(lines)


def _rows(count: int, one: str, many: str) -> str:
    return f"{count:,} {f'row {one}' if count == 1 else f'rows {many}'}"


def _mapping(answer: dict[str, Any]) -> str:
    renamed = [f"{word} = {label}" for word, label in sorted(answer["mapping"].items()) if word != label]
    return (
        f"Labels taken as: {', '.join(renamed)}" if renamed else "Labels are called as the score calls them."
    )


def _notes(answer: dict[str, Any]) -> Iterator[str]:
    """Yield what the rows lack that the score needs."""
    left = answer["without_value"]
    if not left["n"]:
        return
    why = ", ".join(f"{count:,} {_LACKS[reason]}" for reason, count in left["why"].items())
    rows = "1 row counts here that" if left["n"] == 1 else f"{left['n']:,} rows count here that"
    yield f"{rows} the score leaves without a value: {why}"
    for lacking, fields in _FIELDS.items():
        if left["why"].get(f"no_{lacking}") == answer["n"]:
            yield (
                f"Warning: no row has a {lacking}: these figures say nothing of what the score says. "
                f"Give it in the field {fields}"
            )


def _figures(found: dict[str, Any]) -> Iterator[str]:
    from threads.scores.evaluate import commonest

    label, share = commonest(found)
    yield "Every text given a label:"
    yield (
        f"  macro-F1 {found['macro_f1']:.3f}, accuracy {found['accuracy']:.3f}"
        + (f", AUC {found['auc']:.3f}" if "auc" in found else "")
        + f"; always saying {label}: accuracy {share:.3f}"
    )
    for label, row in found["per_class"].items():
        yield (
            f"  {label:<12} precision {row['precision']:.2f}  recall {row['recall']:.2f}  F1 {row['f1']:.2f}"
            f"  n {row['n']}"
        )
    if found["not_in_file"]:
        yield f"  Left out of the choice, as no row has it: {', '.join(found['not_in_file'])}"
    yield ""
    yield "Silent where not sure enough:"
    yield f"  speaks on {found['coverage']:.1%}" + _where_it_speaks(found["speaking"])
    yield f"  70% right on the surest {found['coverage_at_70']:.1%}"
    yield (
        f"  calibration error {found['calibration_error']:.3f}, of a perfect model here "
        f"{found['calibration_floor']:.3f}"
    )


def _where_it_speaks(speaking: dict[str, Any]) -> str:
    if not speaking["n"]:
        return ""
    said = ", ".join(
        f"{label} {row['precision']:.2f} of {row['n']}" for label, row in speaking["per_label"].items()
    )
    return f", right there {speaking['accuracy']:.2f} ({said})"
