"""A signal of the same name for each update, running the same code.

Updates and signals have separate name tables. A client that waits for a result sends the update; operators, other
systems and Temporal's command line may send the signal. A signal has no result: its outcome is kept for the query
`outcome`, and it never raises, because an exception in a signal handler would stop the workflow.
"""

import inspect
import typing
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

from workflows.vehicle.decisions import with_request_id


def update_as_signal(
    update: Any, description: str
) -> Callable[[Any, Any], Awaitable[None]]:  # (the SDK's type is private)
    """The signal for an update method that has a validator."""

    async def signal(self: Any, *messages: Any) -> None:
        command = _read(kind, messages)
        if command is None:
            workflow.logger.warning("signal not readable", extra={"signal": name})
            return
        command = with_request_id(command)
        try:
            getattr(self, validator)(command)
            await update(self, command)
        except FailureError as failure:
            self._decisions.outcomes.record_refusal(command.request_id, failure)

    name = update.__name__
    validator = f"validate_{name}"
    signal.__name__, signal.__qualname__ = f"{name}_signal", f"{update.__qualname__}_signal"
    signal.__module__ = update.__module__
    # The SDK decodes the payload by hints and signature, so they must be the real ones; but every payload must reach
    # the handler, because a failing call would stop the workflow.
    signal.__annotations__ = {**typing.get_type_hints(update), "return": type(None)}
    vars(signal)["__signature__"] = inspect.signature(update)
    kind = signal.__annotations__["command"]
    return workflow.signal(name=name, description=description)(signal)


def _read(kind: Callable[[], Any], messages: Sequence[Any]) -> Any:
    """The message; a default one if none was sent, as from a command line; None if it is malformed."""
    if len(messages) == 1 and isinstance(messages[0], typing.cast("type", kind)):
        return messages[0]
    if any(message is not None for message in messages):
        return None
    try:
        return kind()
    except TypeError:
        return None
