"""Numbers of ordinary small cars (GA 36-2018) and their position in the pool of one prefix."""

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate, product
from math import prod

from domain.ascii_folding import fold_capitals

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
DIGITS = "0123456789"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CHARACTERS = DIGITS + LETTERS

PATTERNS: tuple[str, ...] = (
    "DDDDD", "LDDDD", "LLDDD", "DLDDD", "DDLDD", "DDDLD", "DDDDL", "LDDDL", "DDDLL", "LDLDD",
)  # fmt: skip
ALPHABETS = {"D": DIGITS, "L": LETTERS}
RADICES: dict[str, tuple[int, ...]] = {pattern: tuple(len(ALPHABETS[kind]) for kind in pattern) for pattern in PATTERNS}
PATTERN_SIZES: tuple[int, ...] = tuple(prod(RADICES[pattern]) for pattern in PATTERNS)
PATTERN_OFFSETS: tuple[int, ...] = tuple(accumulate(PATTERN_SIZES, initial=0))[:-1]
POOL_SIZE = sum(PATTERN_SIZES)

PREFIX_LENGTH = 2
SERIAL_LENGTH = 5

_PREFIX = re.compile(rf"[{PROVINCES}][{LETTERS}]")
_SERIAL = re.compile("|".join(p.replace("D", "[0-9]").replace("L", f"[{LETTERS}]") for p in PATTERNS))
_VALUE = {character: value for alphabet in ALPHABETS.values() for value, character in enumerate(alphabet)}
_SHAPE = str.maketrans({character: kind for kind, alphabet in ALPHABETS.items() for character in alphabet})
_BY_SHAPE = {pattern: (offset, RADICES[pattern]) for pattern, offset in zip(PATTERNS, PATTERN_OFFSETS, strict=True)}


@cache
def _texts(pattern: str) -> tuple[str, ...]:
    """All texts of a pattern or a part of one, in the order of the pool."""
    return tuple(map("".join, product(*(ALPHABETS[kind] for kind in pattern))))


# A draw looks up ten serials: two halves are found faster than five characters.
_HEAD = 2
_HALVES = tuple((_texts(pattern[:_HEAD]), _texts(pattern[_HEAD:])) for pattern in PATTERNS)


class MalformedPlate(ValueError):
    """The text is not a number of an ordinary small car."""


def parse_plate(text: str) -> str:
    """Return the canonical number; small ASCII letters are folded, nothing else is. Raises `MalformedPlate`."""
    plate = fold_capitals(text)
    if not (is_prefix(plate[:PREFIX_LENGTH]) and _SERIAL.fullmatch(plate, PREFIX_LENGTH)):
        raise MalformedPlate("not a number of an ordinary small car")
    return plate


def is_prefix(text: str) -> bool:
    """Return whether the text is a province and an office letter, in capitals."""
    return _PREFIX.fullmatch(text) is not None


def prefix_of(plate: str) -> str:
    return plate[:PREFIX_LENGTH]


def serial_of(plate: str) -> str:
    return plate[PREFIX_LENGTH:]


def position_of(serial: str) -> int:
    """Return the position of a serial in the pool of its prefix, 0 to `POOL_SIZE` - 1.

    Patterns follow each other as in `PATTERNS`; within one the first character weighs most.
    Raises `MalformedPlate` for text that has none of the ten patterns.
    """
    shape = _BY_SHAPE.get(serial.translate(_SHAPE))
    if shape is None:
        raise MalformedPlate("not a serial of an ordinary small car")
    offset, radices = shape
    place = 0
    for character, radix in zip(serial, radices, strict=True):
        place = place * radix + _VALUE[character]
    return offset + place


def serial_at(position: int) -> str:
    """Return the serial at a position, the inverse of `position_of`. Raises `IndexError` outside the pool."""
    if not 0 <= position < POOL_SIZE:
        raise IndexError(f"no position {position} in a pool of {POOL_SIZE}")
    index = bisect_right(PATTERN_OFFSETS, position) - 1
    heads, tails = _HALVES[index]
    head, tail = divmod(position - PATTERN_OFFSETS[index], len(tails))
    return heads[head] + tails[tail]
