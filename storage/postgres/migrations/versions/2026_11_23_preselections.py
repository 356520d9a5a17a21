"""Preselections, claims and decisions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_23_preselections"
down_revision: str | None = "2026_11_23_offices"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "preselection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_code", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("dormant", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plate_type", sa.Text(), server_default=sa.text("'small_car'"), nullable=False),
        sa.Column("plate", sa.String(collation="C"), nullable=True),
        sa.Column("visit_by", sa.Date(), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_version", sa.Text(), nullable=False),
        sa.Column("notice_agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_hash", sa.LargeBinary(), nullable=False),
        sa.Column("party_hash", sa.LargeBinary(), nullable=False),
        sa.Column("vehicle_hash", sa.LargeBinary(), nullable=False),
        sa.Column("transfer_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seller_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seller_name_masked", sa.Text(), nullable=False),
        sa.Column("party_kind", sa.Text(), nullable=False),
        sa.Column("party_name", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("vin", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_number", sa.LargeBinary(), nullable=False),
        sa.Column("seller", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("party_kind IN ('person', 'organisation')", name=op.f("ck_preselection_party_kind")),
        sa.CheckConstraint(
            "stage IN ('submitted', 'refused', 'service_notes', 'identity_verification', 'plate_selection', "
            "'completed', 'registered', 'exhausted', 'overdue', 'cancelled')",
            name=op.f("ck_preselection_stage"),
        ),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_preselection_office_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preselection")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_preselection_desk", "preselection", ["office_code", "stage", "created_at"], unique=False)
    op.create_index("ix_preselection_owner_newest", "preselection", ["owner_hash", "created_at"], unique=False)
    op.create_index(
        "ix_preselection_party_unfinished",
        "preselection",
        ["party_hash"],
        unique=False,
        postgresql_where=sa.text(
            "stage IN ('service_notes', 'identity_verification', 'plate_selection') AND NOT dormant"
        ),
    )
    op.create_index(
        "ix_preselection_plate", "preselection", ["plate"], unique=False, postgresql_where=sa.text("plate IS NOT NULL")
    )
    op.create_index("ix_preselection_transfer_newest", "preselection", ["transfer_hash", "created_at"], unique=False)
    op.create_index("ix_preselection_vehicle_newest", "preselection", ["vehicle_hash", "created_at"], unique=False)
    op.create_index(
        "uq_preselection_running_vehicle",
        "preselection",
        ["vehicle_hash"],
        unique=True,
        postgresql_where=sa.text(
            "stage IN ('service_notes', 'identity_verification', 'plate_selection', 'completed') AND NOT dormant"
        ),
    )
    op.create_table(
        "claim",
        sa.Column("plate", sa.String(collation="C"), nullable=False),
        sa.Column(
            "prefix", sa.String(collation="C"), sa.Computed("substr(plate, 1, 2)", persisted=True), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('offered', 'candidate', 'reserved', 'issued', 'withheld', 'cooling')", name=op.f("ck_claim_kind")
        ),
        sa.CheckConstraint("isfinite(until)", name=op.f("ck_claim_until_is_readable")),
        sa.PrimaryKeyConstraint("plate", name=op.f("pk_claim")),
        postgresql_with={"fillfactor": 85},
    )
    op.create_index("ix_claim_changed", "claim", ["changed_at"], unique=False, postgresql_using="brin")
    op.create_index(
        "ix_claim_lasting",
        "claim",
        ["plate"],
        unique=False,
        postgresql_where=sa.text("kind IN ('reserved', 'issued', 'withheld', 'cooling')"),
    )
    op.create_table(
        "decision",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("preselection_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("claimed", sa.SmallInteger(), nullable=False),
        sa.Column("wanted", sa.SmallInteger(), nullable=False),
        sa.Column("saved", sa.SmallInteger(), nullable=False),
        sa.Column("code_used", sa.Boolean(), nullable=True),
        sa.CheckConstraint("claimed = wanted", name=op.f("ck_decision_all_plates_claimed")),
        sa.CheckConstraint("code_used", name=op.f("ck_decision_code_used_up")),
        sa.CheckConstraint("saved = 1", name=op.f("ck_decision_revision_as_expected")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_at", "decision", ["at"], unique=False, postgresql_using="brin")


def downgrade() -> None:
    op.drop_table("decision")
    op.drop_table("claim")
    op.drop_table("preselection")
