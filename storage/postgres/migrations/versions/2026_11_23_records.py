"""Codes, the blacklist, stored responses, and the local phone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_23_records"
down_revision: str | None = "2026_11_23_preselections"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("while_holding", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    op.create_index("ix_code_phone", "code", ["phone_hash", "created_at"], unique=False)
    op.create_index(
        "uq_code_live",
        "code",
        ["subject_hash", "purpose", "preselection_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("sent_at IS NOT NULL AND used_at IS NULL AND replaced_at IS NULL"),
    )
    op.create_table(
        "failed_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("applicant_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_check")),
    )
    op.create_index("ix_failed_check_applicant", "failed_check", ["applicant_hash", "at"], unique=False)
    op.create_table(
        "blacklist",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_hash", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("since <= until", name=op.f("ck_blacklist_since_before_until")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blacklist")),
    )
    op.create_index("ix_blacklist_newest", "blacklist", ["since"], unique=False)
    op.create_index("ix_blacklist_preselection", "blacklist", ["preselection_id"], unique=False)
    op.create_index(
        "uq_blacklist_live", "blacklist", ["party_hash"], unique=True, postgresql_where=sa.text("released_at IS NULL")
    )
    op.create_table(
        "idempotency",
        sa.Column("caller_hash", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(status IS NULL) = (answer IS NULL)", name=op.f("ck_idempotency_answer_has_a_status")),
        sa.PrimaryKeyConstraint("caller_hash", "path", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created", "idempotency", ["created_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "text_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_message")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_text_message_idempotency_key")),
    )
    op.create_index("ix_text_message_phone", "text_message", ["phone_hash", "sent_at"], unique=False)


def downgrade() -> None:
    op.drop_table("text_message")
    op.drop_table("idempotency")
    op.drop_table("blacklist")
    op.drop_table("failed_check")
    op.drop_table("code")
