"""The staff's pages: counts by hour and day, and indexes for the desk's list and counters."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_staff_pages"
down_revision: str | None = "2026_11_28_brief_answers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name, place in (("figure_hour", ("begins", _INSTANT)), ("figure_day", ("day", sa.Date()))):
        op.create_table(
            name,
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column(*place, nullable=False),
            sa.Column("office_code", sa.Text(), nullable=False),
            sa.Column("prefix", sa.String(collation="C"), nullable=False),
            sa.Column("detail", sa.Text(), nullable=False),
            sa.Column("value", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("name", place[0], "office_code", "prefix", "detail", name=op.f(f"pk_{name}")),
        )
    op.create_table(
        "figure_mark",
        sa.Column("id", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("counted_until", _INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_figure_mark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_mark")),
    )
    reserved = sa.text("plate IS NOT NULL")
    op.create_index(
        "ix_preselection_last_day", "preselection", ["office_code", "visit_by"], unique=False, postgresql_where=reserved
    )
    by_desk = sa.text("action IN ('register', 'reject')")
    op.create_index("ix_audit_desk", "audit", ["at"], unique=False, postgresql_where=by_desk)


def downgrade() -> None:
    op.drop_index("ix_audit_desk", table_name="audit")
    op.drop_index("ix_preselection_last_day", table_name="preselection")
    for table in ("figure_mark", "figure_day", "figure_hour"):
        op.drop_table(table)
