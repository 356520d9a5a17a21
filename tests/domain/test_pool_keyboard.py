import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plates import CHARACTERS, DIGITS, LETTERS, POOL_SIZE, position_of, serial_at
from domain.pool_keyboard import _holds_any, available_characters
from domain.segments import POOL_BYTES, Template, to_bitmap

FULL = b"\xff" * POOL_BYTES
EMPTY = bytes(POOL_BYTES)
SMALL_POOLS = st.sets(st.integers(0, POOL_SIZE - 1), max_size=8) | st.sets(st.integers(990, 1040), max_size=8)


def bitmap_of(positions: set[int]) -> bytes:
    bitmap = bytearray(POOL_BYTES)
    for position in positions:
        bitmap[position // 8] |= 0x80 >> position % 8
    return bytes(bitmap)


def by_brute_force(positions: set[int], typed: str) -> list[str]:
    serials = [serial_at(position) for position in positions]
    following = {serial[len(typed)] for serial in serials if serial.startswith(typed) and len(typed) < 5}
    return [character for character in CHARACTERS if character in following]


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize(
    "typed, available",
    [
        ("", CHARACTERS),
        ("1", CHARACTERS),
        ("A", CHARACTERS),
        ("AB", DIGITS),
        ("A1", CHARACTERS),
        ("A1B", DIGITS),
        ("A12", DIGITS),
        ("A123", CHARACTERS),
        ("1A", DIGITS),
        ("12", CHARACTERS),
        ("123", CHARACTERS),
        ("123A", CHARACTERS),
        ("1234", CHARACTERS),
        ("12A3", DIGITS),
        ("a1", CHARACTERS),
    ],
)
def test_each_place_offers_what_the_ten_patterns_allow(typed: str, available: str) -> None:
    assert available_characters(FULL, typed) == list(available)


@pytest.mark.parametrize(
    "typed",
    [
        "12345",
        "A1B23",
        "123456",
        "1" * 10_000,
        "ABC",
        "1A2B",
        "I",
        "O",
        "1O",
        "AI",
        "１",
        "A１",
        "-",
        "\0",
        "\ud800",
        "粤B1",
        "*",
    ],
)
def test_a_complete_or_impossible_beginning_offers_nothing(typed: str) -> None:
    assert available_characters(FULL, typed) == []


@pytest.mark.parametrize("typed", ["", "1", "A1B2"])
def test_an_empty_pool_offers_nothing(typed: str) -> None:
    assert available_characters(EMPTY, typed) == []
    assert available_characters(b"", typed) == []


def test_the_last_number_of_a_pool_can_be_typed_and_nothing_else() -> None:
    for serial in ("00000", "99999", "A0000", "Z9Z99", "ZZ999", "5G555"):
        pool = bitmap_of({position_of(serial)})
        for place, character in enumerate(serial):
            assert available_characters(pool, serial[:place]) == [character]
        assert available_characters(pool, serial[:4] + ("0" if serial[4] != "0" else "1")) == []


@pytest.mark.requirement("R-20")
@given(SMALL_POOLS, st.data())
def test_an_almost_empty_pool_agrees_with_brute_force(positions: set[int], data: st.DataObject) -> None:
    beginnings = [serial_at(position)[:place] for position in sorted(positions) for place in range(6)]
    typed = data.draw(st.sampled_from(["", *beginnings]) | st.text("01A4Z", max_size=5))
    pool = bitmap_of(positions)
    expected = by_brute_force(positions, typed)
    assert available_characters(pool, typed) == expected
    assert available_characters(pool.rstrip(b"\0"), typed) == expected


@given(st.sets(st.integers(0, 79), max_size=4), st.integers(0, 90), st.integers(0, 90))
def test_a_bit_is_found_exactly_if_it_lies_in_the_range(bits: set[int], start: int, stop: int) -> None:
    bitmap = bytearray(10)
    for bit in bits:
        bitmap[bit // 8] |= 0x80 >> bit % 8
    assert _holds_any(bytes(bitmap), start, stop) is any(start <= bit < stop for bit in bits)


def test_unreleased_patterns_are_not_offered() -> None:
    pool = to_bitmap(Template.parse("!!!!!").mask() | Template.parse("@!!!!").mask())
    assert available_characters(pool, "1") == list(DIGITS)
    assert available_characters(pool, "A") == list(DIGITS)
    assert available_characters(to_bitmap(Template.parse("@!!!@").mask()), "") == list(LETTERS)


@pytest.mark.parametrize("pool", [FULL, EMPTY], ids=["full", "empty"])
def test_a_full_size_pool_is_answered_in_under_five_milliseconds(pool: bytes) -> None:
    def seconds() -> float:
        begun = time.perf_counter()
        available_characters(pool, "")
        return time.perf_counter() - begun

    assert min(seconds() for _ in range(20)) < 0.005
