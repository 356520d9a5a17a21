import pytest

from domain.segments import positions_in
from storage.pool.snapshot import PoolRecords
from tests.support.pool import AT, LATER, B, Pool, plates_at, segment

PLATES = plates_at(positions_in(segment("AB1!!").numbers()))


async def test_levels_count_every_released_number_once(pool: Pool) -> None:
    await pool.add_prefix(B, segment("AB1!!", "****4"), segment("!!!!!", released_at=LATER))
    plates = [plate for plate in PLATES if not plate.endswith("4")]
    kinds = {"offered": 9, "candidate": 8, "reserved": 7, "issued": 6, "withheld": 5, "cooling": 4}
    for kind, number in kinds.items():
        await pool.add_claims([plates.pop() for _ in range(number)], kind, LATER)
    await pool.add_claims([plates.pop()], "offered", AT)
    # Neither another prefix's claim nor one on a number that is excluded or not yet released counts.
    await pool.add_claims(["粤C12345", f"{B}12345", f"{B}AB104"], "withheld")
    assert await PoolRecords(pool.database).levels(B, AT) == {
        "total": 90, "free": 51, "offered": 17, "reserved": 7, "issued": 6, "withheld": 5, "cooling": 4,
    }  # fmt: skip
    later = await PoolRecords(pool.database).levels(B, LATER)
    assert later == {"total": 100_090, "free": 100_089} | dict.fromkeys(
        ("offered", "reserved", "issued", "cooling"), 0
    ) | {"withheld": 1}


async def test_a_prefix_of_no_office_has_no_levels(pool: Pool) -> None:
    with pytest.raises(KeyError):
        await PoolRecords(pool.database).levels("粤Z", AT)
