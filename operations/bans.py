"""The blacklist for operators: release a ban early, and confirm another operator's release."""

from uuid import UUID

from domain.errors import AlreadyReleased, NotFound
from operations.commands import OperatorCommand
from operations.confirmations import confirm_as_second
from operations.context import OperationsContext
from operations.temporal_calls import send_signal
from storage.bans.repository import BanEntry
from workflows.messages import ReleaseBan, blacklist_workflow_id


async def release_ban(context: OperationsContext, entry_id: UUID, command: OperatorCommand) -> BanEntry:
    """Release a ban at once, and signal its workflow, which sends the SMS; a second operator confirms afterwards.

    Raises `NotFound`, `AlreadyReleased`, and `Unavailable`: the ban may be released then, and a repeat does the rest.
    """
    reason = command.require_reason()
    released = await context.repositories.bans.release_early(
        entry_id, command.at, operator=command.operator, reason=reason
    )
    entry = await _entry(context, entry_id)
    if not released and (entry.released_by, entry.release_reason) != (command.operator, reason):
        raise AlreadyReleased
    # Entry and audit have the reason; Temporal does not need it.
    message = ReleaseBan(command.operator, f"request {command.id}", str(command.id))
    sealed = context.repositories.message_seals.seal(str(entry_id), "release", message)
    await send_signal(context.temporal, blacklist_workflow_id(str(entry_id)), "release", sealed)
    return entry


async def confirm_ban_release(context: OperationsContext, entry_id: UUID, command: OperatorCommand) -> BanEntry:
    """Raises `NotFound`, `NothingToConfirm`, and `SecondOperatorNeeded` for the operator who released it."""
    return await confirm_as_second(
        context,
        command,
        lambda: context.repositories.bans.confirm_release(entry_id, command.act),
        read=lambda: _entry(context, entry_id),
        requesters=lambda entry: (entry.released_by,),
        confirmers=lambda entry: (entry.confirmed_by,),
    )


async def _entry(context: OperationsContext, entry_id: UUID) -> BanEntry:
    entry = await context.repositories.bans.get_entry(entry_id)
    if entry is None:
        raise NotFound
    return entry
