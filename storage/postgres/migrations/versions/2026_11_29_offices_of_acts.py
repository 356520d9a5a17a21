"""Acts and SMS have their preselection's office, so that the charts' counts need not look for it.

Older rows have none. The column is outside what a seal covers, so the chain stays as it is.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_29_offices_of_acts"
down_revision: str | None = "2026_11_29_ended_offers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Months that are copied, but not part of the audit yet, must have the same columns.
_OF_COPIES = """
    DO $$ DECLARE copy regclass; BEGIN
        FOR copy IN
            SELECT oid FROM pg_class
            WHERE relnamespace = 'audit_month'::regnamespace AND relkind = 'r' AND NOT relispartition
                AND relname ~ '^audit_[0-9]{{4}}_[0-9]{{2}}$'
        LOOP
            EXECUTE format('ALTER TABLE %s {change}', copy);
        END LOOP;
    END $$
"""


def upgrade() -> None:
    op.add_column("audit", sa.Column("office_code", sa.Text(), nullable=True))
    op.execute(_OF_COPIES.format(change="ADD COLUMN office_code text"))
    op.execute(f"GRANT INSERT (office_code) ON audit TO {APPLICATION_ROLE}")
    op.add_column("text_delivery", sa.Column("office_code", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("text_delivery", "office_code")
    op.drop_column("audit", "office_code")
    op.execute(_OF_COPIES.format(change="DROP COLUMN office_code"))
