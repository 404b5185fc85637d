"""Your own topic: a model of the stance toward one target, learnt from comments that its user labelled."""

from __future__ import annotations

from threads.scores.own_topic.fitting import fit
from threads.scores.own_topic.model import OwnTopic, load

__all__ = ["OwnTopic", "fit", "load"]
