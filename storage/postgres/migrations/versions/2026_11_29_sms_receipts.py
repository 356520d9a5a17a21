"""What a provider reports of an SMS after it has accepted it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_29_sms_receipts"
down_revision: str | None = "2026_11_29_appeals"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("text_delivery", sa.Column("receipt", sa.Text(), nullable=True))
    op.add_column("text_delivery", sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_text_delivery_failed",
        "text_delivery",
        ["ordered_at"],
        unique=False,
        postgresql_where=sa.text("receipt = 'failed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_text_delivery_failed", table_name="text_delivery")
    op.drop_column("text_delivery", "receipt_at")
    op.drop_column("text_delivery", "receipt")
