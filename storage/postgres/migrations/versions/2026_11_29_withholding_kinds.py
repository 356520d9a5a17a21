"""The kind of the reason for which numbers are withheld, for the public figures."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_29_withholding_kinds"
down_revision: str | None = "2026_11_29_audit_months"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "kind IN ('special_vehicles', 'under_investigation', 'technical', 'reserved_by_law', 'other')"


def upgrade() -> None:
    op.add_column("withholding", sa.Column("kind", sa.Text(), server_default="other", nullable=False))
    op.create_check_constraint(op.f("ck_withholding_kind"), "withholding", _KINDS)


def downgrade() -> None:
    op.drop_column("withholding", "kind")
