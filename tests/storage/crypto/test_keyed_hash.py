"""Hashing keys are rotated while rows have hashes of earlier keys, and every row stays findable."""

import pytest

from storage.crypto.keyed_hash import KeyedHash, candidate_hashes, decode_candidates, encode_candidates
from storage.crypto.personal_hashes import PersonalHashes

FIRST, SECOND, THIRD = b"1" * 32, b"2" * 32, b"3" * 32


def make_hash(current: str, *ids: str, closed: tuple[str, ...] = ()) -> KeyedHash:
    keys = {"first": FIRST, "00000002": SECOND, "00000003": THIRD}
    hashes = KeyedHash(FIRST)
    hashes.adopt({key_id: keys[key_id] for key_id in ids}, current, closed)
    return hashes


def test_one_key_knows_one_value_of_32_bytes() -> None:
    value = KeyedHash(FIRST).hash("party", "A")
    assert candidate_hashes(value) == [value] == [value.stable]
    assert len(value) == 32


def test_a_new_key_that_is_not_current_yet_is_looked_for_already() -> None:
    before = make_hash("first", "first", "00000002").hash("party", "A")
    after = make_hash("00000002", "first", "00000002").hash("party", "A")
    assert before == KeyedHash(FIRST).hash("party", "A")
    assert after in candidate_hashes(before)
    assert before in candidate_hashes(after)
    assert before.stable == after.stable


def test_a_wrapped_hash_is_found_through_every_later_change() -> None:
    row = bytes(KeyedHash(FIRST).hash("party", "A"))
    second = make_hash("00000002", "first", "00000002")
    row = second.wrap(row)
    assert row in candidate_hashes(second.hash("party", "A"))
    third = make_hash("00000003", "first", "00000002", "00000003", closed=("first", "00000002"))
    assert row not in candidate_hashes(third.hash("party", "A")), "a row under a closed key would be missed"
    row = third.wrap(row)
    assert row in candidate_hashes(third.hash("party", "A"))
    assert row not in candidate_hashes(third.hash("party", "B"))
    assert third.is_current(row)
    assert not third.is_changing


def test_a_code_is_right_whichever_keys_were_current_when_it_was_sent_and_typed() -> None:
    sent = PersonalHashes(KeyedHash(FIRST))
    code = sent.code("purpose", sent.owner("wang"), None, "123456")
    typing = PersonalHashes(make_hash("00000002", "first", "00000002"))
    assert code in candidate_hashes(typing.code("purpose", typing.owner("wang"), None, "123456"))
    assert code not in candidate_hashes(typing.code("purpose", typing.owner("wang"), None, "123457"))
    for typed in (code, typing.code("purpose", typing.owner("wang"), None, "123456")):
        assert candidate_hashes(decode_candidates(encode_candidates(typed))) == candidate_hashes(typed)


def test_a_clerk_and_a_rate_window_keep_their_names() -> None:
    before, after = PersonalHashes(KeyedHash(FIRST)), PersonalHashes(make_hash("00000002", "first", "00000002"))
    assert after.clerk("wang") == before.clerk("wang") == before.owner("wang").hex()
    assert after.rate_window("writes", "x") == before.rate_window("writes", "x")


@pytest.mark.parametrize(
    "current, ids, closed", [("other", ("first",), ()), ("first", ("first",), ("first",)), ("second", ("first",), ())]
)
def test_keys_that_cannot_be_are_refused(current: str, ids: tuple[str, ...], closed: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="current"):
        make_hash(current, *ids, closed=closed)
