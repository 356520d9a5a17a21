"""The consequences of a missed deadline: the party is banned, and the ban ends automatically (R-41, R-48)."""

from collections.abc import Awaitable

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError

from workflows.bans.workflow import BlacklistWorkflow
from workflows.messages import BlacklistInput, blacklist_workflow_id, vehicle_workflow_id
from workflows.ports import BanInput, BanResult, Bans
from workflows.run_until_decided import run_until_decided
from workflows.start_options import ban_options
from workflows.vehicle.decisions import now


async def enforce_ban(preselection_id: str) -> str:
    """Ban the party, start the workflow of the ban, and make its other preselections reread their rows.

    Returns the id of the ban. Raises a failure of type `no_missed_deadline`.
    """
    ban: BanResult = await run_until_decided(Bans.ban, lambda: [BanInput(preselection_id, now())])
    await _ensure_release(ban)
    for other in ban.others:
        handle = workflow.get_external_workflow_handle(vehicle_workflow_id(other))
        await _send(handle.signal("refresh"))
    return ban.entry_id


async def _ensure_release(ban: BanResult) -> None:
    try:
        await workflow.start_child_workflow(
            BlacklistWorkflow.run,
            BlacklistInput(ban.entry_id),
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            **ban_options(ban.entry_id, ban.office),
        )
    except WorkflowAlreadyStartedError:
        await _send(workflow.get_external_workflow_handle(blacklist_workflow_id(ban.entry_id)).signal("extend"))


async def _send(signal: Awaitable[None]) -> None:
    try:
        await signal
    except FailureError:
        # The other workflow has ended meanwhile. The rows decide: a banned party is refused everywhere.
        workflow.logger.info("signal not delivered")
