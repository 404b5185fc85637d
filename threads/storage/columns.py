"""What is known of the columns of tables of comments."""

from __future__ import annotations

from threads.records import COMMENT_COLUMNS, STATE_COLUMN, Column


def known_columns() -> tuple[Column, ...]:
    """Return every column that a table of comments may have."""
    from threads.scores import score_columns  # noqa: PLC0415 - their modules are slow to import

    return (*COMMENT_COLUMNS, *score_columns(), STATE_COLUMN)
