"""The worker's metrics of the database and of the pool."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from storage.sms.deliveries import Attempt, SmsDeliveries
from tests.support.pool import B, Pool, segment
from tests.support.stored_preselections import AT, KEYS, Stored, decision
from worker.__main__ import reconcile_index
from worker.figures import update_figures, update_plates

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def repositories(fresh_database: str, redis_url: str) -> AsyncIterator[Repositories]:
    repositories = Repositories.build(Database(fresh_database), make_redis(redis_url), KEYS)
    yield repositories
    await repositories.close()


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def now() -> datetime:
    return AT


async def test_the_oldest_missed_deadline_is_shown_with_its_age_until_something_acts(
    repositories: Repositories,
) -> None:
    stored, name = await Stored.create(repositories.database), "xuanhao_deadline_lateness_seconds"
    await update_figures(repositories, now)
    assert shown(name) == 0
    for age in (-HOUR, HOUR, 2 * HOUR):
        me, deadline = await stored.insert(), AT - age
        await stored.decisions.commit(
            decision(me, stage="completed", plate="粤B12345", deadline=deadline, visit_by=deadline.date())
        )
    await update_figures(repositories, now)
    assert shown(name) == 7200
    await stored.decisions.commit(decision(me, expected_revision=2, stage="overdue"))
    await update_figures(repositories, now)
    assert shown(name) == 3600


async def test_sms_are_shown_by_state(repositories: Repositories) -> None:
    me = await (await Stored.create(repositories.database)).insert()
    deliveries = SmsDeliveries(repositories.database)
    for key, give_up_at in (("waiting", AT + DAY), ("given_up", AT - HOUR), ("handed_over", AT + DAY), ("old", AT)):
        ordered_at = AT - (2 * DAY if key == "old" else 2 * HOUR)
        await deliveries.begin(Attempt(key, me, "reserved", ordered_at, give_up_at, 1, ordered_at))
    await deliveries.hand_over("handed_over", AT)
    await update_figures(repositories, now)
    states = ("waiting", "given_up", "handed_over", "delivered", "failed")
    assert [shown("xuanhao_sms", state=state) for state in states] == [1, 1, 1, 0, 0]


async def test_a_rebuilt_index_and_the_levels_of_its_pool_are_shown(repositories: Repositories) -> None:
    pool = Pool(repositories.database, repositories.redis)
    await pool.add_prefix(B, segment("AB1!!"))
    await pool.add_claims([f"{B}AB100"])
    before = shown("xuanhao_index_repairs_total", prefix=B) or 0
    for _ in range(2):
        await reconcile_index(repositories.pool_reconciler, AT)
    assert shown("xuanhao_index_repairs_total", prefix=B) == before + 1
    await update_plates(repositories, now)
    assert shown("xuanhao_plates", prefix=B, kind="free") == 99
