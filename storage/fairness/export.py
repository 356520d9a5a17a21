"""The files of one day: its secret, its draws, and the log of every prefix with the bitmaps that the log names.

The log of a day begins at the last line before it that states the free numbers, so that it can be replayed alone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.fair_draws import link_of
from domain.instants import format_instant, to_milliseconds
from storage.fairness.days import CommittedDay
from storage.postgres.database import Database

VERSION = 1
Files = dict[str, bytes]
Place = tuple[int, int]
"""Epoch and number of a line."""

_DRAWS = b"""
    SELECT draw_id, preselection_id, draws_left, at, nonce, nonce_by, without_four, numbers, rounds, skipped
    FROM draw_record WHERE day = %(day)s AND at >= %(begins)s AND at < %(ends)s ORDER BY at, draw_id
"""
_OFFERED_BEFORE = b"""
    SELECT draws_left, numbers FROM draw_record WHERE preselection_id = %(id)s AND day = %(day)s
"""
_PREFIXES = b"SELECT DISTINCT prefix FROM pool_log WHERE at >= %(begins)s AND at < %(ends)s"
_RANGE = b"""
    SELECT min((epoch, seq)), max((epoch, seq)) FROM pool_log
    WHERE prefix = %(prefix)s AND at >= %(begins)s AND at < %(ends)s
"""
_BASE = b"""
    SELECT epoch, states, free FROM pool_log
    WHERE prefix = %(prefix)s AND free IS NOT NULL AND (epoch, states) < (%(epoch)s::bigint, %(seq)s::bigint)
    ORDER BY epoch DESC, seq DESC LIMIT 1
"""
_FIRST_STATED = b"""
    SELECT epoch, states, free FROM pool_log WHERE prefix = %(prefix)s AND free IS NOT NULL ORDER BY epoch, seq LIMIT 1
"""
_LINES = b"""
    SELECT line, free FROM pool_log
    WHERE prefix = %(prefix)s AND (epoch, seq) > (%(e)s::bigint, %(s)s::bigint)
      AND (epoch, seq) <= (%(e2)s::bigint, %(s2)s::bigint)
    ORDER BY epoch, seq
"""
_BITMAPS = b"SELECT digest, content FROM pool_bitmap WHERE prefix = %(prefix)s AND digest = ANY(%(digests)s)"


class DayExport:
    """Makes the files. All raise `DependencyUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def files_of(self, day: CommittedDay, secret: bytes) -> Files:
        """The files by name; the same at every call once all lines of the day are in the database."""
        period = {"begins": day.begins, "ends": day.ends}
        found = await self._database.fetch_raw(_DRAWS, {"day": day.day} | period)
        draws = [await self._draw(day, row) for row in found]
        files, ends = {"draws.jsonl": _as_lines(draws)}, dict[str, Place]()
        prefixes = {row[0] for row in await self._database.fetch_raw(_PREFIXES, period)} | needed(draws).keys()
        for prefix in sorted(prefixes):
            files |= await self._log(prefix, period, needed(draws).get(prefix, []), ends)
        return files | {"day.json": _as_json(_head(day, secret, len(draws)) | {"ends": ends})}

    async def _draw(self, day: CommittedDay, row: Sequence[Any]) -> dict[str, Any]:
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
            passed_over = await self._offered(preselection_id, day.day, skipped)
            record |= {"skipped": passed_over, "link": link_of(str(preselection_id)), "draws_left": draws_left}
        return record

    async def _offered(self, preselection_id: UUID, day: str, plates: Iterable[str]) -> dict[str, int | None]:
        """The draw of the day that had offered each plate, as the draws that were left before it."""
        found = await self._database.fetch_raw(_OFFERED_BEFORE, {"id": preselection_id, "day": day})
        by_plate = {plate: left for left, numbers in found for plate in numbers}
        return {plate: by_plate.get(plate) for plate in plates}

    async def _log(
        self, prefix: str, period: Mapping[str, Any], places: Sequence[Place], ends: dict[str, Place]
    ) -> Files:
        """The log and its bitmaps; `ends` gets the place of its last line."""
        values: dict[str, Any] = {"prefix": prefix}
        first, last = (await self._database.fetch_raw(_RANGE, values | dict(period)))[0]
        bounds = [*places, *(_place(each) for each in (first, last) if each)]
        first, last = min(bounds), max(bounds)
        base = await self._database.fetch_raw(_BASE, values | {"epoch": first[0], "seq": first[1]})
        base = base or await self._database.fetch_raw(_FIRST_STATED, values)
        if not base:
            return {}
        epoch, seq, free = base[0]
        between = {"e": epoch, "s": seq, "e2": last[0], "s2": last[1]}
        found = await self._database.fetch_raw(_LINES, values | between)
        lines = [json.loads(line) for line, _ in found]
        ends[prefix] = (lines[-1]["e"], lines[-1]["s"]) if lines else (epoch, seq)
        head = {"prefix": prefix, "base": {"epoch": epoch, "seq": seq, "free": free}}
        # A replay begins with the first bitmap or a newly built one; of a checkpoint it compares only the digest.
        digests = {free, *(line["free"] for line in lines if line["op"] == "install")}
        bitmaps = await self._database.fetch_raw(_BITMAPS, values | {"digests": list(digests)})
        files = {f"bitmap-{digest}.z": bytes(content) for digest, content in bitmaps}
        return files | {f"log-{file_code(prefix)}.jsonl": _chained(head, [line for line, _ in found])}


def needed(draws: Iterable[Mapping[str, Any]]) -> dict[str, list[Place]]:
    """The lines of each prefix that the draws name."""
    places: dict[str, list[Place]] = {}
    for draw in draws:
        for each in draw["rounds"]:
            for prefix, epoch, seq, *_ in (*each["picks"], *each.get("levels", ())):
                places.setdefault(prefix, []).append((epoch, seq))
    return places


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


def _chained(head: Mapping[str, Any], lines: Iterable[str]) -> bytes:
    """The head, and each line with the digest of all before it and itself."""
    chain = sha256(_as_json(head)).digest()
    entries: list[Mapping[str, Any]] = [{**head, "chain": chain.hex()}]
    for line in lines:
        chain = sha256(chain + line.encode()).digest()
        entries.append({"h": chain.hex(), "l": line})
    return _as_lines(entries)


def _as_lines(values: Iterable[Any]) -> bytes:
    return b"".join(_as_json(value) + b"\n" for value in values)


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
