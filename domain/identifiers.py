"""Identifiers of vehicles, people and organisations, and their check characters.

Parsers fold small ASCII letters, accept ASCII only, and return the canonical text. Errors never contain the value.
"""

import re
from dataclasses import dataclass
from datetime import date

from domain.ascii_folding import fold_capitals

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_CHECKED_AT = 8
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True))

_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9X]")
_RESIDENT_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_ID_CHECKS = "10X98765432"
# GB/T 2260, with 81, 82 and 83 for residence permits of people from Hong Kong, Macao and Taiwan.
# Permanent residence cards of foreigners begin with 9, two digits of the province and three of the nationality.
_PROVINCE = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]"
_RESIDENT_ID_HEAD = re.compile(rf"(?:{_PROVINCE}|71|8[1-3])[0-9]{{4}}|9(?:{_PROVINCE})[0-9]{{3}}")
_EARLIEST_BIRTH = date(1900, 1, 1)

_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(rf"[{_CREDIT_CHARACTERS}]{{18}}")
_CREDIT_MODULUS = 31

_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class MalformedIdentifier(ValueError):
    """The text is not a valid identifier."""


class MalformedVin(MalformedIdentifier):
    """The text is not a vehicle identification number (GB 16735)."""


class MalformedCertificateNumber(MalformedIdentifier):
    """The text is not a number of a registration certificate (登记证书编号)."""


class MalformedIdNumber(MalformedIdentifier):
    """The text is neither a resident identity number (GB 11643) nor a unified social credit code (GB 32100)."""


class MalformedMobile(MalformedIdentifier):
    """The text is not a mobile number of the mainland."""


@dataclass(frozen=True)
class VinCheck:
    """A well-formed VIN, and whether its check character is the one of GB 16735."""

    vin: str
    is_check_character_right: bool

    @property
    def is_error(self) -> bool:
        """Makers in China (L…) must set the check character; a wrong one in their VIN is a typing error.

        Other makers need not set it, so a wrong one proves nothing.
        """
        return not self.is_check_character_right and self.vin.startswith("L")


def check_vin(text: str) -> VinCheck:
    """Return the VIN and whether its check character is right. Raises `MalformedVin` for any other form."""
    vin = fold_capitals(text)
    if not _VIN.fullmatch(vin):
        raise MalformedVin("not 17 characters of a VIN")
    return VinCheck(vin, vin_check_character(vin) == vin[_VIN_CHECKED_AT])


def parse_vin(text: str) -> str:
    """Return the VIN. Raises `MalformedVin`, also when the check character of a VIN that begins with L is wrong."""
    check = check_vin(text)
    if check.is_error:
        raise MalformedVin("wrong check character")
    return check.vin


def vin_check_character(vin: str) -> str:
    """Return the correct ninth character of a VIN in capitals; its present one does not matter."""
    total = sum(_VIN_VALUES[character] * weight for character, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def parse_certificate_number(text: str, pattern: str = r"\d{12}") -> str:
    """Return the certificate number if it matches the whole pattern. Raises `MalformedCertificateNumber`."""
    if not text.isascii() or not re.fullmatch(pattern, text, re.ASCII):
        raise MalformedCertificateNumber("not a certificate number")
    return text


def parse_resident_id(text: str, *, today: date) -> str:
    """Return the identity number of a resident or a foreign permanent resident; `today` is the day in China.

    Raises `MalformedIdNumber`.
    """
    number = fold_capitals(text)
    if not _RESIDENT_ID.fullmatch(number) or not _RESIDENT_ID_HEAD.fullmatch(number, 0, 6):
        raise MalformedIdNumber("not 18 characters of a resident identity number")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise MalformedIdNumber("no such date of birth") from None
    if not _EARLIEST_BIRTH <= born <= today:
        raise MalformedIdNumber("no possible date of birth")
    if resident_id_check_character(number[:-1]) != number[-1]:
        raise MalformedIdNumber("wrong check character")
    return number


def resident_id_check_character(first_seventeen: str) -> str:
    """Return the eighteenth character of a resident identity number."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _RESIDENT_ID_WEIGHTS, strict=True))
    return _RESIDENT_ID_CHECKS[total % 11]


def parse_credit_code(text: str) -> str:
    """Return the unified social credit code. Raises `MalformedIdNumber`."""
    code = fold_capitals(text)
    if not _CREDIT_CODE.fullmatch(code):
        raise MalformedIdNumber("not 18 characters of a credit code")
    if credit_code_check_character(code[:-1]) != code[-1]:
        raise MalformedIdNumber("wrong check character")
    return code


def credit_code_check_character(first_seventeen: str) -> str:
    """Return the eighteenth character of a unified social credit code."""
    total = sum(
        _CREDIT_CHARACTERS.index(character) * pow(3, place, _CREDIT_MODULUS)
        for place, character in enumerate(first_seventeen)
    )
    return _CREDIT_CHARACTERS[-total % _CREDIT_MODULUS]


def parse_mobile(text: str) -> str:
    """Return the mobile number, eleven digits. Raises `MalformedMobile`."""
    if not _MOBILE.fullmatch(text):
        raise MalformedMobile("not a mobile number of the mainland")
    return text
