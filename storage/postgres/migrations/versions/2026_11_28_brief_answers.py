"""Stored responses have their own end: a refusal that did nothing is kept for minutes, everything else for a day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_brief_answers"
down_revision: str | None = "2026_11_28_audit_order"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # The default is for the previous release, which may still run and knows no end.
    op.add_column(
        "idempotency",
        sa.Column(
            "kept_until",
            sa.DateTime(timezone=True),
            server_default=sa.text("now() + interval '24 hours'"),
            nullable=False,
        ),
    )
    op.create_index("ix_idempotency_kept", "idempotency", ["kept_until"], unique=False)
    op.drop_index("ix_idempotency_created", table_name="idempotency", postgresql_using="brin")


def downgrade() -> None:
    op.create_index("ix_idempotency_created", "idempotency", ["created_at"], unique=False, postgresql_using="brin")
    op.drop_index("ix_idempotency_kept", table_name="idempotency")
    op.drop_column("idempotency", "kept_until")
