"""The appeal against the ban of a missed deadline, and what the page shows of both."""

from datetime import datetime
from uuid import UUID

from api.http.action_log import log_action
from api.http.request_context import RequestContext
from api.preselections.actions import count_write
from api.preselections.appeal_schemas import AppealBody, AppealView, BanView
from api.preselections.attachments import check_attachment
from api.preselections.schemas import PreselectionView
from api.preselections.session_holders import note_agent
from api.preselections.views import state_of
from domain.calendar import ban_end
from domain.errors import AlreadyReleased, AppealOpen, Unavailable, WrongStage
from domain.preselection.values import Stage
from operations.appeals import start_appeal
from storage.appeals.repository import OPEN, AppealStatus, NewAppeal
from storage.bans.repository import Ban
from storage.preselections.rows import PreselectionRow


async def file_appeal(context: RequestContext, body: AppealBody) -> AppealView:
    """Store the appeal and start its workflow. Raises `WrongStage`, `AlreadyReleased` and `AppealOpen`."""
    row, now = context.preselection, context.now()
    state = state_of(row, now)
    with log_action("file_appeal", state.stage.value):
        if state.stage is not Stage.OVERDUE:
            raise WrongStage(state.stage)
        await count_write(context, row.rules)
        attachment = check_attachment(body.attachment)
        filed = await context.repositories.appeals.get(context.operation_id) if context.is_repeat else None
        if filed is None:
            new = NewAppeal(
                id=context.operation_id,
                ban_id=await _appealable_ban(context, row, now),
                preselection_id=row.id,
                filed_at=now,
                decide_by=row.rules.appeal_answer.after(now),
                reason=body.reason,
                attachment=attachment,
            )
            await note_agent(context)
            filed = await context.repositories.appeals.file(new)
        if filed is None:
            raise AppealOpen
        await start_appeal(context.app.operations, filed.id, row.office_code)
    return appeal_view(filed)


async def _appealable_ban(context: RequestContext, row: PreselectionRow, now: datetime) -> UUID:
    ban = await _ban_of(context, row)
    if ban is None:
        # The worker writes the ban shortly after the deadline.
        raise Unavailable({"temporal": "down"})
    if ban.released_at is not None or ban.until <= now:
        raise AlreadyReleased
    return ban.id


async def _ban_of(context: RequestContext, row: PreselectionRow) -> Ban | None:
    reservation = state_of(row, context.now()).reservation
    if reservation is None:
        return None
    return await context.repositories.bans.of_deadline(row.party_hash, reservation.deadline)


async def with_ban(context: RequestContext, row: PreselectionRow, view: PreselectionView) -> PreselectionView:
    """The view with the ban of a missed deadline, and the newest appeal against it."""
    if view.stage is not Stage.OVERDUE:
        return view
    ban, reservation = await _ban_of(context, row), state_of(row, context.now()).reservation
    appeal = await context.repositories.appeals.newest_of(row.id)
    until = ban.until if ban else reservation and ban_end(reservation.deadline, row.rules)
    shown = BanView(until=until, released_at=ban.released_at if ban else None) if until else None
    return view.model_copy(update={"ban": shown, "appeal": appeal and appeal_view(appeal)})


def appeal_view(appeal: AppealStatus) -> AppealView:
    """What the person sees: no name of an operator, and no decision that nobody has confirmed."""
    is_open = appeal.state == OPEN
    return AppealView(
        id=str(appeal.id),
        state=appeal.state,
        filed_at=appeal.filed_at,
        decide_by=appeal.decide_by,
        late=appeal.late_at is not None and is_open,
        answered_at=appeal.confirmed_at,
        answer=None if is_open else appeal.decision_reason,
    )
