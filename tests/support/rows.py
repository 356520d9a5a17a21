"""Rows as the database has them, also of submissions whose vehicle check is not over."""

from uuid import UUID, uuid4

from process.clock import system_clock
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.preselections.decisions import Decisions
from storage.preselections.rows import PreselectionRow


async def any_row(database: Database, keys: Keys, preselection_id: UUID) -> PreselectionRow | None:
    """The row at any stage."""
    loaded = await Decisions(database, keys).load(preselection_id, uuid4(), "none", system_clock())
    return loaded.row if loaded else None
