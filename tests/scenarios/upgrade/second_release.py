"""A vehicle's workflow as a next release might change it: a further command, behind a patch."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior

from workflows.messages import VEHICLE_WORKFLOW, VehicleInput
from workflows.vehicle.workflow import VehicleWorkflow

PATCH = "second-release"


@workflow.defn(name=VEHICLE_WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class SecondVehicle(VehicleWorkflow):
    """Vehicles that began with the first release go on without the timer."""

    @workflow.init
    def __init__(self, given: VehicleInput) -> None:
        super().__init__(given)

    @workflow.run
    async def run(self, given: VehicleInput) -> None:
        if workflow.patched(PATCH):
            await workflow.sleep(timedelta(milliseconds=1), summary="second release")
        await super().run(given)
