"""Operators' commands whose response was lost: repeated, they act once and return the same."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.calendar import DayKind
from domain.segments import Segment
from embedded.temporal import Temporal
from operations.bans import confirm_ban_release, release_ban
from operations.calendar import CalendarChange, enter_days
from operations.commands import OperatorCommand
from operations.pool import NewSegment, exclude_numbers, release_segment
from operations.withholding import confirm_withheld, release_withheld, withhold_numbers
from process.clock import system_clock
from tests.support.country import Country
from tests.support.desk import operator, reserve_plate
from tests.support.waiting import eventually


def command(operator: str = "wang") -> OperatorCommand:
    return OperatorCommand(uuid4(), operator, system_clock(), "停电")


async def test_a_segment_is_released_once_and_numbers_are_taken_out_once(country: Country) -> None:
    office, operations, asked = await country.own_office("B999!"), country.stack.context.operations, command()
    new = NewSegment(office.prefixes[0], "A00!!")
    first = await release_segment(operations, new, asked)
    assert await release_segment(operations, new, asked) == first

    async def exclude() -> Segment:
        return await exclude_numbers(
            operations, command(), prefix=office.prefixes[0], template="A00!!", excluded=["****4"]
        )

    smaller = await exclude()
    assert await exclude() == smaller


async def test_numbers_are_withheld_given_back_and_confirmed_once(country: Country) -> None:
    office, operations, asked = await country.own_office("A123!"), country.stack.context.operations, command()
    numbers = [f"{office.prefixes[0]}A123{digit}" for digit in range(3)]
    first = await withhold_numbers(operations, numbers, asked)
    assert first.withholding
    assert await withhold_numbers(operations, numbers, asked) == first
    confirmed = await confirm_withheld(operations, first.withholding.id, command("li"))
    assert await confirm_withheld(operations, first.withholding.id, command("li")) == confirmed
    released = await release_withheld(operations, first.withholding.id, command())
    assert await release_withheld(operations, first.withholding.id, command()) == released


async def test_days_are_entered_again_and_the_same_workflow_moves_the_deadlines(country: Country) -> None:
    office, operations, asked = await country.own_office(), country.stack.context.operations, command()
    selection = await reserve_plate(country, office)
    day = date.fromisoformat((await selection.view())["visit_by"])

    async def enter() -> CalendarChange:
        days = {day: DayKind.HOLIDAY}
        return await enter_days(operations, asked, year=day.year, days=days, office_code=office.code)

    first, again = await enter(), await enter()
    assert first.postponement
    assert again.postponement
    assert (again.year, again.postponement.workflow_id) == (first.year, first.postponement.workflow_id)


@pytest.mark.slow
async def test_a_ban_ends_at_once_also_while_temporal_is_away_and_the_repeat_sends_the_sms(
    country: Country, temporal: Temporal
) -> None:
    selection, caller, key = (
        await reserve_plate(country, await country.own_office(validity="PT1S")),
        operator(country),
        uuid4(),
    )
    entry_id = ""

    async def is_listed() -> bool:
        nonlocal entry_id
        page = (await caller.get("/operations/blacklist", params={"preselection_id": selection.id})).ok()
        entry_id = page["items"][0]["id"] if page["items"] else ""
        return bool(entry_id)

    await eventually(is_listed)
    path, reason = f"/operations/blacklist/{entry_id}/release", {"reason": "系统中断"}
    temporal.freeze()
    try:
        refused = await caller.post(path, reason, key=str(key))
        assert (refused.status, refused.code) == (503, "unavailable")
        assert (await selection.applicant.post("/entries", {})).ok()["screen"] == "introduction"
    finally:
        temporal.thaw()
    assert (await caller.post(path, reason, key=str(key))).ok()["released_by"] == caller.claims["sub"]

    async def is_notified() -> bool:
        return any(text.purpose == "ban_ended" for text in country.stack.phone.of(selection.applicant.phone))

    await eventually(is_notified)
    operations, entry = country.stack.context.operations, UUID(entry_id)
    confirmed = await confirm_ban_release(operations, entry, command("li"))
    assert await confirm_ban_release(operations, entry, command("li")) == confirmed
    again = OperatorCommand(uuid4(), caller.claims["sub"], system_clock(), reason["reason"])
    assert await release_ban(operations, entry, again) == confirmed
