"""Hashes are converted to a new key together with related rows, and so are rows that are written meanwhile."""

from uuid import uuid4

from sqlalchemy import text

from storage.bans.repository import BanRepository, NewBan
from storage.crypto.keyed_hash import KeyedHash, candidate_hashes
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.rehashing import NOBODY, Rehashing
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from tests.support.rows import any_row
from tests.support.stored_preselections import AT, KEYS, LATER, Stored


def changed_keys() -> Keys:
    hashes = KeyedHash(b"h" * 32)
    hashes.adopt({"first": b"h" * 32, "0000000a": b"n" * 32}, "0000000a")
    return Keys(KEYS.vault, hashes)


async def test_a_ban_entered_while_hashes_move_is_the_party_s_all_the_same(own_database: Database) -> None:
    keys = changed_keys()
    stored = await Stored.create(own_database)
    read_before = await stored.insert_submission(party_id="A", vin="V")
    purged = await stored.insert_submission(party_id="B", vin="W")
    nobody = text("""
        UPDATE preselection SET party_hash = :nobody, owner_hash = CAST(:nobody AS bytea) || uuid_send(id),
            purged_at = :at
        WHERE id = :id
    """)
    await own_database.rows(nobody, {"nobody": NOBODY, "at": AT, "id": purged.id})
    work = Rehashing(own_database, keys)
    assert await work.remaining_rows() == (2, 0)
    assert await work.run() == 2
    assert (await work.run(), await work.remaining_rows()) == (0, (0, 0))
    # A worker has read the row earlier, and bans its party with the old hash.
    late = NewBan(uuid4(), read_before.party_hash, "王*", AT, LATER, read_before.id)
    await BanRepository(own_database, keys).ban(late)
    hashes = PersonalHashes(keys.hashes)
    assert await BanRepository(own_database, keys).find_ban_end(hashes.party("A"), AT) == LATER
    rows = [await any_row(own_database, keys, each.id) for each in (read_before, purged)]
    kept, gone = (row for row in rows if row)
    assert (kept.party_hash, kept.vehicle_hash) == (hashes.party("A"), hashes.vehicle("V"))
    assert (gone.party_hash, gone.owner_hash) == (NOBODY, NOBODY + gone.id.bytes)
    assert gone.vehicle_hash in candidate_hashes(hashes.vehicle("W"))
    assert gone.vehicle_hash != hashes.vehicle("W"), "nothing could tell its text any more"
    [joined] = await own_database.rows(text("SELECT count(*) FROM preselection JOIN blacklist USING (party_hash)"))
    assert joined[0] == 1
