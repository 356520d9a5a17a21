"""A signal of the same name for each update, running the same code.

Updates and signals have separate name tables. A client that waits for its answer sends the update; operators, other
systems and Temporal's own command line may send the signal. A signal cannot answer: what became of it can be asked with
the query `outcome`, and it never raises, since an exception that leaves a signal handler would stop the workflow.
"""

import inspect
import typing
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

Update = Callable[[Any, Any], Awaitable[Any]]


def signal_twin(update: Any, description: str) -> Callable[[Any, Any], Awaitable[None]]:  # (the SDK's type is private)
    """The signal for an update method that has a validator."""

    async def twin(self: Any, *messages: Any) -> None:
        command = _read(kind, messages)
        if command is None:
            workflow.logger.warning("signal not readable", extra={"signal": name})
            return
        command = self.with_request_id(command)
        try:
            getattr(self, validator)(command)
            await update(self, command)
        except FailureError as failure:
            self.note_refusal(command.request_id, failure)

    name = update.__name__
    validator = f"may_{name}"
    twin.__name__, twin.__qualname__ = f"{name}_signal", f"{update.__qualname__}_signal"
    twin.__module__ = update.__module__
    # The SDK decodes the payload by hints and signature, so they must be the real ones; but whatever is sent must reach
    # the twin, for a call that fails would stop the workflow.
    twin.__annotations__ = {**typing.get_type_hints(update), "return": type(None)}
    vars(twin)["__signature__"] = inspect.signature(update)
    kind = twin.__annotations__["command"]
    return workflow.signal(name=name, description=description)(twin)


def _read(kind: Callable[[], Any], messages: Sequence[Any]) -> Any:
    """The message; one with nothing but defaults where none was sent, as from a command line; else None."""
    if len(messages) == 1 and isinstance(messages[0], typing.cast("type", kind)):
        return messages[0]
    if any(message is not None for message in messages):
        return None
    try:
        return kind()
    except TypeError:
        return None
