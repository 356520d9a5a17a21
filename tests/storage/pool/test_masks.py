import random

import pytest

from domain.plates import PATTERN_OFFSETS, POOL_SIZE, serial_at
from domain.segments import positions_in
from storage.pool.masks import mask_of_positions, mask_of_serials

SEAMS = [position for offset in [*PATTERN_OFFSETS[1:], POOL_SIZE] for position in (offset - 1, offset)][:-1]


@pytest.mark.parametrize("positions", [[], [0], SEAMS, random.Random(1).sample(range(POOL_SIZE), 5_000)])
def test_serials_make_the_mask_of_their_positions(positions: list[int]) -> None:
    mask = mask_of_serials("".join(serial_at(position) for position in positions).encode())
    assert [*positions_in(mask)] == sorted(positions)
    assert mask_of_positions(positions) == mask
