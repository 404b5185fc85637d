"""`btl topic`: which comments to label, a model learnt from the labels, and how good it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from threads.commands.results import write_csv
from threads.commands.sources import STANDARD_INPUT, finish, labelled, parse_all, source_options

if TYPE_CHECKING:
    from threads.scores.own_topic import OwnTopic
    from threads.scores.own_topic.label_file import LabelFile

MOST: Final = 1_000  # comments suggested at a time
_PLAIN: Final = {
    "format_name": None,
    "timezone": None,
    "captured_at": None,
    "encoding": None,
    "no_article": True,
    "allow_private": False,
}
_LEFT_OUT: Final = {
    "repeated": "repeated",
    "contradictory": "labelled in two ways",
    "blank": "with nothing to read",
}


@click.group()
def topic() -> None:
    """Judge the stance toward your own topic: label some comments, learn from them, see how good it is."""


@topic.command()
@source_options
@click.option("--count", type=click.IntRange(1, MOST), default=20, show_default=True, help="How many.")
@click.option("--model", metavar="FILE", help="The model so far; it asks for what it is least sure of.")
@click.option(
    "--csv", "csv_file", metavar="FILE", required=True, help="Where to write; - is standard output."
)
def suggest(sources: tuple[str, ...], count: int, model: str | None, csv_file: str, **how: Any) -> None:
    """Write comments of SOURCES to label next: fill in the column stance, then `btl topic fit`.

    A source is a file, a web address, or - for standard input.
    """
    import pandas as pd

    from threads.errors import InputError
    from threads.frames import comments_frame
    from threads.scores.own_topic import load
    from threads.scores.own_topic.suggesting import suggest as places_of

    known = None if model is None else load(model)
    results, failed = parse_all(sources, how)
    frame = comments_frame(tuple(d for parsed in results for d in parsed.discussions))
    if len(frame):
        places = places_of(frame["text"].tolist(), count, known, frame["status"].tolist())
        if not places:
            raise InputError(
                "no comment is left to label",
                remedy="The model has learnt from all others than those deleted, blank or only quotation"
                if known
                else "All are deleted, blank or only quotation: give other sources",
            )
        chosen = frame.iloc[places][["thread_id", "comment_id", "text"]]
        write_csv(csv_file, chosen.assign(stance=pd.Series(None, index=chosen.index, dtype="str")), raw=False)
        written = _counted(len(places), "comment", "comments")
        click.echo(
            f"{written} to label: write supportive, critical or neutral into the column stance",
            err=True,
        )
    finish(failed)


@topic.command()
@click.argument("labels", metavar="LABELS")
@click.option("--target", metavar="TEXT", required=True, help="What the stance is toward.")
@click.option("--model", metavar="FILE", required=True, help="Where the model goes (.npz).")
@click.option(
    "--comments",
    "sources",
    metavar="SOURCE",
    multiple=True,
    help="Take texts from there, by comment_id, where LABELS has none; may be given again. - is standard "
    "input.",
)
@click.option("--db", metavar="URL", help="Take such texts from this database, too.")
def fit(labels: str, target: str, model: str, sources: tuple[str, ...], db: str | None) -> None:
    """Learn from LABELS (CSV with text and stance, or JSON lines; - is standard input).

    It says how good what it learnt is, then saves it.
    """
    from threads.errors import InputError
    from threads.scores.own_topic import fit as learn
    from threads.scores.own_topic.label_file import read_labels

    if not target.strip():
        raise click.UsageError("--target is empty: say what the stance is toward")
    if Path(model).suffix.lower() != ".npz":
        raise click.UsageError(
            f"--model {model}: the name of a model ends in .npz: write {Path(model).stem or 'model'}.npz"
        )
    if labels == STANDARD_INPUT and STANDARD_INPUT in sources:
        raise click.UsageError("only one of LABELS and --comments can be standard input")
    texts = {**_texts(sources), **({} if db is None else _stored(db))}
    data = labelled(labels)
    found = read_labels(data, target, texts if sources or db else None)
    try:
        learnt = learn(found.texts, found.labels, target)
    except InputError as error:
        raise InputError(error.problem, source=str(data), remedy=error.remedy) from None
    click.echo("\n".join([*_mapping(found), *report(learnt)]))
    learnt.save(Path(model))
    click.echo(f"Saved as {model}; use it with `btl analyse SOURCE --stance-model {model}`", err=True)


@topic.command()
@click.argument("model", metavar="MODEL")
def show(model: str) -> None:
    """Say what MODEL was learnt from and how good it is."""
    from threads.scores.own_topic import load

    click.echo("\n".join(report(load(model))))


def report(model: OwnTopic) -> Iterator[str]:
    """Yield the lines that say how good a model is: by label, beside the majority, and with fewer labels."""
    figures = model.figures
    found, usual, left = figures["cross_validated"], figures["majority"], figures["left_out"]
    labelled = ", ".join(f"{count} {label}" for label, count in figures["labelled"].items())
    yield f"{model.label}, stance toward: {model.target}"
    yield f"Learnt from {found['n']:,} comments: {labelled}."
    gone = ", ".join(f"{left[reason]} {text}" for reason, text in _LEFT_OUT.items() if left[reason])
    if gone:
        yield f"Left out: {gone}."
    if copies := figures.get("near_copies"):  # files of earlier versions do not say
        yield (
            f"{_counted(copies, 'comment nearly repeats', 'comments nearly repeat')} another: each was "
            "judged by what had learnt from no copy of it."
        )
    yield ""
    yield "On labelled comments that it had not seen (cross-validation), every one given a label:"
    yield (
        f"  accuracy {found['accuracy']:.2f} ({_from_to(figures['accuracy_interval'])}), "
        f"macro-F1 {found['macro_f1']:.2f} ({_from_to(figures['macro_f1_interval'])})"
    )
    always = f"accuracy {usual['accuracy']:.2f}, macro-F1 {usual['macro_f1']:.2f}"
    yield f"  always saying {usual['label']}: {always}"
    for label, row in found["per_class"].items():
        yield (
            f"  {label:<12} precision {row['precision']:.2f}  recall {row['recall']:.2f}  "
            f"F1 {row['f1']:.2f}  n {row['n']}"
        )
    if not model.surely_better:
        yield "  That is not surely better than guessing: label more comments before you use it."
    yield from [
        "",
        "Silent where not sure enough:",
        *_silence(model),
        "",
        "With fewer labels:",
        *_curve(figures),
    ]


def _silence(model: OwnTopic) -> Iterator[str]:
    found = model.figures["cross_validated"]
    speaking = found["speaking"]
    said = ", ".join(
        f"{label} {row['precision']:.2f} of {row['n']}" for label, row in speaking["per_label"].items()
    )
    yield f"  speaks on {found['coverage']:.0%}" + (
        f", right there {speaking['accuracy']:.2f} ({said})" if speaking["n"] else ""
    )
    never = model.never_said
    for label, threshold in zip(model.labels, model.thresholds, strict=True):
        if label not in never:
            yield f"  {label}: said from probability {threshold:.2f}"
        elif never[label]:
            yield f"  {label}: never said; needs {never[label]} more to be said, at the least"
        else:
            yield f"  {label}: never said; not right often enough, or not on enough comments"
    yield (
        f"  calibration error {found['calibration_error']:.2f}, of a perfect model here "
        f"{found['calibration_floor']:.2f}"
    )


def _curve(figures: dict[str, Any]) -> Iterator[str]:
    yield "  labels  macro-F1 (middle half of draws)  accuracy (middle half of draws)"
    for row in figures["curve"]:
        yield (
            f"  {row['labels']:>6}  {row['macro_f1']:.2f} ({_from_to(row['macro_f1_quartiles'])})"
            f"               {row['accuracy']:.2f} ({_from_to(row['accuracy_quartiles'])})"
        )
    found = figures["cross_validated"]
    yield f"  {found['n']:>6}  {found['macro_f1']:.2f} by cross-validation        {found['accuracy']:.2f}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _from_to(interval: list[float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"


def _mapping(found: LabelFile) -> Iterator[str]:
    renamed = [f"{word} = {label}" for word, label in sorted(found.mapping.items()) if word != label]
    yield (
        f"Labels taken as: {', '.join(renamed)}" if renamed else "Labels are called as the score calls them."
    )
    if found.unlabelled:
        empty = _counted(found.unlabelled, "row has no label and was", "rows have no label and were")
        yield f"{empty} left out."
    if found.elsewhere:
        other = _counted(found.elsewhere, "row on another target was", "rows on another target were")
        yield f"{other} left out."
    if found.unread:
        yield f"The column label was read; the column {found.unread} beside it was not."


def _texts(sources: tuple[str, ...]) -> dict[tuple[str, str], str]:
    results, _ = parse_all(sources, _PLAIN) if sources else ([], False)
    comments = (c for parsed in results for d in parsed.discussions for c in d.comments)
    return {(comment.thread_id, comment.comment_id): comment.text for comment in comments}


def _stored(db: str) -> dict[tuple[str, str], str]:
    from threads.storage import Store

    with Store.open(db, must_exist=True) as store:
        frame = store.comments()
    keys = zip(frame["thread_id"], frame["comment_id"], strict=True)
    return dict(zip(keys, frame["text"], strict=True))
