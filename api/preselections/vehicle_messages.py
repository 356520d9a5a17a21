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
from temporalio.service import RPCError, RPCStatusCode

from api.context import Parts
from api.http.problems import DOWN
from domain.errors import OutcomeUnknown, Unavailable
from domain.preselection.values import Stage
from storage.preselections.rows import PreselectionRow
from workflows.messages import Acted, Begin, VehicleInput, vehicle_workflow_id
from workflows.refusals import as_refusal
from workflows.starting import vehicle_options

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


async def begin(parts: Parts, row: VehicleInput, message: Begin, *, stage: Stage = Stage.SERVICE_NOTES) -> Acted:
    """Begin the vehicle's workflow, or bring it back to life; raises what `send` raises.

    `stage` is the one that a row which goes on has reached, for those who look for its workflow by it.
    """
    started = _start(parts, row, stage)
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
        stage=Stage.SERVICE_NOTES if row.dormant else Stage(row.stage),
    )


def _start(parts: Parts, row: VehicleInput, stage: Stage) -> WithStartWorkflowOperation[object, None]:
    return WithStartWorkflowOperation(
        WORKFLOW, row, task_queue=parts.settings.task_queue, **vehicle_options(row, stage)
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
