"""One index of draws instead of three: a draw waits for each of them."""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_29_draw_indexes"
down_revision: str | None = "2026_11_29_waiting_rooms"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_constraint(op.f("pk_draw_record"), "draw_record")
    op.create_primary_key(op.f("pk_draw_record"), "draw_record", ["preselection_id", "draws_left"])
    op.drop_index("ix_draw_record_day", "draw_record")
    op.drop_index("ix_draw_record_preselection", "draw_record")
    op.create_index("ix_draw_record_at", "draw_record", ["at"], unique=False, postgresql_using="brin")


def downgrade() -> None:
    op.drop_constraint(op.f("pk_draw_record"), "draw_record")
    op.create_primary_key(op.f("pk_draw_record"), "draw_record", ["draw_id"])
    op.drop_index("ix_draw_record_at", "draw_record")
    op.create_index("ix_draw_record_day", "draw_record", ["day", "at"], unique=False)
    op.create_index("ix_draw_record_preselection", "draw_record", ["preselection_id", "at"], unique=False)
