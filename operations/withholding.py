"""Numbers that operators withhold from the pool, with a reason and a second operator's confirmation."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import AlreadyReleased, NotFound, NumberDuplicated, NumberMalformed
from domain.plates import MalformedPlate, parse_plate, prefix_of
from domain.withholding import WithholdingKind
from operations.commands import OperatorCommand, invalid
from operations.confirmations import confirm_as_second
from operations.context import OperationsContext
from operations.pool import policy_of_prefix
from storage.pool.withheld import Withheld, Withholding


async def withhold_numbers(
    context: OperationsContext, texts: Sequence[str], command: OperatorCommand, kind: WithholdingKind = "other"
) -> Withheld:
    """Withhold the free numbers among these; `taken` are the others. All must have one prefix.

    Raises `NumberMalformed`, `NumberDuplicated` and `ValidationFailed`.
    """
    command.require_reason()
    plates = _plates(texts)
    prefixes = {prefix_of(plate) for plate in plates}
    if len(prefixes) != 1:
        raise invalid("plates", "one_prefix")
    [prefix] = prefixes
    await policy_of_prefix(context, prefix, command.at)
    return await context.repositories.withheld.withhold(command.id, prefix, plates, command.act, kind)


async def release_withheld(context: OperationsContext, withholding_id: UUID, command: OperatorCommand) -> Withholding:
    """Release withheld numbers, which cool for a random time first. Raises `NotFound` and `AlreadyReleased`."""
    reason = command.require_reason()
    known = await _get_withholding(context, withholding_id)
    policy = await policy_of_prefix(context, known.prefix, command.at)
    released = await context.repositories.withheld.release(
        withholding_id,
        command.act,
        earliest=policy.cooling_min.after(command.at),
        latest=policy.cooling_max.after(command.at),
    )
    if released:
        return released
    known = await _get_withholding(context, withholding_id)
    if (known.released_by, known.release_reason) != (command.operator, reason):
        raise AlreadyReleased
    return known


async def confirm_withheld(context: OperationsContext, withholding_id: UUID, command: OperatorCommand) -> Withholding:
    """Confirm the withholding or its release. Raises `NotFound`, `NothingToConfirm`, `SecondOperatorNeeded`."""
    return await confirm_as_second(
        context,
        command,
        lambda: context.repositories.withheld.confirm(withholding_id, command.act),
        read=lambda: _get_withholding(context, withholding_id),
        requesters=_open_requesters,
        confirmers=lambda known: (known.confirmed_by, known.release_confirmed_by),
    )


def _open_requesters(known: Withholding) -> list[str | None]:
    """Who requested what is to be confirmed next: the withholding, then its release."""
    return [known.released_by if known.confirmed_at else known.withheld_by]


async def withholdings(context: OperationsContext, prefix: str | None) -> list[Withholding]:
    """The newest withholdings of a prefix, or those that wait for a second operator."""
    return await (
        context.repositories.withheld.of_prefix(prefix)
        if prefix
        else context.repositories.withheld.unconfirmed_withholdings()
    )


def _plates(texts: Sequence[str]) -> list[str]:
    plates, bad = [], []
    for text in texts:
        try:
            plates.append(parse_plate(text))
        except MalformedPlate:
            bad.append(text)
    if bad:
        raise NumberMalformed.of(bad)
    if len(set(plates)) < len(plates):
        raise NumberDuplicated
    return plates


async def _get_withholding(context: OperationsContext, withholding_id: UUID) -> Withholding:
    known = await context.repositories.withheld.get(withholding_id)
    if known is None:
        raise NotFound
    return known
