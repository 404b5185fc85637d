"""What programs said a text ought to score, kept to learn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select

from threads.storage import tables
from threads.storage.engine import reading, writing

LEARNT: Final = "TOXICITY"
OFFENDS: Final = 0.5
"""A text counts as offensive from this suggested score on."""
_s = tables.suggestions.c


class Suggestions:
    """The suggested scores in a store; `store.suggestions`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def add(self, text: str, language: str | None, scores: Mapping[str, float], *, actor: str) -> None:
        """Keep what somebody's program suggested: scores from 0 to 1 by attribute."""
        values = {"at": self._clock(), "actor": actor, "text": text, "language": language}
        with writing(self._engine) as connection:
            connection.execute(tables.suggestions.insert().values(**values, scores=dict(scores)))

    def count(self) -> int:
        """Return how many are kept."""
        with reading(self._engine) as connection:
            return len(connection.scalars(select(_s.id)).all())


def labelled_suggestions(connection: Connection) -> list[tuple[str, int]]:
    """Return the texts that were suggested to be offensive (1) or not (0), in English or unknown language."""
    query = select(_s.text, _s.scores, _s.language).order_by(_s.id)
    return [
        (text, int(scores[LEARNT] >= OFFENDS))
        for text, scores, language in connection.execute(query)
        if LEARNT in scores and (language or "en").split("-")[0].lower() == "en"
    ]
