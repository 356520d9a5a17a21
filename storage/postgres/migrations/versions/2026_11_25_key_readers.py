"""The keys that each process can read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_25_key_readers"
down_revision: str | None = "2026_11_24_operations"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "key_reader",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("current", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_reader")),
    )
    op.create_index("ix_key_reader_seen", "key_reader", ["seen_at"], unique=False)


def downgrade() -> None:
    op.drop_table("key_reader")
