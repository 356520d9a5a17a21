"""The rules about who may perform a command: a second operator confirms it, and nobody decides their own affairs."""

from collections.abc import Awaitable, Callable, Collection
from datetime import date
from typing import TypeVar
from uuid import UUID

from domain.errors import NothingToConfirm, OwnAffair, SecondOperatorNeeded
from operations.commands import OperatorCommand
from operations.context import OperationsContext
from storage.failures import NotTheSecond
from storage.staff.requests import Kind, OperatorRequest

Subject = TypeVar("Subject")


async def confirm_as_second(
    context: OperationsContext,
    command: OperatorCommand,
    confirm: Callable[[], Awaitable[object]],
    *,
    read: Callable[[], Awaitable[Subject]],
    requesters: Callable[[Subject], Collection[str | None]],
    confirmers: Callable[[Subject], Collection[str | None]],
) -> Subject:
    """Confirm another operator's command, and return its subject as `read` finds it afterwards.

    `confirm` is the statement of storage: its result is false when nothing waits, and it raises `NotTheSecond`
    for the operator of the command. `requesters` are the operators who have requested something of the subject: another
    account of the same person is no second operator. `confirmers` have confirmed it: for them a repeat succeeds.
    Raises `SecondOperatorNeeded`, `NothingToConfirm`, and what `read` raises.
    """
    requested_by = [operator for operator in requesters(await read()) if operator]
    if command.person and await context.repositories.staff_persons.is_one_of(requested_by, command.person):
        raise SecondOperatorNeeded
    try:
        is_confirmed = await confirm()
    except NotTheSecond:
        raise SecondOperatorNeeded from None
    subject = await read()
    if not is_confirmed and command.operator not in confirmers(subject):
        raise NothingToConfirm
    return subject


async def confirm_request(
    context: OperationsContext, request_id: UUID, kind: Kind, command: OperatorCommand
) -> OperatorRequest:
    """Confirm another operator's request of this kind. Raises `SecondOperatorNeeded` and `NothingToConfirm`."""
    requests = context.repositories.operator_requests

    async def read() -> OperatorRequest:
        request = await requests.get(request_id, kind)
        if request is None:
            raise NothingToConfirm
        return request

    return await confirm_as_second(
        context,
        command,
        lambda: requests.confirm(request_id, kind, command.act),
        read=read,
        requesters=lambda request: (request.requested_by,),
        confirmers=lambda request: (request.confirmed_by,),
    )


async def refuse_own_deadline(
    context: OperationsContext, command: OperatorCommand, days: Collection[date], office_code: str | None
) -> None:
    """Raises `OwnAffair` where one of the deadlines on these days is the operator's own."""
    persons = context.repositories.staff_persons
    if command.person and await persons.has_reservation_due(days, office_code, command.person):
        raise OwnAffair
