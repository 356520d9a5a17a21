"""Messages to a vehicle's workflow, and what can come back instead of an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid5

import structlog
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError, RPCStatusCode

from api.parts import Parts
from api.problems import DOWN
from domain.errors import OutcomeUnknown, Unavailable
from domain.preselection_parts import Stage
from storage.preselections import PreselectionRow
from workflows.messages import Acted, Begin, VehicleInput, vehicle_workflow_id
from workflows.refusals import as_refusal
from workflows.search_attributes import OFFICE, STAGE
from workflows.titles import vehicle_details, vehicle_summary

WORKFLOW = "Vehicle"
PATIENCE_SECONDS = 8.0
"""Long enough for a decision that had to be tried again; after it the caller is told that nobody knows."""

_UNKNOWN = {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}

log = structlog.get_logger("requests")


class NobodyThere(Exception):
    """The workflow has ended, or never began: the row tells which."""


async def send(parts: Parts, preselection_id: UUID, update: str, message: object) -> Acted:
    """Send an update and wait for its answer.

    Raises the refusal that it was given, `NobodyThere`, `Unavailable` and `OutcomeUnknown`.
    """
    handle = parts.temporal.get_workflow_handle(vehicle_workflow_id(str(preselection_id)))
    async with answers_expected():
        acted: Acted = await handle.execute_update(update, message, result_type=Acted)
        return acted


async def begin(parts: Parts, row: VehicleInput, message: Begin) -> Acted:
    """Begin the vehicle's workflow, or bring it back to life; raises what `send` raises."""
    started = _start(parts, row)
    try:
        async with answers_expected():
            acted: Acted = await parts.temporal.execute_update_with_start_workflow(
                "begin", message, start_workflow_operation=started, result_type=Acted
            )
            return acted
    except (OutcomeUnknown, Unavailable) as failure:
        if not isinstance(failure.__cause__, RuntimeError):
            # The SDK complains about a failure to start that nobody has looked at.
            await asyncio.gather(started.workflow_handle(), return_exceptions=True)
        raise


async def revive(parts: Parts, row: PreselectionRow, prefixes: list[str], operation_id: UUID) -> None:
    """Let an unfinished preselection go on whose workflow has ended; another buyer may have the vehicle by now."""
    await begin(
        parts,
        VehicleInput(str(row.id), row.office_code, dict(row.policy), prefixes),
        Begin(request_id=str(uuid5(operation_id, f"revival of {row.id}"))),
    )


def _start(parts: Parts, row: VehicleInput) -> WithStartWorkflowOperation[object, None]:
    return WithStartWorkflowOperation(
        WORKFLOW,
        row,
        id=vehicle_workflow_id(row.preselection_id),
        task_queue=parts.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        # A preselection that fell asleep wakes up under its old id.
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        static_summary=vehicle_summary(row.office, row.prefixes),
        static_details=vehicle_details(row.office, row.prefixes),
        search_attributes=TypedSearchAttributes(
            [SearchAttributePair(OFFICE, row.office), SearchAttributePair(STAGE, Stage.SERVICE_NOTES.value)]
        ),
    )


@asynccontextmanager
async def answers_expected() -> AsyncIterator[None]:
    """Wait no longer than `PATIENCE_SECONDS`, and translate what the SDK raises."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except WorkflowUpdateFailedError as error:
        refusal = as_refusal(error.cause)
        if refusal is None:
            log.warning("update failed", kind=type(error.cause).__name__)
        raise refusal or OutcomeUnknown() from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
        raise OutcomeUnknown from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NobodyThere from error
        raise OutcomeUnknown if error.status in _UNKNOWN else Unavailable({"temporal": DOWN}) from error
    except RuntimeError as error:
        # A lazy client that can't connect.
        raise Unavailable({"temporal": DOWN}) from error
