"""Processes report their release, their machine and how far their clock is off."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_29_processes"
down_revision: str | None = "2026_11_29_log_archive"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # The defaults are for the previous release, which may still run.
    op.add_column("key_reader", sa.Column("release", sa.Text(), server_default="", nullable=False))
    op.add_column("key_reader", sa.Column("host", sa.Text(), server_default="", nullable=False))
    op.add_column("key_reader", sa.Column("skew", sa.Interval(), nullable=True))


def downgrade() -> None:
    for name in ("skew", "host", "release"):
        op.drop_column("key_reader", name)
