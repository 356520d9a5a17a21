"""Verifiable draws: the log of the pool, draws, and the days with their commitments and published files."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_28_verifiable_draws"
down_revision: str | None = "2026_11_28_operator_requests"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PREFIX = sa.String(collation="C")
_INSTANT = sa.DateTime(timezone=True)
_ADDED_ONLY = ("pool_log", "draw_record")
_SET_AT_PUBLICATION = "revealed_at, draws, verified, report"


def upgrade() -> None:
    _create_log()
    _create_draws()
    _create_days()
    for table in _ADDED_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APPLICATION_ROLE}")
    op.execute(f"REVOKE UPDATE, DELETE ON fairness_day FROM {APPLICATION_ROLE}")
    op.execute(f"GRANT UPDATE ({_SET_AT_PUBLICATION}) ON fairness_day TO {APPLICATION_ROLE}")


def downgrade() -> None:
    for table in ("fairness_file", "fairness_day", "draw_record", "pool_bitmap", "pool_log"):
        op.drop_table(table)


def _create_log() -> None:
    op.create_table(
        "pool_log",
        sa.Column("prefix", _PREFIX, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("free", sa.Text(), nullable=True),
        sa.Column("states", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("prefix", "epoch", "seq", name=op.f("pk_pool_log")),
    )
    op.create_index("ix_pool_log_at", "pool_log", ["at"], unique=False, postgresql_using="brin")
    stated = sa.text("free IS NOT NULL")
    op.create_index("ix_pool_log_stated", "pool_log", ["prefix", "epoch", "seq"], unique=False, postgresql_where=stated)
    op.create_table(
        "pool_bitmap",
        sa.Column("prefix", _PREFIX, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "digest", name=op.f("pk_pool_bitmap")),
    )


def _create_draws() -> None:
    op.create_table(
        "draw_record",
        sa.Column("draw_id", sa.Text(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("draws_left", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("nonce_by", sa.Text(), nullable=False),
        sa.Column("without_four", sa.Boolean(), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rounds", postgresql.JSONB(), nullable=False),
        sa.Column("skipped", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("nonce_by IN ('client', 'server')", name=op.f("ck_draw_record_nonce_by")),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_draw_record")),
    )
    op.create_index("ix_draw_record_day", "draw_record", ["day", "at"], unique=False)
    op.create_index("ix_draw_record_preselection", "draw_record", ["preselection_id", "at"], unique=False)


def _create_days() -> None:
    op.create_table(
        "fairness_day",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("begins", _INSTANT, nullable=False),
        sa.Column("ends", _INSTANT, nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("committed_at", _INSTANT, nullable=False),
        sa.Column("revealed_at", _INSTANT, nullable=True),
        sa.Column("draws", sa.Integer(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=True),
        sa.Column("report", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_fairness_day")),
    )
    op.create_index("ix_fairness_day_begins", "fairness_day", ["begins"], unique=False)
    op.create_table(
        "fairness_file",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", name=op.f("pk_fairness_file")),
    )
