"""The short code that the desk types when it has no scanner: 7K3QF-9XTRB.

Ten of 31 characters (Crockford's base 32 without Z; 31 is prime): the first 24 bits of the preselection's random id, 20
bits of a MAC over the whole id, and a check character. So no stored value is needed to find the row: the first
part is a short range of the primary key, and the MAC selects the row and proves that the code was not forged. With a
million vouchers, one guess in 26 million would match any of them.
"""

import hmac
from hashlib import sha256
from uuid import UUID

from domain.errors import VoucherInvalid

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
_BASE = len(_ALPHABET)
_DIGITS = 9
_GROUP = 5
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
# A character that is easily mistaken for another on paper counts as that character.
_READING = str.maketrans("abcdefghijklmnopqrstuvwxyzILOUZ", "ABCDEFGH1JK1MN0PQRSTVVWXY2110V2", "- \t\r\n")
# 3 generates the residues of 31: the sum detects any one wrong character, and any two that are swapped.
_WEIGHTS: tuple[int, ...] = tuple(pow(3, place, _BASE) for place in range(_DIGITS + 1))
_INVERSE_OF_LAST: int = pow(_WEIGHTS[-1], -1, _BASE)

_ID_BITS = 24
_REST_BITS = 128 - _ID_BITS
_MACS: int = _BASE**_DIGITS >> _ID_BITS
_KEY_BYTES = 32


class VoucherCodes:
    """Makes and reads short codes under one secret key of at least 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) < _KEY_BYTES:
            raise ValueError("the key of the short codes has at least 32 bytes")
        self._key = key

    def code_for(self, preselection_id: UUID) -> str:
        """The code as it is printed, in two groups."""
        digits = _digits(self._number_of(preselection_id))
        text = "".join(_ALPHABET[value] for value in (*digits, _check_of(digits)))
        return f"{text[:_GROUP]}-{text[_GROUP:]}"

    def id_range(self, code: str) -> tuple[UUID, UUID]:
        """The first and the last id that the code can name; raises `VoucherInvalid` for a mistyped code.

        Few rows are in this range: of a million, hardly ever a second one. `matches` selects the right row.
        """
        first = _number(code) // _MACS << _REST_BITS
        return UUID(int=first), UUID(int=first + (1 << _REST_BITS) - 1)

    def matches(self, code: str, preselection_id: UUID) -> bool:
        """Return whether this is the preselection's code; raises `VoucherInvalid` for a mistyped code."""
        number = self._number_of(preselection_id)
        return hmac.compare_digest(number.to_bytes(8), _number(code).to_bytes(8))

    def _number_of(self, preselection_id: UUID) -> int:
        mac = int.from_bytes(hmac.digest(self._key, preselection_id.bytes, sha256))
        return (preselection_id.int >> _REST_BITS) * _MACS + mac % _MACS


def _digits(number: int) -> list[int]:
    values = []
    for _ in range(_DIGITS):
        number, value = divmod(number, _BASE)
        values.append(value)
    return values[::-1]


def _check_of(digits: list[int]) -> int:
    """The check value, which makes the weighted sum a multiple of 31."""
    total = sum(weight * value for weight, value in zip(_WEIGHTS, digits, strict=False))
    return -total * _INVERSE_OF_LAST % _BASE


def _number(code: str) -> int:
    try:
        *digits, check = [_VALUES[character] for character in code.translate(_READING)]
    except (KeyError, ValueError):
        raise VoucherInvalid from None
    if len(digits) != _DIGITS or check != _check_of(digits):
        raise VoucherInvalid
    number = 0
    for value in digits:
        number = number * _BASE + value
    if number >= _MACS << _ID_BITS:
        raise VoucherInvalid
    return number
