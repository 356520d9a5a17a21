import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plates import (
    CHARACTERS,
    LETTERS,
    PATTERN_OFFSETS,
    PATTERN_SIZES,
    PATTERNS,
    POOL_SIZE,
    PROVINCES,
    MalformedPlate,
    is_prefix,
    parse_plate,
    position_of,
    prefix_of,
    serial_at,
    serial_of,
)

VALID = (
    "粤B12345", "粤BA1234", "粤BAB123", "粤B1A234", "粤B12A34", "粤B123A4", "粤B1234A", "粤BA123B", "粤B123AB",
    "粤BA1B23",
)  # fmt: skip
GA_36 = re.compile(
    "[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-HJ-NP-Z]"
    r"(\d{5}|L\d{4}|LL\d{3}|\dL\d{3}|\d{2}L\d{2}|\d{3}L\d|\d{4}L|L\d{3}L|\d{3}LL|L\dL\d{2})".replace(
        "L", "[A-HJ-NP-Z]"
    ),
    re.ASCII,
)


def test_there_are_31_provinces_24_letters_34_keys_and_ten_patterns() -> None:
    assert len(set(PROVINCES)) == len(PROVINCES) == 31
    assert len(LETTERS) == 24
    assert not set("IO") & set(LETTERS)
    assert len(set(CHARACTERS)) == len(CHARACTERS) == 34
    assert len(set(PATTERNS)) == len(PATTERNS) == 10


def test_the_ten_patterns_make_3_604_000_numbers_for_each_prefix() -> None:
    assert POOL_SIZE == sum(PATTERN_SIZES) == 3_604_000
    assert PATTERN_OFFSETS[0] == 0
    assert PATTERN_OFFSETS[-1] + PATTERN_SIZES[-1] == POOL_SIZE


@pytest.mark.parametrize("text", VALID)
def test_each_of_the_ten_patterns_is_a_number(text: str) -> None:
    assert parse_plate(text) == text
    assert prefix_of(text) + serial_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "粤BI2345",
        "粤BO1234",
        "粤BABC12",
        "粤B1A2B3",
        "粤O12345",
        "粤B1234",
        "港粤B1234",
        "粤B123456",
        "粤B１２３４５",
        "粤BＡ1234",
        "粤Ｂ12345",
        "粤B12٣45",
        "粤B12345\n",
        " 粤B12345",
        "粤B1234\0",
        "粤B·12345",
        "港B12345",
        "粵B12345",
        "粤i12345",
        "粤Bi2345",
        "粤Bß2345",
        "",
        "粤",
        "粤B",
        "\ud800B12345",
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedPlate):
        parse_plate(text)


@pytest.mark.parametrize("text, plate", [("粤ba1b23", "粤BA1B23"), ("粤bab123", "粤BAB123"), ("京a1234z", "京A1234Z")])
def test_small_letters_are_folded_to_capitals(text: str, plate: str) -> None:
    assert parse_plate(text) == plate


@given(st.text() | st.from_regex(GA_36, fullmatch=True) | st.text(alphabet="粤港B1IO4aA１\n", min_size=6, max_size=8))
def test_a_text_is_a_number_exactly_if_the_expression_of_ga_36_says_so(text: str) -> None:
    folded = "".join(c.upper() if c.isascii() else c for c in text)
    if GA_36.fullmatch(folded):
        assert parse_plate(text) == folded
    else:
        with pytest.raises(MalformedPlate):
            parse_plate(text)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("粤B", True),
        ("京A", True),
        ("粤I", False),
        ("粤O", False),
        ("粤b", False),
        ("粤", False),
        ("港A", False),
        ("粤B1", False),
        ("粤B\n", False),
        ("", False),
        ("粤Ｂ", False),
    ],
)
def test_a_prefix_is_a_province_and_an_office_letter(text: str, *, expected: bool) -> None:
    assert is_prefix(text) is expected


@given(st.integers(0, POOL_SIZE - 1))
def test_position_and_serial_are_inverse(position: int) -> None:
    serial = serial_at(position)
    assert position_of(serial) == position
    assert parse_plate("粤B" + serial) == "粤B" + serial


@pytest.mark.parametrize(
    "serial, position",
    [
        ("00000", 0),
        ("00001", 1),
        ("12345", 12_345),
        ("99999", 99_999),
        ("A0000", 100_000),
        ("B0000", 110_000),
        ("Z9999", 339_999),
        ("AA000", 340_000),
        ("0A000", 916_000),
        ("0A001", 916_001),
        ("0000A", 1_636_000),
        ("0000Z", 1_636_023),
        ("A0A00", 3_028_000),
        ("Z9Z99", 3_603_999),
    ],
)
def test_patterns_follow_each_other_and_the_first_character_weighs_most(serial: str, position: int) -> None:
    assert position_of(serial) == position
    assert serial_at(position) == serial


@pytest.mark.parametrize("pattern", range(10))
def test_each_pattern_begins_and_ends_where_its_offset_says(pattern: int) -> None:
    first, last = PATTERN_OFFSETS[pattern], PATTERN_OFFSETS[pattern] + PATTERN_SIZES[pattern] - 1
    assert serial_at(first) == PATTERNS[pattern].replace("D", "0").replace("L", "A")
    assert serial_at(last) == PATTERNS[pattern].replace("D", "9").replace("L", "Z")


@pytest.mark.parametrize(
    "serial", ["", "1234", "123456", "ABC12", "I2345", "a1234", "DDDDD", "LDDDD", "１2345", "D1D2D"]
)
def test_a_malformed_serial_has_no_position(serial: str) -> None:
    with pytest.raises(MalformedPlate):
        position_of(serial)


@given(st.text(max_size=6))
def test_no_text_breaks_the_position(text: str) -> None:
    try:
        position = position_of(text)
    except MalformedPlate:
        return
    assert serial_at(position) == text


@pytest.mark.parametrize("position", [-1, POOL_SIZE, 10**12])
def test_there_is_no_serial_outside_the_pool(position: int) -> None:
    with pytest.raises(IndexError):
        serial_at(position)
