"""Policies of offices for operators: what holds at an instant, a change, and its confirmation by a second operator."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.errors import NotFound
from domain.policy import MalformedPolicy, Plain, Policy
from operations.commands import OperatorCommand, invalid
from operations.confirmations import confirm_as_second
from operations.context import OperationsContext
from operations.offices import office_of_code
from storage.offices.offices import Office, PolicyChange
from storage.offices.policies import PolicyRequest

Source = Literal["default", "deployment", "office"]
_NAMES = frozenset(Policy().to_dict())


@dataclass(frozen=True)
class PolicyValue:
    """A setting's plain value, and who has set it."""

    value: Plain
    source: Source


async def policy_values(context: OperationsContext, code: str, at: datetime) -> dict[str, PolicyValue]:
    """Every setting of the office's policy at an instant, by name. Raises `NotFound`."""
    overrides = (await office_of_code(context, code)).overrides_at(at)
    values = context.policy.with_overrides(overrides).to_dict()

    def source_of(name: str) -> Source:
        if name in overrides:
            return "office"
        return "deployment" if name in context.deployment_settings else "default"

    return {name: PolicyValue(value, source_of(name)) for name, value in values.items()}


async def request_policy(
    context: OperationsContext,
    code: str,
    overrides: Mapping[str, Plain | None],
    command: OperatorCommand,
    *,
    effective_from: datetime | None = None,
) -> PolicyRequest:
    """Request overrides for an office; a value of None removes the office's override.

    Raises `NotFound`, and `ValidationFailed` for an unknown setting, an impossible value and a start in the past.
    """
    reason = command.require_reason()
    named = {name.lower(): value for name, value in overrides.items()}
    office = await office_of_code(context, code)
    if not named:
        raise invalid("overrides", "missing")
    if effective_from is not None and effective_from < command.at:
        raise invalid("effective_from", "past")
    _check(context, office, PolicyChange(effective_from or command.at, named))
    new = PolicyRequest(command.id, code, effective_from, named, reason, command.at, command.operator)
    return await context.repositories.office_policies.request(new)


async def confirm_policy(
    context: OperationsContext, request_id: UUID, command: OperatorCommand, *, code: str | None = None
) -> PolicyRequest:
    """Confirm a change; it holds from its instant, at the earliest from now. `code` is the office it must be of.

    Raises `NotFound`, `NothingToConfirm`, `SecondOperatorNeeded`, and `ValidationFailed` where the policy became
    impossible with another change.
    """
    return await confirm_as_second(
        context,
        command,
        lambda: context.repositories.office_policies.confirm(
            request_id, command.act, check=lambda office, change: _check(context, office, change)
        ),
        read=lambda: _request(context, request_id, code),
        requesters=lambda request: (request.requested_by,),
        confirmers=lambda request: (request.confirmed_by,),
    )


async def _request(context: OperationsContext, request_id: UUID, code: str | None) -> PolicyRequest:
    found = await context.repositories.office_policies.get(request_id)
    if found is None or code not in (None, found.office_code):
        raise NotFound
    return found


def _check(context: OperationsContext, office: Office, change: PolicyChange) -> None:
    """Raises `ValidationFailed` if the policy is impossible from this change on, also with one that comes later."""
    unknown = sorted(set(change.overrides) - _NAMES)
    if unknown:
        raise invalid(_field(unknown[0]), "unknown")
    changes = sorted([*office.policy_changes, change], key=lambda each: each.effective_from)
    after = replace(office, policy_changes=tuple(changes))
    for start in {change.effective_from, *(each.effective_from for each in changes)}:
        if start >= change.effective_from:
            try:
                context.policy.with_overrides(after.overrides_at(start))
            except MalformedPolicy as problem:
                raise invalid(_field(problem.name), "setting") from None


def _field(name: str) -> str:
    return f"overrides.{name}" if name.replace("_", "").isalnum() and name.isascii() else "overrides"
