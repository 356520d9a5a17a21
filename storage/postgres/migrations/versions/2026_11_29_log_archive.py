"""The log of the pool is removed after its days are published, and a day names the key of its secret."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_29_log_archive"
down_revision: str | None = "2026_11_28_staff_pages"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Of each prefix the last line before the instant that states the free numbers stays, with all from the state on.
_FUNCTION = """
    CREATE FUNCTION remove_published_log(before timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        bound timestamptz := least(before, (SELECT min(begins) FROM fairness_day WHERE revealed_at IS NULL));
        removed bigint;
    BEGIN
        WITH kept AS (
            SELECT DISTINCT ON (prefix) prefix, epoch, states FROM pool_log
            WHERE free IS NOT NULL AND at < bound ORDER BY prefix, epoch DESC, seq DESC
        )
        DELETE FROM pool_log USING kept
        WHERE pool_log.prefix = kept.prefix AND (pool_log.epoch, pool_log.seq) < (kept.epoch, kept.states);
        GET DIAGNOSTICS removed = ROW_COUNT;
        DELETE FROM pool_bitmap WHERE at < bound AND NOT EXISTS (
            SELECT FROM pool_log WHERE prefix = pool_bitmap.prefix AND free = pool_bitmap.digest
        );
        RETURN removed;
    END $$
"""
_SIGNATURE = "remove_published_log(timestamptz)"


def upgrade() -> None:
    op.add_column("fairness_day", sa.Column("key_id", sa.Text(), nullable=True))
    op.execute(_FUNCTION)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {APPLICATION_ROLE}")
    # Only the function removes: a bitmap that a line names must stay.
    op.execute(f"REVOKE DELETE ON pool_bitmap FROM {APPLICATION_ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    op.drop_column("fairness_day", "key_id")
