"""Segments (号段): the numbers that an office releases, as arithmetic over the pool of a prefix.

A mask is an `int` that holds one bit for each of the `POOL_SIZE` positions. Written with `to_bitmap` it has the bit
order of Redis: position p is bit 7 - p % 8 of byte p // 8.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Self

from domain.ascii_folding import fold_capitals
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
    MalformedPlate,
    is_prefix,
)

POOL_BYTES = POOL_SIZE // 8

ANY_DIGIT = "!"
ANY_LETTER = "@"
ANY_CHARACTER = "*"

_ALLOWED = {ANY_DIGIT: DIGITS, ANY_LETTER: LETTERS, ANY_CHARACTER: CHARACTERS} | {key: key for key in CHARACTERS}


class MalformedTemplate(ValueError):
    """The text describes no number of any of the ten patterns."""


@dataclass(frozen=True)
class Template:
    """Five characters: `!` a digit, `@` a letter, in exclusions `*` any character, otherwise the character itself."""

    text: str

    @classmethod
    def parse(cls, text: str, *, wildcard: bool = False) -> Self:
        """Return the template, small letters folded; `wildcard` allows `*`. Raises `MalformedTemplate`."""
        return cls(_check_text(text, wildcard=wildcard))

    def matches(self, serial: str) -> bool:
        """Return whether a well-formed serial matches the template."""
        return all(character in _ALLOWED[key] for character, key in zip(serial, self.text, strict=True))

    def mask(self) -> int:
        """Return the positions of all numbers of the template."""
        return _mask_of(self.text)


# Segments use the same few templates for every number that they check.
@lru_cache(maxsize=1024)
def _check_text(text: str, *, wildcard: bool) -> str:
    folded = fold_capitals(text)
    known = all(key in _ALLOWED and (wildcard or key != ANY_CHARACTER) for key in folded)
    if len(folded) != SERIAL_LENGTH or not known:
        raise MalformedTemplate("not a template of five characters")
    if not any(all(_places(folded, pattern)) for pattern in PATTERNS):
        raise MalformedTemplate("matches none of the ten patterns")
    return folded


def _places(template: str, pattern: str) -> list[str]:
    """Return the possible characters at each place of the pattern; an empty place means that no number fits."""
    return [
        "".join(character for character in ALPHABETS[kind] if character in _ALLOWED[key])
        for kind, key in zip(pattern, template, strict=True)
    ]


# Few templates are in use at once (each office has a handful), and a mask takes 450 KB.
@lru_cache(maxsize=64)
def _mask_of(template: str) -> int:
    return pool_mask([_places(template, pattern) for pattern in PATTERNS])


def pool_mask(places_by_pattern: Sequence[Sequence[str]]) -> int:
    """Return the positions with one of the given characters at each place, for each of the ten patterns."""
    mask = 0
    patterns = zip(PATTERNS, PATTERN_OFFSETS, PATTERN_SIZES, places_by_pattern, strict=True)
    for pattern, offset, size, places in patterns:
        if all(places):
            mask |= _pattern_mask(pattern, places) << (POOL_SIZE - offset - size)
    return mask


def _pattern_mask(pattern: str, places: Sequence[str]) -> int:
    """Return one pattern's mask, its first position as the highest bit, built from the last character outwards."""
    mask, width = 1, 1
    for kind, allowed in zip(reversed(pattern), reversed(places), strict=True):
        alphabet = ALPHABETS[kind]
        inner, mask = mask, 0
        for character in alphabet:
            mask = mask << width | (inner if character in allowed else 0)
        width *= len(alphabet)
    return mask


@dataclass(frozen=True)
class Segment:
    """The numbers of one template under one prefix, without the excluded ones.

    They can be drawn from `released_at`, and composed from the later of both instants. Raises `MalformedPlate` for an
    impossible prefix and `MalformedTemplate` for an impossible template or exclusion.
    """

    prefix: str
    template: str
    excluded: tuple[str, ...]
    released_at: datetime
    compose_from: datetime

    def __post_init__(self) -> None:
        if not is_prefix(self.prefix):
            raise MalformedPlate("not a prefix")
        object.__setattr__(self, "template", self._template().text)
        object.__setattr__(self, "excluded", tuple(exclusion.text for exclusion in self._exclusions()))

    def numbers(self) -> int:
        """Return the mask of the segment's numbers."""
        mask = self._template().mask()
        for exclusion in self._exclusions():
            mask ^= mask & exclusion.mask()
        return mask

    def count(self) -> int:
        return self.numbers().bit_count()

    def overlaps(self, other: "Segment") -> bool:
        """Return whether a number would belong to both."""
        return self.prefix == other.prefix and bool(self.numbers() & other.numbers())

    def takes_excluded_of(self, other: "Segment") -> bool:
        """Return whether a number would belong to this segment that was excluded from the other one."""
        if self.prefix != other.prefix or not other.excluded:
            return False
        excluded = Template.parse(other.template).mask() ^ other.numbers()
        return bool(self.numbers() & excluded)

    def holds(self, serial: str) -> bool:
        """Return whether a well-formed serial belongs to the segment."""
        return self._template().matches(serial) and not any(
            exclusion.matches(serial) for exclusion in self._exclusions()
        )

    def is_drawable(self, at: datetime) -> bool:
        return at >= self.released_at

    def is_composable(self, at: datetime) -> bool:
        return at >= max(self.released_at, self.compose_from)

    def _template(self) -> Template:
        return Template.parse(self.template)

    def _exclusions(self) -> list[Template]:
        return [Template.parse(text, wildcard=True) for text in self.excluded]


def count_by_pattern(mask: int) -> dict[str, int]:
    """Return how many numbers of the mask each of the ten patterns has."""
    return {
        pattern: (mask >> (POOL_SIZE - offset - size) & ((1 << size) - 1)).bit_count()
        for pattern, offset, size in zip(PATTERNS, PATTERN_OFFSETS, PATTERN_SIZES, strict=True)
    }


def to_bitmap(mask: int) -> bytes:
    """Return the mask as a Redis string of `POOL_BYTES` bytes."""
    return mask.to_bytes(POOL_BYTES, "big")


def from_bitmap(data: bytes) -> int:
    """Return the mask of a Redis string; missing bytes are zero. Raises `ValueError` past the pool."""
    if len(data) > POOL_BYTES:
        raise ValueError(f"{len(data)} bytes, but a pool has {POOL_BYTES}")
    return int.from_bytes(data, "big") << 8 * (POOL_BYTES - len(data))


def positions_in(mask: int) -> Iterator[int]:
    """Yield the positions of the mask, in order."""
    for index, byte in enumerate(to_bitmap(mask)):
        if byte:
            yield from (8 * index + bit for bit in range(8) if byte & (0x80 >> bit))
