"""Somebody else's workflow under the id of a vehicle's: it can delay an act, and says nothing that the row does not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle

from config.settings import Settings
from tests.support.applicants import Selection
from tests.support.attacker import Attacker, connect_attacker
from tests.support.country import Country
from tests.support.desk import clerk_of, reserve_plate


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
