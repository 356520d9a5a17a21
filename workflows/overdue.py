"""What follows a missed deadline: the party is barred, and the bar ends by itself (R-41, R-48)."""

from collections.abc import Awaitable
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError

from workflows.blacklist import BlacklistWorkflow
from workflows.insistence import insist
from workflows.messages import (
    BlacklistInput,
    ExtendBan,
    OperatorAct,
    VehicleInput,
    blacklist_workflow_id,
    vehicle_workflow_id,
)
from workflows.ports import BarOrder, Barred, People
from workflows.starting import ban_options


async def enforce_the_ban(given: VehicleInput, begins: datetime) -> Barred:
    """Enter the party in the blacklist, see to its release, and let the holds of its other preselections lapse."""
    barred: Barred = await insist(People.bar, lambda: BarOrder(given.preselection_id, begins, given.policy))
    await _see_to_release(given, barred)
    for other in barred.others:
        await _release_holds(other)
    return barred


async def _see_to_release(given: VehicleInput, barred: Barred) -> None:
    entry = BlacklistInput(barred.entry_id, given.preselection_id, barred.until)
    try:
        await workflow.start_child_workflow(
            BlacklistWorkflow.run,
            entry,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            **ban_options(entry, given.office),
        )
    except WorkflowAlreadyStartedError:
        handle = workflow.get_external_workflow_handle_for(BlacklistWorkflow.run, blacklist_workflow_id(entry.entry_id))
        await _tell(handle.signal(BlacklistWorkflow.extend, ExtendBan(barred.until)))


async def _release_holds(preselection_id: str) -> None:
    handle = workflow.get_external_workflow_handle(vehicle_workflow_id(preselection_id))
    await _tell(handle.signal("release_holds", OperatorAct("system", "blacklisted")))


async def _tell(signal: Awaitable[None]) -> None:
    try:
        await signal
    except FailureError:
        # The other workflow has ended meanwhile. The rows are the truth: a barred party is refused everywhere.
        workflow.logger.info("signal not delivered")
