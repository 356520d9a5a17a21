"""Commands that wait for a second operator, for operators and auditors."""

from api.auditors.schemas import DecidedAppealItem, OperatorRequestItem, UnconfirmedAnswer
from api.auth.looks import note_look
from api.http.request_context import RequestContext
from api.operators.commands import ban_item, plain, withholding_item
from api.operators.office_schemas import PolicyRequestItem
from operations import auditing
from storage.appeals.repository import AppealStatus
from storage.staff.requests import OperatorRequest

_MOST = 1000


async def unconfirmed_answer(context: RequestContext) -> UnconfirmedAnswer:
    """The commands, and the caller's look at the masked holders of bans is recorded."""
    found = await auditing.unconfirmed_commands(context.app.operations, limit=_MOST)
    releases = [ban_item(entry) for entry in found.ban_releases]
    if releases:
        await note_look(context, "look_blacklist", unconfirmed=True, shown=[each.id for each in releases])
    return UnconfirmedAnswer(
        withholdings=[withholding_item(known) for known in found.withholdings],
        ban_releases=releases,
        policies=[PolicyRequestItem(**plain(vars(request))) for request in found.policies],
        requests=[_request_item(request) for request in found.requests],
        appeals=[_appeal_item(appeal) for appeal in found.appeals],
    )


def _appeal_item(appeal: AppealStatus) -> DecidedAppealItem:
    values = plain(vars(appeal)) | {"entry_id": str(appeal.ban_id), "reason": appeal.decision_reason}
    return DecidedAppealItem(**{name: values[name] for name in DecidedAppealItem.model_fields})


def _request_item(request: OperatorRequest) -> OperatorRequestItem:
    return OperatorRequestItem(**{name: plain(vars(request))[name] for name in OperatorRequestItem.model_fields})
