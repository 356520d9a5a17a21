"""Calls to Temporal for operators, and the translation of its failures."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Unavailable

TIMEOUT = timedelta(seconds=3)


@contextmanager
def translate_temporal_errors() -> Iterator[None]:
    """Raises `Unavailable` if Temporal does not respond; passes on that a workflow was not found."""
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise
        raise Unavailable({"temporal": "down"}) from error
    except RuntimeError as error:
        # A lazy client that can't connect.
        raise Unavailable({"temporal": "down"}) from error


async def start_once(temporal: Client, workflow: str, given: object, **options: Any) -> None:
    """Start a workflow by its type's name; the same id again finds it running, or finished. Raises `Unavailable`."""
    with translate_temporal_errors(), suppress(WorkflowAlreadyStartedError):
        await temporal.start_workflow(
            workflow,
            given,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            rpc_timeout=TIMEOUT,
            **options,
        )


async def send_signal(temporal: Client, workflow_id: str, signal: str, *message: object) -> bool:
    """Send a signal; False when the workflow has ended, or never started. Raises `Unavailable`."""
    try:
        with translate_temporal_errors():
            handle = temporal.get_workflow_handle(workflow_id)
            await handle.signal(signal, args=message, rpc_timeout=TIMEOUT)
    except RPCError:
        return False
    return True
