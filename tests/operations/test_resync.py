"""`xuanhao resync`: every vehicle rereads its row, whatever Temporal has of it."""

import pytest

from tests.support.command_line import Run
from tests.support.country import Country
from tests.support.waiting import eventually
from workflows.messages import vehicle_workflow_id

pytestmark = pytest.mark.slow


async def test_resync_brings_back_a_vehicle_that_temporal_has_lost(xuanhao: Run, country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    view = (await buyer.submit(country.car(buyer, office))).ok()
    handle = country.stack.context.temporal.get_workflow_handle(vehicle_workflow_id(view["id"]))
    await handle.terminate("lost")
    [said] = (await xuanhao("resync")).records
    assert said["vehicles"] >= 1

    async def runs() -> bool:
        found = await handle.describe()
        return found.status is not None and found.status.name == "RUNNING"

    await eventually(runs)
