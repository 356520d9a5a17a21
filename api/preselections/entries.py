"""The screen after an entry (R-01, R-05 to R-08, R-15)."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, cast

from api.auth.records import own_preselection
from api.http.action_log import action_logged
from api.http.request_context import Visit
from api.preselections.actions import count_write, update_workflow
from api.preselections.bans import banned_until
from api.preselections.schemas import Ban, EntryAnswer, EntryBody
from api.preselections.views import state_of, view_of
from domain.calendar import shanghai_day
from domain.errors import NotFound, VehicleInUse
from domain.preselection.state import Preselection
from domain.preselection.values import UNFINISHED, Stage
from locales.languages import catalogue
from storage.preselections.rows import PreselectionRow
from workflows.messages import Action

Screen = Literal["introduction", "service_notes", "completed", "exhausted", "blacklisted"]

_SCREENS = {Stage.COMPLETED: "completed", Stage.EXHAUSTED: "exhausted"} | dict.fromkeys(UNFINISHED, "service_notes")


async def entered(visit: Visit, body: EntryBody) -> EntryAnswer:
    """The screen; an unfinished selection is back at 选号服务说明. Raises what waking a dormant one raises."""
    with action_logged("enter"):
        return await _entered(visit, body)


async def _entered(visit: Visit, body: EntryBody) -> EntryAnswer:
    if body.preselection_id:
        await own_preselection(visit, body.preselection_id)
    await count_write(visit, visit.parts.policy)
    if until := await banned_until(visit):
        return await _blacklisted(visit, until)
    if body.new_vehicle:
        return _answer("introduction")
    return await (_resumed(visit) if body.preselection_id else _newest_resumed(visit))


async def _newest_resumed(visit: Visit) -> EntryAnswer:
    """Continue the newest one that can continue: another buyer may have the vehicle of a dormant one by now."""
    for row in await _resumable(visit):
        visit.row = row
        with suppress(VehicleInUse):
            return await _resumed(visit)
    return _answer("introduction")


async def _resumed(visit: Visit) -> EntryAnswer:
    """Go on with the visit's preselection."""
    state = state_of(visit.own, visit.now())
    if state.stage in UNFINISHED:
        await _reset(visit, state)
    row = await visit.parts.preselections.get(visit.own.id)
    if row is None:
        raise NotFound
    view = view_of(row, await visit.parts.directory.get(row.office_code), visit.now())
    screen = _SCREENS.get(view.stage, "introduction")
    if screen == "introduction":
        return _answer("introduction")
    message = _text(visit, "exhausted", office=view.office.name) if view.stage is Stage.EXHAUSTED else None
    return _answer(screen, message=message, preselection=view)


async def _reset(visit: Visit, state: Preselection) -> None:
    """Send a message only if there is something to reset."""
    if state.dormant or state.stage is not Stage.SERVICE_NOTES:
        await update_workflow(visit, "enter", Action(str(visit.operation_id)))


async def _resumable(visit: Visit) -> list[PreselectionRow]:
    """Those that are unfinished, completed or exhausted now, newest first, also if no timer has written it yet."""
    rows, now = await visit.parts.preselections.list_of(visit.caller.owner_hash), visit.now()
    return [row for row in rows if state_of(row, now).stage in _SCREENS]


async def _blacklisted(visit: Visit, until: datetime) -> EntryAnswer:
    """A ban takes precedence; a live reservation for another car stays usable, so it is shown."""
    now = visit.now()
    rows = [visit.row] if visit.row else await visit.parts.preselections.list_of(visit.caller.owner_hash)
    live = next((row for row in rows if state_of(row, now).stage is Stage.COMPLETED), None)
    return _answer(
        "blacklisted",
        message=_text(visit, "blacklisted", until=shanghai_day(until).isoformat()),
        preselection=live and view_of(live, await visit.parts.directory.get(live.office_code), now),
        blacklist=Ban(until=until),
    )


def _answer(screen: str, **parts: Any) -> EntryAnswer:
    known: dict[str, Any] = {"message": None, "preselection": None, "blacklist": None}
    return EntryAnswer(screen=cast("Screen", screen), **(known | parts))


def _text(visit: Visit, name: str, **facts: str) -> str:
    return str(catalogue(visit.language)["entries"][name]).format(**facts)
