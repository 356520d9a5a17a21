"""The audit also has looks of auditors."""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_30_auditors_looks"
down_revision: str | None = "2026_11_29_hash_indexes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ("applicant", "clerk", "operator", "timer", "system", "temporal")
AFTER = (*BEFORE, "auditor")


def upgrade() -> None:
    _allow_actor_kinds(AFTER)


def downgrade() -> None:
    _allow_actor_kinds(BEFORE)


def _allow_actor_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_audit_actor_kind"), "audit", type_="check")
    allowed = ", ".join(repr(kind) for kind in kinds)
    # Every row has been checked by the narrower one, so the whole audit is not read while it is locked.
    check = f"ADD CONSTRAINT ck_audit_actor_kind CHECK (actor_kind IN ({allowed})) NOT VALID"
    op.execute(f"ALTER TABLE audit {check}")
