"""Set-up by operators: what an office has for its visitors, notices in several languages, policies with dates."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_28_setup"
down_revision: str | None = "2026_11_28_staff_persons"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("office", _empty_json("names"))
    op.add_column("office", sa.Column("hours", sa.Text(), nullable=True))
    op.add_column("office", sa.Column("telephone", sa.Text(), nullable=True))
    # A prefix that was taken from an office keeps its segments until another office gets it.
    op.alter_column("prefix", "office_code", nullable=True)
    op.add_column("notice", _empty_json("translations"))
    op.add_column("notice", sa.Column("request_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_notice_request_id"), "notice", ["request_id"])
    op.create_table(
        "office_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_code", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overrides", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("confirmed_by <> requested_by", name=op.f("ck_office_policy_confirmed_by_another")),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR effective_from IS NOT NULL", name=op.f("ck_office_policy_confirmed_has_a_start")
        ),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_office_policy_office_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_policy")),
    )
    op.create_index("ix_office_policy_office_code", "office_policy", ["office_code", "effective_from"], unique=False)


def downgrade() -> None:
    op.drop_table("office_policy")
    op.drop_constraint(op.f("uq_notice_request_id"), "notice", type_="unique")
    op.drop_column("notice", "request_id")
    op.drop_column("notice", "translations")
    op.alter_column("prefix", "office_code", nullable=False)
    for name in ("telephone", "hours", "names"):
        op.drop_column("office", name)


def _empty_json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False)
