"""The files of one day: its secret, its draws, and the log of every prefix with the bitmaps that the log names.

The log of a day begins at the last line before it that states the free numbers, so that it can be replayed alone.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.fair_draws import link_of
from domain.instants import format_instant, to_milliseconds
from storage.fairness.days import CommittedDay
from storage.postgres.database import Database

VERSION = 1
Files = dict[str, bytes]
Place = tuple[int, int]
"""Epoch and number of a line."""

_DRAWS = text("""
    SELECT draw_id, preselection_id, draws_left, at, nonce, nonce_by, without_four, numbers, rounds, skipped
    FROM draw_record WHERE day = :day AND at >= :begins AND at < :ends ORDER BY at, draw_id
""")
_OFFERED_BEFORE = text("""
    SELECT draws_left, numbers FROM draw_record WHERE preselection_id = :id AND day = :day
""")
_PREFIXES = text("SELECT DISTINCT prefix FROM pool_log WHERE at >= :begins AND at < :ends")
_RANGE = text("""
    SELECT min((epoch, seq)), max((epoch, seq)) FROM pool_log
    WHERE prefix = :prefix AND at >= :begins AND at < :ends
""")
_BASE = text("""
    SELECT epoch, states, free FROM pool_log
    WHERE prefix = :prefix AND free IS NOT NULL AND (epoch, states) < (CAST(:epoch AS bigint), CAST(:seq AS bigint))
    ORDER BY epoch DESC, seq DESC LIMIT 1
""")
_FIRST_STATED = text("""
    SELECT epoch, states, free FROM pool_log WHERE prefix = :prefix AND free IS NOT NULL ORDER BY epoch, seq LIMIT 1
""")
_LINES = text("""
    SELECT epoch, seq, line, free FROM pool_log
    WHERE prefix = :prefix AND (epoch, seq) > (CAST(:e AS bigint), CAST(:s AS bigint))
      AND (epoch, seq) <= (CAST(:e2 AS bigint), CAST(:s2 AS bigint))
    ORDER BY epoch, seq
""")
_BITMAPS = text("SELECT digest, content FROM pool_bitmap WHERE prefix = :prefix AND digest = ANY(:digests)")


# One batch is a few megabytes, and takes a fraction of a second.
_AT_ONCE = 5_000
_LONGEST = 600.0


class DayExport:
    """Makes the files. All raise `DependencyUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def files_of(self, day: CommittedDay, secret: bytes) -> Files:
        """The files by name; the same at every call once all lines of the day are in the database."""
        async with self._database.transaction(timeout_s=_LONGEST, of_one_instant=True) as connection:
            return await _DayReader(connection, day).files(secret)


class _DayReader:
    """Reads one day as of one instant, its draws and lines in batches: of a day only the files are in memory."""

    def __init__(self, connection: AsyncConnection, day: CommittedDay) -> None:
        self._connection = connection
        self._day = day
        self._period = {"begins": day.begins, "ends": day.ends}
        self._needed: dict[str, tuple[Place, Place]] = {}
        self._ends: dict[str, Place] = {}

    async def files(self, secret: bytes) -> Files:
        content, count = bytearray(), 0
        async for row in self._stream(_DRAWS, {"day": self._day.day} | self._period):
            draw = await self._draw(row)
            self._note_lines(draw)
            content += _as_line(draw)
            count += 1
        files = {"draws.jsonl": bytes(content)}
        prefixes = {row[0] for row in await self._rows(_PREFIXES, self._period)} | self._needed.keys()
        for prefix in sorted(prefixes):
            files |= await self._log(prefix)
        return files | {"day.json": _as_json(_head(self._day, secret, count) | {"ends": self._ends})}

    async def _stream(self, statement: TextClause, values: Mapping[str, Any]) -> AsyncIterator[tuple[Any, ...]]:
        found = await self._connection.stream(statement, values, execution_options={"yield_per": _AT_ONCE})
        async for row in found:
            yield tuple(row)

    async def _rows(self, statement: TextClause, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.execute(statement, values)]

    def _note_lines(self, draw: Mapping[str, Any]) -> None:
        """Note the first and the last line of each prefix that draws name."""
        for each in draw["rounds"]:
            for prefix, epoch, seq, *_ in (*each["picks"], *each.get("levels", ())):
                first, last = self._needed.get(prefix, ((epoch, seq), (epoch, seq)))
                self._needed[prefix] = min(first, (epoch, seq)), max(last, (epoch, seq))

    async def _draw(self, row: Sequence[Any]) -> dict[str, Any]:
        draw_id, preselection_id, draws_left, at, nonce, nonce_by, without_four, numbers, rounds, skipped = row
        record = {
            "draw_id": draw_id,
            "at": format_instant(at),
            "nonce": nonce,
            "nonce_by": nonce_by,
            "without_four": without_four,
            "numbers": numbers,
            "rounds": rounds,
        }
        if skipped:
            passed_over = await self._find_offers(preselection_id, skipped)
            record |= {"skipped": passed_over, "link": link_of(str(preselection_id)), "draws_left": draws_left}
        return record

    async def _find_offers(self, preselection_id: UUID, plates: Iterable[str]) -> dict[str, int | None]:
        """The draw of the day that had offered each plate, as the draws that were left before it."""
        found = await self._rows(_OFFERED_BEFORE, {"id": preselection_id, "day": self._day.day})
        by_plate = {plate: left for left, numbers in found for plate in numbers}
        return {plate: by_plate.get(plate) for plate in plates}

    async def _log(self, prefix: str) -> Files:
        """The log and its bitmaps; `_ends` gets the place of its last line."""
        values: dict[str, Any] = {"prefix": prefix}
        bounds = [*self._needed.get(prefix, ())]
        bounds += [_place(each) for each in (await self._rows(_RANGE, values | self._period))[0] if each]
        first, last = min(bounds), max(bounds)
        base = await self._rows(_BASE, values | {"epoch": first[0], "seq": first[1]})
        base = base or await self._rows(_FIRST_STATED, values)
        if not base:
            return {}
        epoch, seq, free = base[0]
        between = {"e": epoch, "s": seq, "e2": last[0], "s2": last[1]}
        head = {"prefix": prefix, "base": {"epoch": epoch, "seq": seq, "free": free}}
        chain = sha256(_as_json(head)).digest()
        content = bytearray(_as_line({**head, "chain": chain.hex()}))
        # A replay begins with the first bitmap or a newly built one; of a checkpoint it compares only the digest.
        digests, self._ends[prefix] = {free}, (epoch, seq)
        # Each line has the digest of all before it and itself.
        async for line_epoch, line_seq, line, stated in self._stream(_LINES, values | between):
            chain = sha256(chain + line.encode()).digest()
            content += _as_line({"h": chain.hex(), "l": line})
            self._ends[prefix] = (line_epoch, line_seq)
            if stated and json.loads(line)["op"] == "install":
                digests.add(stated)
        bitmaps = await self._rows(_BITMAPS, values | {"digests": list(digests)})
        files = {f"bitmap-{digest}.z": bytes(bitmap) for digest, bitmap in bitmaps}
        return files | {f"log-{file_code(prefix)}.jsonl": bytes(content)}


def file_code(prefix: str) -> str:
    """The prefix in ASCII: 粤B is `7ca4B`."""
    return f"{ord(prefix[0]):x}{prefix[1:]}"


def _head(day: CommittedDay, secret: bytes, draws: int) -> dict[str, Any]:
    return {
        "version": VERSION,
        "day": day.day,
        "from_ms": to_milliseconds(day.begins),
        "to_ms": to_milliseconds(day.ends),
        "commitment": day.commitment.hex(),
        "committed_at": format_instant(day.committed_at),
        "committed_ms": to_milliseconds(day.committed_at),
        "secret": secret.hex(),
        "draws": draws,
    }


def _place(row: Any) -> Place:
    """A row value of PostgreSQL, which the driver gives as texts."""
    epoch, seq = row
    return int(epoch), int(seq)


def _as_line(value: Any) -> bytes:
    return _as_json(value) + b"\n"


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
