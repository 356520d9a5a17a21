"""Every value is encrypted again with the current key."""

from dataclasses import replace

import pytest

from storage.all_tables import metadata
from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.reencryption import Reencryption
from storage.crypto.vault import Keys, Unreadable, Vault
from storage.postgres.database import Database
from storage.postgres.tables import preselection
from storage.preselections.desk_reasons import DeskReason, DeskReasons
from tests.support.rows import any_row
from tests.support.stored_preselections import AT, KEYS, Stored

OLD, NEW = {"first": b"1" * 32}, {"first": b"1" * 32, "second": b"2" * 32}


async def test_values_are_sealed_again_and_the_old_key_is_needed_no_more(own_database: Database) -> None:
    stored = await Stored.create(own_database)
    rows = [await stored.insert_submission() for _ in range(3)]
    await DeskReasons(own_database, KEYS).add(DeskReason(rows[0].id, rows[0].id, "clerk", "卖方反悔", AT))
    work = Reencryption(own_database, Vault(NEW, "second"), metadata.sorted_tables)
    assert await work.remaining_rows(Vault.head_of("first")) == 4
    assert await work.run() == 4
    assert (await work.run(), await work.remaining_rows(Vault.head_of("first"))) == (0, 0)
    without_old = Keys(Vault({"second": b"2" * 32}, "second"), KeyedHash(b"h" * 32))
    row = await any_row(own_database, without_old, rows[0].id)
    assert row is not None
    assert (row.party_name, row.phone, row.seller) == ("张三", "13800138000", rows[0].seller)
    [reason] = await DeskReasons(own_database, without_old).of_preselection(rows[0].id)
    assert reason.reason == "卖方反悔"
    with pytest.raises(Unreadable):
        _ = (await stored.row(rows[1].id)).phone


def test_a_value_of_a_key_made_since_is_read_after_the_keys_were_read_again() -> None:
    keys = replace(KEYS, vault=Vault(OLD, "first"))
    keys.vault.reread = lambda: keys.vault.adopt(NEW, "second")
    sealed = Vault(NEW, "second").encrypt(preselection.c.phone, "13800138000")
    assert keys.vault.decrypt(preselection.c.phone, sealed) == "13800138000"
