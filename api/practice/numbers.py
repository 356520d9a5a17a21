"""Play numbers: every number of the prefix 练A exists, and every other one counts as taken when it is composed."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from random import SystemRandom

from domain.ascii_folding import fold_capitals
from domain.errors import NumberDuplicated, NumberMalformed
from domain.plates import POOL_SIZE, MalformedPlate, position_of, serial_at

PREFIX = "练A"
WHOLE_POOL = bytes([0xFF]) * (POOL_SIZE // 8)
_HALF = 0x80
_CHANCE = SystemRandom()


def draw_numbers(count: int, shown: Iterable[str], *, exclude_four: bool) -> list[str]:
    """So many different numbers that were not shown before."""
    drawn: list[str] = []
    seen = set(shown)
    while len(drawn) < count:
        number = PREFIX + serial_at(_CHANCE.randrange(POOL_SIZE))
        if number not in seen and not (exclude_four and "4" in number):
            seen.add(number)
            drawn.append(number)
    return drawn


def play_numbers(texts: Sequence[str]) -> list[str]:
    """The composed numbers. Raises `NumberMalformed` and `NumberDuplicated`."""
    numbers = [fold_capitals(text) for text in texts]
    if bad := [text for text, number in zip(texts, numbers, strict=True) if not _is_play(number)]:
        raise NumberMalformed.of(bad)
    if len(set(numbers)) < len(numbers):
        raise NumberDuplicated
    return numbers


def is_taken(number: str) -> bool:
    """The same for everybody and for ever, so that both ends of a submission can be practised."""
    return sha256(number.encode()).digest()[0] < _HALF


def _is_play(number: str) -> bool:
    try:
        position_of(number.removeprefix(PREFIX))
    except MalformedPlate:
        return False
    return number.startswith(PREFIX)
