"""Waiting rooms that an operator has closed early."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_29_closed_waiting_rooms"
down_revision: str | None = "2026_11_29_withholding_kinds"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("waiting_room", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column("waiting_room", sa.Column("closing_id", sa.Uuid()))
    closed = "(closed_at IS NULL) = (closing_id IS NULL)"
    op.create_check_constraint(op.f("ck_waiting_room_closed_by_a_request"), "waiting_room", closed)


def downgrade() -> None:
    op.drop_column("waiting_room", "closing_id")
    op.drop_column("waiting_room", "closed_at")
