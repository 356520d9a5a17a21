"""How fair a waiting room was, counted after its end. Processes of the earlier release leave it out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "2026_11_29_room_figures"
down_revision: str | None = "2026_11_29_due_rows"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("waiting_room", sa.Column("figures", JSONB()))


def downgrade() -> None:
    op.drop_column("waiting_room", "figures")
