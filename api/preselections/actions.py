"""An action on a preselection: the stage by the row, the limits, one message, and the view that comes of it."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.http.action_log import action_logged
from api.http.request_context import Visit
from api.preselections.bans import ban_told_first
from api.preselections.schemas import PreselectionView
from api.preselections.vehicle_messages import NobodyThere, revive, send
from api.preselections.views import policy_in, state_of, view_of
from domain.errors import NotFound, OutcomeUnknown, Refusal, Unavailable, WrongStage
from domain.policy import Policy
from domain.preselection.record import Record, merged
from domain.preselection.state import Preselection
from domain.preselection.values import UNFINISHED, Stage
from storage.preselections.rows import PreselectionRow
from workflows.messages import Acted

_MINUTE = timedelta(minutes=1)

Check = Callable[[Preselection, datetime], None]


def _at(stage: Stage) -> Check:
    def check(state: Preselection, _: datetime) -> None:
        if state.stage is not stage:
            raise WrongStage(state.stage)

    return check


# Refused before anything is asked of Temporal; the workflow judges again, and more.
STAGES: Mapping[str, Check] = {
    "start": _at(Stage.SERVICE_NOTES),
    "send_identity_code": _at(Stage.IDENTITY_VERIFICATION),
    "confirm_identity": _at(Stage.IDENTITY_VERIFICATION),
    "compose": _at(Stage.PLATE_SELECTION),
    "draw": _at(Stage.PLATE_SELECTION),
    "put_aside": _at(Stage.PLATE_SELECTION),
    "confirm": _at(Stage.PLATE_SELECTION),
    "withdraw": Preselection.check_cancellation,
    "register": _at(Stage.COMPLETED),
    "reject": _at(Stage.COMPLETED),
}
# What a ban forbids.
BARRED = frozenset({"compose", "draw", "put_aside", "confirm"})
_ALIVE = (*UNFINISHED, Stage.COMPLETED)


@dataclass(frozen=True)
class Done:
    """What a request has led to: the revision, and the state then where it is known without another look."""

    revision: int
    state: Record | None = None


async def act(visit: Visit, update: str, message: object) -> PreselectionView:
    """Send the update of this name and answer with the view; `message` carries the visit's operation id.

    The view shows what this very request has led to, even where another device's has come after it by now.
    """
    done = await acted(visit, update, message)
    row = replace(visit.own, state=done.state) if done.state else await _row_after(visit, done)
    return view_of(row, await visit.parts.directory.get(row.office_code), visit.now())


async def _row_after(visit: Visit, done: Done) -> PreselectionRow:
    """The row as the request has left it, where that can't be told from the answer."""
    row = await _current_row(visit)
    earlier = await _decided(visit) if row.revision > done.revision else None
    return replace(row, state=earlier.state) if earlier and earlier.state else row


async def acted(visit: Visit, update: str, message: object) -> Done:
    """Judge the stage, count the write, and send the update; a repeat of what has happened sends nothing."""
    with action_logged(update):
        if earlier := await _earlier(visit, update):
            return earlier
        await count_write(visit, policy_in(visit.own))
        return await _delivered_or_known(visit, update, message)


async def _delivered_or_known(visit: Visit, update: str, message: object) -> Done:
    """What the workflow says; a refusal counts only of what has not been done already.

    A workflow that has forgotten a request, or whose worker died before it could say what was decided, judges the
    request again by the state that it has led to.
    """
    try:
        async with ban_told_first(visit) if update in BARRED else nullcontext():
            return await delivered(visit, update, message)
    except (OutcomeUnknown, Unavailable):
        raise
    except Refusal:
        if earlier := await _decided(visit):
            return earlier
        raise


async def _earlier(visit: Visit, update: str) -> Done | None:
    """Judge the stage; a repeat of what has happened already finds it in the record of decisions instead."""
    now = visit.now()
    try:
        STAGES[update](state_of(visit.own, now), now)
    except Refusal:
        if earlier := await _decided(visit):
            return earlier
        raise
    return None


async def delivered(visit: Visit, update: str, message: object) -> Done:
    """Send the message to the workflow; one that fell asleep is woken first."""
    row = visit.own
    try:
        return _done(row, await send(visit.parts, row.id, update, message))
    except NobodyThere:
        if earlier := await _decided(visit):
            return earlier
        if state_of(row, visit.now()).stage not in _ALIVE:
            raise WrongStage(state_of(row, visit.now()).stage) from None
        await woken(visit)
        return await _sent_to_the_woken(visit, update, message)


def _done(row: PreselectionRow, answer: Acted) -> Done:
    """The state follows from the row if that stood where the decision was made from."""
    if answer.changes is None or answer.revision != row.revision + 1:
        return Done(answer.revision)
    return Done(answer.revision, merged(row.state, answer.changes))


async def _decided(visit: Visit) -> Done | None:
    """What the caller's wish has led to, from the record of decisions."""
    found = await visit.parts.decisions.find(visit.operation_id)
    return Done(found.answer["revision"], found.answer["state"]) if found else None


async def _sent_to_the_woken(visit: Visit, update: str, message: object) -> Done:
    """It ends again at once where all chances were used up while it slept."""
    try:
        return _done(visit.own, await send(visit.parts, visit.own.id, update, message))
    except NobodyThere:
        raise WrongStage((await current_view(visit)).stage) from None


async def woken(visit: Visit) -> None:
    """Bring the preselection's workflow back to life."""
    row = visit.own
    office = await visit.parts.directory.get(row.office_code)
    await revive(visit.parts, row, list(office.prefixes), visit.operation_id)


async def current_view(visit: Visit) -> PreselectionView:
    """The view of the row as it is now."""
    row = await _current_row(visit)
    return view_of(row, await visit.parts.directory.get(row.office_code), visit.now())


async def _current_row(visit: Visit) -> PreselectionRow:
    row = await visit.parts.preselections.get(visit.own.id)
    if row is None:
        raise NotFound
    return row


async def count_write(visit: Visit, policy: Policy) -> None:
    """Raises `RateLimited` beyond `writes_per_minute` of this account."""
    await count(visit, "writes", visit.caller.account(), policy.writes_per_minute)


async def count(visit: Visit, window: str, subject: str, limit: int) -> None:
    """Count a call in a window of a minute. Raises `RateLimited`."""
    await visit.parts.call_counts.begin(window, subject, limit, visit.now()).judge()
