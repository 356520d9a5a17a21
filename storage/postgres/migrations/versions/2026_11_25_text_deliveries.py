"""The delivery of each SMS, and the bans that should have ended."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_25_text_deliveries"
down_revision: str | None = "2026_11_25_inspections"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "text_delivery",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_text_delivery")),
    )
    op.create_index("ix_text_delivery_preselection", "text_delivery", ["preselection_id"], unique=False)
    op.create_index("ix_text_delivery_newest", "text_delivery", ["ordered_at", "preselection_id"], unique=False)
    op.create_index(
        "ix_text_delivery_open",
        "text_delivery",
        ["ordered_at"],
        unique=False,
        postgresql_where=sa.text("handed_at IS NULL"),
    )
    op.create_index(
        "ix_blacklist_live_until",
        "blacklist",
        ["until"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_blacklist_live_until", table_name="blacklist")
    op.drop_table("text_delivery")
