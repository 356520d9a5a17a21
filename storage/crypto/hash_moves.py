"""Converts rows from hashes of earlier keys to the current key, all rows of a vehicle, transfer or party together."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.crypto.keyed_hash import Hash, candidate_hashes

# In this order everywhere: writing a ban locks its preselection first too.
_VEHICLE = text("UPDATE preselection SET vehicle_hash = :current WHERE vehicle_hash = ANY(:others)")
# The vehicle's rows have its current hash by then, and their index finds those of the transfer.
_TRANSFER = text("""
    UPDATE preselection SET transfer_hash = :current WHERE vehicle_hash = :vehicle AND transfer_hash = ANY(:others)
""")
_PARTY = text("UPDATE preselection SET party_hash = :current WHERE party_hash = ANY(:others)")
_BAN = text("UPDATE blacklist SET party_hash = :current WHERE party_hash = ANY(:others)")
_LOCK = text("SELECT pg_advisory_xact_lock(:lock)")


@dataclass(frozen=True)
class SubmittedHashes:
    """The hashes that relate rows to each other."""

    vehicle: Hash
    transfer: Hash
    party: Hash


async def convert_to_current(connection: AsyncConnection, hashes: SubmittedHashes) -> None:
    """Convert all rows of this vehicle, this transfer and this party to the current key.

    During a key rotation, every writer of a vehicle's row calls this first, one after the other. So the constraints (a
    vehicle has one running preselection, a party has one ban) hold for all rows, whichever key a process writes with.
    """
    await lock_conversions(connection, [hashes.vehicle.stable, hashes.party.stable])
    vehicle = candidate_hashes(hashes.vehicle)[0]
    for statement, value in (
        (_VEHICLE, hashes.vehicle),
        (_TRANSFER, hashes.transfer),
        (_PARTY, hashes.party),
        (_BAN, hashes.party),
    ):
        current, *others = candidate_hashes(value)
        await connection.execute(statement, {"current": current, "others": others, "vehicle": vehicle})


async def lock_conversions(connection: AsyncConnection, stable_hashes: Iterable[bytes]) -> None:
    """Wait for other processes that convert rows of the same vehicle or party, in one order everywhere."""
    for lock in sorted(int.from_bytes(stable[:8], "big", signed=True) for stable in stable_hashes):
        await connection.execute(_LOCK, {"lock": lock})
