"""A vehicle's workflow whose commands come in another order: what a careless change of the code amounts to."""

import asyncio
from typing import Any

from temporalio import workflow

from workflows.messages import VehicleInput
from workflows.vehicle import VehicleWorkflow


@workflow.defn(name="Vehicle")
class ReorderedVehicle(VehicleWorkflow):
    """A decision's timers are started before operators are shown what it was, instead of after that."""

    @workflow.init
    def __init__(self, given: VehicleInput) -> None:
        super().__init__(given)

    @workflow.run
    async def run(self, given: VehicleInput) -> None:
        await super().run(given)

    def _show(self, *states: Any) -> None:
        asyncio.get_running_loop().call_soon(super()._show, *states)
