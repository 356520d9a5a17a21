"""系统核查 (R-12): compares the submitted data with the registry's."""

import asyncio
from datetime import timedelta

from api.http.request_context import RequestContext
from api.preselections.submissions import ValidatedSubmission
from domain.calendar import shanghai_midnight_after
from domain.errors import InformationMismatch, RateLimited
from domain.policy import Policy
from domain.vehicle_eligibility import VehicleQuestion, check_vehicle
from storage.preselections.failed_checks import Place

_DAY = timedelta(days=1)
_PAUSE_SECONDS = 0.1


async def check_submitted_vehicle(context: RequestContext, checked: ValidatedSubmission, policy: Policy) -> None:
    """A mismatch counts towards the person's daily limit, so that facts can't be guessed.

    Raises `RateLimited`, `InformationMismatch`, `VehicleNotEligible` and `DependencyUnavailable`.
    """
    question = VehicleQuestion(
        checked.certificate_number, checked.vin, checked.seller, context.caller.party, checked.office.code
    )
    await _take_place(context, policy.failed_checks_per_day)
    failed = False
    try:
        check_vehicle(question, await context.app.gateways.registry.look_up(question))
    except InformationMismatch:
        failed = True
        raise
    finally:
        await context.repositories.failed_checks.end(context.operation_id, context.caller.person_hash, failed=failed)


async def _take_place(context: RequestContext, limit: int) -> None:
    """Wait while running checks of the same person may still use up the remaining ones."""
    while True:
        now = context.now()
        tomorrow = shanghai_midnight_after(now)
        place = await context.repositories.failed_checks.begin(
            context.operation_id, context.caller.person_hash, at=now, since=tomorrow - _DAY, limit=limit
        )
        if place is Place.USED_UP:
            raise RateLimited(tomorrow)
        if place is Place.TAKEN:
            return
        await asyncio.sleep(_PAUSE_SECONDS)
