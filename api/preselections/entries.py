"""The screen after an entry (R-01, R-05 to R-08, R-15)."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, cast

from api.auth.records import load_own_preselection
from api.http.action_log import log_action
from api.http.request_context import RequestContext
from api.preselections.actions import count_write, vehicle_of
from api.preselections.bans import find_ban_end
from api.preselections.schemas import Ban, EntryAnswer, EntryBody
from api.preselections.views import state_of, view_of
from domain.calendar import shanghai_day
from domain.errors import NotFound, OutcomeUnknown, Unavailable, VehicleInUse
from domain.preselection.state import Preselection
from domain.preselection.values import UNFINISHED, Stage
from locales.languages import catalogue
from storage.preselections.rows import PreselectionRow
from workflows.messages import Action

Screen = Literal["introduction", "service_notes", "completed", "exhausted", "blacklisted"]

_SCREENS = {Stage.COMPLETED: "completed", Stage.EXHAUSTED: "exhausted"} | dict.fromkeys(UNFINISHED, "service_notes")


async def enter(context: RequestContext, body: EntryBody) -> EntryAnswer:
    """The screen; an unfinished selection is back at 选号服务说明. Raises what waking a dormant one raises."""
    with log_action("enter"):
        return await _enter(context, body)


async def _enter(context: RequestContext, body: EntryBody) -> EntryAnswer:
    if body.preselection_id:
        await load_own_preselection(context, body.preselection_id)
    await count_write(context, context.app.operations.policy)
    if until := await find_ban_end(context):
        return await _show_ban(context, until)
    if body.new_vehicle:
        return _answer("introduction")
    return await (_resume(context) if body.preselection_id else _resume_newest(context))


async def _resume_newest(context: RequestContext) -> EntryAnswer:
    """Continue the newest one that can continue: another buyer may have the vehicle of a dormant one by now."""
    for row in await _resumable(context):
        context.preselection = row
        with suppress(VehicleInUse):
            return await _resume(context)
    return _answer("introduction")


async def _resume(context: RequestContext) -> EntryAnswer:
    """Go on with the request's preselection."""
    state = state_of(context.preselection, context.now())
    if state.stage in UNFINISHED:
        await _reset(context, state)
    row = await context.repositories.preselections.get(context.preselection.id)
    if row is None:
        raise NotFound
    view = view_of(row, await context.app.directory.get(row.office_code), context.now(), context.language)
    screen = _SCREENS.get(view.stage, "introduction")
    if screen == "introduction":
        return _answer("introduction")
    message = _text(context, "exhausted", office=view.office.name) if view.stage is Stage.EXHAUSTED else None
    return _answer(screen, message=message, preselection=view)


async def _reset(context: RequestContext, state: Preselection) -> None:
    """Send a message only if there is something to reset."""
    if state.dormant or state.stage is not Stage.SERVICE_NOTES:
        try:
            vehicle = await vehicle_of(context, context.preselection)
            await context.app.operations.vehicles.update(vehicle, "enter", Action(str(context.operation_id)))
        except (OutcomeUnknown, Unavailable):
            context.repositories.lagging_workflows.note_soon(context.preselection.id, context.now())
            raise


async def _resumable(context: RequestContext) -> list[PreselectionRow]:
    """Those that are unfinished, completed or exhausted now, newest first, also if no timer has written it yet."""
    rows, now = await context.repositories.preselections.list_of(context.caller.owner_hash), context.now()
    return [row for row in rows if state_of(row, now).stage in _SCREENS]


async def _show_ban(context: RequestContext, until: datetime) -> EntryAnswer:
    """A ban takes precedence; a live reservation for another car stays usable, so it is shown."""
    now = context.now()
    rows = (
        [context.preselection]
        if context.has_preselection
        else await context.repositories.preselections.list_of(context.caller.owner_hash)
    )
    live = next((row for row in rows if state_of(row, now).stage is Stage.COMPLETED), None)
    return _answer(
        "blacklisted",
        message=_text(context, "blacklisted", until=shanghai_day(until).isoformat()),
        preselection=live and view_of(live, await context.app.directory.get(live.office_code), now, context.language),
        blacklist=Ban(until=until),
    )


def _answer(screen: str, **parts: Any) -> EntryAnswer:
    known: dict[str, Any] = {"message": None, "preselection": None, "blacklist": None}
    return EntryAnswer(screen=cast("Screen", screen), **(known | parts))


def _text(context: RequestContext, name: str, **facts: str) -> str:
    return str(catalogue(context.language)["entries"][name]).format(**facts)
