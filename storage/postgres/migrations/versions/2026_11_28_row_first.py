"""The code of a submission, acts that came through Temporal itself, and workflows that lag behind."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_row_first"
down_revision: str | None = "2026_11_25_code_tries"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ("applicant", "clerk", "operator", "timer", "system")
AFTER = (*BEFORE, "temporal")


def upgrade() -> None:
    op.add_column("preselection", sa.Column("code_id", sa.Uuid(), nullable=True))
    _allow_actor_kinds(AFTER)
    op.create_table(
        "lagging_workflow",
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("preselection_id", name=op.f("pk_lagging_workflow")),
    )
    op.create_table(
        "maintenance_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_maintenance_mark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_mark")),
    )


def downgrade() -> None:
    op.drop_table("maintenance_mark")
    op.drop_table("lagging_workflow")
    _allow_actor_kinds(BEFORE)
    op.drop_column("preselection", "code_id")


def _allow_actor_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_audit_actor_kind"), "audit", type_="check")
    allowed = ", ".join(repr(kind) for kind in kinds)
    op.create_check_constraint(op.f("ck_audit_actor_kind"), "audit", f"actor_kind IN ({allowed})")
