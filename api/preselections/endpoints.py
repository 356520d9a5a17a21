"""The caller's preselections, and the steps before and after the selection of a plate."""

from typing import Annotated

from fastapi import Header

from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.preselections.actions import perform_action
from api.preselections.endings import with_ending
from api.preselections.schemas import IdentityBody, PreselectionList, PreselectionView
from api.preselections.session_holders import list_own
from api.preselections.views import view_of
from api.waiting_room.service import QUEUE_PASS, require_pass
from domain.sms import Purpose
from storage.crypto.keyed_hash import encode_candidates
from workflows.messages import Action, ConfirmIdentity

router = area("/preselections", tags=["preselections"])


@router.get("", responses=responses_of_read())
async def list_preselections(context: CurrentContext) -> PreselectionList:
    """The party's preselections, newest first: an agent's are those of the whole organisation."""
    rows = await list_own(context)
    now, offices = context.now(), context.app.directory
    return PreselectionList(
        items=[
            await with_ending(context, row, view_of(row, await offices.get(row.office_code), now, context.language))
            for row in rows
        ]
    )


@router.get("/{preselection_id}", responses=responses_of_read("not_found"))
async def read_preselection(context: CurrentContext) -> PreselectionView:
    """The view; reading is not an act and restarts no countdown."""
    office = await context.app.directory.get(context.preselection.office_code)
    row = context.preselection
    return await with_ending(context, row, view_of(row, office, context.now(), context.language))


@router.post("/{preselection_id}/start", responses=responses_of_write("not_found", "wrong_stage", "vehicle_in_use"))
async def start(context: CurrentContext, queue_pass: Annotated[str, Header(alias=QUEUE_PASS)] = "") -> PreselectionView:
    """「开始选号」 leads to 身份验证 (R-14). While the office's waiting room is open, only with a pass of it."""
    await require_pass(context, context.preselection.office_code, queue_pass)
    return await perform_action(context, "start", Action(str(context.operation_id)))


@router.post("/{preselection_id}/identity-code", responses=responses_of_write("not_found", "wrong_stage"))
async def send_identity_code(context: CurrentContext) -> PreselectionView:
    """Send the second code; the countdown of 「确认」 starts (R-16, R-17)."""
    return await perform_action(context, "send_identity_code", Action(str(context.operation_id)))


@router.post(
    "/{preselection_id}/identity",
    responses=responses_of_write(
        "not_found", "wrong_stage", "too_early", "code_not_sent", "code_incorrect", "code_expired",
        "code_attempts_exceeded",
    ),
)  # fmt: skip
async def confirm_identity(context: CurrentContext, body: IdentityBody) -> PreselectionView:
    """「确认」 leads to 预选号牌; the digits leave this process only as a keyed hash (R-17)."""
    row = context.preselection
    typed = context.repositories.hashes.code(Purpose.CONFIRM_IDENTITY, context.caller.owner_hash, row.id, body.code)
    return await perform_action(
        context,
        "confirm_identity",
        ConfirmIdentity(encode_candidates(typed), str(context.operation_id)),
    )


@router.post(
    "/{preselection_id}/cancellation",
    responses=responses_of_write("not_found", "cancellation_not_allowed", "wrong_stage"),
)
async def cancel(context: CurrentContext) -> PreselectionView:
    """Cancel the reservation, if the office's policy allows it."""
    return await perform_action(context, "withdraw", Action(str(context.operation_id)))
