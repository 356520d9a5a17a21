"""Personal values are unreadable without the key (design.md, What must always hold, 6)."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.vault import Keys, Unreadable, Vault
from storage.postgres.tables import preselection

OLD, NEW = b"o" * 32, b"n" * 32
COLUMN = preselection.c.phone


def test_a_value_opens_for_its_column_with_its_key() -> None:
    vault = Vault({"new": NEW}, "new")
    sealed = vault.encrypt(COLUMN, "张三 13800138000")
    assert vault.decrypt(COLUMN, sealed) == "张三 13800138000"
    assert b"13800138000" not in sealed


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    vault = Vault({"new": NEW}, "new")
    assert len({vault.encrypt(COLUMN, "13800138000") for _ in range(100)}) == 100


def test_a_value_does_not_open_in_another_column_or_with_another_key() -> None:
    sealed = Vault({"new": NEW}, "new").encrypt(COLUMN, "13800138000")
    with pytest.raises(Unreadable):
        Vault({"new": NEW}, "new").decrypt(preselection.c.vin, sealed)
    with pytest.raises(Unreadable):
        Vault({"new": OLD}, "new").decrypt(COLUMN, sealed)
    with pytest.raises(Unreadable):
        Vault({"old": OLD}, "old").decrypt(COLUMN, sealed)


def test_each_altered_byte_makes_a_value_unreadable() -> None:
    vault = Vault({"new": NEW}, "new")
    sealed = vault.encrypt(COLUMN, "13800138000")
    for index in range(len(sealed)):
        altered = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        with pytest.raises(Unreadable):
            vault.decrypt(COLUMN, altered)


@pytest.mark.parametrize("length", [0, 1, 2, 5, 6, 17, 20])
def test_a_value_cut_short_is_unreadable(length: int) -> None:
    vault = Vault({"new": NEW}, "new")
    with pytest.raises(Unreadable):
        vault.decrypt(COLUMN, vault.encrypt(COLUMN, "13800138000")[:length])


def test_values_of_an_older_key_still_open_and_are_reported_to_need_rotation() -> None:
    both = Vault({"old": OLD, "new": NEW}, "new")
    older = Vault({"old": OLD}, "old").encrypt(COLUMN, "13800138000")
    assert both.decrypt(COLUMN, older) == "13800138000"
    assert both.needs_rotation(older)
    assert not both.needs_rotation(both.encrypt(COLUMN, "13800138000"))


def test_keys_and_key_ids_of_the_wrong_length_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault({"new": NEW[:16]}, "new")
    with pytest.raises(ValueError, match="key id"):
        Vault({"": NEW}, "")
    with pytest.raises(ValueError, match="32 bytes"):
        KeyedHash(b"short")


def test_hashes_of_two_purposes_or_keys_have_nothing_in_common() -> None:
    hashes = KeyedHash(NEW)
    assert hashes.hash("phone", "1") == KeyedHash(NEW).hash("phone", "1")
    assert hashes.hash("phone", "1") != hashes.hash("owner", "1")
    assert hashes.hash("phone", "1") != KeyedHash(OLD).hash("phone", "1")


def test_texts_that_only_look_alike_when_joined_hash_differently() -> None:
    hashes = KeyedHash(NEW)
    assert hashes.hash("transfer", "ab", "c") != hashes.hash("transfer", "a", "bc")
    assert hashes.hash("transfera", "b") != hashes.hash("transfer", "ab")


def test_small_letters_find_the_same_vehicle_and_party() -> None:
    hashes = PersonalHashes(KeyedHash(NEW))
    assert hashes.vehicle("lsvaa49j132047371") == hashes.vehicle("LSVAA49J132047371")
    assert hashes.party("11010519491231002x") == hashes.party("11010519491231002X")


def test_keys_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    encoded = {name: b64encode(key).decode() for name, key in (("old", OLD), ("new", NEW))}
    path.write_text(json.dumps({"encryption": {"current": "new", "keys": encoded}, "hashing": encoded["old"]}))
    keys = Keys.from_file(path)
    assert keys.vault.decrypt(COLUMN, Vault({"old": OLD}, "old").encrypt(COLUMN, "text")) == "text"
    assert keys.hashes.hash("phone", "1") == KeyedHash(OLD).hash("phone", "1")
