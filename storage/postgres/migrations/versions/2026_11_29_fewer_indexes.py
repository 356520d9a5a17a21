"""A preselection is written to fewer trees of random keys.

The rows of a transfer are among those of its vehicle, and one index by party serves all that is asked about a party.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_29_fewer_indexes"
down_revision: str | None = "2026_11_29_moves_by_index"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNFINISHED = "stage IN ('service_notes', 'identity_verification', 'plate_selection') AND NOT dormant"
# Name, columns and condition.
_BEFORE = (
    ("ix_preselection_transfer_newest", ["transfer_hash", "created_at"], None),
    ("ix_preselection_person", ["person_hash", "party_hash"], None),
    ("ix_preselection_party_unfinished", ["party_hash"], _UNFINISHED),
)


def upgrade() -> None:
    op.create_index("ix_preselection_party", "preselection", ["party_hash", "person_hash"], unique=False)
    for name, _, _ in _BEFORE:
        op.drop_index(name, "preselection")


def downgrade() -> None:
    for name, columns, condition in reversed(_BEFORE):
        where = sa.text(condition) if condition else None
        op.create_index(name, "preselection", columns, unique=False, postgresql_where=where)
    op.drop_index("ix_preselection_party", "preselection")
