"""The agents who took a preselection over count as persons who acted for it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_30_agents"
down_revision: str | None = "2026_11_30_auditors_looks"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "preselection_agent",
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("person_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("preselection_id", "person_hash", name=op.f("pk_preselection_agent")),
    )
    op.create_index("ix_preselection_agent_person", "preselection_agent", ["person_hash"], unique=False)


def downgrade() -> None:
    op.drop_table("preselection_agent")
