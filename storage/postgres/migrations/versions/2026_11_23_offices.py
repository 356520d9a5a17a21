"""Offices, their notices, segments and calendar."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_23_offices"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_office")),
    )
    op.create_table(
        "prefix",
        sa.Column("prefix", sa.String(collation="C"), nullable=False),
        sa.Column("office_code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_prefix_office_code")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_prefix")),
    )
    op.create_index("ix_prefix_office_code", "prefix", ["office_code"], unique=False)
    op.create_table(
        "notice",
        sa.Column("office_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_notice_office_code")),
        sa.PrimaryKeyConstraint("office_code", "version", name=op.f("pk_notice")),
    )
    op.create_table(
        "segment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(collation="C"), nullable=False),
        sa.Column("plate_type", sa.Text(), server_default=sa.text("'small_car'"), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("excluded", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compose_from", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["prefix"], ["prefix.prefix"], name=op.f("fk_segment_prefix")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("prefix", "template", name=op.f("uq_segment_prefix_template")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'working')", name=op.f("ck_calendar_day_kind")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_calendar_day_office_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint(
            "office_code", "day", name=op.f("uq_calendar_day_office_code_day"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )


def downgrade() -> None:
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
    op.drop_table("segment")
    op.drop_table("notice")
    op.drop_table("prefix")
    op.drop_table("office")
