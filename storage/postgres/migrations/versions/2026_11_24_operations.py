"""Tables of the desk, the operators and maintenance."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_24_operations"
down_revision: str | None = "2026_11_24_audit"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_RESERVED = sa.text("plate IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "withholding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(collation="C"), nullable=False),
        sa.Column("plates", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withheld_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.Column("release_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_confirmed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("confirmed_by <> withheld_by", name=op.f("ck_withholding_confirmed_by_another")),
        sa.CheckConstraint(
            "release_confirmed_by <> released_by", name=op.f("ck_withholding_release_confirmed_by_another")
        ),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_withholding_release_has_an_operator")
        ),
        sa.ForeignKeyConstraint(["prefix"], ["prefix.prefix"], name=op.f("fk_withholding_prefix")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withholding")),
    )
    op.create_index("ix_withholding_newest", "withholding", ["prefix", "withheld_at"], unique=False)
    op.create_index(
        "ix_withholding_unconfirmed",
        "withholding",
        ["withheld_at"],
        unique=False,
        postgresql_where=sa.text("confirmed_at IS NULL OR released_at IS NOT NULL AND release_confirmed_at IS NULL"),
    )
    op.create_table(
        "desk_reason",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("clerk", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_desk_reason")),
    )
    op.create_index("ix_desk_reason_preselection", "desk_reason", ["preselection_id"], unique=False)
    op.create_index("ix_desk_reason_at", "desk_reason", ["at"], unique=False, postgresql_using="brin")
    _change_preselection()
    _change_blacklist()


def _change_preselection() -> None:
    op.add_column("preselection", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_preselection_desk", table_name="preselection")
    op.create_index(
        "ix_preselection_desk", "preselection", ["office_code", "created_at", "id"], postgresql_where=_RESERVED
    )
    op.create_index(
        "ix_preselection_desk_stage",
        "preselection",
        ["office_code", "stage", "created_at", "id"],
        postgresql_where=_RESERVED,
    )
    op.create_index(
        "ix_preselection_due",
        "preselection",
        ["visit_by", "office_code"],
        postgresql_where=sa.text("stage = 'completed'"),
    )
    op.create_index(
        "ix_preselection_unpurged", "preselection", ["created_at"], postgresql_where=sa.text("purged_at IS NULL")
    )


def _change_blacklist() -> None:
    op.add_column("blacklist", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_blacklist_confirmed_by_another"), "blacklist", "confirmed_by <> released_by")
    op.drop_index("ix_blacklist_newest", table_name="blacklist")
    op.create_index("ix_blacklist_newest", "blacklist", ["since", "id"], unique=False)
    op.create_index(
        "ix_blacklist_unconfirmed",
        "blacklist",
        ["released_at"],
        unique=False,
        postgresql_where=sa.text("released_by IS NOT NULL AND confirmed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_blacklist_unconfirmed", table_name="blacklist")
    op.drop_index("ix_blacklist_newest", table_name="blacklist")
    op.create_index("ix_blacklist_newest", "blacklist", ["since"], unique=False)
    op.drop_constraint(op.f("ck_blacklist_confirmed_by_another"), "blacklist", type_="check")
    op.drop_column("blacklist", "purged_at")
    for name in ("unpurged", "due", "desk_stage", "desk"):
        op.drop_index(f"ix_preselection_{name}", table_name="preselection")
    op.create_index("ix_preselection_desk", "preselection", ["office_code", "stage", "created_at"], unique=False)
    op.drop_column("preselection", "purged_at")
    op.drop_table("desk_reason")
    op.drop_table("withholding")
