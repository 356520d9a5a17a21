"""Somebody else's workflow under the id of a vehicle's: it can delay an act, and says nothing that the row does not."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.client import Client, WorkflowHandle

from config.settings import Settings
from domain.instants import format_instant, whole_milliseconds
from domain.preselection.values import Stage
from process.clock import system_clock
from tests.support.applicants import Selection
from tests.support.attacker import Attacker, connect_attacker
from tests.support.bans import BanRun, ban_of, bans_of
from tests.support.country import Country
from tests.support.desk import clerk_of, reserve_plate
from tests.support.maintenance import revived_by_maintenance
from tests.support.vehicles import Vehicle
from tests.support.world import World

LATE = timedelta(minutes=3)
"""Longer than a workflow may be behind before maintenance looks after its row."""


@pytest.fixture
async def attacker(temporal_client: Client, settings: Settings) -> AsyncIterator[Attacker]:
    async with connect_attacker(temporal_client, settings.task_queue) as attacker:
        yield attacker


def workflow_of(country: Country, selection: Selection) -> WorkflowHandle[Any, Any]:
    return country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}")


async def test_an_applicant_reads_no_success_that_the_row_does_not_have(country: Country, attacker: Attacker) -> None:
    applicant = country.applicant()
    selection = await applicant.reach_selection(country.car(applicant, await country.office()))
    await attacker.take_place_of(workflow_of(country, selection))
    assert (await selection.post("draws", {})).code == "outcome_unknown"
    view = await selection.view()
    assert (view["draws"]["remaining"], view["batch"]) == (5, None)
    # Once the place is free again, the act is possible as if nothing had happened.
    await workflow_of(country, selection).terminate("by hand")
    assert (await selection.post("draws", {})).ok()["draws"]["remaining"] == 4


async def test_a_clerk_reads_no_success_that_the_row_does_not_have(country: Country, attacker: Attacker) -> None:
    office = await country.own_office()
    selection = await reserve_plate(country, office)
    await attacker.take_place_of(workflow_of(country, selection))
    desk, clerk = f"/desk/preselections/{selection.id}", clerk_of(country, office)
    assert (await clerk.post(f"{desk}/confirmation")).code == "outcome_unknown"
    assert (await clerk.post(f"{desk}/rejection", {"reason": "卖方撤回"})).code == "outcome_unknown"
    assert (await selection.view())["stage"] == "completed"
    await workflow_of(country, selection).terminate("by hand")
    assert (await clerk.post(f"{desk}/confirmation")).ok()["stage"] == "registered"


async def move_deadline(vehicle: Vehicle, to: datetime) -> None:
    """Let the deadline of a reservation be at an instant of today, or of yesterday."""
    statement = text("""
        UPDATE preselection SET
            deadline = :at, visit_by = CAST(:at AS timestamptz)::date,
            state = jsonb_set(state, '{reservation,deadline}', to_jsonb(CAST(:written AS text)))
        WHERE id = :id
    """)
    values = {"id": vehicle.id, "at": to, "written": format_instant(to)}
    await vehicle.world.repositories.database.rows(statement, values)


@pytest.mark.slow
async def test_an_applicant_who_keeps_an_impostor_is_banned_all_the_same(
    clocked_world: World, temporal_client: Client
) -> None:
    vehicle = await clocked_world.reach_selection()
    await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")
    async with connect_attacker(temporal_client, clocked_world.task_queue) as attacker:
        await attacker.take_place_of(vehicle.handle)
        deadline = whole_milliseconds(system_clock() - LATE)
        await move_deadline(vehicle, deadline)
        await revived_by_maintenance(clocked_world)
        assert (await vehicle.state()).stage is Stage.OVERDUE
        ban = await ban_of(vehicle)
        assert (ban.since, ban.released_at) == (deadline, None)
        assert await BanRun(clocked_world, ban.id).runs()
        # Repeated, it bans nobody for longer.
        row = await vehicle.row()
        await revived_by_maintenance(clocked_world)
        assert (await vehicle.row(), await bans_of(vehicle)) == (row, [ban])
    await vehicle.handle.terminate("by hand")
