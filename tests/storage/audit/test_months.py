"""The audit is divided by month: rows go to their month, today's statements read one, and old rows stay in order."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import cast

from alembic import command
from sqlalchemy import Executable, create_engine, text
from sqlalchemy.pool import NullPool

from storage.audit.looks import StaffLooks
from storage.audit.months import AuditMonths
from storage.audit.seals import AuditSeals
from storage.audit.trail import Act, note
from storage.audit.verification import verify_audit
from storage.postgres.database import Database
from storage.postgres.migrate import alembic_config, migrate
from storage.preselections.desk import DeskRecords
from tests.support.audit_months import months_read

BEFORE_THE_DIVISION = "2026_11_29_ended_sessions"
NOVEMBER = datetime(2026, 11, 23, 2, tzinfo=UTC)
JANUARY, FEBRUARY = datetime(2027, 1, 10, tzinfo=UTC), datetime(2027, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)


class Statements:
    """Collects the statements of a repository instead of calling the database."""

    def __init__(self) -> None:
        self.seen: list[Executable] = []

    async def rows(self, statement: Executable) -> list[list[int]]:
        self.seen.append(statement)
        return [[0, 0]]


async def record(database: Database, *instants: datetime) -> None:
    async with database.transaction() as connection:
        for at in instants:
            await note(connection, Act(at, "operator", "op-1", "理由"), "release_segment", number=1)


async def tables_of_rows(database: Database) -> list[tuple[str, datetime]]:
    """The table of each row, in the order of the numbers."""
    found = await database.rows(text("SELECT CAST(CAST(tableoid AS regclass) AS text), at FROM audit ORDER BY id"))
    return [(row[0].rpartition(".")[2], row[1]) for row in found]


async def test_rows_from_before_the_division_stay_sealed_and_in_order(
    own_database: Database, fresh_database: str, as_owner: Callable[[str], str]
) -> None:
    owner = as_owner(fresh_database)
    await record(own_database, NOVEMBER, NOVEMBER + 12 * DAY)
    before = (await AuditSeals(own_database).seal(NOVEMBER)).last
    assert before
    with create_engine(owner, poolclass=NullPool).begin() as connection:
        command.downgrade(alembic_config(connection), BEFORE_THE_DIVISION)
    await asyncio.to_thread(migrate, owner)

    # December has such a row, so no table is made for it.
    assert await AuditMonths(own_database).make(NOVEMBER) == 0
    await record(own_database, NOVEMBER + DAY, FEBRUARY)
    assert await AuditMonths(own_database).move() == 1
    assert await AuditMonths(own_database).make(JANUARY) == 1
    await record(own_database, JANUARY)
    assert [table for table, _ in await tables_of_rows(own_database)] == [
        "audit_before", "audit_before", "audit_before", "audit_2027_02", "audit_2027_01",
    ]  # fmt: skip
    await AuditSeals(own_database).seal(JANUARY)
    report = await verify_audit(own_database, {before.number: before.digest.hex()})
    assert (report.rows, report.unsealed, report.faults) == (5, 0, ())
    assert await AuditMonths(own_database).make(JANUARY) == 0


async def test_what_reads_today_reads_one_month(own_database: Database) -> None:
    months, statements = AuditMonths(own_database), Statements()
    for number in range(6):
        await months.make(NOVEMBER + number * 31 * DAY)
    database = cast("Database", statements)
    await StaffLooks(database).count("op-1", JANUARY)
    await StaffLooks(database).is_reported("op-1", JANUARY)
    day = date(2027, 1, 10)
    await DeskRecords(database).counters("440300", day, begins=JANUARY, ends=JANUARY + DAY, now=JANUARY)
    read = [await months_read(own_database, statement) for statement in statements.seen]
    # The first of the counters' statements is about reservations.
    assert read == [{"audit_2027_01"}, {"audit_2027_01"}, set(), {"audit_2027_01"}]
