"""The days of verifiable draws: the commitment before a day, its secret, and what was published after it."""

import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import LargeBinary, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.durations import Duration
from domain.fair_draws import FairnessDay, commitment_to
from storage.crypto.vault import Keys
from storage.failures import StorageFailure
from storage.fairness.tables import fairness_day, fairness_file
from storage.postgres.database import Database
from storage.postgres.tables import ON_OFFER

LATEST_DRAW = timedelta(seconds=60)
"""A draw that began on a day is committed at most this long after it: a clock may be slow, and an attempt is short."""

_LABEL = "fairness day"
_MOST_IN_MEMORY = 8
_MOST_LISTED = 400
_FILES_TIMEOUT = 60.0
_PIECE = 128 * 1024
"""Bytes of a file that are read, or unpacked, at once: less than a millisecond."""
_PART = timedelta(hours=1)
_LONGEST_PART = 30.0
# The limit makes it an index probe for each number.
_HELD = text(f"""
    SELECT EXISTS (
        SELECT FROM draw_record, LATERAL unnest(numbers) AS drawn (plate), LATERAL (
            SELECT FROM claim
            WHERE claim.plate = drawn.plate AND claim.preselection_id = draw_record.preselection_id
              AND {ON_OFFER} AND until > :at LIMIT 1
        ) AS held
        WHERE day = :day AND draw_record.at >= :since AND draw_record.at < :until
    )
""")  # noqa: S608 -- constants
_CLOSE = b"SELECT close_fairness_day(%(day)s, %(at)s)"


class CommitmentBroken(StorageFailure):
    """The keys give another secret than the one that was committed to, or miss its key: this process must not draw."""


@dataclass(frozen=True)
class CommittedDay:
    """One row. `closed_at` is None while draws may commit to the day.

    `revealed_at`, `draws`, `verified` and `report` are None until the day is published.
    `key_id` names the hashing key from which the secret follows; None for the first one.
    """

    day: str
    begins: datetime
    ends: datetime
    commitment: bytes
    committed_at: datetime
    revealed_at: datetime | None = None
    draws: int | None = None
    verified: bool | None = None
    key_id: str | None = None
    report: Mapping[str, Any] | None = None
    closed_at: datetime | None = None


_COLUMNS = [fairness_day.c[name] for name in CommittedDay.__dataclass_fields__]


class FairnessDays:
    """The secret of a day follows from a hashing key and the day's name, so nobody can choose another one.

    The key is the current one when the day is committed to, and its id is stored with the commitment: after a rotation,
    whoever has learned the old key knows no secret of a day that is committed to later. The secret is not stored.
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

    def secret(self, day: CommittedDay) -> bytes:
        """The secret, whether or not anybody may know it yet. Raises `CommitmentBroken`."""
        try:
            secret = self._secret(day.key_id or self._keys.hashes.ids[0], day.day)
        except KeyError:
            raise CommitmentBroken(f"the hashing key of {day.day} is missing") from None
        if not compare_digest(day.commitment, commitment_to(day.day, secret)):
            raise CommitmentBroken(f"another secret than that of {day.day} was committed to")
        return secret

    async def get(self, day: str) -> CommittedDay | None:
        row = await self._database.row(select(*_COLUMNS).where(fairness_day.c.day == day))
        return CommittedDay(*row) if row else None

    async def is_held(self, day: CommittedDay, at: datetime) -> bool:
        """Whether a number of one of the day's draws is still held for its vehicle."""
        until = day.ends
        # The last draws are held the longest.
        while until > day.begins:
            since = max(day.begins, until - _PART)
            async with self._database.transaction(timeout_s=_LONGEST_PART) as connection:
                if await connection.scalar(_HELD, {"day": day.day, "since": since, "until": until, "at": at}):
                    return True
            until = since
        return False

    async def close(self, day: str, at: datetime) -> None:
        """Let no further draw commit to a day; the draws whose statement has begun are committed then."""
        await self._database.fetch_raw(_CLOSE, {"day": day, "at": at})

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

    async def list_unpublished(self, ended_before: datetime) -> Sequence[CommittedDay]:
        """The days that ended before an instant and are not published, oldest first."""
        columns = fairness_day.c
        over = select(*_COLUMNS).where(columns.revealed_at.is_(None), columns.ends <= ended_before)
        return [
            CommittedDay(*row) for row in await self._database.rows(over.order_by(columns.begins).limit(_MOST_LISTED))
        ]

    async def latest_report(self) -> Mapping[str, Any]:
        """The report of the newest published day; empty before the first one."""
        columns = fairness_day.c
        published = select(columns.report).where(columns.revealed_at.is_not(None))
        row = await self._database.row(published.order_by(columns.begins.desc()).limit(1))
        return (row[0] or {}) if row else {}

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

    async def file(self, day: str, name: str) -> AsyncIterator[bytes] | None:
        """The content in parts, each read when it is asked for: a large day has files of many megabytes.

        None for an unknown file.
        """
        columns = fairness_file.c
        wanted = select(func.octet_length(columns.content)).where(columns.day == day, columns.name == name)
        row = await self._database.row(wanted)
        return self._parts_of(day, name, row[0]) if row else None

    async def _parts_of(self, day: str, name: str, size: int) -> AsyncIterator[bytes]:
        columns, unpacking = fairness_file.c, zlib.decompressobj()
        for start in range(0, size, _PIECE):
            piece = select(func.substr(columns.content, start + 1, _PIECE, type_=LargeBinary))
            row = await self._database.row(piece.where(columns.day == day, columns.name == name))
            packed = bytes(row[0]) if row else b""
            while packed:
                yield unpacking.decompress(packed, _PIECE)
                packed = unpacking.unconsumed_tail
        if rest := unpacking.flush():
            yield rest

    async def _commit(self, day: FairnessDay, at: datetime) -> bytes:
        stored = await self.get(day.name)
        if stored is None:
            await self._database.rows(insert(fairness_day).values(self._row(day, at)).on_conflict_do_nothing())
            stored = await self.get(day.name)
        if stored is None:
            raise CommitmentBroken(f"the commitment to {day.name} is gone")
        return self.secret(stored)

    def _row(self, day: FairnessDay, at: datetime) -> dict[str, Any]:
        key_id = self._keys.hashes.current
        return {
            "day": day.name,
            "begins": day.begins,
            "ends": day.ends,
            "commitment": commitment_to(day.name, self._secret(key_id, day.name)),
            "committed_at": at,
            "key_id": key_id,
        }

    def _secret(self, key_id: str, day: str) -> bytes:
        return self._keys.hashes.digest_with(key_id, _LABEL, day)
