"""The audit is divided by month, so that what writes and reads today's acts does not grow with the years."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_29_audit_months"
down_revision: str | None = "2026_11_29_ended_sessions"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The months are in a schema that the application can't use: it reads and writes the whole table.
_SCHEMA = "audit_month"
_WRITTEN_BY_THE_APPLICATION = "at, actor_kind, actor, action, preselection_id, request_id, plates, facts"
_LONGER_THAN_A_MONTH = timedelta(days=32)
# Rows that came before their month was made move to it.
_FUNCTION = """
    CREATE FUNCTION make_audit_month(instant timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        begins timestamptz := date_trunc('month', instant, 'UTC');
        ends timestamptz := date_trunc('month', begins + interval '32 days', 'UTC');
        name text := 'audit_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
    BEGIN
        IF to_regclass(format('audit_month.%I', name)) IS NOT NULL THEN
            RETURN false;
        END IF;
        LOCK TABLE audit_month.audit_rest IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE audit_month.%I (LIKE audit INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM audit_month.audit_rest WHERE at >= %L AND at < %L RETURNING *) '
            'INSERT INTO audit_month.%I SELECT * FROM moved', begins, ends, name
        );
        EXECUTE format(
            'ALTER TABLE audit ATTACH PARTITION audit_month.%I FOR VALUES FROM (%L) TO (%L)', name, begins, ends
        );
        RETURN true;
    EXCEPTION WHEN invalid_object_definition THEN
        -- The month is among the rows from before the division.
        RETURN false;
    END $$
"""
_SIGNATURE = "make_audit_month(timestamptz)"


def upgrade() -> None:
    op.execute(f"CREATE SCHEMA {_SCHEMA}")
    op.execute("ALTER TABLE audit RENAME TO audit_before")
    op.execute(f"ALTER TABLE audit_before SET SCHEMA {_SCHEMA}")
    before = f"{_SCHEMA}.audit_before"
    newest: datetime | None = op.get_bind().scalar(sa.text(f"SELECT max(at) FROM {before}"))  # noqa: S608 - our names.
    op.execute(f"ALTER TABLE {before} ALTER COLUMN id DROP IDENTITY")
    op.execute(f"ALTER TABLE {before} DROP CONSTRAINT pk_audit")
    op.execute(f"ALTER TABLE {before} ADD CONSTRAINT pk_audit_before PRIMARY KEY (xact, id, at)")
    op.execute(f"CREATE TABLE audit (LIKE {before} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (at)")
    _complete("audit", "xact, id, at")
    op.execute(f"CREATE TABLE {_SCHEMA}.audit_rest PARTITION OF audit DEFAULT")
    if newest is None:
        op.execute(f"DROP TABLE {before}")
    else:
        first = newest.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        ends = (first + _LONGER_THAN_A_MONTH).replace(day=1)
        _number_on(before)
        op.execute(
            f"ALTER TABLE audit ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO ('{ends:%Y-%m-%d} 00:00:00+00')"
        )
    op.execute(_FUNCTION)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {APPLICATION_ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    op.execute("ALTER TABLE audit RENAME TO audit_divided")
    for index in ("at", "actor", "temporal", "desk", "inspected"):
        op.execute(f"DROP INDEX ix_audit_{index}")
    op.execute("ALTER TABLE audit_divided DROP CONSTRAINT pk_audit")
    op.execute("CREATE TABLE audit (LIKE audit_divided INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    op.execute("INSERT INTO audit SELECT * FROM audit_divided")
    _complete("audit", "xact, id")
    _number_on("audit")
    op.execute("DROP TABLE audit_divided")
    op.execute(f"DROP SCHEMA {_SCHEMA} CASCADE")


def _complete(table: str, key: str) -> None:
    """Give a copied table its identity, indexes and rights."""
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_audit PRIMARY KEY ({key})")
    op.execute(f"ALTER TABLE {table} ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY")
    op.execute(f"CREATE INDEX ix_audit_at ON {table} USING brin (at)")
    op.execute(f"CREATE INDEX ix_audit_actor ON {table} (actor, at) WHERE actor IS NOT NULL")
    op.execute(f"CREATE INDEX ix_audit_temporal ON {table} (at, id) WHERE actor_kind = 'temporal'")
    op.execute(f"CREATE INDEX ix_audit_desk ON {table} (at) WHERE action IN ('register', 'reject')")
    op.execute(f"CREATE INDEX ix_audit_inspected ON {table} (preselection_id, at) WHERE action = 'inspect_voucher'")
    op.execute(f"REVOKE ALL ON {table} FROM {APPLICATION_ROLE}")
    op.execute(f"GRANT SELECT ON {table} TO {APPLICATION_ROLE}")
    op.execute(f"GRANT INSERT ({_WRITTEN_BY_THE_APPLICATION}) ON {table} TO {APPLICATION_ROLE}")


def _number_on(table: str) -> None:
    """The next number follows the last one of this table."""
    op.execute(
        f"SELECT setval(pg_get_serial_sequence('audit', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"  # noqa: S608 - our names.
    )
