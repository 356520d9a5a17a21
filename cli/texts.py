"""`xuanhao texts …`."""

from typing import Annotated, Literal
from uuid import UUID

from cyclopts import Group, Parameter
from cyclopts.validators import mutually_exclusive

from cli.areas import area
from cli.context import Context
from cli.options import Limit
from cli.output import Output
from operations import sms_status
from operations.looks import note_look
from storage.sms.deliveries import DeliveryState

_AT_MOST_ONE = Group("At most one of", sort_key=0, validator=mutually_exclusive)
State = Literal["waiting", "given_up", "handed_over", "delivered", "failed"]

app = area("texts")


@app.command(name="list")
async def list_texts(
    *,
    preselection: Annotated[UUID | None, Parameter(group=_AT_MOST_ONE, help="All of this preselection.")] = None,
    state: Annotated[State | None, Parameter(group=_AT_MOST_ONE)] = None,
    limit: Limit = 100,
    context: Context,
) -> Output:
    """List the SMS that were not delivered, newest first."""
    facts = {"preselection": preselection and str(preselection), "state": state}
    await note_look(context.operations, "look_sms", context.now, **facts)
    if preselection:
        found = await sms_status.sms_of(context.operations, preselection, context.now)
    else:
        wanted = DeliveryState(state) if state else None
        found = await sms_status.sms_page(context.operations, context.now, state=wanted, limit=limit)
    return Output([vars(each) for each in found])
