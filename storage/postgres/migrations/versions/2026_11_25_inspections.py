"""Each scan reads the previous inspection of its voucher from the audit, so there is an index for that."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_25_inspections"
down_revision: str | None = "2026_11_25_key_readers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_audit_inspected",
        "audit",
        ["preselection_id", "at"],
        unique=False,
        postgresql_where=sa.text("action = 'inspect_voucher'"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_inspected", table_name="audit")
