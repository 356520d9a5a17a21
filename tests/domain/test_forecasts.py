"""When a pool runs out, from its last levels."""

from datetime import date, timedelta

import pytest

from domain.forecasts import runs_out_on

FIRST = date(2026, 11, 1)


@pytest.mark.parametrize(
    "levels, days",
    [
        ([100, 90, 80], 8), ([100, 100], None), ([10, 20], None), ([5], None), ([], None), ([4, 0], 0), ([0], 0),
        # A release in between raises the level, and what left meanwhile still counts.
        ([30, 20, 120, 110], 17), ([1_000_000, 999_999], None),
    ],
    ids=str,
)  # fmt: skip
def test_only_what_leaves_counts(levels: list[int], days: int | None) -> None:
    given = [(FIRST + timedelta(days=number), level) for number, level in enumerate(levels)]
    expected = None if days is None else given[-1][0] + timedelta(days=days)
    assert runs_out_on(given) == expected
