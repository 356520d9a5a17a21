"""Maintenance finds the rows that are due by an index, and not by reading all rows.

A BRIN index does not do for tables whose old rows are removed: new rows fill their pages, and then each range of pages
has old rows for it. The log of the pool is removed in batches.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_29_due_rows"
down_revision: str | None = "2026_11_29_audit_moves"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Name, table, column and condition.
_INDEXES = (
    ("ix_claim_on_offer", "claim", "until", "kind IN ('offered', 'candidate')"),
    (
        "ix_claim_ending",
        "claim",
        "until",
        "kind IN ('reserved', 'issued', 'withheld', 'cooling') AND until < '9999-12-31 00:00:00+00'",
    ),
    ("ix_preselection_unchecked", "preselection", "created_at", "stage IN ('submitted', 'refused')"),
    ("ix_code_created", "code", "created_at", None),
    ("ix_failed_check_at", "failed_check", "at", None),
    ("ix_text_message_sent", "text_message", "sent_at", None),
    ("ix_blacklist_unpurged", "blacklist", "released_at", "purged_at IS NULL"),
    ("ix_appeal_unpurged", "appeal", "confirmed_at", "purged_at IS NULL"),
    ("ix_fairness_day_unpublished", "fairness_day", "begins", "revealed_at IS NULL"),
)
_NO_LONGER_BRIN = (("ix_decision_at", "decision"), ("ix_desk_reason_at", "desk_reason"))

# Of each prefix the last line before the instant that states the free numbers stays, with all from the state on.
_REMOVE = """
    CREATE FUNCTION remove_published_log(before timestamptz, most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        bound timestamptz := least(before, (SELECT min(begins) FROM fairness_day WHERE revealed_at IS NULL));
        kept record;
        part integer;
        removed integer := 0;
    BEGIN
        FOR kept IN
            SELECT prefix.prefix, stated.epoch, stated.states FROM prefix, LATERAL (
                SELECT epoch, states FROM pool_log
                WHERE pool_log.prefix = prefix.prefix AND free IS NOT NULL AND at < bound
                ORDER BY epoch DESC, seq DESC LIMIT 1
            ) AS stated
        LOOP
            DELETE FROM pool_log WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM pool_log
                WHERE prefix = kept.prefix AND (epoch, seq) < (kept.epoch, kept.states) LIMIT most - removed
            ));
            GET DIAGNOSTICS part = ROW_COUNT;
            removed := removed + part;
            EXIT WHEN removed = most;
        END LOOP;
        IF removed < most THEN
            DELETE FROM pool_bitmap WHERE at < bound AND NOT EXISTS (
                SELECT FROM pool_log WHERE prefix = pool_bitmap.prefix AND free = pool_bitmap.digest
            );
        END IF;
        RETURN removed;
    END $$
"""
_SIGNATURE = "remove_published_log(timestamptz, integer)"


def upgrade() -> None:
    for name, table, column, condition in _INDEXES:
        where = sa.text(condition) if condition else None
        op.create_index(name, table, [column], unique=False, postgresql_where=where)
    for name, table in _NO_LONGER_BRIN:
        op.drop_index(name, table)
        op.create_index(name, table, ["at"], unique=False)
    op.execute(_REMOVE)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {APPLICATION_ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    for name, table in _NO_LONGER_BRIN:
        op.drop_index(name, table)
        op.create_index(name, table, ["at"], unique=False, postgresql_using="brin")
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table)
