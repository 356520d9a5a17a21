"""`xuanhao deadlines …`."""

from datetime import date
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.options import Instant, Office, Reason
from cli.output import Output
from domain.calendar import shanghai_day
from operations import deadlines
from operations.deadlines import Outage, extend_directly, postpone_outage
from operations.looks import note_look
from workflows.messages import vehicle_workflow_id

app = area("deadlines")


@app.command(name="due")
async def list_due(day: date | None = None, /, *, office: Office = None, context: Context) -> Output:
    """List the reservations whose last day is this one; today by default."""
    operations, wanted = context.operations, day or shanghai_day(context.now)
    found = await operations.repositories.reservations.of_last_days([wanted], office_code=office)
    await note_look(operations, "look_reservations", context.now, office_code=office, due=wanted, shown=len(found))
    return Output(
        [vars(each) | {"address": operations.addresses.of(vehicle_workflow_id(str(each.id)))} for each in found]
    )


@app.command
async def extend(
    *,
    since: Instant,
    until: Instant,
    visit_by: Annotated[date | None, Parameter(help="The new last day; without it, the next working day.")] = None,
    directly: Annotated[bool, Parameter(help="Without a worker, before the workers are started again.")] = False,
    office: Office = None,
    reason: Reason,
    context: OperatorContext,
) -> Output:
    """Extend the reservations whose last day overlaps an outage of our service."""
    outage, command = Outage(since, until, office, visit_by), context.command(reason)
    if directly:
        sent = await extend_directly(context.operations, command, outage)
        return Output([{"told": sent.vehicles, "started": sent.started}])
    moving = await postpone_outage(context.operations, command, outage)
    return _output(moving)


@app.command(name="confirm")
async def confirm_extension(request_id: UUID, /, *, context: OperatorContext) -> Output:
    """Confirm as a second operator an extension by more than 30 days, and begin it."""
    return _output(await deadlines.confirm_extension(context.operations, request_id, context.command()))


def _output(moving: deadlines.Postponement) -> Output:
    waiting = {"waits_for_confirmation": str(moving.id)} if moving.waits_for_confirmation else {}
    return Output([{"reservations": moving.reservations, "address": moving.address} | waiting])
