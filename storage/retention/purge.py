"""Purges personal data after its retention. The rest of a preselection names a plate and no person.

Retention counts from the end of the process, or of the party's ban if that is later: the SMS at the end of a ban needs
the phone number. The keyed hashes of vehicle and transfer stay, without any value that they could be compared with,
because used chances stay used (R-45).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, TextClause, text

from storage.crypto.rehashing import NOBODY
from storage.crypto.vault import Keys, Vault
from storage.postgres.database import Database

_SEALED = ("party_name", "party_id", "phone", "vin", "certificate_number")
_AT_ONCE = 1_000
_TIMEOUT = 30.0

_PRESELECTIONS = text("""
    UPDATE preselection SET
        party_name = :party_name, party_id = :party_id, phone = :phone, vin = :vin,
        certificate_number = :certificate_number, seller = NULL, seller_name_masked = '',
        owner_hash = :nobody, party_hash = :nobody, seller_hash = :nobody, purged_at = :at
    WHERE id = ANY(ARRAY(
        SELECT id FROM preselection AS ended
        WHERE purged_at IS NULL AND created_at < :before AND changed_at < :before
          AND (dormant OR stage IN ('registered', 'exhausted', 'overdue', 'cancelled'))
          AND NOT EXISTS (
              SELECT FROM blacklist WHERE blacklist.party_hash = ended.party_hash
                AND (blacklist.released_at IS NULL OR blacklist.released_at >= :before)
          )
        LIMIT :most FOR UPDATE SKIP LOCKED
    ))
""")

_BANS = text("""
    UPDATE blacklist SET holder = :holder, party_hash = :nobody, purged_at = :at
    WHERE id = ANY(ARRAY(
        SELECT id FROM blacklist WHERE purged_at IS NULL AND released_at < :before
        LIMIT :most FOR UPDATE SKIP LOCKED
    ))
""")

_REASONS = text("""
    DELETE FROM desk_reason WHERE request_id = ANY(ARRAY(
        SELECT request_id FROM desk_reason WHERE "at" < :before LIMIT :most FOR UPDATE SKIP LOCKED
    ))
""")


@dataclass(frozen=True)
class Purged:
    """The number of purged rows."""

    preselections: int
    bans: int
    reasons: int


class Retention:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault

    async def purge(self, before: datetime, at: datetime) -> Purged:
        """Overwrite the personal data of rows that ended before an instant. May be repeated at any time."""
        shared = {"before": before, "at": at, "nobody": NOBODY, "most": _AT_ONCE}
        blank = blank_values(self._vault)
        return Purged(
            preselections=await self._all(_PRESELECTIONS, shared | blank),
            bans=await self._all(_BANS, shared | {"holder": _blank(self._vault, "blacklist.holder")}),
            reasons=await self._all(_REASONS, {"before": before, "most": _AT_ONCE}),
        )

    async def _all(self, statement: TextClause, values: dict[str, object]) -> int:
        purged, some = 0, _AT_ONCE
        while some == _AT_ONCE:
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                done: CursorResult[object] = await connection.execute(statement, values)
                some = done.rowcount
            purged += some
        return purged


def blank_values(vault: Vault) -> dict[str, bytes]:
    """The encrypted columns of a purged preselection."""
    return {column: _blank(vault, f"preselection.{column}") for column in _SEALED}


def _blank(vault: Vault, column: str) -> bytes:
    """An empty value, encrypted like any other, so that readers of the row need no exception."""
    return vault.encrypt(column, "")
