"""The audit and its seals, to which the application may only add."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.postgres.roles import APPLICATION_ROLE

revision: str = "2026_11_24_audit"
down_revision: str | None = "2026_11_24_application_role"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WRITTEN_BY_THE_APPLICATION = "at, actor_kind, actor, action, preselection_id, request_id, plates, facts"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "xact",
            sa.BigInteger(),
            server_default=sa.text("CAST(CAST(pg_current_xact_id() AS text) AS bigint)"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("plates", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('applicant', 'clerk', 'operator', 'timer', 'system')", name=op.f("ck_audit_actor_kind")
        ),
        sa.PrimaryKeyConstraint("xact", "id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False, postgresql_using="brin")
    op.create_index(
        "ix_audit_actor", "audit", ["actor", "at"], unique=False, postgresql_where=sa.text("actor IS NOT NULL")
    )
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_xact", sa.BigInteger(), nullable=False),
        sa.Column("to_xact", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
    )
    op.execute(f"REVOKE ALL ON audit, audit_seal FROM {APPLICATION_ROLE}")
    op.execute(f"GRANT SELECT ON audit, audit_seal TO {APPLICATION_ROLE}")
    op.execute(f"GRANT INSERT ({_WRITTEN_BY_THE_APPLICATION}) ON audit TO {APPLICATION_ROLE}")
    op.execute(f"GRANT INSERT ON audit_seal TO {APPLICATION_ROLE}")


def downgrade() -> None:
    op.drop_table("audit_seal")
    op.drop_table("audit")
