"""Identity numbers, phones, VINs and people that no other test of the run has."""

from dataclasses import dataclass
from itertools import count

from domain.identifiers import credit_code_check_character, resident_id_check_character, vin_check_character

NUMBERS = count(1)


def an_id_number() -> str:
    serial = next(NUMBERS)
    body = f"110105{1950 + serial // 1000 % 50}0101{serial % 1000:03d}"
    return body + resident_id_check_character(body)


def a_phone() -> str:
    return f"139{next(NUMBERS):08d}"


def a_credit_code() -> str:
    body = f"91440300{next(NUMBERS):09d}"
    return body + credit_code_check_character(body)


def a_vin() -> str:
    body = f"LSVAA49J0{next(NUMBERS):08d}"
    return body[:8] + vin_check_character(body) + body[9:]


@dataclass(frozen=True)
class Person:
    """A person who may buy several cars."""

    id_number: str
    phone: str

    @classmethod
    def new(cls) -> "Person":
        return cls(an_id_number(), a_phone())
