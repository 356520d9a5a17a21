"""Weighs the draws of a published day: replays its log, and shows the statistics each pick and what could be picked.

Patterns, the characters of each place, repeats of the one before (tests of runs), and prefixes where a draw was over
several.
Draws without the digit 4, and those that passed over numbers, had another choice and are not weighed.
"""

import json
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from io import BytesIO
from math import prod
from typing import Any

from domain.draw_statistics import DrawStatistics
from domain.draw_tests import PLACES
from domain.plates import ALPHABETS, PATTERN_OFFSETS, PATTERN_SIZES, PATTERNS, POOL_SIZE, prefix_of, serial_at
from domain.segments import POOL_BYTES, Template, count_by_pattern, from_bitmap

_PATTERNS = [*zip(PATTERNS, PATTERN_OFFSETS, PATTERN_SIZES, strict=True)]


def weigh_day(content: Mapping[str, bytes], statistics: DrawStatistics) -> None:
    """`content` are the files of a day by name. A busy day takes minutes: call it in a thread."""
    draws = set[str]()
    for draw in _read(content["draws.jsonl"]):
        draws.add(draw["draw_id"])
        _weigh_prefixes(draw, statistics)
    for name in sorted(content):
        if name.startswith("log-"):
            entries = _read(content[name])
            log = _Replay(content, next(entries)["base"]["free"], statistics)
            for entry in entries:
                log.apply(json.loads(entry["l"]), draws)


def _weigh_prefixes(draw: Mapping[str, Any], statistics: DrawStatistics) -> None:
    levels = draw["rounds"][0].get("levels")
    if levels and draw["numbers"] and len(draw["rounds"]) == 1:
        usable = {prefix: free - hidden for prefix, _, _, free, hidden in levels}
        statistics.observe("prefix", usable, prefix_of(draw["numbers"][0]))


class _Replay:
    """The free numbers of one prefix, and their counts by pattern and by the character of each place."""

    def __init__(self, content: Mapping[str, bytes], digest: str, statistics: DrawStatistics) -> None:
        self._content = content
        self._statistics = statistics
        self._before: tuple[str, str] | None = None
        self._load(from_bitmap(self._bitmap(digest)))

    def apply(self, line: Mapping[str, Any], draws: Collection[str]) -> None:
        claimed = [position for some in line.get("claims", {}).values() for position in some]
        if line["op"] == "install":
            self._load(from_bitmap(self._bitmap(line["free"])))
        elif line["op"] == "open":
            self._load(from_bitmap(bytes(self._bits)) | _union(line["segments"]))
        self._put(claimed, is_free=False)
        if line["op"] != "pick":
            self._put(line.get("p", []), is_free=True)
            return
        is_weighed = line["draw"] in draws and line["four"] and not line.get("skip")
        for position in line.get("p", []):
            if is_weighed:
                self._weigh(position)
            self._put([position], is_free=False)

    def _weigh(self, position: int) -> None:
        pattern, serial = _pattern_of(position), serial_at(position)
        kinds = pattern, serial[-1]
        self._statistics.observe("pattern", self._by_pattern, pattern)
        for place, counts, character in zip(PLACES[:-1], self._by_place, serial, strict=False):
            self._statistics.test(place, counts, character)
        self._statistics.observe("last", self._by_place[-1], serial[-1])
        if self._before:
            self._weigh_repeat("run", self._by_pattern, self._before[0], pattern)
            self._weigh_repeat("last run", self._by_place[-1], self._before[1], serial[-1])
        self._before = kinds

    def _weigh_repeat(self, kind: str, counts: Counter[str], before: str, outcome: str) -> None:
        again = counts[before]
        both = {"again": again, "other": counts.total() - again}
        self._statistics.observe(kind, both, "again" if outcome == before else "other")

    def _put(self, positions: Iterable[int], *, is_free: bool) -> None:
        for position in positions:
            byte, bit = position // 8, 0x80 >> position % 8
            if bool(self._bits[byte] & bit) != is_free:
                self._bits[byte] ^= bit
                change = 1 if is_free else -1
                self._by_pattern[_pattern_of(position)] += change
                for counts, character in zip(self._by_place, serial_at(position), strict=True):
                    counts[character] += change

    def _load(self, mask: int) -> None:
        self._bits = bytearray(mask.to_bytes(POOL_BYTES, "big"))
        self._by_pattern = Counter(count_by_pattern(mask))
        self._by_place = count_by_place(mask)

    def _bitmap(self, digest: str) -> bytes:
        return zlib.decompress(self._content[f"bitmap-{digest}.z"])


def count_by_place(mask: int) -> list[Counter[str]]:
    """How many numbers of the mask have each character at each place."""
    found = [Counter[str]() for _ in PLACES]
    for pattern, offset, size in _PATTERNS:
        bits = f"{mask >> (POOL_SIZE - offset - size) & ((1 << size) - 1):0{size}b}"
        alphabets = [ALPHABETS[kind] for kind in pattern]
        for place, alphabet in enumerate(alphabets):
            before, after = (prod(map(len, some)) for some in (alphabets[:place], alphabets[place + 1 :]))
            for index, character in enumerate(alphabet):
                found[place][character] += _count(bits, index, (before, len(alphabet), after))
    return found


def _count(bits: str, index: int, shape: tuple[int, int, int]) -> int:
    """The ones at this index of the middle dimension: in few long parts, for each of them takes its time."""
    before, size, after = shape
    if before <= after:
        firsts = range(index * after, len(bits), size * after)
        return sum(bits.count("1", first, first + after) for first in firsts)
    return sum(bits[index * after + rest :: size * after].count("1") for rest in range(after))


def _pattern_of(position: int) -> str:
    return PATTERNS[bisect_right(PATTERN_OFFSETS, position) - 1]


def _mask(template: str) -> int:
    return Template.parse(template, wildcard=True).mask()


def _union(segments: Iterable[Mapping[str, Any]]) -> int:
    found = 0
    for segment in segments:
        mask = _mask(segment["template"])
        for excluded in segment["excluded"]:
            mask &= ~_mask(excluded)
        found |= mask
    return found


def _read(content: bytes) -> Iterator[Any]:
    """The lines, one after the other: a day's are many times as large when all of them are read."""
    return map(json.loads, BytesIO(content))
