"""Failed vehicle checks (系统核查), counted for each applicant against guessing.

A running check reserves a place, so that parallel checks can't exceed the limit.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from storage.crypto.keyed_hash import candidate_hashes, stable_hash
from storage.postgres.database import Database
from storage.preselections.tables import failed_check

# A check that has not ended after this time was lost with its process, and no longer reserves a place.
_UNDER_WAY = timedelta(seconds=15)

_DIGEST_BYTES = 32

_LOCK = text("SELECT pg_advisory_xact_lock(:lock)")
_COUNTED = text("""
    SELECT count(*) FILTER (WHERE applicant_hash = ANY(:failed) AND "at" >= :since),
           count(*) FILTER (WHERE applicant_hash = ANY(:under_way) AND "at" > :lost_before)
    FROM failed_check WHERE applicant_hash = ANY(CAST(:failed AS bytea[]) || CAST(:under_way AS bytea[])) AND id <> :id
""")


class Place(Enum):
    """The result of a request for a check."""

    TAKEN = auto()
    """Run the check, and `end` it."""
    BUSY = auto()
    """Running checks may use up the remaining places: try again soon."""
    USED_UP = auto()


class FailedChecks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, check_id: UUID, applicant_hash: bytes, *, at: datetime, since: datetime, limit: int) -> Place:
        """Reserve a place for a check, of `limit` places from `since` on, the last midnight in Shanghai."""
        failed, under_way = (
            candidate_hashes(applicant_hash),
            [_under_way(known) for known in candidate_hashes(applicant_hash)],
        )
        values: dict[str, Any] = {"failed": failed, "under_way": under_way, "since": since, "id": check_id}
        async with self._database.transaction() as connection:
            await connection.execute(
                _LOCK, {"lock": int.from_bytes(stable_hash(applicant_hash)[:8], "big", signed=True)}
            )
            counted = await connection.execute(_COUNTED, values | {"lost_before": at - _UNDER_WAY})
            count, waiting = counted.one()
            if count >= limit:
                return Place.USED_UP
            if count + waiting >= limit:
                return Place.BUSY
            place = insert(failed_check).values(id=check_id, applicant_hash=under_way[0], at=at)
            await connection.execute(place.on_conflict_do_update(index_elements=["id"], set_={"at": at}))
        return Place.TAKEN

    async def end(self, check_id: UUID, applicant_hash: bytes, *, failed: bool) -> None:
        """Count the check if its facts did not match, otherwise free its place. May be repeated."""
        mine = failed_check.c.id == check_id
        if failed:
            await self._database.rows(update(failed_check).where(mine).values(applicant_hash=bytes(applicant_hash)))
        else:
            await self._database.rows(delete(failed_check).where(mine))

    async def count(self, applicant_hash: bytes, *, since: datetime) -> int:
        """The number of failed checks from `since` on."""
        columns = failed_check.c
        counted = select(func.count()).where(
            columns.applicant_hash.in_(candidate_hashes(applicant_hash)), columns.at >= since
        )
        found = await self._database.row(counted)
        return int(found[0]) if found else 0


def _under_way(applicant_hash: bytes) -> bytes:
    """The hash of the applicant's running checks; it identifies its key as the plain hash does."""
    return applicant_hash[:-_DIGEST_BYTES] + sha256(b"under way" + applicant_hash).digest()
