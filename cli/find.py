"""`xuanhao find`."""

import sys
from typing import Annotated
from uuid import UUID

from cyclopts import Group, Parameter
from cyclopts.validators import LimitedChoice

from cli.context import Context
from cli.output import Output
from operations import finding
from operations.looks import note_look

_ONE = Group("One of", sort_key=0, validator=LimitedChoice(min=1))


async def find(
    *,
    plate: Annotated[str | None, Parameter(group=_ONE)] = None,
    preselection: Annotated[UUID | None, Parameter(group=_ONE)] = None,
    vin: Annotated[
        bool, Parameter(group=_ONE, help="Read the VIN from standard input: the shell's history would store it.")
    ] = False,
    context: Context,
) -> Output:
    """Find a vehicle's workflow, with its address in Temporal's UI."""
    if vin:
        found = await finding.find_by_vin(context.operations, sys.stdin.readline().strip(), context.now)
    elif preselection:
        found = await finding.find_by_id(context.operations, preselection, context.now)
    else:
        found = await finding.find_by_plate(context.operations, plate or "", context.now)
    shown = [str(each.preselection_id) for each in found]
    by = "vin" if vin else "preselection_id" if preselection else "plate"
    await note_look(context.operations, "look_workflows", context.now, by=by, plate=plate, shown=shown)
    return Output([vars(each) for each in found], exit_code=0 if found else 1)
