"""Coordinates of offices, in degrees of WGS 84."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "2026_11_29_office_coordinates"
down_revision: str | None = "2026_11_29_audit_head"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("office", sa.Column("coordinates", JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("office", "coordinates")
