"""Comments to decide on, and deciding on them, for rows that work several processes hard."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from threads.moderation.decisions import ActionName
from threads.records import Comment, Discussion, Flag, Parsed, Report
from threads.storage import Action, Outcome, Store

BEGAN = datetime(2024, 5, 18, 12, tzinfo=UTC)


def fill(store: Store, comments: int, thread_id: str = "t") -> None:
    """Store a thread of flagged comments: c1, c2 and so on."""
    numbers = range(1, comments + 1)
    discussion = Discussion(
        thread_id=thread_id,
        source="trial",
        source_format="trial",
        comments=tuple(
            Comment(
                thread_id=thread_id,
                comment_id=f"c{number}",
                position=number,
                author=f"author {number % 7}",
                published_at=BEGAN + timedelta(minutes=number),
                text=f"Text {number}.",
                source_format="trial",
            )
            for number in numbers
        ),
    )
    flags = {(thread_id, f"c{number}"): [Flag("links", "It holds 3 links.", 3, 2)] for number in numbers}
    parsed = Parsed(discussions=(discussion,), report=Report(source="trial", kept=comments))
    store.add(parsed, pd.DataFrame(index=range(comments)), flags)


def act(
    store: Store,
    number: int,
    action: ActionName = "approve",
    *,
    key: str | None = None,
    actor: str = "anna",
    version: int = 0,
    batch: str | None = None,
) -> Outcome:
    """Decide on one comment of `fill`."""
    (outcome,) = store.decide(
        [
            Action(
                key=key or f"{actor}-{action}-{number}-{version}",
                thread_id="t",
                comment_id=f"c{number}",
                action=action,
                actor=actor,
                expected_version=version,
                batch=batch,
            )
        ]
    )
    return outcome
