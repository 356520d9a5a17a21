"""An index of what came through Temporal itself: auditors read these few acts among all others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_temporal_acts"
down_revision: str | None = "2026_11_28_row_first"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_audit_temporal",
        "audit",
        ["at", "id"],
        unique=False,
        postgresql_where=sa.text("actor_kind = 'temporal'"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_temporal", table_name="audit")
