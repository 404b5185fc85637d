"""How right a model of one's own topic is on labelled data: `btl evaluate topic_stance --model FILE`."""

from __future__ import annotations

from typing import Any

from threads.errors import InputError
from threads.scores.evaluate import Data, measure, read_examples, require_choice
from threads.scores.own_topic.label_file import TASK, same_target, target_of
from threads.scores.own_topic.model import OwnTopic
from threads.scores.own_topic.score import OwnStance


def evaluate_own(model: OwnTopic, data: Data) -> dict[str, Any]:
    """Return the figures of `threads.scores.evaluate.evaluate` for the rows of `data` on the model's target.

    Besides, left_out: rows that name another target; and learnt_from: rows whose text the model has learnt
    from, which say nothing about its judgement of others.

    Raises
    ------
    InputError
        The file cannot be read, no row is on the target, or all that are have one label.
    """
    examples = read_examples(TASK, data)
    kept = [number for number, row in enumerate(examples.rows) if same_target(target_of(row), model.target)]
    if not kept:
        raise InputError(f"no row is about {model.target!r}", source=str(data))
    chosen = examples.only(kept)
    require_choice(chosen, data)
    return {
        **measure(TASK, chosen, model, OwnStance(model)),
        "left_out": len(examples.texts) - len(kept),
        "learnt_from": int(model.saw(chosen.texts).sum()),
    }
