"""What the scores mean and how far to trust them, read from the registry and the models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from threads.errors import ModelError
from threads.models import Card, load
from threads.scores import SCORES
from threads.scores.base import Score
from threads.scores.evaluate import SCORED, commonest

TITLE: Final = "What the scores mean and how far to trust them"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; every cell is text."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what there is to say, and the figures."""

    heading: str
    paragraphs: tuple[str, ...]
    tables: tuple[Table, ...] = ()


READING: Final = Section(
    "How to read the figures",
    (
        "A score describes the words of a comment, not the person who wrote it. None of them is fit to "
        "decide about anyone without a person reading the comment.",
        "A missing score is missing for a reason (another language, too short, nothing to compare with); it "
        "is never a zero.",
        "Every figure below was measured on texts that the model had not learnt from.",
    ),
    (
        Table(
            "The words used below",
            ("word", "what it means"),
            (
                ("precision", "of the comments given a label, the share that people gave it, too"),
                ("recall", "of the comments that people gave a label, the share that the score finds"),
                (
                    "F1",
                    "the harmonic mean of the two; macro-F1 is its mean over the labels, rare or not",
                ),
                (
                    "commonest label",
                    "the label that most comments have, and how often one is right who always says it; "
                    "macro-F1 and right there are to be read beside it",
                ),
                ("AUC", "how often, of an offensive and a clean comment, the offensive one is ranked higher"),
                ("speaks on", "the share of comments that get a label when the score may say unclear"),
                (
                    "70% right on",
                    "the largest share, surest first, of which seven in ten are right",
                ),
                (
                    "calibration error",
                    "how far a probability of .70 is from seven in ten, on average; beside it what chance "
                    "alone leaves at this many comments",
                ),
            ),
        ),
    ),
)

# Compound against the mean of twenty human ratings (Hutto & Gilbert 2014); a test measures it again.
SENTIMENT_RATINGS: Final[Mapping[str, tuple[int, float, float]]] = {
    "tweets": (4200, 0.872, 0.702),
    "sentences of newspaper editorials": (5190, 0.503, 0.557),
    "film reviews": (10605, 0.427, 0.422),
    "product reviews": (3708, 0.590, 0.560),
}

# Measured by `python -m benchmarks.learning_curve`; docs/own_topic.md has the accuracies and quartiles.
LEARNING_CURVE: Final[tuple[tuple[str, ...], ...]] = (
    ("replies in quarrels about Trump", "0.22", "0.28", "0.28", "0.34", "0.35", "0.40"),
    ("tweets on one event", "0.29", "0.33", "0.36", "0.39", "0.42", "0.43"),
    ("arguments on one claim", "0.36", "0.51", "0.61", "0.74", "–", "–"),
)
OWN_TOPIC: Final = Section(
    "Your own topic",
    (
        "On a topic that it has not seen, no model tells well who is for and who is against. A model that "
        "learnt from comments labelled by you does better, and says how much before you use it: btl topic "
        "suggest, btl topic fit, then --stance-model.",
        "How much labels bring depends on the talk: arguments are told apart by their words, and replies in "
        "a quarrel hardly, since their words do not say whom they are for. Ten labels bring little; begin "
        "with fifty to a hundred. Fifty that btl topic suggest asks for taught as much as a hundred others.",
    ),
    (
        Table(
            "Macro-F1 with so many labels, two or three labels to tell apart",
            ("texts", "always the commonest", "10", "20", "50", "100", "300"),
            LEARNING_CURVE,
        ),
    ),
)

TRUST: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": (
        "The numbers are those of vaderSentiment 3.3.2 to the last digit, which says nothing of VADER "
        "itself. It adds up rated words and a few rules: irony, quotation and what a comment is about are "
        "beyond it.",
        "News comments read more like editorials than like tweets: expect the second row. A mean over fifty "
        "comments says more than any single value.",
        "Comments in another language have none. In an English discussion, one in other letters is always "
        "told; of 553 short ones in Latin letters 84% were, and fewer than 16 letters are taken as "
        "English. Of 98,387 English texts 56 were taken for another language, nearly all of them rightly. In "
        "a discussion in another language, of 456 English lines of 16 to 39 letters two thirds were told, "
        "and of 475 German ones none was taken for English.",
    ),
    "verbosity": (
        "Counts and formulas with known definitions; nothing is learnt. Readability formulas were made for "
        "school books: compare comments of the same site with them, not people.",
    ),
    "spam": (
        "Arithmetic on what can be seen in the text, with weights set by hand. No labelled spam was at hand: "
        "how often it is right is not known.",
    ),
    "stance": (
        "On a short thread it mostly says unclear: a side is taken only where it is confident, and that is "
        "seldom. Unclear is no side, and neither is neutral.",
    ),
    "featuring": (
        "A weighted mean of six cues; the weights are settings, and the page of a discussion shows each cue "
        "with its weight. Words are counted, not understood: a well-made false claim has the same cues.",
        "The mean is over the cues that a comment has; one in another language or without an article to "
        "compare with has fewer, and one of under 10 words has none. Compare only comments of the same "
        "language on the same article.",
        "No picks by editors were at hand: how well it agrees with them is not known. It orders what a "
        "person reads first and decides nothing.",
    ),
}


def guide(scores: Sequence[Score] = SCORES) -> tuple[Section, ...]:
    """Return the guide: how to read figures, a section a score, then models of one's own topic."""
    return (READING, *(_section(score) for score in scores), OWN_TOPIC)


def _section(score: Score) -> Section:
    columns = tuple((column.name, column.help, column.unit) for column in score.columns)
    about = Table("Columns", ("column", "what it is", "unit"), columns)
    model = _card(score)
    if model is None:
        tables = (_ratings(),) if score.name == "sentiment" else ()
        return Section(score.name, (score.help, *TRUST.get(score.name, ())), (about, *tables))
    if isinstance(model, ModelError):
        return Section(score.name, (score.help, f"Its model cannot be used: {model}"), (about,))
    sources = "; ".join(model.data)
    paragraphs = (
        score.help,
        model.sentence,
        *TRUST.get(score.name, ()),
        f"Model {model.name}@{model.version}. Learnt from: {sources}. Licence: {model.licence}.",
    )
    return Section(score.name, paragraphs, (about, *_measured(model.measured["sets"])))


def _card(score: Score) -> Card | ModelError | None:
    """Return what is known of a score's model; None for a score that has none."""
    task = next((task for task, kind in SCORED.items() if type(score) is kind), None)
    if task is None:
        return None
    try:
        return load(SCORED[task]().builtin().label.partition("@")[0]).card
    except ModelError as error:
        return error


def _ratings() -> Table:
    rows = tuple(
        (name, f"{count:,}", f"{correlation:.2f}", f"{f1:.2f}")
        for name, (count, correlation, f1) in SENTIMENT_RATINGS.items()
    )
    header = ("texts", "n", "correlation with people", "macro-F1, negative, neutral or positive")
    return Table("Against the mean rating of twenty people", header, rows)


def _measured(sets: Mapping[str, Mapping[str, Any]]) -> Iterable[Table]:
    """Return one table over all sets, then one with the labels of each."""
    header = (
        "measured on",
        "n",
        "commonest label",
        "macro-F1",
        "AUC",
        "speaks on",
        "right there",
        "70% right on",
        "calibration error",
    )
    yield Table("How right it is", header, tuple(_row(name, found) for name, found in sets.items()))
    for name, found in sets.items():
        yield Table(f"Label by label: {name}", ("label", "n", "precision", "recall", "F1"), _labels(found))


def _row(name: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    label, share = commonest(found)
    return (
        name,
        f"{found['n']:,}",
        f"{label} {share:.2f}",
        _two(found["macro_f1"]),
        _two(found.get("auc")),
        _percent(found["coverage"]),
        _two(found["speaking"]["accuracy"]),
        _percent(found.get("coverage_at_70")),
        f"{found['calibration_error']:.3f} (chance {found['calibration_floor']:.3f})"
        if "calibration_error" in found
        else "–",
    )


def _labels(found: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (label, f"{row['n']:,}", _two(row["precision"]), _two(row["recall"]), _two(row["f1"]))
        for label, row in found["per_class"].items()
    )


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def as_markdown(sections: Iterable[Section]) -> str:
    """Return the guide as Markdown."""
    parts = [f"# {TITLE}"]
    for section in sections:
        parts += [f"## {section.heading}", *section.paragraphs]
        for table in section.tables:
            lines = [table.header, ("---",) * len(table.header), *table.rows]
            parts += [f"**{table.caption}**", "\n".join(map(_line, lines))]
    return "\n\n".join(parts) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
