"""Requests of operators that wait for a second operator."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_28_operator_requests"
down_revision: str | None = "2026_11_28_setup"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "operator_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('compose_early', 'extend_deadlines')", name=op.f("ck_operator_request_kind")),
        sa.CheckConstraint("confirmed_by <> requested_by", name=op.f("ck_operator_request_confirmed_by_another")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_request")),
    )
    op.create_index(
        "ix_operator_request_unconfirmed",
        "operator_request",
        ["requested_at"],
        unique=False,
        postgresql_where=sa.text("confirmed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("operator_request")
