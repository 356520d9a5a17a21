"""The order of the audit's rows survives a dump into a new cluster, whose transaction numbers begin again."""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_28_audit_order"
down_revision: str | None = "2026_11_28_verifiable_draws"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_XACT = "CAST(CAST(pg_current_xact_id() AS text) AS bigint)"


def upgrade() -> None:
    # `xuanhao migrate` replaces it where a database was loaded into a new cluster (storage/postgres/audit_order.py).
    op.execute("CREATE FUNCTION audit_xact_base() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT CAST(0 AS bigint)'")
    op.execute(f"ALTER TABLE audit ALTER COLUMN xact SET DEFAULT {_XACT} + audit_xact_base()")


def downgrade() -> None:
    op.execute(f"ALTER TABLE audit ALTER COLUMN xact SET DEFAULT {_XACT}")
    op.execute("DROP FUNCTION audit_xact_base()")
