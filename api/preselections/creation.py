"""确认信息 (R-09 to R-12): the checks in the order of the contract, then the start of the vehicle's workflow."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import structlog

from api.http.action_log import log_action
from api.http.request_context import RequestContext
from api.offices.directory import policy_of
from api.preselections.actions import count_write
from api.preselections.bans import require_no_ban
from api.preselections.schemas import PreselectionView, SubmissionBody
from api.preselections.submissions import ValidatedSubmission, check_submission
from api.preselections.vehicle_check import check_submitted_vehicle
from api.preselections.verification_codes import owner_of_first_code
from api.preselections.views import unchanged_until, view_of
from domain.dependencies import DependencyUnavailable
from domain.errors import (
    CodeNotSent,
    NotFound,
    NoticeOutdated,
    OutcomeUnknown,
    Refusal,
    Unavailable,
    VehicleExhausted,
    VehicleInUse,
)
from domain.masking import mask_name
from domain.policy import Policy
from storage.preselections.rows import Seller, Submission
from workflows.messages import Action
from workflows.start_options import VehicleStart


async def create(context: RequestContext, body: SubmissionBody) -> PreselectionView:
    """Check everything, write the row, and start the workflow, which decides races."""
    with log_action("create"):
        checked = await check_submission(context, body)
        if await _has_begun(context):
            await _begin(context, checked)
            return await _view(context, checked)
        try:
            await _create(context, checked)
        except (Refusal, DependencyUnavailable):
            # An earlier attempt of this request may have started it meanwhile, and used the code up.
            if not await _has_begun(context):
                raise
        return await _view(context, checked)


async def _has_begun(context: RequestContext) -> bool:
    """Whether an earlier attempt of this request has created the preselection."""
    return context.is_repeat and await context.repositories.preselections.get(context.operation_id) is not None


async def _begin(context: RequestContext, checked: ValidatedSubmission) -> None:
    """Start the workflow; one that already runs reads its row."""
    office, preselection_id = checked.office, str(context.operation_id)
    try:
        await context.app.operations.vehicles.start(
            VehicleStart(preselection_id, office.code, office.prefixes), "begin", Action(preselection_id)
        )
    except (OutcomeUnknown, Unavailable):
        context.repositories.lagging_workflows.note_soon(context.operation_id, context.now())
        raise


async def _create(context: RequestContext, checked: ValidatedSubmission) -> None:
    structlog.contextvars.bind_contextvars(preselection_id=str(context.operation_id), office=checked.office.code)
    policy = policy_of(checked.office, context.app.operations.policy, context.now())
    await count_write(context, policy)
    await _require_notice(context, checked)
    await require_no_ban(context)
    code_id = await context.repositories.codes.verify(
        owner_of_first_code(context.caller.owner_hash),
        checked.code_hash,
        at=context.now(),
        attempts=policy.code_attempts,
        request_id=context.operation_id,
    )
    await check_submitted_vehicle(context, checked, policy)
    await context.repositories.preselections.insert_submission(_submission(context, checked, policy, code_id))
    try:
        await _begin(context, checked)
    except (VehicleInUse, VehicleExhausted, CodeNotSent):
        # A final refusal: the typed seller data is deleted at once. Maintenance removes what is left.
        with suppress(DependencyUnavailable):
            await context.repositories.preselections.drop_submission(context.operation_id)
        raise


async def _view(context: RequestContext, checked: ValidatedSubmission) -> PreselectionView:
    """The view of the creation, even if another device has acted since."""
    row = await context.repositories.preselections.get(context.operation_id)
    if row is None:
        raise NotFound
    at = context.now()
    if context.is_repeat and (decision := await context.repositories.decisions.find(context.operation_id)):
        row = replace(row, state=decision.state, changed_at=decision.at)
        at = unchanged_until(row, at)
    return view_of(row, checked.office, at, context.language)


async def _require_notice(context: RequestContext, checked: ValidatedSubmission) -> None:
    notice = await context.repositories.offices.notice_in_force(checked.office.code, context.now())
    if notice is None or notice.version != checked.notice_version:
        raise NoticeOutdated(notice.version if notice else "")


def _submission(context: RequestContext, checked: ValidatedSubmission, policy: Policy, code_id: UUID) -> Submission:
    party, seller, now = context.caller.party, checked.seller, context.now()
    return Submission(
        id=context.operation_id,
        at=now,
        office_code=checked.office.code,
        notice_version=checked.notice_version,
        policy=policy.to_dict(),
        owner=context.caller.owner,
        person_id=context.caller.claims.id_number,
        party_kind=party.kind,
        party_name=party.name,
        party_id=party.id_number,
        phone=context.caller.phone,
        vin=checked.vin,
        certificate_number=checked.certificate_number,
        seller=Seller(seller.kind, seller.name, seller.id_number),
        seller_name_masked=mask_name(seller.kind, seller.name),
        code_id=code_id,
    )
