import string
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import (
    MalformedCertificateNumber,
    MalformedIdentifier,
    MalformedIdNumber,
    MalformedMobile,
    MalformedVin,
    check_vin,
    credit_code_check_character,
    parse_certificate_number,
    parse_credit_code,
    parse_mobile,
    parse_resident_id,
    parse_vin,
    resident_id_check_character,
    vin_check_character,
)

TODAY = date(2026, 11, 23)
VIN_CHARACTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
VIN_VALUES = {character: value for value, group in enumerate(
    ["0", "1AJ", "2BKS", "3CLT", "4DMU", "5ENV", "6FW", "7GPX", "8HY", "9RZ"]
) for character in group}  # fmt: skip
CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HOSTILE = ["", "\0", "\ud800", "１２", "٣" * 12, "²" * 18, "1" * 100_000, "\n"]


def parse_id(text: str) -> str:
    return parse_resident_id(text, today=TODAY)


def resident_id(born: str, region: str = "110105", sequence: str = "002") -> str:
    return region + born + sequence + resident_id_check_character(region + born + sequence)


PARSERS: list[tuple[Callable[[str], str], type[MalformedIdentifier]]] = [
    (parse_vin, MalformedVin),
    (parse_certificate_number, MalformedCertificateNumber),
    (parse_id, MalformedIdNumber),
    (parse_credit_code, MalformedIdNumber),
    (parse_mobile, MalformedMobile),
]


# VIN (GB 16735)


@pytest.mark.parametrize("vin", ["LSVAA49J132047371", "LGXCE6CB5K0000001", "LFV2A21K8A3000001", "1M8GDM9AXKP042788"])
def test_a_right_vin_is_right(vin: str) -> None:
    assert parse_vin(vin) == vin
    assert vin_check_character(vin) == vin[8]
    assert not check_vin(vin).is_error


def test_small_letters_of_a_vin_are_folded() -> None:
    assert parse_vin("lsvaa49j132047371") == "LSVAA49J132047371"


@pytest.mark.parametrize(
    "text",
    [
        "LFV2A21K5A3000001",
        "LSVAA49I132047371",
        "LSVAA49O132047371",
        "LSVAA49Q132047371",
        "LSVAA49i132047371",
        "LSVAA49J13204737",
        "LSVAA49J1320473711",
        "LSVAA49J132047371\n",
        "LSVAA49J13204737１",
        "LSVAA49J13204737\0",
        "ＬSVAA49J132047371",
    ],
)
def test_a_vin_with_i_o_q_a_wrong_length_or_foreign_characters_is_malformed(text: str) -> None:
    with pytest.raises(MalformedVin):
        parse_vin(text)


def test_a_wrong_check_character_is_an_error_for_a_vin_that_begins_with_l() -> None:
    assert check_vin("LFV2A21K5A3000001").is_error


def test_a_wrong_check_character_is_none_for_any_other_vin() -> None:
    check = check_vin("wvwzzz1jz3w386752")
    assert (check.vin, check.is_error, check.is_check_character_right) == ("WVWZZZ1JZ3W386752", False, False)
    assert parse_vin("WVWZZZ1JZ3W386752") == "WVWZZZ1JZ3W386752"


@given(
    st.text(VIN_CHARACTERS, min_size=16, max_size=16), st.integers(0, 16), st.sampled_from(VIN_CHARACTERS)
)  # fmt: skip
def test_one_changed_character_of_a_vin_is_found_unless_it_weighs_the_same(rest: str, place: int, other: str) -> None:
    text = "L" + rest
    vin = text[:8] + vin_check_character(text) + text[9:]
    changed = vin[:place] + other + vin[place + 1 :]
    weighs_the_same = other == vin[place] if place == 8 else VIN_VALUES[other] == VIN_VALUES[vin[place]]
    assert check_vin(changed).is_check_character_right is weighs_the_same


# 登记证书编号


@pytest.mark.parametrize("text", ["440012345678", "000000000000"])
def test_a_certificate_number_has_twelve_digits(text: str) -> None:
    assert parse_certificate_number(text) == text


@pytest.mark.parametrize(
    "text",
    ["44001234567", "4400123456789", "４４００１２３４５６７８", "44001234567a", "440012345678\n", " 440012345678"],
)
def test_anything_but_twelve_ascii_digits_is_no_certificate_number(text: str) -> None:
    with pytest.raises(MalformedCertificateNumber):
        parse_certificate_number(text)


def test_the_pattern_of_certificate_numbers_is_configurable_and_stays_ascii() -> None:
    assert parse_certificate_number("1A-7", pattern=r"\w{2}-\d") == "1A-7"
    with pytest.raises(MalformedCertificateNumber):
        parse_certificate_number("粤A-7", pattern=r".{2}-\d")


# Resident identity number (GB 11643)


@pytest.mark.parametrize(
    "region", ["110105", "440300", "810000", "820000", "830000", "650102", "710000", "911840", "944392", "965004"]
)
def test_residents_of_every_region_and_holders_of_permits_have_a_right_number(region: str) -> None:
    number = resident_id("19900228", region=region)
    assert parse_id(number) == number


@pytest.mark.parametrize(
    "text, number",
    [("11010519491231002X", "11010519491231002X"), ("11010519491231002x", "11010519491231002X")],
)
def test_the_example_of_the_standard_is_right_and_a_small_x_is_folded(text: str, number: str) -> None:
    assert parse_id(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "110101199002300014",
        "110105194912310021",
        "11010519491231002",
        "11010519491231002XX",
        "X1010519491231002X",
        "11010519491231002X\n",
        "１１０１０５１９４９１２３１００２X",
        resident_id("19900228", region="000000"),
        resident_id("19900228", region="160000"),
        resident_id("19900228", region="990000"),
        resident_id("19900228", region="916840"),
        resident_id("19900228", region="971840"),
        resident_id("20261124", region="911840"),
        resident_id("19001301"),
        resident_id("19010229"),
        resident_id("18991231"),
        resident_id("00000101"),
        resident_id("20261124"),
        resident_id("99990101"),
    ],
)
def test_a_wrong_form_region_date_or_check_character_makes_an_id_number_malformed(text: str) -> None:
    with pytest.raises(MalformedIdNumber):
        parse_id(text)


@pytest.mark.parametrize("born", ["20261123", "19000101", "20000229"])
def test_a_birth_today_in_1900_or_on_a_leap_day_is_possible(born: str) -> None:
    assert parse_id(resident_id(born))


@given(
    st.dates(date(1900, 1, 1), TODAY),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    st.integers(0, 17),
    st.sampled_from(string.digits + "X"),
)
def test_one_changed_character_of_a_resident_id_is_found(born: date, sequence: str, place: int, other: str) -> None:
    number = resident_id(born.strftime("%Y%m%d").rjust(8, "0"), sequence=sequence)
    changed = number[:place] + other + number[place + 1 :]
    assert parse_id(number) == number
    if changed != number:
        with pytest.raises(MalformedIdNumber):
            parse_id(changed)


# Unified social credit code (GB 32100)


@pytest.mark.parametrize("code", ["91110000600037341L", "N2110101MF1234567N"])
def test_a_right_credit_code_is_right_also_in_small_letters(code: str) -> None:
    assert parse_credit_code(code) == code
    assert parse_credit_code(code.lower()) == code


@pytest.mark.parametrize("first", "159ANY")
def test_credit_codes_of_every_registration_office_are_right(first: str) -> None:
    body = first + "2110101MF1234567"
    assert parse_credit_code(body + credit_code_check_character(body)).startswith(first)


@pytest.mark.parametrize(
    "text",
    [
        "91110000600037341K",
        "91110000600037341",
        "91110000600037341LL",
        "9111000060003734IL",
        "9111000060003734OL",
        "9111000060003734ZL",
        "9111000060003734SL",
        "9111000060003734VL",
        "91110000600037341L\n",
        "９1110000600037341L",
    ],
)
def test_a_wrong_check_character_length_or_letter_makes_a_credit_code_malformed(text: str) -> None:
    with pytest.raises(MalformedIdNumber):
        parse_credit_code(text)


@given(
    st.text(CREDIT_CHARACTERS, min_size=17, max_size=17), st.integers(0, 17), st.sampled_from(CREDIT_CHARACTERS)
)  # fmt: skip
def test_one_changed_character_of_a_credit_code_is_found(body: str, place: int, other: str) -> None:
    code = body + credit_code_check_character(body)
    changed = code[:place] + other + code[place + 1 :]
    assert parse_credit_code(code) == code
    if changed != code:
        with pytest.raises(MalformedIdNumber):
            parse_credit_code(changed)


# Mobile number


@pytest.mark.parametrize("text", ["13800138000", "19912345678", "17000000000"])
def test_a_mainland_mobile_number_is_right(text: str) -> None:
    assert parse_mobile(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "12800138000",
        "1380013800",
        "138001380000",
        "+8613800138000",
        "１３８００１３８０００",
        "13800138000\n",
        "138 0013800",
    ],
)
def test_anything_else_is_no_mainland_mobile_number(text: str) -> None:
    with pytest.raises(MalformedMobile):
        parse_mobile(text)


# Any text at all


@pytest.mark.parametrize("parse, refusal", PARSERS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_gets_the_named_refusal(
    parse: Callable[[str], str], refusal: type[MalformedIdentifier], text: str
) -> None:
    with pytest.raises(refusal):
        parse(text)


@pytest.mark.parametrize("parse, refusal", PARSERS)
@given(text=st.text() | st.from_regex(r"\w{10,18}", fullmatch=True) | st.from_regex(r"\d{11,18}", fullmatch=True))
def test_no_text_raises_anything_but_the_named_refusal(
    parse: Callable[[str], str], refusal: type[MalformedIdentifier], text: str
) -> None:
    try:
        parsed = parse(text)
    except refusal:
        return
    assert parsed.isascii()
    assert parse(parsed) == parsed


def test_a_refusal_never_repeats_what_was_sent() -> None:
    with pytest.raises(MalformedIdNumber) as refused:
        parse_id("110101199002300014")
    assert "1990" not in str(refused.value)
    assert refused.value.__cause__ is None
