"""Converts keyed hashes to the current hashing key, a few rows at a time, while the service runs.

Related rows are converted together: all rows of a vehicle, of a transfer, and of a party with its bans, each in one
transaction. A hash whose text is still stored encrypted is recomputed; one whose text is gone (purged rows, the
account, the seller) is wrapped: hashed once more. Codes, failed checks and stored responses last two days at most; they
are not converted, and lookups find them meanwhile.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.crypto.hash_moves import lock_conversions
from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.postgres.tables import preselection, sms_outbox

NOBODY = bytes(32)
"""Replaces the keyed hash of a purged person: no value has this hash. The account's is followed by the row's id."""

_AT_ONCE = 200
_TIMEOUT = 30.0
_HASHES = ("vehicle_hash", "transfer_hash", "party_hash", "owner_hash", "seller_hash")
# A hash of the current key starts with its tag and is four bytes longer than one of the first key.
_STALE = (
    "(substr({column}, 1, 32) <> :nobody"
    " AND (octet_length({column}) <> :length OR substr({column}, 1, :tag_length) <> :tag))"
)

_ROWS = text(f"""
    SELECT id, {", ".join(_HASHES)}, party_id, vin, certificate_number, purged_at FROM preselection
    WHERE id > :last AND ({" OR ".join(_STALE.format(column=column) for column in _HASHES)})
    ORDER BY id LIMIT :most
""")  # noqa: S608 -- constants
_BANS = text(f"""
    SELECT id, party_hash FROM blacklist
    WHERE id > :last AND {_STALE.format(column="party_hash")} ORDER BY id LIMIT :most
""")  # noqa: S608 -- constants
_MESSAGES = text(f"""
    SELECT id, phone_hash, phone FROM text_message
    WHERE id > :last AND {_STALE.format(column="phone_hash")} ORDER BY id LIMIT :most
""")  # noqa: S608 -- constants
_LEFT = text(f"""
    SELECT
        (SELECT count(*) FROM preselection WHERE {" OR ".join(_STALE.format(column=column) for column in _HASHES)})
        + (SELECT count(*) FROM blacklist WHERE {_STALE.format(column="party_hash")})
        + (SELECT count(*) FROM text_message WHERE {_STALE.format(column="phone_hash")}),
        (SELECT count(*) FROM code WHERE {_STALE.format(column="phone_hash")})
        + (SELECT count(*) FROM failed_check WHERE {_STALE.format(column="applicant_hash")})
        + (SELECT count(*) FROM idempotency WHERE {_STALE.format(column="caller_hash")})
""")  # noqa: S608 -- constants

# In the order of `storage.crypto.hash_moves`: preselections before bans.
_MOVES = {
    column: text(f"UPDATE preselection SET {column} = :new WHERE {column} = :old")  # noqa: S608 -- constants
    for column in ("party_hash", "owner_hash")
}
_VEHICLE = text("UPDATE preselection SET vehicle_hash = :new WHERE vehicle_hash = :old")
# By the vehicle's index, whose rows include those of its transfers.
_TRANSFER = text("UPDATE preselection SET transfer_hash = :new WHERE vehicle_hash = :vehicle AND transfer_hash = :old")
_SELLER = text("UPDATE preselection SET seller_hash = :new WHERE id = :id AND seller_hash = :old")
_BAN = text("UPDATE blacklist SET party_hash = :new WHERE party_hash = :old")
_SUBJECT = text("UPDATE code SET subject_hash = :new WHERE subject_hash = :old")
_PHONE = text("UPDATE text_message SET phone_hash = :new WHERE id = :id AND phone_hash = :old")


class Rehashing:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault
        self._keyed = keys.hashes
        self._hashes = PersonalHashes(keys.hashes)

    async def run(self) -> int:
        """Process all rows once; returns how many had a hash of another key than the current one."""
        rows = await self._each(_ROWS, self._preselection)
        bans = await self._each(_BANS, self._ban)
        return rows + bans + await self._each(_MESSAGES, self._message)

    async def remaining_rows(self) -> tuple[int, int]:
        """How many rows have hashes of another key: those that `run` converts, and those that expire."""
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            lasting, lapsing = (await connection.execute(_LEFT, self._stale())).one()
        return int(lasting), int(lapsing)

    async def _each(self, page: Any, move: Any) -> int:
        moved, last = 0, UUID(int=0)
        while True:
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                values = self._stale() | {"last": last, "most": _AT_ONCE}
                rows = (await connection.execute(page, values)).all()
            for row in rows:
                # The related rows of one row at a time: a request waits for a few rows at most.
                async with self._database.transaction() as connection:
                    await move(connection, row)
            moved += len(rows)
            if len(rows) < _AT_ONCE:
                return moved
            last = rows[-1].id

    async def _preselection(self, connection: AsyncConnection, row: Row[Any]) -> None:
        new = self._new_hashes(row)
        if row.purged_at is None:
            known = [
                self._hashes.vehicle(self._decrypt(row, "vin")),
                self._hashes.party(self._decrypt(row, "party_id")),
            ]
            await lock_conversions(connection, [each.stable for each in known])
        await self._vehicle(connection, row, new)
        for column, statement in _MOVES.items():
            old = getattr(row, column)
            if self._is_stale(old):
                await connection.execute(statement, {"old": old, "new": new[column]})
        if self._is_stale(row.party_hash):
            await connection.execute(_BAN, {"old": row.party_hash, "new": new["party_hash"]})
        if self._is_stale(row.owner_hash):
            await connection.execute(_SUBJECT, {"old": row.owner_hash, "new": new["owner_hash"]})
        if self._is_stale(row.seller_hash):
            await connection.execute(_SELLER, {"id": row.id, "old": row.seller_hash, "new": new["seller_hash"]})

    async def _vehicle(self, connection: AsyncConnection, row: Row[Any], new: Mapping[str, bytes]) -> None:
        """Convert the rows of a vehicle, and then those of the row's transfer, which are among them."""
        vehicle = row.vehicle_hash
        if self._is_stale(vehicle):
            await connection.execute(_VEHICLE, {"old": vehicle, "new": new["vehicle_hash"]})
            vehicle = new["vehicle_hash"]
        if self._is_stale(row.transfer_hash):
            transfer = {"old": row.transfer_hash, "new": new["transfer_hash"], "vehicle": vehicle}
            await connection.execute(_TRANSFER, transfer)

    def _new_hashes(self, row: Row[Any]) -> Mapping[str, bytes]:
        """By column; hashes without an encrypted text are wrapped, and so are those of account and seller."""
        new = {column: self._keyed.wrap(getattr(row, column)) for column in _HASHES}
        if row.purged_at is not None:
            return new
        vin, party = self._decrypt(row, "vin"), self._decrypt(row, "party_id")
        transfer = self._hashes.transfer(vin, self._decrypt(row, "certificate_number"), party)
        return new | {
            "vehicle_hash": bytes(self._hashes.vehicle(vin)),
            "transfer_hash": bytes(transfer),
            "party_hash": bytes(self._hashes.party(party)),
        }

    async def _ban(self, connection: AsyncConnection, row: Row[Any]) -> None:
        """Convert the ban of a party whose number is in no preselection; others are converted with theirs."""
        await connection.execute(_BAN, {"old": row.party_hash, "new": self._keyed.wrap(row.party_hash)})

    async def _message(self, connection: AsyncConnection, row: Row[Any]) -> None:
        phone = self._hashes.phone(self._vault.decrypt(sms_outbox.c.phone, row.phone))
        await connection.execute(_PHONE, {"id": row.id, "old": row.phone_hash, "new": candidate_hashes(phone)[0]})

    def _decrypt(self, row: Row[Any], column: str) -> str:
        return self._vault.decrypt(preselection.c[column], getattr(row, column))

    def _is_stale(self, value: bytes) -> bool:
        return not bytes(value).startswith(NOBODY) and not self._keyed.is_current(value)

    def _stale(self) -> dict[str, Any]:
        tag = self._keyed.tag
        return {"nobody": NOBODY, "tag": tag, "tag_length": len(tag), "length": len(tag) + 32}
