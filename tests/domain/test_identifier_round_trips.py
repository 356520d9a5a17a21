"""What a parser of identifiers returns is what it would return again."""

from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import (
    MalformedCertificateNumber,
    MalformedIdNumber,
    MalformedVin,
    parse_certificate_number,
    parse_credit_code,
    parse_resident_id,
    parse_vin,
    resident_id_check_character,
)

TODAY = date(2026, 11, 23)
BODIES = st.tuples(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))


@given(st.from_regex(r"[A-HJ-NPR-Z0-9a-z]{17}", fullmatch=True))
def test_a_vin_is_read_as_it_was_returned(text: str) -> None:
    with suppress(MalformedVin):
        vin = parse_vin(text)
        assert parse_vin(vin) == vin == text.upper()


@given(BODIES)
def test_a_resident_id_is_read_as_it_was_returned(body: tuple[date, int]) -> None:
    born, sequence = body
    digits = f"440305{born:%Y%m%d}{sequence:03d}"
    number = digits + resident_id_check_character(digits)
    assert parse_resident_id(number.lower(), today=TODAY) == number


@given(st.from_regex(r"[0-9A-HJ-NPQRTUWXYa-z]{18}", fullmatch=True))
def test_a_credit_code_is_read_as_it_was_returned(text: str) -> None:
    with suppress(MalformedIdNumber):
        code = parse_credit_code(text)
        assert parse_credit_code(code) == code == text.upper()


@given(st.text() | st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_a_certificate_number_is_read_as_it_was_returned(text: str) -> None:
    with suppress(MalformedCertificateNumber):
        assert parse_certificate_number(text) == text
