"""The client of a vehicle's workflow: start, update, signal, all with seals."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import structlog
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import OutcomeUnknown, Unavailable
from workflows.messages import VEHICLE_WORKFLOW, ActionResult, VehicleInput, vehicle_workflow_id
from workflows.refusals import as_refusal
from workflows.retries import longest_loss
from workflows.start_options import VehicleStart, vehicle_options

UPDATE_TIMEOUT_SECONDS = max(8.0, longest_loss().total_seconds() + 2.0)
"""Longer than lost workflow tasks delay a response, and shorter than the response's limit (a test checks both)."""

SIGNAL_TIMEOUT_SECONDS = 3.0

# A server that is merely busy is not down.
_UNKNOWN = {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.RESOURCE_EXHAUSTED}
# The message arrived while the workflow was ending or restarting; its effect is unknown.
_RACES = {RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.ABORTED}
_RACE_PAUSE_S = 0.05

log = structlog.get_logger("requests")
M = TypeVar("M")


class Seals(Protocol):
    """Makes the seals of messages (`storage.crypto.seals`)."""

    def seal(self, subject_id: str, act: str, message: M) -> M: ...


class VehicleClient:
    """Sends sealed messages. Raises the workflow's refusal, `Unavailable` (temporal) and `OutcomeUnknown`."""

    def __init__(self, temporal: Client, task_queue: str, seals: Seals) -> None:
        self._temporal = temporal
        self._task_queue = task_queue
        self._seals = seals

    async def update(self, vehicle: VehicleStart, act: str, command: Any) -> ActionResult:
        """Send an update and wait for its result; a workflow that does not run is started with it."""
        sealed = self._seals.seal(vehicle.preselection_id, act, command)
        handle = self._temporal.get_workflow_handle(vehicle_workflow_id(vehicle.preselection_id))
        async with translate_update_errors():
            while True:
                try:
                    result: ActionResult = await handle.execute_update(
                        act, sealed, id=new_update_id(), result_type=ActionResult
                    )
                except RPCError as error:
                    if error.status is RPCStatusCode.NOT_FOUND:
                        return await self._start_with(vehicle, act, sealed)
                    if error.status not in _RACES:
                        raise
                else:
                    return result
                # Whatever the workflow has done, its answer to the same request is the same.
                await asyncio.sleep(_RACE_PAUSE_S)

    async def start(self, vehicle: VehicleStart, act: str, command: Any) -> ActionResult:
        """Send an update to a workflow that probably does not run yet."""
        async with translate_update_errors():
            return await self._start_with(vehicle, act, self._seals.seal(vehicle.preselection_id, act, command))

    async def signal(self, preselection_id: str, act: str, command: Any = None) -> bool:
        """Send a signal; False when the workflow has ended, or never started. Raises `Unavailable`."""
        arguments = [] if command is None else [self._seals.seal(preselection_id, act, command)]
        handle = self._temporal.get_workflow_handle(vehicle_workflow_id(preselection_id))
        with _translate_signal_errors():
            try:
                async with asyncio.timeout(SIGNAL_TIMEOUT_SECONDS):
                    await handle.signal(act, args=arguments)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return False
                raise
        return True

    async def start_with_signal(self, vehicle: VehicleStart, act: str, command: Any) -> None:
        """Start a workflow that does not run, with a signal that it handles first. Raises `Unavailable`."""
        with _translate_signal_errors():
            async with asyncio.timeout(SIGNAL_TIMEOUT_SECONDS):
                await self._temporal.start_workflow(
                    VEHICLE_WORKFLOW,
                    VehicleInput(vehicle.preselection_id),
                    task_queue=self._task_queue,
                    start_signal=act,
                    start_signal_args=[self._seals.seal(vehicle.preselection_id, act, command)],
                    **vehicle_options(vehicle),
                )

    async def _start_with(self, vehicle: VehicleStart, act: str, sealed: Any) -> ActionResult:
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            VEHICLE_WORKFLOW,
            VehicleInput(vehicle.preselection_id),
            task_queue=self._task_queue,
            **vehicle_options(vehicle),
        )
        try:
            result: ActionResult = await self._temporal.execute_update_with_start_workflow(
                act, sealed, id=new_update_id(), start_workflow_operation=operation, result_type=ActionResult
            )
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
            # The SDK warns about a failed start whose exception is never retrieved.
            await asyncio.gather(operation.workflow_handle(), return_exceptions=True)
            raise
        return result


@contextmanager
def _translate_signal_errors() -> Iterator[None]:
    try:
        yield
    except (RPCError, RuntimeError, TimeoutError) as error:
        raise Unavailable({"temporal": "down"}) from error


def new_update_id() -> str:
    """A new id for each message: Temporal writes it into seven events, so it is short.

    It is not the request id, because Temporal would answer a repeat with the failure of an earlier attempt.
    """
    return urlsafe_b64encode(uuid4().bytes[:9]).decode()


@asynccontextmanager
async def translate_update_errors() -> AsyncIterator[None]:
    """Wait no longer than `UPDATE_TIMEOUT_SECONDS`, and translate what the SDK raises."""
    try:
        async with asyncio.timeout(UPDATE_TIMEOUT_SECONDS):
            yield
    except WorkflowUpdateFailedError as error:
        refusal = as_refusal(error.cause)
        if refusal is None:
            log.warning("update failed", kind=type(error.cause).__name__)
        raise refusal or OutcomeUnknown() from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
        raise OutcomeUnknown from error
    except RPCError as error:
        if error.status in _UNKNOWN | _RACES:
            raise OutcomeUnknown from error
        raise Unavailable({"temporal": "down"}) from error
    except RuntimeError as error:
        # A lazy client that can't connect.
        raise Unavailable({"temporal": "down"}) from error
