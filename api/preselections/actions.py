"""An act on a preselection: check stage and rule on the row, check the limits, send one update, return the view."""

from dataclasses import replace

from api.http.action_log import log_action
from api.http.request_context import RequestContext
from api.preselections.bans import find_ban_end
from api.preselections.schemas import PreselectionView
from api.preselections.session_holders import note_agent, refuse_while_held, take_over
from api.preselections.views import state_of, unchanged_until, view_of
from domain.acts import ACTS
from domain.errors import Blacklisted, NotFound, OutcomeUnknown, Refusal, Unavailable
from domain.policy import Policy
from storage.preselections.rows import PreselectionRow
from workflows.messages import ActionResult, Command
from workflows.start_options import VehicleStart


async def perform_action(context: RequestContext, name: str, command: Command) -> PreselectionView:
    """Send the command and return the view that it led to, even where another device has acted since.

    A repeat whose first response was lost gets that one, even where its effect has expired since.
    """
    result = await send_command(context, name, command)
    row = await context.repositories.preselections.get(context.preselection.id)
    if row is None:
        raise NotFound
    if row.revision < result.revision:
        # No workflow of ours is ahead of the row: somebody else's runs under the id of the vehicle's.
        raise OutcomeUnknown
    if row.revision != result.revision and (
        decision := await context.repositories.decisions.find(context.operation_id)
    ):
        row = replace(row, state=decision.state, changed_at=decision.at)
    at = unchanged_until(row, context.now()) if context.is_repeat else context.now()
    return view_of(row, await context.app.directory.get(row.office_code), at, context.language)


async def send_command(context: RequestContext, name: str, command: Command) -> ActionResult:
    """Refuse by the row what can't be, count the write, and send the update. Raises the refusal.

    A repeat goes to the workflow whatever the row says: the statement that decides knows whether it was decided before.
    An update whose outcome is unknown is written down, so that maintenance lets the workflow catch up.
    """
    act, row, now = ACTS[name], context.preselection, context.now()
    is_selecting = act.by == "applicant" and act.stage is not None and not context.is_repeat
    if is_selecting:
        refuse_while_held(context)
    state = state_of(row, now)
    with log_action(name, state.stage.value):
        if not context.is_repeat:
            act.check_stage(state, now)
        await count_write(context, row.rules)
        try:
            if not context.is_repeat:
                act.check(state, now, command)
            if act.by == "applicant":
                # Only now: what is refused leaves the preselection with the agent who has it. A repeat takes nothing
                # over, and its first attempt may have ended before anybody was noted.
                await (take_over if is_selecting else note_agent)(context)
            return await context.app.operations.vehicles.update(await vehicle_of(context, row), name, command)
        except (OutcomeUnknown, Unavailable):
            context.repositories.lagging_workflows.note_soon(row.id, now)
            raise
        except Refusal as refusal:
            if not act.under_ban and (until := await find_ban_end(context)):
                # A banned caller gets the ban as the reason, not its consequences, such as holds that have expired.
                raise Blacklisted(until) from refusal
            raise


async def vehicle_of(context: RequestContext, row: PreselectionRow) -> VehicleStart:
    """What the start of the row's workflow shows, should it not run."""
    office = await context.app.directory.get(row.office_code)
    return VehicleStart(str(row.id), office.code, office.prefixes, row.stage)


async def count_write(context: RequestContext, policy: Policy) -> None:
    """Raises `RateLimited` beyond `writes_per_minute` of this account, where its office allows fewer."""
    if policy.writes_per_minute < context.writes_allowed:
        await count(context, "acts", context.caller.account(), policy.writes_per_minute)


async def count(context: RequestContext, window: str, subject: str, limit: int) -> None:
    """Count a call in a window of a minute. Raises `RateLimited`."""
    await context.app.call_counts.begin(window, subject, limit, context.now()).raise_if_exceeded()
