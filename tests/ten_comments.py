"""Ten comments small enough to work every measure out by hand."""

import pandas as pd

STANCES = {"+": "supportive", "-": "critical", "0": "neutral"}
ROWS = """c1 A 0 R +
c2 B 2 c1 -
c3 A 3 c2 +
c4 C 4 c1 -
c5 B 10 c3 -
c6 D 40 R +
c7 A 41 c6 +
c8 E 42 R 0
c9 C 43 c7 -
c10 A 100 c9 +"""


def ten_comments():
    """Return them as a frame: A and D are supportive, B and C critical, E is neither; R is the article."""
    rows = [row.split() for row in ROWS.splitlines()]
    start = pd.Timestamp("2024-05-17T20:00", tz="UTC")
    return pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [row[0] for row in rows],
            "parent_id": [None if row[3] == "R" else row[3] for row in rows],
            "parent_source": [None if row[3] == "R" else "given" for row in rows],
            "author": [row[1] for row in rows],
            "published_at": [start + pd.Timedelta(minutes=int(row[2])) for row in rows],
            "published_at_precision": "minute",
            "text": "some words",
            "stance": [STANCES[row[4]] for row in rows],
        }
    )
