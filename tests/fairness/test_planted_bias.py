"""A bias that is planted in the draws of one day is found in its files, as maintenance weighs them, and named."""

import json
import zlib
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from random import Random

import pytest

from domain.draw_evidence import Evidence
from domain.draw_statistics import DrawStatistics
from domain.draw_tests import DrawTests
from domain.plates import POOL_SIZE, serial_at
from domain.segments import POOL_BYTES, Template, positions_in
from storage.fairness.evidence import count_by_place, weigh_day

BIAS, DRAWS = 0.02, 2_000
FREE = Template.parse("A!!!!").mask() | Template.parse("!!!!!").mask()
LAST, MIDDLE = 4, 2
"""Places in a number."""


def files_of(chance: Random, bias: float, place: int = LAST) -> dict[str, bytes]:
    """A day of draws whose numbers are freed again at once; so many of the picks are among those with an 8 there."""
    numbers = [*positions_in(FREE)]
    preferred = [position for position in numbers if serial_at(position)[place] == "8"]
    bitmap = FREE.to_bytes(POOL_BYTES, "big")
    digest, lines, draws = sha256(bitmap).hexdigest(), list[str](), list[str]()
    for number in range(DRAWS):
        picked = set[int]()
        while len(picked) < 10:
            picked.add(chance.choice(preferred if chance.random() < bias else numbers))
        positions = chance.sample(sorted(picked), 10)
        draws.append(json.dumps({"draw_id": str(number), "rounds": [{"picks": []}], "numbers": []}))
        lines += [
            json.dumps({"op": "pick", "draw": str(number), "four": 1, "p": positions}),
            json.dumps({"op": "free", "p": positions}),
        ]
    log = [{"base": {"free": digest}}, *({"l": line} for line in lines)]
    return {
        f"bitmap-{digest}.z": zlib.compress(bitmap),
        "draws.jsonl": "\n".join(draws).encode(),
        "log-7ca4B.jsonl": "\n".join(map(json.dumps, log)).encode(),
    }


@pytest.mark.parametrize("bias", [0.0, BIAS])
def test_two_percent_more_of_one_digit_raise_an_alarm_within_the_day_and_fair_draws_none(bias: float) -> None:
    statistics = DrawStatistics(Evidence(2026), DrawTests(2026), timedelta(days=1))
    weigh_day(files_of(Random(14), bias), statistics)
    assert max(result.picks for result in statistics.tests.results()) == DRAWS * 10
    alarms = statistics.alarms()
    assert ("day: last" in alarms, "bet: last 8 +" in alarms) == (bool(bias), bool(bias))
    assert bias or not alarms


def test_two_percent_more_of_one_digit_in_the_middle_raise_an_alarm_within_the_day() -> None:
    statistics = DrawStatistics(Evidence(2026), DrawTests(2026), timedelta(days=1))
    weigh_day(files_of(Random(14), BIAS, MIDDLE), statistics)
    assert statistics.alarms() == ["day: third", "year: third"]


def test_numbers_are_counted_by_the_character_of_each_place() -> None:
    sample = Random(3).sample(range(POOL_SIZE), 500)
    mask = sum(1 << (POOL_SIZE - 1 - position) for position in sample)
    expected = [Counter(characters) for characters in zip(*map(serial_at, sample), strict=True)]
    assert [+counts for counts in count_by_place(mask)] == expected
