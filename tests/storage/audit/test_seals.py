"""The hash chain shows every change of a sealed row, and of the seals."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.audit import seals as audit_seals
from storage.audit.seals import AuditSeals
from storage.audit.trail import Act, note
from storage.audit.verification import AuditReport, verify_audit
from storage.postgres.database import Database
from tests.support.stored_preselections import AT

MINUTE = timedelta(minutes=1)
ADDED = (
    "INSERT INTO audit (xact, at, actor_kind, action, plates, facts) "
    "SELECT xact, at, actor_kind, action, plates, facts FROM audit WHERE actor = 'b'"
)


@pytest.fixture
async def owner(fresh_database: str, as_owner: Callable[[str], str]) -> AsyncIterator[Database]:
    """A role that may change everything."""
    owner = Database(as_owner(fresh_database))
    yield owner
    await owner.close()


async def act(database: Database, *names: str) -> None:
    for name in names:
        async with database.transaction() as connection:
            await note(connection, Act(AT, "operator", name, "理由"), "release_segment", number=len(name))


async def chain_of_three(database: Database) -> None:
    for minute, names in enumerate((["a", "b"], ["c", "d", "e"], ["f"])):
        await act(database, *names)
        await AuditSeals(database).seal(AT + minute * MINUTE)


async def test_an_untouched_audit_is_intact(own_database: Database) -> None:
    await chain_of_three(own_database)
    report = await verify_audit(own_database)
    assert (report.seals, report.rows, report.unsealed, report.faults) == (3, 6, 0, ())
    assert report.is_intact


async def test_the_office_of_an_act_is_outside_its_seal(own_database: Database, owner: Database) -> None:
    await chain_of_three(own_database)
    await owner.rows(text("UPDATE audit SET office_code = '440300'"))
    assert (await verify_audit(own_database)).is_intact


async def test_an_empty_audit_is_intact(own_database: Database) -> None:
    assert (await AuditSeals(own_database).seal(AT)).last is None
    assert await verify_audit(own_database) == AuditReport(0, 0, 0, None)


async def test_each_seal_holds_what_came_since_the_one_before(own_database: Database) -> None:
    await act(own_database, "a", "b")
    first = await AuditSeals(own_database).seal(AT)
    nothing = await AuditSeals(own_database).seal(AT + MINUTE)
    await act(own_database, "c")
    second = await AuditSeals(own_database).seal(AT + 2 * MINUTE)
    assert (first.rows, nothing.rows, second.rows) == (2, 0, 1)
    assert nothing.last == first.last
    assert first.last is not None
    assert second.last is not None
    assert (second.last.number, second.last.previous) == (2, first.last.digest)


async def test_an_act_that_is_still_under_way_waits_for_a_later_seal(own_database: Database) -> None:
    async with own_database.transaction() as slow:
        await note(slow, Act(AT, "operator", "slow"), "release_segment")
        await act(own_database, "quick")
        assert (await AuditSeals(own_database).seal(AT)).rows == 0
        assert (await verify_audit(own_database)).unsealed == 1
    assert (await AuditSeals(own_database).seal(AT + MINUTE)).rows == 2
    assert (await verify_audit(own_database)).is_intact


async def test_many_rows_are_sealed_by_several_seals(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_seals, "MOST_ROWS", 2)
    await act(own_database, *"abc")
    async with own_database.transaction() as together:
        for name in "defgh":
            await note(together, Act(AT, "operator", name), "release_segment")
    await act(own_database, "i")
    sealed = await AuditSeals(own_database).seal(AT)
    report = await verify_audit(own_database)
    assert (sealed.rows, report.rows, report.is_intact) == (9, 9, True)
    assert report.seals > 2


async def test_several_that_seal_at_once_make_one_chain(own_database: Database) -> None:
    await act(own_database, *"abcdef")
    made = await asyncio.gather(*(AuditSeals(own_database).seal(AT) for _ in range(4)))
    assert sum(each.rows for each in made) == 6
    report = await verify_audit(own_database)
    assert (report.seals, report.is_intact) == (1, True)


@pytest.mark.parametrize(
    "change, shows_in",
    [
        ("UPDATE audit SET facts = '{}' WHERE actor = 'c'", [2]),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE actor = 'c'", [2]),
        ("UPDATE audit SET actor = 'x' WHERE actor = 'a'", [1]),
        ("UPDATE audit SET plates = '{粤B12345}' WHERE actor = 'f'", [3]),
        ("UPDATE audit SET request_id = gen_random_uuid() WHERE actor = 'f'", [3]),
        ("DELETE FROM audit WHERE actor = 'd'", [2]),
        ("DELETE FROM audit", [1, 2, 3]),
        (ADDED, [1]),
        ("UPDATE audit SET xact = (SELECT xact FROM audit WHERE actor = 'f') WHERE actor = 'a'", [1, 3]),
        # c and d change places.
        (
            "UPDATE audit SET actor = CASE actor WHEN 'c' THEN 'd' ELSE 'c' END WHERE actor IN ('c', 'd')",
            [2],
        ),
        ("UPDATE audit_seal SET digest = sha256('') WHERE number = 2", [2, 3]),
        ("UPDATE audit_seal SET sealed_at = sealed_at + interval '1 hour' WHERE number = 1", [1]),
        ("UPDATE audit_seal SET count = 4 WHERE number = 2", [2]),
        ("UPDATE audit_seal SET to_xact = to_xact + 1 WHERE number = 3", [3]),
        ("UPDATE audit_seal SET number = 9 WHERE number = 3", [3]),
        ("DELETE FROM audit_seal WHERE number = 2", [2, 3]),
    ],
)
async def test_every_change_is_found(own_database: Database, owner: Database, change: str, shows_in: list[int]) -> None:
    await chain_of_three(own_database)
    assert (await verify_audit(own_database)).is_intact
    await owner.rows(text(change))
    report = await verify_audit(own_database)
    assert not report.is_intact
    assert {fault.seal for fault in report.faults} >= set(shows_in)


async def test_a_chain_computed_again_is_found_by_a_digest_that_was_noted_down(
    own_database: Database, owner: Database
) -> None:
    await chain_of_three(own_database)
    last = (await verify_audit(own_database)).last
    assert last is not None
    noted = {last.number: last.digest.hex()}
    assert (await verify_audit(own_database, noted)).is_intact
    await owner.rows(text("UPDATE audit SET actor = 'x' WHERE actor = 'a'"))
    await owner.rows(text("DELETE FROM audit_seal"))
    for minute in range(3):
        await AuditSeals(own_database).seal(AT + minute * MINUTE)
    assert (await verify_audit(own_database)).is_intact
    assert [fault.seal for fault in (await verify_audit(own_database, noted)).faults] == [3]
