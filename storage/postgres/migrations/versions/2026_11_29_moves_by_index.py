"""Batches of the audit's rows are found by the key whatever the planner knows of the table.

Many rows of one transaction make it expect all of them after any place of that transaction, and read the whole table.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_29_moves_by_index"
down_revision: str | None = "2026_11_29_room_figures"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FUNCTIONS = ("audit_month.copy_rest(integer, bigint)", "move_audit_rest(integer)")
_SETTINGS = ("enable_seqscan", "enable_bitmapscan")


def upgrade() -> None:
    for function in _FUNCTIONS:
        for setting in _SETTINGS:
            op.execute(f"ALTER FUNCTION {function} SET {setting} = off")


def downgrade() -> None:
    for function in _FUNCTIONS:
        for setting in _SETTINGS:
            op.execute(f"ALTER FUNCTION {function} RESET {setting}")
