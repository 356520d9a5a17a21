"""An act on a preselection: check stage and rule on the row, check the limits, send one update, return the view."""

from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta

from api.http.action_log import action_logged
from api.http.request_context import Visit
from api.preselections.bans import ban_told_first
from api.preselections.schemas import PreselectionView
from api.preselections.views import state_of, view_of
from domain.acts import ACTS
from domain.dependencies import DependencyUnavailable
from domain.errors import NotFound, OutcomeUnknown, Unavailable
from domain.policy import Policy
from storage.preselections.rows import PreselectionRow
from workflows.messages import Acted, Command
from workflows.start_options import VehicleStart

_MINUTE = timedelta(minutes=1)


async def perform_action(visit: Visit, name: str, command: Command) -> PreselectionView:
    """Send the command and return its view, even if another device has acted since."""
    row = await row_after(visit, await send_command(visit, name, command))
    return view_of(row, await visit.parts.directory.get(row.office_code), visit.now())


async def send_command(visit: Visit, name: str, command: Command) -> Acted:
    """Check the act on the row, count the write, and send the update. Raises the refusal.

    A repeat is sent without the check: the deciding activity finds out whether it was decided before.
    """
    act, row, now = ACTS[name], visit.own, visit.now()
    state = state_of(row, now)
    with action_logged(name):
        if not visit.is_repeat:
            act.check_stage(state, now)
        await count_write(visit, row.rules)
        async with nullcontext() if act.under_ban else ban_told_first(visit):
            if not visit.is_repeat:
                act.check(state, now, command)
            return await update_workflow(visit, name, command)


async def update_workflow(visit: Visit, name: str, command: Command) -> Acted:
    """Send the update; if its outcome is unknown, record the vehicle, so that maintenance refreshes its workflow."""
    row = visit.own
    office = await visit.parts.directory.get(row.office_code)
    try:
        return await visit.parts.vehicles.update(
            VehicleStart(str(row.id), office.code, office.prefixes, row.stage), name, command
        )
    except (OutcomeUnknown, Unavailable):
        with suppress(DependencyUnavailable):
            await visit.parts.lagging.note(row.id, visit.now())
        raise


async def row_after(visit: Visit, acted: Acted) -> PreselectionRow:
    """The row with the state of the request; if the row has a later revision, the state comes from the decision."""
    row = await visit.parts.preselections.get(visit.own.id)
    if row is None:
        raise NotFound
    if row.revision == acted.revision:
        return row
    decision = await visit.parts.decisions.find(visit.operation_id)
    return replace(row, state=decision.state) if decision else row


async def count_write(visit: Visit, policy: Policy) -> None:
    """Raises `RateLimited` beyond `writes_per_minute` of this account."""
    await count(visit, "writes", visit.caller.account(), policy.writes_per_minute)


async def count(visit: Visit, window: str, subject: str, limit: int) -> None:
    """Count a call in a window of a minute. Raises `RateLimited`."""
    await visit.parts.call_counts.begin(window, subject, limit, visit.now()).judge()
