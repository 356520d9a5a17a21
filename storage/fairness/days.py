"""The days of verifiable draws: the commitment before a day, its secret, and what was published after it."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.durations import Duration
from domain.fair_draws import FairnessDay, commitment_to
from storage.crypto.keyed_hash import stable_hash
from storage.crypto.vault import Keys
from storage.failures import StorageFailure
from storage.fairness.tables import fairness_day, fairness_file
from storage.postgres.database import Database

LATEST_DRAW = timedelta(seconds=60)
"""A draw that began on a day is committed at most this long after it: a clock may be slow, and an attempt is short."""

_LABEL = "fairness day"
_MOST_IN_MEMORY = 8
_MOST_LISTED = 400
_FILES_TIMEOUT = 60.0
# Few numbers are on offer at a time, and each belongs to few draws.
_HELD = b"""
    SELECT EXISTS (
        SELECT FROM claim JOIN draw_record ON draw_record.preselection_id = claim.preselection_id
        WHERE claim.kind IN ('offered', 'candidate') AND claim.until > %(at)s
          AND draw_record.day = %(day)s AND claim.plate = ANY(draw_record.numbers)
    )
"""


class CommitmentBroken(StorageFailure):
    """The keys give another secret than the one that was committed to: this installation must not draw."""


@dataclass(frozen=True)
class CommittedDay:
    """One row. `revealed_at`, `draws` and `verified` are None until the day is published."""

    day: str
    begins: datetime
    ends: datetime
    commitment: bytes
    committed_at: datetime
    revealed_at: datetime | None = None
    draws: int | None = None
    verified: bool | None = None


_COLUMNS = [fairness_day.c[name] for name in CommittedDay.__dataclass_fields__]


class FairnessDays:
    """The secret of a day follows from the first hashing key and the day's name, so nobody can choose another one.

    It is not stored: after a restore of the database the same secret and the same commitment come back.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._secrets: dict[str, bytes] = {}

    async def secret_of(self, day: FairnessDay, at: datetime) -> bytes:
        """The day's secret, committed to at the latest now. Raises `CommitmentBroken` and `DependencyUnavailable`."""
        known = self._secrets.get(day.name)
        if known is None:
            known = await self._commit(day, at)
            self._secrets = dict([*self._secrets.items(), (day.name, known)][-_MOST_IN_MEMORY:])
        return known

    async def commit_ahead(self, length: Duration, at: datetime) -> None:
        """Commit to the current day and to the one after it."""
        today = FairnessDay.at(at, length)
        for day in (today, today.following(length)):
            await self.secret_of(day, at)

    def secret(self, day: str) -> bytes:
        """The secret, whether or not anybody may know it yet."""
        return bytes(stable_hash(self._keys.hashes.hash(_LABEL, day)))

    async def get(self, day: str) -> CommittedDay | None:
        row = await self._database.row(select(*_COLUMNS).where(fairness_day.c.day == day))
        return CommittedDay(*row) if row else None

    async def is_held(self, day: str, at: datetime) -> bool:
        """Whether a number of one of the day's draws is still held for its vehicle."""
        return bool((await self._database.fetch_raw(_HELD, {"day": day, "at": at}))[0][0])

    async def between(self, begins: datetime | None, ends: datetime | None) -> list[CommittedDay]:
        """The days that overlap a period, newest first, at most 400."""
        columns, wanted = fairness_day.c, select(*_COLUMNS)
        if begins:
            wanted = wanted.where(columns.ends > begins)
        if ends:
            wanted = wanted.where(columns.begins < ends)
        return [
            CommittedDay(*row)
            for row in await self._database.rows(wanted.order_by(columns.begins.desc()).limit(_MOST_LISTED))
        ]

    async def unpublished(self, ended_before: datetime) -> Sequence[CommittedDay]:
        """The days that ended before an instant and are not published, oldest first."""
        columns = fairness_day.c
        over = select(*_COLUMNS).where(columns.revealed_at.is_(None), columns.ends <= ended_before)
        return [
            CommittedDay(*row) for row in await self._database.rows(over.order_by(columns.begins).limit(_MOST_LISTED))
        ]

    async def reveal(self, day: str, at: datetime, *, draws: int, verified: bool, report: Mapping[str, Any]) -> None:
        """Publish the day; a repeat changes nothing."""
        published = {"revealed_at": at, "draws": draws, "verified": verified, "report": report}
        columns = fairness_day.c
        await self._database.rows(
            update(fairness_day).where(columns.day == day, columns.revealed_at.is_(None)).values(published)
        )

    async def store_files(self, day: str, files: Mapping[str, bytes]) -> None:
        """Keep the files of a day, in place of those of an attempt that was not finished."""
        rows = [
            {"day": day, "name": name, "sha256": sha256(content).hexdigest(), "content": zlib.compress(content)}
            for name, content in files.items()
        ]
        async with self._database.transaction(timeout_s=_FILES_TIMEOUT) as connection:
            await connection.execute(delete(fairness_file).where(fairness_file.c.day == day))
            await connection.execute(insert(fairness_file), rows)

    async def file_digests(self, day: str) -> dict[str, str]:
        """The SHA-256 of each file of a day, by name."""
        columns = fairness_file.c
        wanted = select(columns.name, columns.sha256).where(columns.day == day).order_by(columns.name)
        return {row[0]: row[1] for row in await self._database.rows(wanted)}

    async def file(self, day: str, name: str) -> bytes | None:
        columns = fairness_file.c
        wanted = select(columns.content).where(columns.day == day, columns.name == name)
        row = await self._database.row(wanted)
        return zlib.decompress(row[0]) if row else None

    async def _commit(self, day: FairnessDay, at: datetime) -> bytes:
        secret = self.secret(day.name)
        commitment = commitment_to(day.name, secret)
        row = {"day": day.name, "begins": day.begins, "ends": day.ends, "commitment": commitment, "committed_at": at}
        await self._database.rows(insert(fairness_day).values(row).on_conflict_do_nothing())
        stored = await self.get(day.name)
        if stored is None or not compare_digest(stored.commitment, commitment):
            raise CommitmentBroken(f"another secret than that of {day.name} was committed to")
        return secret
