"""What trained scores are asked: the labels of each task, and what other people call them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from threads.errors import SettingError

_BETWEEN_WORDS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Task:
    """A question put to texts: its labels, and the words by which data and foreign models mean them.

    `contexts` are the fields of labelled data that hold the text beside the comment, the first one present
    counts; none where a comment is judged by itself.
    """

    name: str
    labels: tuple[str, ...]
    contexts: tuple[str, ...]
    meanings: Mapping[str, str]

    def meaning(self, word: str) -> str | None:
        """Return the label that `word` stands for, in any case, with blanks or hyphens for "_"; else None."""
        return self.meanings.get(_folded(word))


def _folded(word: str) -> str:
    return _BETWEEN_WORDS.sub("_", word.strip().lower())


def _meanings(**words: str) -> dict[str, str]:
    """Return each word with its label, which stands for itself, too."""
    return {_folded(word): label for label, listed in words.items() for word in (label, *listed.split())}


TASKS: Final[dict[str, Task]] = {
    task.name: task
    for task in (
        Task(
            "reply_relation",
            ("agrees", "disagrees", "asks", "comments"),
            ("parent", "parent_text"),
            _meanings(
                agrees="agree agreement support supports supportive",
                disagrees="disagree disagreement deny denies undermine critical",
                asks="ask query question",
                comments="comment neutral",
            ),
        ),
        Task(
            "topic_stance",
            ("supportive", "critical", "neutral"),
            ("target", "parent"),
            _meanings(
                supportive="support supports favor favour pro for agree agrees",
                critical="undermine undermines against con contra deny denies disagree disagrees oppose",
                neutral="none comment query unrelated off_topic neither",
            ),
        ),
        Task(
            "offensive",
            ("offensive", "clean"),
            (),
            _meanings(
                offensive="hate hateful hate_speech toxic severe_toxic toxicity severe_toxicity attack "
                "abusive abuse offence obscene obscenity profanity insult threat identity_attack "
                "identity_hate 1 true yes",
                clean="neither normal none non_hateful not_hateful not_hate nothate non_toxic not_toxic "
                "non_offensive not_offensive ok okay 0 false no",
            ),
        ),
    )
}


def task(name: str) -> Task:
    """Return the task called `name`; SettingError lists the known ones."""
    if name not in TASKS:
        raise SettingError(f"{name} cannot be evaluated", remedy=f"Known: {', '.join(TASKS)}")
    return TASKS[name]


def mapped(words: Iterable[str], asked: Task) -> dict[str, str]:
    """Return the label that each of `words` stands for; words that stand for none are left out."""
    found = {word: asked.meaning(word) for word in words}
    return {word: label for word, label in found.items() if label is not None}
