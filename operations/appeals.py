"""Appeals against bans: start their workflows, decide, and confirm another operator's decision."""

from uuid import UUID

import structlog
from temporalio.common import WorkflowIDConflictPolicy

from domain.errors import NotFound, NothingToConfirm, Unavailable
from operations.commands import OperatorCommand
from operations.confirmations import confirm_as_second
from operations.context import OperationsContext
from operations.temporal_calls import TIMEOUT, send_signal, translate_temporal_errors
from storage.appeals.repository import AppealEntry
from workflows.messages import APPEAL_WORKFLOW, AppealInput, appeal_workflow_id
from workflows.start_options import appeal_options

log = structlog.get_logger("operations")


async def start_appeal(context: OperationsContext, appeal_id: UUID, office: str) -> None:
    """Start the workflow of a filed appeal. Without Temporal the appeal is filed too: maintenance starts it later."""
    try:
        with translate_temporal_errors():
            await context.temporal.start_workflow(
                APPEAL_WORKFLOW,
                AppealInput(str(appeal_id)),
                task_queue=context.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                rpc_timeout=TIMEOUT,
                **appeal_options(str(appeal_id), office),
            )
    except Unavailable:
        log.warning("appeal not started", appeal=str(appeal_id))


async def decide_appeal(
    context: OperationsContext, appeal_id: UUID, command: OperatorCommand, decision: str
) -> AppealEntry:
    """Decide an open appeal; without effect until a second operator confirms it. Needs a reason, which is answered.

    It replaces a decision that nobody has confirmed. Raises `NotFound`, and `NothingToConfirm` for an appeal that is
    not open.
    """
    command.require_reason()
    is_decided = await context.repositories.appeals.decide(appeal_id, decision, command.act)
    entry = await _entry(context, appeal_id)
    is_repeat = (entry.decision, entry.decided_by) == (decision, command.operator)
    if not is_decided and not is_repeat:
        raise NothingToConfirm
    return entry


async def confirm_decision(
    context: OperationsContext, appeal_id: UUID, command: OperatorCommand, seen: str | None = None
) -> AppealEntry:
    """Confirm a decision as a second operator; a granted appeal ends the ban at once, and the person gets an SMS.

    Raises `NotFound`, `NothingToConfirm`, also where the decision is another than the one `seen`, and
    `SecondOperatorNeeded` for the person who decided.
    """
    # Another account of the caller's person may replace the decision while the persons are compared.
    compared = await _entry(context, appeal_id)
    entry = await confirm_as_second(
        context,
        command,
        lambda: context.repositories.appeals.confirm(appeal_id, command.act, decided_by=compared.decided_by, seen=seen),
        read=lambda: _entry(context, appeal_id),
        requesters=lambda found: (found.decided_by,),
        confirmers=lambda found: (found.confirmed_by,),
    )
    try:
        await send_signal(context.temporal, appeal_workflow_id(str(appeal_id)), "refresh")
    except Unavailable:
        # The decision holds; maintenance makes the workflow answer.
        log.warning("appeal not signalled", appeal=str(appeal_id))
    return entry


async def _entry(context: OperationsContext, appeal_id: UUID) -> AppealEntry:
    entry = await context.repositories.appeals.entry(appeal_id)
    if entry is None:
        raise NotFound
    return entry
