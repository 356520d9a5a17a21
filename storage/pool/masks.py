"""Converts millions of serials into a mask of the pool."""

import struct
from collections.abc import Iterable
from functools import cache
from itertools import product
from math import prod

from domain.plates import ALPHABETS, PATTERN_OFFSETS, PATTERNS, POOL_SIZE

_HEAD_LENGTH = 2
_PAIR = f"{_HEAD_LENGTH}s3s"
_TAIL_SHAPES = sorted({pattern[_HEAD_LENGTH:] for pattern in PATTERNS})


def mask_of_serials(serials: bytes) -> int:
    """Return the mask of concatenated well-formed serials, five ASCII characters each.

    It takes about 0.2 s for a million, which would block the event loop, so call it in a thread.
    """
    heads, tails = _tables()
    marks = bytearray(b"0") * POOL_SIZE
    for head, tail in struct.iter_unpack(_PAIR, serials):
        shape, value = tails[tail]
        marks[heads[head][shape] + value] = ord("1")
    return int(marks, 2)


def mask_of_positions(positions: Iterable[int]) -> int:
    """Return the mask of these positions."""
    marks = bytearray(b"0") * POOL_SIZE
    for position in positions:
        marks[position] = ord("1")
    return int(marks, 2)


@cache
def _tables() -> tuple[dict[bytes, list[int]], dict[bytes, tuple[int, int]]]:
    """Position = the head's entry for the tail's shape + the tail's value."""
    tails = {
        tail.encode(): (shape, value)
        for shape, kinds in enumerate(_TAIL_SHAPES)
        for value, tail in enumerate(_texts(kinds))
    }
    heads: dict[bytes, list[int]] = {}
    for pattern, offset in zip(PATTERNS, PATTERN_OFFSETS, strict=True):
        kinds = pattern[_HEAD_LENGTH:]
        width = prod(len(ALPHABETS[kind]) for kind in kinds)
        for value, head in enumerate(_texts(pattern[:_HEAD_LENGTH])):
            row = heads.setdefault(head.encode(), [0] * len(_TAIL_SHAPES))
            row[_TAIL_SHAPES.index(kinds)] = offset + value * width
    return heads, tails


def _texts(kinds: str) -> list[str]:
    return ["".join(characters) for characters in product(*(ALPHABETS[kind] for kind in kinds))]
