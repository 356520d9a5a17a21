"""Appeals against bans, with their attachments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_29_appeals"
down_revision: str | None = "2026_11_29_processes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ban_id", sa.Uuid(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filed_at", instant, nullable=False),
        sa.Column("decide_by", instant, nullable=False),
        sa.Column("late_at", instant, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", instant, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", instant, nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("purged_at", instant, nullable=True),
        sa.CheckConstraint("state IN ('open', 'granted', 'refused')", name=op.f("ck_appeal_state")),
        sa.CheckConstraint("decision IN ('granted', 'refused')", name=op.f("ck_appeal_decision")),
        sa.CheckConstraint("confirmed_by <> decided_by", name=op.f("ck_appeal_confirmed_by_another")),
        sa.CheckConstraint("(state = 'open') = (confirmed_at IS NULL)", name=op.f("ck_appeal_open_until_confirmed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index("uq_appeal_open", "appeal", ["ban_id"], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_appeal_preselection", "appeal", ["preselection_id"], unique=False)
    op.create_index("ix_appeal_newest", "appeal", ["filed_at", "id"], unique=False)
    op.create_index("ix_appeal_confirmed", "appeal", ["confirmed_at"], unique=False)
    op.create_table(
        "appeal_attachment",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'jpeg', 'png')", name=op.f("ck_appeal_attachment_kind")),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_appeal_attachment")),
    )


def downgrade() -> None:
    op.drop_table("appeal_attachment")
    op.drop_table("appeal")
