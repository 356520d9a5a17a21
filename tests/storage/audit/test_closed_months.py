"""Seals look in the open months only, and hold every act all the same; the whole audit is read again to verify them."""

import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from process.clock import system_clock
from storage.audit.months import AuditMonths
from storage.audit.seals import AuditSeals
from storage.audit.tables import audit
from storage.audit.trail import Act, note
from storage.audit.verification import verify_audit
from storage.postgres.database import Database
from tests.support.audit_months import months_read

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
MONTHS = [NOW - number * 31 * DAY for number in range(6)]
OPEN_SINCE = text("SELECT audit_open_since(:from_xact)")
NOTED = text("SELECT count(*) FROM audit_month.late")


@pytest.fixture
async def owner(fresh_database: str, as_owner: Callable[[str], str]) -> AsyncIterator[Database]:
    owner = Database(as_owner(fresh_database))
    yield owner
    await owner.close()


@pytest.fixture
async def months(own_database: Database) -> AuditMonths:
    months = AuditMonths(own_database)
    for instant in MONTHS:
        await months.make(instant)
    return months


async def record(database: Database, *instants: datetime) -> None:
    for at in instants:
        async with database.transaction() as connection:
            await note(connection, Act(at, "operator", "op-1", "理由"), "release_segment", number=1)


async def seal(database: Database) -> int:
    """How many rows the seal has. It must hold all that were written."""
    rows = (await AuditSeals(database).seal(NOW)).rows
    report = await verify_audit(database)
    assert (report.unsealed, report.faults) == (0, ())
    return rows


async def open_since(database: Database) -> datetime:
    last = (await AuditSeals(database).seal(NOW)).last
    since: datetime = (await database.rows(OPEN_SINCE, {"from_xact": last.to_xact if last else 0}))[0][0]
    return since


async def test_a_seal_after_a_closing_reads_the_open_months(own_database: Database, months: AuditMonths) -> None:
    await record(own_database, *MONTHS)
    assert await seal(own_database) == len(MONTHS)
    assert await months.close(NOW)
    assert not await months.close(NOW)
    await record(own_database, NOW)
    # The closing is newer than the last seal, so this one still looks everywhere.
    assert await seal(own_database) == 1
    since = await open_since(own_database)
    assert since == datetime(2026, 11, 1, tzinfo=UTC)
    columns = audit.c
    read = await months_read(own_database, select(columns.id).where(columns.xact >= 1, columns.at >= since))
    assert read == {"audit_2026_11", "audit_2026_12", "audit_rest"}


async def test_an_act_of_a_closed_month_is_in_the_next_seal(
    own_database: Database, owner: Database, months: AuditMonths
) -> None:
    await months.close(NOW)
    await record(own_database, NOW)
    await seal(own_database)
    # Of a closed month, and of one that has no table.
    await record(own_database, MONTHS[3], NOW, MONTHS[-1] - 90 * DAY)
    assert (await owner.rows(NOTED))[0][0] == 2
    assert await seal(own_database) == 3
    assert await open_since(own_database) == datetime(2026, 11, 1, tzinfo=UTC)


async def test_an_act_that_was_under_way_at_the_closing_is_sealed(own_database: Database, months: AuditMonths) -> None:
    await record(own_database, NOW)
    await seal(own_database)
    async with own_database.transaction() as slow:
        await note(slow, Act(MONTHS[2], "operator", "slow"), "release_segment")
        # It waits for writers, and no longer than they may wait for it.
        assert not await months.close(NOW)
    assert await months.close(NOW)
    await record(own_database, NOW)
    assert await seal(own_database) == 2


async def test_rows_that_move_to_a_closed_month_are_sealed(own_database: Database, months: AuditMonths) -> None:
    await months.close(NOW)
    await record(own_database, NOW)
    await seal(own_database)
    await record(own_database, MONTHS[-1] - 90 * DAY, NOW)
    await months.move()
    assert await seal(own_database) == 2
    await record(own_database, MONTHS[-1] - 90 * DAY)
    assert await seal(own_database) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_written_and_closed_when_is_sealed(
    seed: int, own_database: Database, months: AuditMonths
) -> None:
    chance, written, sealed = random.Random(seed), 0, 0
    for _ in range(25):
        step = chance.randrange(5)
        if step == 0:
            await months.close(chance.choice(MONTHS))
        elif step == 1:
            sealed += await seal(own_database)
        else:
            instants = [chance.choice(MONTHS) - chance.randrange(60) * DAY for _ in range(chance.randrange(3))]
            await record(own_database, *instants)
            written += len(instants)
    assert sealed + await seal(own_database) == written


async def test_no_month_is_closed_that_goes_on_for_the_database(own_database: Database, months: AuditMonths) -> None:
    await months.close(NOW + 3_650 * DAY)
    now = system_clock().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    await record(own_database, NOW + 3_650 * DAY)
    await seal(own_database)
    assert await open_since(own_database) == now
