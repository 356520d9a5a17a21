"""Last days on days that were closed, where nothing began to move them: the next check of the calendar does."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle

from activities.maintenance.temporal_lists import is_running
from domain.calendar import DayKind, OfficeCalendar
from process.clock import system_clock
from storage.audit.trail import Act
from tests.support.vehicles import Vehicle
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport
from workflows.maintenance.workflow import MaintenanceWorkflow
from workflows.messages import POSTPONEMENT_WORKFLOW, PostponementInput

MONTHS = timedelta(days=100)


async def reserve_plate(world: World, **policy: str) -> Vehicle:
    vehicle = await world.reach_selection(await world.office("A123!"), policy)
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    return vehicle


async def last_day_of(vehicle: Vehicle) -> date:
    reservation = (await vehicle.state()).reservation
    assert reservation
    return reservation.visit_by


async def close(vehicle: Vehicle, day: date, kind: DayKind | None = DayKind.HOLIDAY) -> None:
    """Enter the day as an operator does, and nothing after that: as if Temporal had been away."""
    act = Act(system_clock(), "operator", "wang", "停电")
    await vehicle.world.repositories.calendars.enter({day: kind}, act, office_code=vehicle.office.code)


async def check_calendar(world: World) -> int:
    report: MaintenanceReport = await world.client.execute_workflow(
        MaintenanceWorkflow.run, MaintenanceInput(["calendar"]), id=f"upkeep-{uuid4()}", task_queue=world.task_queue
    )
    assert report.calendar
    return report.calendar.moved


async def check_once_nothing_postpones(world: World) -> int:
    """Other tests may have left their workflows."""

    async def is_quiet() -> bool:
        return not await is_running(world.client, POSTPONEMENT_WORKFLOW, world.task_queue)

    await eventually(is_quiet, within=40)
    return await check_calendar(world)


@pytest.mark.slow
async def test_a_last_day_on_a_closed_day_moves_once_in_the_name_of_who_closed_it(world: World) -> None:
    vehicle = await reserve_plate(world)
    day, entered_at = await last_day_of(vehicle), system_clock()
    await close(vehicle, day)
    assert await check_once_nothing_postpones(world) == 1
    moved = await vehicle.wait_until(lambda state: state.reservation and state.reservation.visit_by > day)
    assert moved.reservation
    assert moved.reservation.visit_by == OfficeCalendar({day: DayKind.HOLIDAY}).working_day_from(day)
    assert (await vehicle.text("deadline_moved")).text
    [entry] = await world.repositories.audit_trail.between(
        entered_at, system_clock(), action="extend_validity", preselection_id=(await vehicle.row()).id
    )
    assert (entry.actor, entry.reason) == ("wang", "停电")
    assert await check_once_nothing_postpones(world) == 0
    assert await last_day_of(vehicle) == moved.reservation.visit_by


@pytest.mark.slow
async def test_days_off_that_were_no_promise_stay(world: World) -> None:
    """A validity in calendar days or hours may end on a day off, and an office may work on a day off of all others."""
    calendar_days = await reserve_plate(world, validity_working_days="false")
    hours = await reserve_plate(world, validity="PT100H")
    working = await reserve_plate(world)
    for vehicle in (calendar_days, hours):
        await close(vehicle, await last_day_of(vehicle))
    await close(working, await last_day_of(working), DayKind.WORKING)
    days = [await last_day_of(vehicle) for vehicle in (calendar_days, hours, working)]
    assert await check_once_nothing_postpones(world) == 0
    assert [await last_day_of(vehicle) for vehicle in (calendar_days, hours, working)] == days


@pytest.mark.slow
async def test_a_workflow_that_moves_last_days_is_left_to_its_work(world: World) -> None:
    vehicle = await reserve_plate(world)
    day = await last_day_of(vehicle)
    running = await start_postponement_of_another_day(vehicle, day + MONTHS)

    async def is_listed() -> bool:
        return await is_running(world.client, POSTPONEMENT_WORKFLOW, world.task_queue)

    await eventually(is_listed)
    await close(vehicle, day)
    assert await check_calendar(world) == 0
    assert await last_day_of(vehicle) == day
    await running.terminate()
    assert await check_once_nothing_postpones(world) == 1


async def start_postponement_of_another_day(vehicle: Vehicle, day: date) -> WorkflowHandle[object, object]:
    workflow_id, world = f"postponement-{uuid4()}", vehicle.world
    given = PostponementInput("wang", "停电", [day.isoformat()], closed=True, office=vehicle.office.code)
    sealed = world.seals.seal(workflow_id, "postpone", given)
    return await world.client.start_workflow(POSTPONEMENT_WORKFLOW, sealed, id=workflow_id, task_queue=world.task_queue)
