"""Checks (系统核查) whose facts did not match, counted for each applicant against guessing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from storage.database import Database
from storage.tables import failed_check


class FailedChecks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, check_id: UUID, applicant_hash: bytes, at: datetime) -> None:
        """Count a failed check; the same id is counted once."""
        values = {"id": check_id, "applicant_hash": applicant_hash, "at": at}
        await self._database.rows(insert(failed_check).values(values).on_conflict_do_nothing())

    async def count(self, applicant_hash: bytes, *, since: datetime) -> int:
        """How many there were from `since` on: the last midnight in Shanghai."""
        columns = failed_check.c
        counted = select(func.count()).where(columns.applicant_hash == applicant_hash, columns.at >= since)
        found = await self._database.row(counted)
        return int(found[0]) if found else 0
