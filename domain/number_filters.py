"""Finds numbers by a filter: which positions of the pool match, and a choice of them.

A filter is a mask over the pool, as in `domain.segments`: it costs the same however few numbers match, and the choice
is uniform among all of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, permutations
from math import prod

from domain.plates import (
    ALPHABETS,
    CHARACTERS,
    DIGITS,
    LETTERS,
    PATTERN_OFFSETS,
    PATTERN_SIZES,
    PATTERNS,
    POOL_SIZE,
    SERIAL_LENGTH,
    serial_at,
)
from domain.segments import ANY_DIGIT, ANY_LETTER, from_bitmap, pool_mask, to_bitmap

MOST = 20
ANY = "?"
_LEAP_YEAR, _DAYS = date(2024, 1, 1), 366
_CHUNK = 512
_PLACES = {ANY_DIGIT: DIGITS, ANY_LETTER: LETTERS, ANY: CHARACTERS}

Choose = Callable[[Sequence[int], int], Sequence[int]]
"""`sample` of a source of randomness."""


class Kind(StrEnum):
    """A pattern that is looked for anywhere in the serial."""

    PAIRS = "pairs"
    ALTERNATING = "alternating"
    TRIPLE = "triple"
    SEQUENCE = "sequence"
    DATE = "date"


@dataclass(frozen=True)
class NumberFilter:
    """All given parts must match. In `template` a `!` is a digit, `@` a letter, `?` any character, else itself."""

    template: str | None = None
    contains: str | None = None
    ends_with: str | None = None
    kind: Kind | None = None
    exclude_four: bool = False

    def mask(self) -> int:
        """The positions of all numbers that match; 0 for an impossible filter."""
        mask = pool_mask([self._places(pattern) for pattern in PATTERNS])
        if self.contains:
            mask &= _containing(frozenset({self.contains}))
        return mask & _of_kind(self.kind) if self.kind else mask

    def _places(self, pattern: str) -> list[str]:
        keys = self.template or ANY * SERIAL_LENGTH
        ending = (self.ends_with or "").rjust(SERIAL_LENGTH, ANY)
        return ["".join(self._possible(*place)) for place in zip(pattern, keys, ending, strict=True)]

    def _possible(self, kind: str, key: str, end: str) -> Iterable[str]:
        allowed = set(_PLACES.get(key, key)) & set(_PLACES.get(end, end)) - ({"4"} if self.exclude_four else set())
        return (character for character in ALPHABETS[kind] if character in allowed)


@dataclass(frozen=True)
class Suggestions:
    """At most `MOST` serials in random order, and whether more match."""

    serials: Sequence[str]
    more: bool


def suggest(snapshot: bytes, wanted: NumberFilter, choose: Choose) -> Suggestions:
    """Numbers of the snapshot (in the bit order of Redis) that match, chosen uniformly."""
    found = from_bitmap(snapshot) & wanted.mask()
    total = found.bit_count()
    ranks = choose(range(total), min(total, MOST))
    return Suggestions([serial_at(position) for position in _positions(to_bitmap(found), ranks)], total > MOST)


def _positions(bitmap: bytes, ranks: Sequence[int]) -> list[int]:
    """The positions of the set bits with these ranks, in the order of the ranks."""
    chunks = [bitmap[start : start + _CHUNK] for start in range(0, len(bitmap), _CHUNK)]
    ends = list(accumulate(int.from_bytes(chunk).bit_count() for chunk in chunks))
    wanted, chunk, position_of = sorted(ranks), 0, dict[int, int]()
    for rank in wanted:
        while ends[chunk] <= rank:
            chunk += 1
        before = ends[chunk - 1] if chunk else 0
        position_of[rank] = 8 * _CHUNK * chunk + _nth_bit(chunks[chunk], rank - before)
    return [position_of[rank] for rank in ranks]


def _nth_bit(chunk: bytes, rank: int) -> int:
    for index, byte in enumerate(chunk):
        if rank < (count := byte.bit_count()):
            return 8 * index + [bit for bit in range(8) if byte & (0x80 >> bit)][rank]
        rank -= count
    raise IndexError(rank)


# A mask takes 450 KB, and there are five kinds.
@lru_cache(maxsize=len(Kind))
def _of_kind(kind: Kind) -> int:
    return _containing(_words_of(kind))


def _words_of(kind: Kind) -> frozenset[str]:
    match kind:
        case Kind.PAIRS:
            return frozenset(one * 2 + other * 2 for one, other in permutations(CHARACTERS, 2))
        case Kind.ALTERNATING:
            return frozenset((one + other) * 2 for one, other in permutations(CHARACTERS, 2))
        case Kind.TRIPLE:
            return frozenset(each * 3 for each in CHARACTERS)
        case Kind.SEQUENCE:
            rising = [DIGITS[start : start + 3] for start in range(len(DIGITS) - 2)]
            return frozenset([*rising, *(each[::-1] for each in rising)])
        case Kind.DATE:
            return frozenset(f"{_LEAP_YEAR + timedelta(days=day):%m%d}" for day in range(_DAYS))


def _containing(words: frozenset[str]) -> int:
    """The positions of all serials that contain one of the words."""
    search, mask = _Search(words), 0
    for pattern, offset, size in zip(PATTERNS, PATTERN_OFFSETS, PATTERN_SIZES, strict=True):
        mask |= search.mask(pattern) << (POOL_SIZE - offset - size)
    return mask


class _Search:
    """Walks all serials of a pattern at once: of the characters before, only what begins a word matters."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self._beginnings = {word[:length] for word in words for length in range(len(word))}
        self._known: dict[tuple[str, str], int] = {}

    def mask(self, pattern: str, begun: str = "") -> int:
        """The mask of the rest of a pattern, after characters that begin a word as far as `begun`."""
        if not pattern:
            return 0
        known = self._known.get((pattern, begun))
        if known is None:
            known = self._known[pattern, begun] = self._compute(pattern, begun)
        return known

    def _compute(self, pattern: str, begun: str) -> int:
        mask, rest = 0, pattern[1:]
        width = prod(len(ALPHABETS[kind]) for kind in rest)
        for character in ALPHABETS[pattern[0]]:
            following = self._after(begun + character)
            mask = mask << width | ((1 << width) - 1 if following is None else self.mask(rest, following))
        return mask

    def _after(self, text: str) -> str | None:
        """The longest end of the text that begins a word; None if a word ends here."""
        ends = [text[start:] for start in range(len(text) + 1)]
        if any(end in self._words for end in ends):
            return None
        return next(end for end in ends if end in self._beginnings)
