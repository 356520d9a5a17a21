"""The rule that a second operator confirms a command: what all such commands share."""

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from domain.errors import NothingToConfirm, SecondOperatorNeeded
from operations.commands import OperatorCommand
from storage.failures import NotTheSecond

Subject = TypeVar("Subject")


async def confirm_as_second(
    confirming: Awaitable[object],
    command: OperatorCommand,
    *,
    read: Callable[[], Awaitable[Subject]],
    confirmers: Callable[[Subject], Collection[str | None]],
) -> Subject:
    """Confirm another operator's command, and return its subject as `read` finds it afterwards.

    `confirming` is the statement of storage: its result is false when nothing waits, and it raises `NotTheSecond`
    for the operator of the command. `confirmers` are the operators who have confirmed the subject: for them a repeat
    succeeds.
    Raises `SecondOperatorNeeded`, `NothingToConfirm`, and what `read` raises.
    """
    try:
        is_confirmed = await confirming
    except NotTheSecond:
        raise SecondOperatorNeeded from None
    subject = await read()
    if not is_confirmed and command.operator not in confirmers(subject):
        raise NothingToConfirm
    return subject
