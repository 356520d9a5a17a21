"""Last days on days that were closed, where nothing began to move them: the next check of the calendar does."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest

from domain.calendar import DayKind, OfficeCalendar
from process.clock import system_clock
from storage.audit.trail import Act
from tests.support.vehicles import Vehicle
from tests.support.world import World
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport
from workflows.maintenance.workflow import MaintenanceWorkflow

LONG_AGO = timedelta(minutes=21)


async def close(vehicle: Vehicle, day: date, kind: DayKind = DayKind.HOLIDAY, *, ago: timedelta = LONG_AGO) -> None:
    """Enter the day as an operator does, and nothing after that: as if Temporal had been away."""
    act = Act(system_clock() - ago, "operator", "wang", "停电")
    await vehicle.world.repositories.calendars.enter({day: kind}, act, office_code=vehicle.office.code)


async def check_calendar(world: World) -> int:
    report: MaintenanceReport = await world.client.execute_workflow(
        MaintenanceWorkflow.run, MaintenanceInput(["calendar"]), id=f"upkeep-{uuid4()}", task_queue=world.task_queue
    )
    assert report.calendar
    return report.calendar.moved


@pytest.fixture(autouse=True)
async def nothing_left(world: World) -> None:
    """What earlier tests closed is moved first, so that a report counts this test's reservations only."""
    async with asyncio.timeout(60):
        while await check_calendar(world):
            pass


@pytest.mark.slow
async def test_a_last_day_on_a_closed_day_moves_once_in_the_name_of_who_closed_it(world: World) -> None:
    vehicle = await world.reserve_plate()
    day, entered_at = await vehicle.last_day(), system_clock()
    await close(vehicle, day)
    assert await check_calendar(world) == 1
    moved = await vehicle.wait_until(lambda state: state.reservation and state.reservation.visit_by > day)
    assert moved.reservation
    assert moved.reservation.visit_by == OfficeCalendar({day: DayKind.HOLIDAY}).working_day_from(day)
    assert (await vehicle.text("deadline_moved")).text
    [entry] = await world.repositories.audit_trail.between(
        entered_at, system_clock(), action="extend_validity", preselection_id=(await vehicle.row()).id
    )
    assert (entry.actor, entry.reason) == ("wang", "停电")
    assert await check_calendar(world) == 0
    assert await vehicle.last_day() == moved.reservation.visit_by


@pytest.mark.slow
async def test_days_off_that_were_no_promise_stay(world: World) -> None:
    """A validity in calendar days or hours may end on a day off, and an office may work on a day off of all others."""
    calendar_days = await world.reserve_plate(validity_working_days="false")
    hours = await world.reserve_plate(validity="PT100H")
    working = await world.reserve_plate()
    for vehicle in (calendar_days, hours):
        await close(vehicle, await vehicle.last_day())
    await close(working, await working.last_day(), DayKind.WORKING)
    days = [await vehicle.last_day() for vehicle in (calendar_days, hours, working)]
    assert await check_calendar(world) == 0
    assert [await vehicle.last_day() for vehicle in (calendar_days, hours, working)] == days


@pytest.mark.slow
async def test_what_was_just_closed_is_left_to_its_workflow(world: World) -> None:
    vehicle = await world.reserve_plate()
    day = await vehicle.last_day()
    await close(vehicle, day, ago=timedelta(minutes=19))
    assert await check_calendar(world) == 0
    assert await vehicle.last_day() == day
