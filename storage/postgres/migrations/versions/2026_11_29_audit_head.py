"""The next seal looks for its rows in the newest months only, so its cost does not grow with the years.

An act of an earlier month may still be written: a trigger notes each one, and the next seal looks there too. The
trigger replaces its predecessor while nobody writes to the audit, so every row is in a month that is looked at, or
noted, or older than the seals that were made since.
"""

from collections.abc import Sequence

from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_29_audit_head"
down_revision: str | None = "2026_11_29_fewer_indexes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = (
    # All rows before `open_since` that no trigger noted are of transactions before `closed_at`.
    """
    CREATE TABLE audit_month.head (
        one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
        open_since timestamptz NOT NULL, closed_at bigint NOT NULL
    )
    """,
    "INSERT INTO audit_month.head (open_since, closed_at) VALUES ('1000-01-01 00:00:00+00', 0)",
    "CREATE TABLE audit_month.late (xact bigint NOT NULL, at timestamptz NOT NULL)",
    "CREATE INDEX ix_late ON audit_month.late (xact, at)",
)
_NOTE = """
    CREATE FUNCTION audit_month.note_late() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO audit_month.late (xact, at) VALUES (NEW.xact, NEW.at);
        RETURN NULL;
    END $$
"""
# The transaction gets its number after the lock, so every row without a note is of an earlier one.
_CLOSE = """
    CREATE FUNCTION close_audit_months(before timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
    DECLARE
        -- A worker whose clock is ahead closes no month that still goes on.
        begins timestamptz := date_trunc('month', least(before, now()), 'UTC');
    BEGIN
        IF begins <= (SELECT open_since FROM audit_month.head) THEN
            RETURN false;
        END IF;
        BEGIN
            LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE;
        EXCEPTION WHEN lock_not_available THEN
            RETURN false;
        END;
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER late AFTER INSERT ON audit FOR EACH ROW WHEN (NEW.at < %L) '
            'EXECUTE FUNCTION audit_month.note_late()', begins
        );
        DELETE FROM audit_month.late WHERE xact < (SELECT max(to_xact) FROM audit_seal);
        UPDATE audit_month.head SET open_since = begins,
            closed_at = CAST(CAST(pg_current_xact_id() AS text) AS bigint) + audit_xact_base();
        RETURN true;
    END $$
"""
_OPEN_SINCE = """
    CREATE FUNCTION audit_open_since(from_xact bigint) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT least(
            CASE WHEN from_xact > closed_at THEN open_since ELSE '1000-01-01 00:00:00+00' END,
            (SELECT min(late.at) FROM audit_month.late WHERE late.xact >= from_xact)
        ) FROM audit_month.head
    $$
"""
_CALLED_BY_THE_APPLICATION = ("close_audit_months(timestamptz)", "audit_open_since(bigint)")


def upgrade() -> None:
    for statement in (*_TABLES, _NOTE, _CLOSE, _OPEN_SINCE):
        op.execute(statement)
    for signature in _CALLED_BY_THE_APPLICATION:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {APPLICATION_ROLE}")
    op.execute("REVOKE EXECUTE ON FUNCTION audit_month.note_late() FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS late ON audit")
    for signature in (*_CALLED_BY_THE_APPLICATION, "audit_month.note_late()"):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP TABLE audit_month.late")
    op.execute("DROP TABLE audit_month.head")
