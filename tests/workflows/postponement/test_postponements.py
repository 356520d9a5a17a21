"""Extension of many deadlines, and of one that has already passed."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle

from domain.calendar import DayKind, OfficeCalendar, end_of_day, shanghai_day
from domain.preselection.values import Stage
from process.clock import system_clock
from tests.support.vehicles import Vehicle
from tests.support.waiting import eventually
from tests.support.world import World
from worker.run import make_worker
from workflows.deadline_extensions import DeadlineExtension, deadline_extensions, new_last_day, send_extensions
from workflows.messages import Postponed, PostponementInput
from workflows.postponement.workflow import PostponementWorkflow

# Spring Festival of 2026: Friday 13 February is the last working day but for Saturday 14, worked to make up for it.
SPRING_FESTIVAL = OfficeCalendar(
    {date(2026, 2, day): DayKind.HOLIDAY for day in range(15, 24)} | {date(2026, 2, 14): DayKind.WORKING}
)
MAKE_UP_DAY_CLOSED = OfficeCalendar({**SPRING_FESTIVAL.days, date(2026, 2, 14): DayKind.HOLIDAY})
NEW_YEAR_S_EVE_CLOSED = OfficeCalendar({date(2026, 12, 31): DayKind.HOLIDAY, date(2027, 1, 1): DayKind.HOLIDAY})
CLOSED_ON_LEAP_DAY = OfficeCalendar({date(2028, 2, 29): DayKind.HOLIDAY})


def closing_input(*days: date, visit_by: str | None = None) -> PostponementInput:
    return PostponementInput("wang", "停电", [day.isoformat() for day in days], closed=True, visit_by=visit_by)


def outage(*days: date, visit_by: str | None = None) -> PostponementInput:
    return PostponementInput("wang", "中断", [day.isoformat() for day in days], closed=False, visit_by=visit_by)


@pytest.mark.parametrize(
    "last_day, given, calendar, moved",
    [
        # A make-up day that is closed after all: the deadline moves past the whole holiday.
        (date(2026, 2, 14), closing_input(date(2026, 2, 14)), MAKE_UP_DAY_CLOSED, date(2026, 2, 24)),
        (date(2026, 2, 13), outage(date(2026, 2, 13)), SPRING_FESTIVAL, date(2026, 2, 14)),
        (date(2026, 2, 14), closing_input(date(2026, 2, 14)), SPRING_FESTIVAL, None),
        (date(2028, 2, 29), closing_input(date(2028, 2, 29)), CLOSED_ON_LEAP_DAY, date(2028, 3, 1)),
        # The last working day of a year, closed: the deadline moves into the next year, past New Year.
        (date(2026, 12, 31), closing_input(date(2026, 12, 31)), NEW_YEAR_S_EVE_CLOSED, date(2027, 1, 4)),
        # An outage of three days counts to its end, whichever of them was the last day.
        (date(2026, 3, 2), outage(*(date(2026, 3, day) for day in (2, 3, 4))), SPRING_FESTIVAL, date(2026, 3, 5)),
        (date(2026, 3, 2), outage(date(2026, 3, 2), visit_by="2026-03-20"), SPRING_FESTIVAL, date(2026, 3, 20)),
        (date(2026, 3, 2), outage(date(2026, 3, 2), visit_by="2026-03-02"), SPRING_FESTIVAL, None),
    ],
    ids=str,
)  # fmt: skip
def test_a_last_day_moves_to_the_next_working_day_and_never_back(
    last_day: date, given: PostponementInput, calendar: OfficeCalendar, moved: date | None
) -> None:
    before = end_of_day(last_day) - timedelta(hours=30)
    assert new_last_day(last_day, given, calendar, before) == moved


def test_whoever_is_informed_late_still_has_a_whole_day_to_come() -> None:
    last_day = date(2026, 3, 2)
    for hours, moved in ((-0.001, date(2026, 3, 3)), (0, date(2026, 3, 4)), (30, date(2026, 3, 5))):
        at = end_of_day(last_day) + timedelta(hours=hours)
        assert new_last_day(last_day, outage(last_day), SPRING_FESTIVAL, at) == moved


async def start_postponement(world: World, given: PostponementInput) -> WorkflowHandle[PostponementWorkflow, Postponed]:
    """Start the workflow like an operator's command."""
    workflow_id = f"postponement-{uuid4()}"
    return await world.client.start_workflow(
        PostponementWorkflow.run,
        world.seals.seal(workflow_id, "postpone", given),
        id=workflow_id,
        task_queue=world.task_queue,
    )


@pytest.mark.slow
async def test_the_workflow_moves_what_falls_into_the_day_and_says_how_much(world: World) -> None:
    vehicle = await world.reserve_plate()
    day = await vehicle.last_day()
    given = PostponementInput("wang", "停电", [day.isoformat()], closed=False, office=vehicle.office.code)
    handle = await start_postponement(world, given)
    moved = await vehicle.wait_until(lambda state: state.reservation and state.reservation.visit_by > day)
    assert moved.reservation
    await world.time().fast_forward(handle, timedelta(seconds=16))
    assert await handle.result() == Postponed([1, 0], 0)
    assert (await vehicle.text("deadline_moved")).text
    await vehicle.skip_past(end_of_day(day))
    assert (await vehicle.state()).stage is Stage.COMPLETED
    await vehicle.skip_past(moved.reservation.deadline)
    await vehicle.wait_for_stage(Stage.OVERDUE)


@pytest.mark.slow
async def test_a_vehicle_whose_workflow_is_gone_is_started_and_moved(world: World) -> None:
    vehicle = await world.reserve_plate()
    day = await vehicle.last_day()
    await vehicle.handle.terminate("by hand")
    given = PostponementInput("wang", "停电", [day.isoformat()], closed=False, office=vehicle.office.code)
    handle = await start_postponement(world, given)
    await vehicle.wait_until(lambda state: state.reservation and state.reservation.visit_by > day)
    await world.time().fast_forward(handle, timedelta(seconds=16))
    assert await handle.result() == Postponed([1, 0], 0)
    assert (await vehicle.text("deadline_moved")).text


async def test_a_vehicle_that_was_registered_in_the_same_instant_is_not_started_again(world: World) -> None:
    vehicle = await world.reserve_plate()
    extensions = await extensions_of(vehicle, outage(await vehicle.last_day()))
    await vehicle.register()
    await vehicle.handle.result()
    run_id = (await vehicle.handle.describe()).run_id
    assert await send_extensions(world.vehicles, extensions, world.container.repositories.reservations.live) == 0
    assert (await vehicle.handle.describe()).run_id == run_id


async def extensions_of(vehicle: Vehicle, given: PostponementInput) -> list[DeadlineExtension]:
    """What an operator's command finds for this vehicle's office."""
    repositories = vehicle.world.container.repositories
    given = replace(given, office=vehicle.office.code)
    due = await repositories.reservations.of_last_days([await vehicle.last_day()], office_code=given.office)
    calendars = await repositories.calendars.of_offices([vehicle.office.code])
    return deadline_extensions(due, given, calendars, operation_id=str(uuid4()), at=system_clock())


@pytest.mark.slow
@pytest.mark.parametrize("is_lost", [False, True], ids=["running", "lost"])
async def test_a_deadline_that_passed_while_no_worker_ran_still_moves_if_signalled_before_one_runs(
    real_time_world: World, *, is_lost: bool
) -> None:
    queue = f"outage-{uuid4()}"
    container, client = real_time_world.container, real_time_world.client
    world = World(container, client, queue, real_time_world.phone)
    async with make_worker(client, queue, container.activities()):
        vehicle = await world.reserve_plate(validity="PT2S")
    reservation = (await vehicle.state()).reservation
    assert reservation

    async def has_passed() -> bool:
        return system_clock() > reservation.deadline

    await eventually(has_passed)
    if is_lost:
        await vehicle.handle.terminate("as if Temporal had lost it")
    extensions = await extensions_of(vehicle, outage(shanghai_day(reservation.deadline)))
    live = container.repositories.reservations.live
    assert (len(extensions), await send_extensions(world.vehicles, extensions, live)) == (1, int(is_lost))
    async with make_worker(client, queue, container.activities()):
        state = await vehicle.wait_until(lambda state: state.reservation != reservation)
        assert state.stage is Stage.COMPLETED
        assert state.reservation
        assert state.reservation.visit_by > shanghai_day(system_clock())
        assert (await asyncio.wait_for(vehicle.text("deadline_moved"), 10)).text
        assert not vehicle.texts("overdue")
