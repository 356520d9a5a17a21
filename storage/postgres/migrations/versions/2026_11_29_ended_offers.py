"""Claims on offer that are over are found through the audit, and no draw commits to a day that is closed.

A draw wrote ten entries of an index for claims that end, and ten of an index of changes, which the audit has too. The
first draw of a preselection compressed its policy, which saved a sixth of the row and cost 8 % of the statement.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_29_ended_offers"
down_revision: str | None = "2026_11_29_office_coordinates"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ON_OFFER = "kind IN ('offered', 'candidate')"
# A new installation has no claim, and begins with its first act.
_BEGIN = f"""
    INSERT INTO claim_mark (id, changed_from)
    SELECT 1, since FROM (
        SELECT coalesce((SELECT min(changed_at) FROM claim WHERE {_ON_OFFER}), (SELECT max(at) FROM audit)) AS since
    ) AS found WHERE since IS NOT NULL
"""  # noqa: S608 -- constants
# The lock waits for draws that began before, and those that begin meanwhile see what is committed with it.
_CLOSE = """
    CREATE FUNCTION close_fairness_day(closing text, instant timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
    BEGIN
        IF EXISTS (SELECT FROM fairness_day WHERE day = closing AND closed_at IS NULL) THEN
            LOCK TABLE draw_record IN SHARE MODE;
            UPDATE fairness_day SET closed_at = instant WHERE day = closing AND closed_at IS NULL;
        END IF;
    END $$
"""
_SIGNATURE = "close_fairness_day(text, timestamptz)"


def upgrade() -> None:
    op.create_table(
        "claim_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("changed_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_claim_mark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_mark")),
    )
    op.execute(_BEGIN)
    op.drop_index("ix_claim_on_offer", "claim")
    op.drop_index("ix_claim_changed", "claim")
    op.execute("ALTER TABLE preselection SET (toast_tuple_target = 4080)")
    op.add_column("fairness_day", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE fairness_day SET closed_at = revealed_at WHERE revealed_at IS NOT NULL")
    op.execute(_CLOSE)
    op.execute(f"REVOKE EXECUTE ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {APPLICATION_ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    op.drop_column("fairness_day", "closed_at")
    op.execute("ALTER TABLE preselection RESET (toast_tuple_target)")
    op.create_index("ix_claim_changed", "claim", ["changed_at"], unique=False, postgresql_using="brin")
    op.create_index("ix_claim_on_offer", "claim", ["until"], unique=False, postgresql_where=sa.text(_ON_OFFER))
    op.drop_table("claim_mark")
