from datetime import timedelta
from uuid import uuid4

from storage.database import Database
from storage.failed_checks import FailedChecks
from tests.storage.stored_preselections import AT


async def test_failed_checks_are_counted_from_a_moment_on_for_one_applicant(database: Database) -> None:
    checks, me, other = FailedChecks(database), uuid4().bytes, uuid4().bytes
    for minutes in (-1, 0, 1):
        await checks.add(uuid4(), me, AT + timedelta(minutes=minutes))
    await checks.add(uuid4(), other, AT)
    assert await checks.count(me, since=AT) == 2
    assert await checks.count(uuid4().bytes, since=AT) == 0


async def test_the_same_check_is_counted_once(database: Database) -> None:
    checks, me, check_id = FailedChecks(database), uuid4().bytes, uuid4()
    for _ in range(3):
        await checks.add(check_id, me, AT)
    assert await checks.count(me, since=AT) == 1
