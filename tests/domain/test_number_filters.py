"""Filters against a plain reading of every number of the pool."""

from random import Random

import pytest

from domain.number_filters import MOST, Kind, NumberFilter, _positions, suggest
from domain.plates import POOL_SIZE, position_of, serial_at
from domain.segments import positions_in, to_bitmap

SAMPLE = [serial_at(position) for position in Random(2).sample(range(POOL_SIZE), 20_000)]


def matches(text: str, kind: Kind) -> bool:
    fours = [text[start : start + 4] for start in (0, 1)]
    threes = [text[start : start + 3] for start in (0, 1, 2)]
    match kind:
        case Kind.PAIRS:
            return any(four[0] == four[1] != four[2] == four[3] for four in fours)
        case Kind.ALTERNATING:
            return any(four[0] == four[2] != four[1] == four[3] for four in fours)
        case Kind.TRIPLE:
            return any(len(set(three)) == 1 for three in threes)
        case Kind.SEQUENCE:
            return any(three in "0123456789" or three in "9876543210" for three in threes)
        case Kind.DATE:
            return any(is_date(four) for four in fours)


def is_date(four: str) -> bool:
    if not four.isdigit():
        return False
    month, day = int(four[:2]), int(four[2:])
    return 1 <= month <= 12 and 1 <= day <= [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_is_found_anywhere_in_the_serial(kind: Kind) -> None:
    bitmap = to_bitmap(NumberFilter(kind=kind).mask())
    for serial in SAMPLE:
        place = position_of(serial)
        assert bool(bitmap[place // 8] & (0x80 >> place % 8)) is matches(serial, kind), serial


def test_all_parts_of_a_filter_hold_together() -> None:
    wanted = NumberFilter(template="?@!!!", contains="8", ends_with="88", exclude_four=True)
    found = [serial_at(position) for position in positions_in(wanted.mask())]
    assert len(found) == len(set(found)) == 34 * 24 * 9 - 24 * 9
    for serial in found:
        assert serial[1].isalpha()
        assert serial.endswith("88")
        assert "4" not in serial


@pytest.mark.parametrize(
    "wanted",
    [
        NumberFilter(contains="I"), NumberFilter(ends_with="O"), NumberFilter(template="A!A!A"),
        NumberFilter(contains="ABC"), NumberFilter(ends_with="4", exclude_four=True), NumberFilter(template="I????"),
    ],
    ids=str,
)  # fmt: skip
def test_an_impossible_filter_finds_nothing(wanted: NumberFilter) -> None:
    assert wanted.mask() == 0


def test_suggestions_are_free_numbers_chosen_uniformly() -> None:
    wanted, random = NumberFilter(contains="88"), Random(3)
    free = ["88123", "A8812", "12388", "B1881"]
    snapshot = to_bitmap(sum(1 << POOL_SIZE - 1 - position_of(serial) for serial in [*free, "12345"]))
    few = suggest(snapshot, wanted, random.sample)
    assert (sorted(few.serials), few.more) == (sorted(free), False)
    full = to_bitmap((1 << POOL_SIZE) - 1)
    many = suggest(full, wanted, random.sample)
    assert (len(set(many.serials)), many.more) == (MOST, True)
    assert all("88" in serial for serial in many.serials)
    places = list(positions_in(wanted.mask()))
    assert _positions(to_bitmap(wanted.mask()), [len(places) - 1, 0, 700]) == [places[-1], places[0], places[700]]
    assert suggest(b"", wanted, random.sample).serials == []
