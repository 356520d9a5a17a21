"""Rows of the audit without a month move in small batches, and stay readable until all of them have moved.

They are copied to tables that are not part of the audit yet. The last batch replaces the table that they came from, so
no statement is long and none reads a row twice.
"""

from collections.abc import Sequence

from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_29_audit_moves"
down_revision: str | None = "2026_11_29_closed_waiting_rooms"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# All rows up to this one are copied.
_PLACE = """
    CREATE TABLE audit_month.rest_copied (
        one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row), xact bigint NOT NULL, id bigint NOT NULL
    )
"""
# The indexes are made with the table and the check is what makes a row belong to the month: when the table becomes part
# of the audit, no row has to be read.
_CREATE = """
    CREATE FUNCTION audit_month.create_month(begins timestamptz, OUT name text, OUT ends timestamptz)
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        ends := date_trunc('month', begins + interval '32 days', 'UTC');
        name := 'audit_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(format('audit_month.%I', name)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE audit_month.%I (LIKE audit INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES, '
                'CONSTRAINT in_month CHECK (at >= %L AND at < %L))', name, begins, ends
            );
        END IF;
    END $$
"""
# Rows are copied in the order of their transactions, and only those of transactions before `horizon`.
_COPY = """
    CREATE FUNCTION audit_month.copy_rest(most integer, horizon bigint) RETURNS integer
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    DECLARE
        done record;
        last record;
        month record;
        part integer;
        copied integer := 0;
    BEGIN
        SELECT coalesce(max(xact), -1) AS xact, coalesce(max(id), -1) AS id INTO done FROM audit_month.rest_copied;
        SELECT count(*) OVER () AS wanted, xact, id INTO last FROM (
            SELECT xact, id FROM audit_month.audit_rest
            WHERE (xact, id) > (done.xact, done.id) AND xact < horizon ORDER BY xact, id LIMIT most
        ) AS batch ORDER BY xact DESC, id DESC LIMIT 1;
        IF NOT FOUND THEN
            RETURN 0;
        END IF;
        FOR month IN
            SELECT begins, created.name, created.ends FROM (
                SELECT DISTINCT date_trunc('month', at, 'UTC') AS begins FROM audit_month.audit_rest
                WHERE (xact, id) > (done.xact, done.id) AND (xact, id) <= (last.xact, last.id)
            ) AS months, audit_month.create_month(begins) AS created
        LOOP
            EXECUTE format(
                'INSERT INTO audit_month.%I SELECT * FROM audit_month.audit_rest '
                'WHERE (xact, id) > ($1, $2) AND (xact, id) <= ($3, $4) AND at >= $5 AND at < $6', month.name
            ) USING done.xact, done.id, last.xact, last.id, month.begins, month.ends;
            GET DIAGNOSTICS part = ROW_COUNT;
            copied := copied + part;
        END LOOP;
        IF copied <> last.wanted THEN
            RAISE EXCEPTION 'copied % of % rows of the audit', copied, last.wanted;
        END IF;
        INSERT INTO audit_month.rest_copied (xact, id) VALUES (last.xact, last.id)
        ON CONFLICT (one_row) DO UPDATE SET xact = excluded.xact, id = excluded.id;
        RETURN copied;
    END $$
"""
# Every transaction before the horizon has ended, so no row can be added to what is copied. The few rows that came since
# are copied while nobody writes.
_MOVE = """
    CREATE FUNCTION move_audit_rest(most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
    DECLARE
        copied integer;
        done record;
        month record;
    BEGIN
        PERFORM pg_advisory_xact_lock(7320440302);
        IF NOT EXISTS (SELECT FROM audit_month.audit_rest) THEN
            RETURN 0;
        END IF;
        copied := audit_month.copy_rest(
            most, CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) + audit_xact_base()
        );
        IF copied > 0 THEN
            RETURN copied;
        END IF;
        SELECT coalesce(max(xact), -1) AS xact, coalesce(max(id), -1) AS id INTO done FROM audit_month.rest_copied;
        IF EXISTS (SELECT FROM audit_month.audit_rest WHERE (xact, id) > (done.xact, done.id) OFFSET most) THEN
            -- A long transaction keeps the horizon back.
            RETURN 0;
        END IF;
        BEGIN
            LOCK TABLE ONLY audit IN ACCESS EXCLUSIVE MODE;
            LOCK TABLE audit_month.audit_rest IN ACCESS EXCLUSIVE MODE;
        EXCEPTION WHEN lock_not_available THEN
            RETURN 0;
        END;
        PERFORM audit_month.copy_rest(NULL, 9223372036854775807);
        ALTER TABLE audit DETACH PARTITION audit_month.audit_rest;
        DROP TABLE audit_month.audit_rest;
        FOR month IN
            SELECT relname AS name, to_date(substr(relname, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC' AS begins
            FROM pg_class
            WHERE relnamespace = 'audit_month'::regnamespace AND relkind = 'r' AND NOT relispartition
                AND relname ~ '^audit_[0-9]{4}_[0-9]{2}$'
        LOOP
            EXECUTE format(
                'ALTER TABLE audit ATTACH PARTITION audit_month.%I FOR VALUES FROM (%L) TO (%L)',
                month.name, month.begins, date_trunc('month', month.begins + interval '32 days', 'UTC')
            );
            EXECUTE format('ALTER TABLE audit_month.%I DROP CONSTRAINT in_month', month.name);
        END LOOP;
        CREATE TABLE audit_month.audit_rest PARTITION OF audit DEFAULT;
        DELETE FROM audit_month.rest_copied;
        RETURN 0;
    END $$
"""
# To attach a month reads all rows without a month, so it waits until they have moved.
_MAKE = """
    CREATE OR REPLACE FUNCTION make_audit_month(instant timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        begins timestamptz := date_trunc('month', instant, 'UTC');
        ends timestamptz := date_trunc('month', begins + interval '32 days', 'UTC');
        name text := 'audit_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
    BEGIN
        IF to_regclass(format('audit_month.%I', name)) IS NOT NULL THEN
            RETURN false;
        END IF;
        PERFORM pg_advisory_xact_lock(7320440302);
        LOCK TABLE audit_month.audit_rest IN ACCESS EXCLUSIVE MODE;
        IF EXISTS (SELECT FROM audit_month.audit_rest) THEN
            RETURN false;
        END IF;
        EXECUTE format(
            'CREATE TABLE audit_month.%I (LIKE audit INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name
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
_DROP_COPIES = """
    DO $$ DECLARE copy regclass; BEGIN
        FOR copy IN
            SELECT oid FROM pg_class
            WHERE relnamespace = 'audit_month'::regnamespace AND relkind = 'r' AND NOT relispartition
        LOOP
            EXECUTE format('DROP TABLE %s', copy);
        END LOOP;
    END $$
"""
_SIGNATURE = "move_audit_rest(integer)"


def upgrade() -> None:
    for statement in (_PLACE, _CREATE, _COPY, _MOVE, _MAKE):
        op.execute(statement)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {APPLICATION_ROLE}")


def downgrade() -> None:
    """The function that makes a month stays: it needs nothing that goes."""
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    op.execute("DROP FUNCTION audit_month.copy_rest")
    op.execute("DROP FUNCTION audit_month.create_month")
    op.execute("DROP TABLE audit_month.rest_copied")
    op.execute(_DROP_COPIES)
