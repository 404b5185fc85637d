"""The first tables: imports, discussions, comments, scores, flags, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_APPEND_ONLY = "decisions are append-only"


def upgrade() -> None:
    """Make the tables and the triggers that keep decisions as they were made."""
    _imports()
    _discussions()
    _comments()
    _scores_and_flags()
    _decisions()
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("imported_at", _TIME, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Text, nullable=False),
        sa.Column("warnings", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )


def _discussions() -> None:
    op.create_table(
        "discussions",
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_format", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("article_text", sa.Text),
        sa.Column("published_at", _TIME),
        sa.Column("language", sa.Text),
        sa.Column("captured_at", _TIME),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("comments", sa.Integer, nullable=False),
        sa.Column("authors", sa.Integer, nullable=False),
        sa.Column("first_at", _TIME),
        sa.Column("last_at", _TIME),
        sa.Column("mean_sentiment", sa.Float),
        sa.Column("supportive", sa.Integer),
        sa.Column("critical", sa.Integer),
        sa.Column("neutral", sa.Integer),
        sa.Column("unclear", sa.Integer),
        sa.PrimaryKeyConstraint("thread_id", name="pk_discussions"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_discussions_import_id"),
    )


def _comments() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("comment_id", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("parent_source", sa.Text),
        sa.Column("parent_confidence", sa.Float),
        sa.Column("author", sa.Text),
        sa.Column("author_id", sa.Text),
        sa.Column("published_at", _TIME),
        sa.Column("published_at_raw", sa.Text),
        sa.Column("published_at_precision", sa.Text, nullable=False),
        sa.Column("timezone_source", sa.Text, nullable=False),
        sa.Column("edited_at", _TIME),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("likes", sa.BigInteger),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("source_format", sa.Text, nullable=False),
        sa.Column("imported_at", _TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("risk", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["thread_id"], ["discussions.thread_id"], name="fk_comments_thread_id"),
        sa.UniqueConstraint("thread_id", "comment_id", name="uq_comments_thread_id_comment_id"),
        sa.CheckConstraint("state IN ('open', 'approved', 'rejected')", name="ck_comments_state"),
    )
    for columns in (["thread_id", "position"], ["state", "risk"], ["author_id"], ["author"]):
        op.create_index(f"ix_comments_{'_'.join(columns)}", "comments", columns)


def _scores_and_flags() -> None:
    op.create_table(
        "scores",
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("values", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("comment", name="pk_scores"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_scores_comment"),
    )
    op.create_table(
        "flags",
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("limit", sa.Float, nullable=False),
        sa.Column("spans", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("comment", "rule", name="pk_flags"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_flags_comment"),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("before_state", sa.Text, nullable=False),
        sa.Column("after_state", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("decided_at", _TIME, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("undoes", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_decisions_comment"),
        sa.ForeignKeyConstraint(["undoes"], ["decisions.id"], name="fk_decisions_undoes"),
        sa.UniqueConstraint("key", name="uq_decisions_key"),
        sa.UniqueConstraint("undoes", name="uq_decisions_undoes"),
        sa.UniqueConstraint("comment", "version", name="uq_decisions_comment_version"),
        sa.CheckConstraint("action IN ('approve', 'reject', 'undo')", name="ck_decisions_action"),
    )


def _sqlite_triggers() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER decisions_no_{change.lower()} BEFORE {change} ON decisions "
            f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION decisions_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions "
        "FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only()"
    )
