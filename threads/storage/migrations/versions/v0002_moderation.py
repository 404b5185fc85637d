"""Moderators at work: more states and actions, claims, second opinions, accounts, audit log, deliveries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from threads.storage.audit import record
from threads.storage.tables import StoredJson, StoredText, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_STATES = "'open', 'approved', 'featured', 'rejected', 'held', 'escalated'"
_ACTIONS = "'approve', 'not_offensive', 'feature', 'reject', 'hold', 'escalate', 'undo'"
_DELIVERY_STATES = "'waiting', 'delivered', 'failed', 'superseded', 'unneeded'"
_ROLES = "'viewer', 'moderator', 'admin'"
_APPEND_ONLY = "{} are append-only"
_STAGE = (
    "CASE WHEN state IN ('approved', 'featured', 'rejected') THEN 'decided' "
    "WHEN emptied_at IS NOT NULL THEN 'gone' WHEN state IN ('held', 'escalated') THEN 'held' "
    "WHEN risk IS NULL THEN 'new' ELSE 'flagged' END"
)
_BY = {
    "risk": ("urgency", "appeared_at", "id", "state", "flagged_by", "offensive", "published_at"),
    "age": ("appeared_at", "id", "state", "urgency", "flagged_by", "offensive", "published_at"),
    "thread": (
        "thread_id",
        "position",
        "id",
        "state",
        "urgency",
        "appeared_at",
        "flagged_by",
        "offensive",
        "published_at",
    ),
}
_AUDITED = ("key", "thread_id", "comment_id", "version", "action", "before_state", "after_state", "undoes")


def upgrade() -> None:
    """Widen what a decision may be, move notes to a table of their own, make the new tables."""
    _notes()
    if op.get_bind().dialect.name == "sqlite":
        _widen_on_sqlite()
    else:
        _widen_on_postgresql()
    op.create_index("ix_comments_imported_at", "comments", ["imported_at"])
    op.create_index("ix_comments_published_at", "comments", ["published_at"])
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    op.create_index("ix_decisions_actor", "decisions", ["actor"])
    op.create_index("ix_decisions_batch", "decisions", ["batch"])
    _queue()
    _moderation()
    _audit()
    _accounts()
    _outlines()
    _suggestions()
    _keeping()
    _labels()
    _live()
    _put_on_record()


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("decision", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("decision", name="pk_notes"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name="fk_notes_decision"),
    )
    op.execute("INSERT INTO notes SELECT id, note FROM decisions WHERE note IS NOT NULL")


def _widen_on_sqlite() -> None:
    # SQLite cannot change a CHECK: the tables are made anew. 0001 gave the old ones their prefix twice.
    state = sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_comments_state"))
    with op.batch_alter_table("comments", recreate="always", table_args=(state,)) as table:
        table.add_column(sa.Column("emptied_at", _TIME))
        table.drop_constraint(op.f("ck_comments_ck_comments_state"), type_="check")
        for column in _for_the_queue():
            table.add_column(column)
    action = sa.CheckConstraint(f"action IN ({_ACTIONS})", name=op.f("ck_decisions_action"))
    with op.batch_alter_table("decisions", recreate="always", table_args=(action,)) as table:
        table.drop_constraint(op.f("ck_decisions_ck_decisions_action"), type_="check")
        table.drop_column("note")
        table.add_column(sa.Column("reason", sa.Text))
        table.add_column(sa.Column("batch", sa.Text))
    _append_only_on_sqlite("decisions")  # the old triggers went with the old table


def _widen_on_postgresql() -> None:
    for table, column, words in (("comments", "state", _STATES), ("decisions", "action", _ACTIONS)):
        name = f"ck_{table}_{column}"
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")  # 0001 gave it the prefix twice
        op.create_check_constraint(op.f(name), table, f"{column} IN ({words})")
    op.add_column("comments", sa.Column("emptied_at", _TIME))
    for column in ("author_id", "author"):
        op.drop_index(f"ix_comments_{column}", "comments")
        op.create_index(f"ix_comments_{column}", "comments", [column], postgresql_using="hash")
    for worked_out in _for_the_queue():
        op.add_column("comments", worked_out)
    op.drop_column("decisions", "note")
    op.add_column("decisions", sa.Column("reason", sa.Text))
    op.add_column("decisions", sa.Column("batch", sa.Text))


def _for_the_queue() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("flagged_by", sa.Text),
        sa.Column("offensive", sa.Float),
        sa.Column("stage", sa.Text, sa.Computed(_STAGE, persisted=True), nullable=False),
        sa.Column("urgency", sa.Float, sa.Computed("coalesce(-risk, 0)", persisted=True), nullable=False),
        sa.Column(
            "appeared_at",
            _TIME,
            sa.Computed("coalesce(published_at, imported_at)", persisted=True),
            nullable=False,
        ),
    )


def _queue() -> None:
    """Make what the queue is ordered and chosen by."""
    op.drop_index("ix_comments_state_risk", "comments")
    op.execute("UPDATE flags SET rule = 'reported' WHERE rule = 'held'")  # a state has that name now
    _copy_flags_and_scores()
    for order, columns in _BY.items():
        op.create_index(f"ix_comments_by_{order}", "comments", ["stage", *columns])


def _copy_flags_and_scores() -> None:
    connection = op.get_bind()
    comments = sa.table("comments", sa.column("id"), sa.column("flagged_by"), sa.column("offensive"))
    flags = sa.table("flags", sa.column("comment"), sa.column("rule"))
    scores = sa.table("scores", sa.column("comment"), sa.column("values", StoredJson))
    raised: dict[int, list[str]] = {}
    for key, rule in connection.execute(sa.select(flags).order_by(flags.c.comment, flags.c.rule)):
        raised.setdefault(key, []).append(rule)
    query = sa.select(scores.c.comment, scores.c["values"]).execution_options(yield_per=5_000)
    offensive = {key: values.get("offensive") for key, values in connection.execute(query)}
    rows = [
        {
            "key": key,
            "rules": f"|{'|'.join(raised[key])}|" if key in raised else None,
            "score": offensive.get(key),
        }
        for key in raised.keys() | offensive.keys()
    ]
    if rows:
        statement = sa.update(comments).where(comments.c.id == sa.bindparam("key"))
        values: dict[str, Any] = {"flagged_by": sa.bindparam("rules"), "offensive": sa.bindparam("score")}
        connection.execute(statement.values(values), rows)


def _moderation() -> None:
    op.create_table(
        "claims",
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("claimed_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("comment", name="pk_claims"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_claims_comment"),
    )
    op.create_index("ix_claims_expires_at", "claims", ["expires_at"])
    op.create_table(
        "second_opinions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("decision", sa.Integer, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("given_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_second_opinions"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name="fk_second_opinions_decision"),
        sa.UniqueConstraint("decision", "actor", name="uq_second_opinions_decision_actor"),
    )
    op.create_table(
        "rule_books",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("values", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_books"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("decision", sa.Integer, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", _TIME),
        sa.Column("leased_until", _TIME),
        sa.Column("delivered_at", _TIME),
        sa.Column("answer", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["decision"], ["decisions.id"], name="fk_deliveries_decision"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
        sa.UniqueConstraint("decision", "target", name="uq_deliveries_decision_target"),
        sa.CheckConstraint(f"state IN ({_DELIVERY_STATES})", name=op.f("ck_deliveries_state")),
    )
    op.create_index("ix_deliveries_state_next_at", "deliveries", ["state", "next_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_event", "audit", ["event"])
    if op.get_bind().dialect.name == "sqlite":
        _append_only_on_sqlite("audit")
    else:
        _append_only_on_postgresql("audit")


def _accounts() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("preferences", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
        sa.UniqueConstraint("subject", name="uq_users_subject"),
        sa.CheckConstraint(f"role IN ({_ROLES})", name=op.f("ck_users_role")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME),
        sa.Column("used_at", _TIME),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tokens_user_id"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
        sa.CheckConstraint(f"role IN ({_ROLES})", name=op.f("ck_tokens_role")),
    )
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_sign_ins"),
    )
    op.create_index("ix_failed_sign_ins_account_at", "failed_sign_ins", ["account", "at"])
    op.create_index("ix_failed_sign_ins_address_at", "failed_sign_ins", ["address", "at"])


def _outlines() -> None:
    op.create_table(
        "outlines",
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("thread_id", name="pk_outlines"),
        sa.ForeignKeyConstraint(["thread_id"], ["discussions.thread_id"], name="fk_outlines_thread_id"),
    )
    op.create_index("ix_outlines_stamp", "outlines", ["stamp"])


def _suggestions() -> None:
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("scores", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
    )
    op.create_index("ix_suggestions_at", "suggestions", ["at"])


def _keeping() -> None:
    op.create_table(
        "erasures",
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("made_with", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_erasures"),
    )


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("comment", sa.Integer, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.ForeignKeyConstraint(["comment"], ["comments.id"], name="fk_labels_comment"),
    )
    op.create_index("ix_labels_comment", "labels", ["comment"])


def _live() -> None:
    """Make room for comments that come one by one."""
    op.add_column("imports", sa.Column("live", sa.Boolean, nullable=False, server_default=sa.false()))
    for name in ("revision", "settled"):
        op.add_column("discussions", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    for name in ("changed_at", "deleted_at"):
        op.add_column("comments", sa.Column(name, _TIME))
    op.create_table(
        "looked_at",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_looked_at"),
    )
    op.create_index("ix_comments_thread_id_parent_id", "comments", ["thread_id", "parent_id"])


def _put_on_record() -> None:
    """Begin the audit log with the decisions made before there was one."""
    query = sa.text(
        "SELECT d.id, d.key, c.thread_id, c.comment_id, d.version, d.action, d.before_state, d.after_state, "
        "d.undoes, d.actor, d.decided_at FROM decisions d JOIN comments c ON c.id = d.comment ORDER BY d.id"
    ).columns(
        key=StoredText, thread_id=StoredText, comment_id=StoredText, actor=StoredText, decided_at=UtcTime
    )
    connection = op.get_bind()
    for row in connection.execute(query).mappings().all():
        details = {
            "decision": row["id"],
            **{name: row[name] for name in _AUDITED},
            "reason": None,
            "batch": None,
        }
        record(connection, "decision", row["actor"], details, row["decided_at"])


def _append_only_on_sqlite(table: str) -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY.format(table)}'); END"
        )


def _append_only_on_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY.format(table)}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )
