"""The persons behind accounts: who submitted a preselection, and who an operator is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_staff_persons"
down_revision: str | None = "2026_11_28_temporal_acts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("preselection", sa.Column("person_hash", sa.LargeBinary(), nullable=True))
    op.create_index("ix_preselection_person", "preselection", ["person_hash", "party_hash"], unique=False)
    op.create_table(
        "staff_person",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "person_hash", name=op.f("pk_staff_person")),
    )


def downgrade() -> None:
    op.drop_table("staff_person")
    op.drop_index("ix_preselection_person", table_name="preselection")
    op.drop_column("preselection", "person_hash")
