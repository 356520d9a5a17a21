"""The screen after an entry (R-01, R-05 to R-08, R-15)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from operator import itemgetter
from typing import Any, cast

from api.auth.records import load_own_preselection
from api.http.action_log import log_action
from api.http.request_context import RequestContext
from api.preselections.actions import count_write, vehicle_of
from api.preselections.bans import find_ban_end
from api.preselections.schemas import Ban, EntryAnswer, EntryBody, OtherPreselection, Screen
from api.preselections.session_holders import list_own, take_over
from api.preselections.views import state_of, view_of
from domain.calendar import shanghai_day
from domain.errors import NotFound, OutcomeUnknown, Unavailable, VehicleInUse
from domain.masking import mask_mobile
from domain.preselection.sessions import SessionHeld
from domain.preselection.state import Preselection
from domain.preselection.values import UNFINISHED, Stage
from locales.languages import catalogue
from storage.preselections.rows import PreselectionRow
from workflows.messages import Action

_SCREENS = {Stage.COMPLETED: "completed", Stage.EXHAUSTED: "exhausted"} | dict.fromkeys(UNFINISHED, "service_notes")


async def enter(context: RequestContext, body: EntryBody) -> EntryAnswer:
    """The screen; an unfinished selection is back at 选号服务说明. Raises what waking a dormant one raises."""
    with log_action("enter"):
        return await _enter(context, body)


async def _enter(context: RequestContext, body: EntryBody) -> EntryAnswer:
    if body.preselection_id:
        await load_own_preselection(context, body.preselection_id)
    await count_write(context, context.app.operations.policy)
    rows = await list_own(context)
    answer = await _decide(context, body, rows)
    shown = answer.preselection.id if answer.preselection else None
    return answer.model_copy(update={"others": _others(rows, shown, context.now())})


async def _decide(context: RequestContext, body: EntryBody, rows: Sequence[PreselectionRow]) -> EntryAnswer:
    if until := await find_ban_end(context):
        return await _show_ban(context, until, rows)
    if body.new_vehicle:
        return _answer("introduction")
    return await (_resume(context) if body.preselection_id else _resume_newest(context, rows))


def _others(rows: Sequence[PreselectionRow], shown: str | None, now: datetime) -> list[OtherPreselection]:
    """The other ones that are unfinished or completed, each of which the pages offer."""
    states = ((row, state_of(row, now)) for row in rows if str(row.id) != shown)
    return [
        OtherPreselection(id=str(row.id), stage=state.stage, plate=row.plate)
        for row, state in states
        if state.stage in UNFINISHED or state.stage is Stage.COMPLETED
    ]


async def _resume_newest(context: RequestContext, rows: Sequence[PreselectionRow]) -> EntryAnswer:
    """Continue the newest one that can continue: another buyer may have the vehicle of a dormant one by now."""
    for row in _resumable(rows, context.now()):
        context.preselection = row
        with suppress(VehicleInUse):
            return await _resume(context)
    return _answer("introduction")


async def _resume(context: RequestContext) -> EntryAnswer:
    """Go on with the request's preselection; another agent's live session is only shown."""
    state, message = state_of(context.preselection, context.now()), None
    if state.stage in UNFINISHED:
        try:
            await take_over(context)
        except SessionHeld:
            message = _text(context, "session_held", phone=mask_mobile(context.preselection.phone))
        else:
            await _reset(context, state_of(context.preselection, context.now()))
    row = await context.repositories.preselections.get(context.preselection.id)
    if row is None:
        raise NotFound
    view = view_of(row, await context.app.directory.get(row.office_code), context.now(), context.language)
    screen = _SCREENS.get(view.stage, "introduction")
    if screen == "introduction":
        return _answer("introduction")
    if view.stage is Stage.EXHAUSTED:
        message = _text(context, "exhausted", office=view.office.name)
    return _answer(screen, message=message, preselection=view)


async def _reset(context: RequestContext, state: Preselection) -> None:
    """Send a message only if there is something to reset."""
    if state.dormant or state.stage is not Stage.SERVICE_NOTES:
        await context.app.call_counts.count_reset(context.caller.account(), state.policy, context.now())
        try:
            vehicle = await vehicle_of(context, context.preselection)
            await context.app.operations.vehicles.update(vehicle, "enter", Action(str(context.operation_id)))
        except (OutcomeUnknown, Unavailable):
            context.repositories.lagging_workflows.note_soon(context.preselection.id, context.now())
            raise


def _resumable(rows: Sequence[PreselectionRow], now: datetime) -> list[PreselectionRow]:
    """Those that are unfinished, completed or exhausted now, the one that was acted on last first."""
    states = [(state_of(row, now), row) for row in rows]
    resumable = [(state.last_action_at, row.created_at, row) for state, row in states if state.stage in _SCREENS]
    return [row for *_, row in sorted(resumable, key=itemgetter(0, 1), reverse=True)]


async def _show_ban(context: RequestContext, until: datetime, rows: Sequence[PreselectionRow]) -> EntryAnswer:
    """A ban takes precedence; a live reservation for another car stays usable, so it is shown."""
    now = context.now()
    candidates = [context.preselection] if context.has_preselection else rows
    live = next((row for row in candidates if state_of(row, now).stage is Stage.COMPLETED), None)
    return _answer(
        "blacklisted",
        message=_text(context, "blacklisted", until=shanghai_day(until).isoformat()),
        preselection=live and view_of(live, await context.app.directory.get(live.office_code), now, context.language),
        blacklist=Ban(until=until),
    )


def _answer(screen: str, **parts: Any) -> EntryAnswer:
    known: dict[str, Any] = {"message": None, "preselection": None, "blacklist": None, "others": []}
    return EntryAnswer(screen=cast("Screen", screen), **(known | parts))


def _text(context: RequestContext, name: str, **facts: str) -> str:
    return str(catalogue(context.language)["entries"][name]).format(**facts)
