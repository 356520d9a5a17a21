"""The rows of a vehicle and of an account are found by one page of a hash index, however many rows there are."""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_29_hash_indexes"
down_revision: str | None = "2026_11_29_offices_of_acts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PURGED = "decode(repeat('00', 32), 'hex')"
# Equal values are one chain, which each insertion into it would walk.
_DISTINGUISH = f"UPDATE preselection SET owner_hash = owner_hash || uuid_send(id) WHERE owner_hash = {_PURGED}"  # noqa: S608 -- constants
_MERGE = f"""
    UPDATE preselection SET owner_hash = {_PURGED} WHERE purged_at IS NOT NULL AND substr(owner_hash, 1, 32) = {_PURGED}
"""  # noqa: S608 -- constants
_COLUMNS = ("vehicle", "owner")


def upgrade() -> None:
    op.execute(_DISTINGUISH)
    for column in _COLUMNS:
        name = f"ix_preselection_{column}"
        op.create_index(name, "preselection", [f"{column}_hash"], unique=False, postgresql_using="hash")
        op.drop_index(f"{name}_newest", "preselection")


def downgrade() -> None:
    op.execute(_MERGE)
    for column in _COLUMNS:
        name = f"ix_preselection_{column}"
        op.create_index(f"{name}_newest", "preselection", [f"{column}_hash", "created_at"], unique=False)
        op.drop_index(name, "preselection")
