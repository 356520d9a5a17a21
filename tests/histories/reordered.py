"""A vehicle's workflow whose commands come in another order: what a careless change of the code amounts to."""

import asyncio

from temporalio import workflow

from workflows.messages import VehicleInput
from workflows.vehicle.workflow import VehicleWorkflow


@workflow.defn(name="Vehicle")
class ReorderedVehicle(VehicleWorkflow):
    """A decision's timers are started after its SMS, instead of before that."""

    @workflow.init
    def __init__(self, given: VehicleInput) -> None:
        super().__init__(given)

    @workflow.run
    async def run(self, given: VehicleInput) -> None:
        await super().run(given)

    def _follow_timers(self) -> None:
        asyncio.get_running_loop().call_soon(super()._follow_timers)
