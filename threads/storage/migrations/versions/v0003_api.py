"""Programs that ask over HTTP: what a token is for, and answers kept to be given again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BEFORE = "read score"  # what a token opened so far: exports and scores


def upgrade() -> None:
    """Give tokens scopes, and make the table of kept answers."""
    op.add_column("tokens", sa.Column("scopes", sa.Text, nullable=False, server_default=_BEFORE))
    op.create_table(
        "kept_answers",
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.Text),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_kept_answers"),
    )
    op.create_index("ix_kept_answers_at", "kept_answers", ["at"])
