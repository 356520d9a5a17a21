"""Maintenance on the real servers: each step works, and Temporal shows its result."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError

from domain.segments import Segment
from embedded.valkey import Valkey
from process.clock import system_clock
from storage.audit.trail import Act
from storage.audit.verification import verify_audit
from storage.crypto.vault import Keys
from storage.offices.offices import Office
from storage.pool.keys import index_keys, key
from storage.redis.client import RedisClient, make_redis
from storage.repositories import Repositories
from storage.sms.deliveries import Attempt
from tests.support.phones import Phone
from tests.support.stored_claims import insert_claims
from tests.support.waiting import eventually
from tests.support.workers import worker_container
from worker.container import WorkerContainer
from worker.run import make_worker
from workflows.maintenance.schedule import ensure_schedule
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport, OpenSms
from workflows.maintenance.workflow import STEPS, MaintenanceWorkflow

QUEUE = "upkeep-tests"
PREFIX = "藏Z"
DAY = timedelta(days=1)
ONE_CODE = """INSERT INTO code (id, purpose, phone_hash, subject_hash, code_hash, created_at, expires_at, while_holding)
    VALUES (gen_random_uuid(), 'verify', 'a', 'b', 'c', :at, :at, false)"""


@pytest.fixture
async def own_container(fresh_database: str, valkey: Valkey, key_file: Path) -> AsyncIterator[WorkerContainer]:
    """A pool of one prefix, in a separate database and Redis."""
    container = worker_container(fresh_database, valkey.url(7), Keys.from_file(key_file), Phone(), clock_skew=None)
    repositories, now = container.repositories, system_clock()
    await repositories.redis.flushdb()
    await repositories.offices.save(Office("lhasa", "拉萨车管所", "路", "西藏", (PREFIX,)))
    released = Segment(PREFIX, "!!!!!", (), now - 30 * DAY, now - 30 * DAY)
    await repositories.segments.release(released, Act(now, "system"))
    await repositories.pool_reconciler.reconcile(now)
    yield container
    await repositories.redis.flushdb()
    await container.close()


def without_redis(container: WorkerContainer, nobody: RedisClient) -> WorkerContainer:
    """The same dependencies with a Redis that does not respond."""
    ours = container.repositories
    return replace(container, repositories=Repositories.build(ours.database, nobody, ours.keys))


@pytest.fixture
async def maintenance_worker(own_container: WorkerContainer, temporal_client: Client) -> AsyncIterator[None]:
    async with make_worker(temporal_client, QUEUE, own_container.activities()):
        yield


async def start_run(client: Client, *steps: str) -> WorkflowHandle[MaintenanceWorkflow, MaintenanceReport]:
    return await client.start_workflow(
        MaintenanceWorkflow.run, MaintenanceInput(list(steps)), id=f"upkeep-{uuid4()}", task_queue=QUEUE
    )


async def run(client: Client, *steps: str) -> MaintenanceReport:
    return await (await start_run(client, *steps)).result()


@pytest.mark.usefixtures("maintenance_worker")
async def test_a_first_run_does_everything_and_reports_the_results(temporal_client: Client) -> None:
    report = await run(temporal_client)
    assert set(report.done) == {step.name for step in STEPS}
    assert report.sealed is not None
    assert (report.sealed.rows, report.sealed.seal) == (1, 1)
    assert report.indexes is not None
    assert (report.indexes.prefixes, report.indexes.repaired, report.indexes.missing) == (1, [], [])
    assert report.removed is not None
    assert report.purged is not None
    assert report.purged.before < report.at - 3 * 365 * DAY


@pytest.mark.usefixtures("maintenance_worker")
async def test_an_index_that_differs_is_repaired_and_by_how_much_is_reported(
    own_container: WorkerContainer, temporal_client: Client
) -> None:
    free = index_keys(PREFIX)[0]
    await own_container.repositories.redis.setbit(free, 7, 0)
    await own_container.repositories.redis.setbit(free, 3_000_000, 1)
    report = await run(temporal_client, "indexes")
    assert report.indexes is not None
    assert (report.indexes.repaired, report.indexes.too_many, report.indexes.too_few) == ([PREFIX], 1, 1)
    assert await own_container.repositories.redis.getbit(free, 7) == 1
    assert await own_container.repositories.redis.getbit(free, 3_000_000) == 0
    assert (await run(temporal_client, "indexes")).indexes == replace(
        report.indexes, repaired=[], too_many=0, too_few=0
    )


@pytest.mark.usefixtures("maintenance_worker")
async def test_a_missing_index_is_reported(own_container: WorkerContainer, temporal_client: Client) -> None:
    await own_container.repositories.redis.flushdb()
    report = await run(temporal_client, "indexes")
    assert report.indexes is not None
    assert report.indexes.missing == [PREFIX]


async def keyboards_made(client: Client) -> int:
    report = await run(client, "keyboards")
    assert report.keyboards is not None
    return report.keyboards.made


@pytest.mark.usefixtures("maintenance_worker")
async def test_a_keyboard_in_use_is_refreshed_before_it_is_too_old(
    own_container: WorkerContainer, temporal_client: Client
) -> None:
    keyboards, now = own_container.repositories.keyboards, system_clock()
    assert await keyboards_made(temporal_client) == 0
    await keyboards.get(PREFIX, now - timedelta(minutes=4), timedelta(minutes=5))
    assert await keyboards_made(temporal_client) == 1
    as_of = await own_container.repositories.redis.get(key(PREFIX, "keyboard_as_of"))
    assert as_of
    assert int(as_of) >= now.timestamp() * 1000
    assert await keyboards_made(temporal_client) == 0


@pytest.mark.usefixtures("maintenance_worker")
async def test_what_has_expired_is_removed_and_counted(own_container: WorkerContainer, temporal_client: Client) -> None:
    now = system_clock()
    ends = {f"{PREFIX}1000{number}": until for number, until in enumerate((now - DAY, now - DAY, now + DAY))}
    await insert_claims(own_container.repositories.database, "offered", ends, changed_at=now - DAY)
    report = await run(temporal_client, "removed")
    assert report.removed is not None
    assert report.removed.claims == 2
    assert len(await own_container.repositories.database.rows(text("SELECT FROM claim"))) == 1


@pytest.mark.usefixtures("maintenance_worker")
async def test_every_run_seals_what_was_done_since(own_container: WorkerContainer, temporal_client: Client) -> None:
    first = (await run(temporal_client, "sealed")).sealed
    second = (await run(temporal_client, "sealed")).sealed
    assert first is not None
    assert second is not None
    assert (first.rows, second.rows, second.digest) == (1, 0, first.digest)
    assert (await verify_audit(own_container.repositories.database, {1: first.digest or ""})).is_intact


@pytest.mark.usefixtures("maintenance_worker")
async def test_operators_see_the_outcome_and_what_each_step_is(temporal_client: Client) -> None:
    handle = await start_run(temporal_client, "sealed", "indexes")
    await handle.result()
    details = (await handle.query("__temporal_workflow_metadata")).current_details
    assert "封存 1 行" in details
    assert "核对 1 个前缀" in details
    history = await handle.fetch_history()
    scheduled = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    summaries = [
        json.loads(event.user_metadata.summary.data) for event in history.events if event.event_type == scheduled
    ]
    assert summaries == ["封存审计记录 (seal the audit)", "核对号池索引 (compare and repair indexes)"]


@pytest.mark.usefixtures("maintenance_worker")
async def test_a_year_whose_notice_was_not_entered_and_texts_that_nobody_received_are_reported(
    own_container: WorkerContainer, temporal_client: Client
) -> None:
    deliveries, at = own_container.repositories.sms_deliveries, system_clock()
    for hours, handed in ((1, False), (1, True), (30, False), (100, False)):
        ordered = at - timedelta(hours=hours)
        attempt = Attempt(str(uuid4()), uuid4(), "reserved", ordered, ordered + DAY, 1, ordered)
        await deliveries.begin(attempt)
        if handed:
            await deliveries.hand_over(attempt.key, ordered)
    handle = await start_run(temporal_client, "texts", "calendar")
    report = await handle.result()
    assert report.texts == OpenSms(waiting=1, given_up=1)
    assert report.calendar
    assert report.calendar.provisional == report.calendar.years
    details = (await handle.query("__temporal_workflow_metadata")).current_details
    assert "等待发送 1 条，近一天放弃 1 条" in details
    assert f"⚠️ {report.calendar.years[0]}" in details
    for year in report.calendar.years:
        await own_container.repositories.calendars.declare_year(year, Act(at, "operator", "wang"), official=True)
    calendar = (await run(temporal_client, "calendar")).calendar
    assert calendar
    assert calendar.provisional == []


@pytest.mark.usefixtures("maintenance_worker")
async def test_an_ordinary_minute_costs_few_events(temporal_client: Client) -> None:
    handle = await start_run(temporal_client, "sealed", "keyboards")
    await handle.result()
    assert len((await handle.fetch_history()).events) <= 17


@pytest.mark.slow
async def test_a_step_that_can_not_be_done_fails_the_run_after_the_others_were_done(
    own_container: WorkerContainer, temporal_client: Client
) -> None:
    nobody = make_redis("redis://127.0.0.1:1/0")
    async with make_worker(temporal_client, QUEUE, without_redis(own_container, nobody).activities()):
        handle = await start_run(temporal_client)
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    await nobody.aclose()
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "upkeep_incomplete"
    assert str(cause).endswith("could not be done: keyboards, indexes")
    assert set(cause.details[0]) == {step.name for step in STEPS} - {"keyboards", "indexes"}


@pytest.mark.slow
@pytest.mark.usefixtures("maintenance_worker")
async def test_what_has_expired_is_removed_although_the_months_of_the_audit_can_not_be_made(
    own_container: WorkerContainer, temporal_client: Client, as_owner: Callable[[str], str], fresh_database: str
) -> None:
    database, now = own_container.repositories.database, system_clock()
    async with database.transaction() as connection:
        await connection.execute(text(ONE_CODE), {"at": now - 3 * DAY})
    with create_engine(as_owner(fresh_database), poolclass=NullPool).begin() as busy:
        busy.execute(text("LOCK TABLE audit_month.audit_rest IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(WorkflowFailureError) as failed:
            await run(temporal_client, "removed")
        assert isinstance(failed.value.cause, ApplicationError)
        assert failed.value.cause.message == "could not be done: removed"
        assert await database.rows(text("SELECT id FROM code")) == []
    assert (await run(temporal_client, "removed")).removed


@pytest.mark.usefixtures("maintenance_worker")
async def test_the_schedule_hands_on_what_was_done_and_survives_being_made_again(temporal_client: Client) -> None:
    schedule_id = f"upkeep-{uuid4()}"
    await ensure_schedule(temporal_client, QUEUE, schedule_id=schedule_id)
    schedule = temporal_client.get_schedule_handle(schedule_id)
    try:
        await schedule.pause(note="operators' own")
        await ensure_schedule(temporal_client, QUEUE, schedule_id=schedule_id)
        description = await schedule.describe()
        assert description.schedule.state.paused
        assert description.schedule.state.note == "operators' own"
        first = await trigger(temporal_client, schedule_id, runs=1)
        second = await trigger(temporal_client, schedule_id, runs=2)
        assert first.purged is not None
        assert second.purged is None
        assert second.indexes is None
        assert second.done["purged"] == first.done["purged"]
    finally:
        await schedule.delete()


@pytest.mark.slow
async def test_a_run_that_fails_hands_on_what_it_has_done_all_the_same(
    own_container: WorkerContainer, temporal_client: Client
) -> None:
    schedule_id, nobody = f"upkeep-{uuid4()}", make_redis("redis://127.0.0.1:1/0")
    await ensure_schedule(temporal_client, QUEUE, schedule_id=schedule_id)
    try:
        async with make_worker(temporal_client, QUEUE, without_redis(own_container, nobody).activities()):
            with pytest.raises(WorkflowFailureError):
                await trigger(temporal_client, schedule_id, runs=1)
        async with make_worker(temporal_client, QUEUE, own_container.activities()):
            second = await trigger(temporal_client, schedule_id, runs=2)
    finally:
        await temporal_client.get_schedule_handle(schedule_id).delete()
        await nobody.aclose()
    assert second.keyboards is not None
    assert second.purged is None
    assert second.mark == 1


async def trigger(client: Client, schedule_id: str, *, runs: int) -> MaintenanceReport:
    """Trigger the schedule once, and wait for the outcome of its newest run."""
    schedule = client.get_schedule_handle(schedule_id)
    await schedule.trigger()

    async def find_begun_run() -> str | None:
        recent = (await schedule.describe()).info.recent_actions
        if len(recent) < runs:
            return None
        action = recent[-1].action
        assert isinstance(action, ScheduleActionExecutionStartWorkflow)
        return action.workflow_id

    workflow_id = await eventually(find_begun_run)
    report: MaintenanceReport = await client.get_workflow_handle(workflow_id, result_type=MaintenanceReport).result()
    return report
