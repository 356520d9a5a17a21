"""Something happens to a workflow just as it answers and ends: the caller gets the answer all the same."""

import asyncio
from uuid import uuid4

from domain.preselection.values import Stage
from tests.support.locks import has_waiting_statements, lock_row
from tests.support.vehicles import CLERK
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.messages import DeskAct


async def test_a_message_that_arrives_while_the_last_act_is_decided_costs_its_caller_nothing(
    real_time_world: World,
) -> None:
    vehicle = await real_time_world.reach_selection()
    await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")
    await vehicle.text("reserved")
    command = DeskAct(CLERK, str(uuid4()))
    async with lock_row(vehicle):
        registering = asyncio.create_task(real_time_world.vehicles.update(vehicle.start_options(), "register", command))
        await eventually(lambda: has_waiting_statements(real_time_world.repositories.database, 1))
        # The workflow can't end now: it has to handle this first, and its task fails.
        await vehicle.handle.signal("refresh")
    result = await registering
    assert result.revision == (await vehicle.row()).revision
    assert (await vehicle.state()).stage is Stage.REGISTERED
    await vehicle.wait_for_end()
