"""Who judged the stances that a page shows, and how right that is."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dashboard.pages.base import Context
from dashboard.text import one_line
from threads.language import _, number, percent
from threads.own_topics import kept
from threads.scores.own_topic import OwnTopic
from threads.scores.stance import Stance

OWN: Final = "own:"
"""What names of models of one's own begin with."""


def who_judged(models: pd.Series, own: OwnTopic | None = None) -> str:
    """Return how right the judge of the stances is; just a name where it is another than `own`."""
    builtin, labels = Stance().classifier, models.dropna().unique().tolist()
    if own is not None and labels == [own.label]:
        return _(
            "Judged by your own model of the stance toward “{target}”. {sentence}",
            target=one_line(own.target, 120),
            sentence=_how_right(own),
        )
    if labels == [builtin.label]:
        return _(builtin.sentence)
    told = ", ".join(_called(label) for label in labels)
    if all(label.startswith(OWN) for label in labels):
        return _("Judged by {list}.", list=told)
    return _("Judged by {list}; see `btl models`.", list=told)


def own_model(context: Context, thread_id: str) -> OwnTopic | None:
    """Return the model of one's own that was kept for a discussion."""
    target = context.store.labels.target_of(thread_id)
    return None if target is None else kept(context.settings, thread_id, target)


def _how_right(own: OwnTopic) -> str:
    """Return what `own.sentence` says, in the language in use."""
    found, usual = own.figures["cross_validated"], own.figures["majority"]
    commonest = usual["label"]
    return _(
        "Learnt from {labelled} comments that its user labelled; on others of them than it had seen right "
        "{right} of the time, where always saying {label} would be right {usual}.",
        labelled=number(found["n"]),
        right=percent(found["accuracy"]),
        label=_(commonest),
        usual=percent(usual["accuracy"]),
    )


def _called(label: str) -> str:
    """Return what readers call a model: one of their own by what it is about, another by its name."""
    if not label.startswith(OWN):
        return one_line(label, 80)
    target = label.removeprefix(OWN).rpartition("@")[0]
    return _("the model of your own topic “{target}”", target=one_line(target, 80))
