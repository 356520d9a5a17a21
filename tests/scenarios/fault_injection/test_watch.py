"""The watch sees what ends before its time, by a clock that is ahead, and nothing that ends in time."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from process.clock import system_clock
from storage.bans.repository import BanRepository, NewBan
from storage.postgres.database import Database
from tests.scenarios.fault_injection.system import CLOCK_SKEW
from tests.scenarios.fault_injection.watch import Watch
from tests.support.stored_preselections import KEYS, Stored, decision

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("too_early, found", [(HOUR, 2), (CLOCK_SKEW / 2, 0), (-HOUR, 0)])
async def test_a_ban_and_a_last_day_that_end_early_are_seen(
    fresh_database: str, as_owner: Callable[[str], str], too_early: timedelta, found: int
) -> None:
    database, end = Database(fresh_database), system_clock() + too_early
    stored, bans = await Stored.create(database), BanRepository(database, KEYS)
    overdue, other = await stored.insert(), await stored.insert()
    # Its worker's clock is ahead: what ends later is over already.
    await stored.decisions.commit(decision(overdue, stage="overdue", deadline=end, visit_by=end.date()))
    ban = NewBan(uuid4(), uuid4().bytes, "张*", end - 2 * HOUR, end, other)
    await bans.ban(ban)
    assert await bans.release(ban.id, end)
    await database.close()
    watch = Watch(as_owner(fresh_database).replace("+psycopg", ""))
    await watch.look_once()
    assert len(watch.early) == found
