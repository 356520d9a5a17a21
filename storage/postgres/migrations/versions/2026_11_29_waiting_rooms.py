"""The hours of waiting rooms."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_29_waiting_rooms"
down_revision: str | None = "2026_11_29_sms_receipts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "waiting_room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_code", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_waiting_room_opens_first")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_waiting_room_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_room")),
    )
    op.create_index("ix_waiting_room_closes_at", "waiting_room", ["closes_at"], unique=False)


def downgrade() -> None:
    op.drop_table("waiting_room")
