"""The on-screen keyboard: which characters still lead to a number (R-19, R-20)."""

from collections.abc import Iterator
from math import prod

from domain.ascii_folding import fold_capitals
from domain.plates import ALPHABETS, CHARACTERS, PATTERN_OFFSETS, PATTERNS, RADICES, SERIAL_LENGTH

# Long enough for the widest range of one character: a digit before the other four places of DDDLL, 57,600 bits.
_ZEROS = bytes(max(prod(RADICES[pattern][1:]) for pattern in PATTERNS) // 8 + 1)


def available_characters(snapshot: bytes, typed: str) -> list[str]:
    """Return the characters, in keyboard order, that can follow `typed` so that a number of the snapshot remains.

    The snapshot has the bit order of Redis (see `domain.segments`) and may end early. A complete or impossible
    `typed` gives an empty list.
    """
    if len(typed) >= SERIAL_LENGTH:
        return []
    available: set[str] = set()
    for character, start, stop in _ranges_after(fold_capitals(typed)):
        if character not in available and _holds_any(snapshot, start, stop):
            available.add(character)
    return [character for character in CHARACTERS if character in available]


def _ranges_after(typed: str) -> Iterator[tuple[str, int, int]]:
    """Yield each next character with the contiguous positions of one pattern that it leads to."""
    place = len(typed)
    for pattern, offset in zip(PATTERNS, PATTERN_OFFSETS, strict=True):
        if any(character not in ALPHABETS[kind] for character, kind in zip(typed, pattern, strict=False)):
            continue
        start, width = offset, prod(RADICES[pattern])
        for character, kind in zip(typed, pattern, strict=False):
            width //= len(ALPHABETS[kind])
            start += ALPHABETS[kind].index(character) * width
        width //= RADICES[pattern][place]
        for value, character in enumerate(ALPHABETS[pattern[place]]):
            yield character, start + value * width, start + (value + 1) * width


def _holds_any(bitmap: bytes, start: int, stop: int) -> bool:
    """Return whether a bit from `start` up to, but not including, `stop` is set."""
    stop = min(stop, 8 * len(bitmap))
    if start >= stop:
        return False
    first, last = start // 8, (stop - 1) // 8
    head, tail = 0xFF >> start % 8, 0xFF << 7 - (stop - 1) % 8 & 0xFF
    if first == last:
        return bool(bitmap[first] & head & tail)
    if bitmap[first] & head or bitmap[last] & tail:
        return True
    # The first byte that is not zero decides, and the comparison runs at the speed of memory.
    return not bitmap.startswith(_ZEROS[: last - first - 1], first + 1)
