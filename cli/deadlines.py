"""`xuanhao deadlines extend`: by the workflow, or directly while no worker runs."""

from argparse import Namespace
from datetime import datetime

from activities.postponements import DeadlineActivities
from cli.output import Output
from operations.deadlines import Outage, outage_input, postpone_outage
from operations.parts import OperationParts
from operations.temporal_calls import temporal_answers
from operations.wishes import Wish
from workflows.messages import PostponementInput, postponement_workflow_id
from workflows.ports import PostponeOrder


async def extend(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    """Give everybody whose last day the outage touches more time.

    After an outage over midnight deadlines have passed, and have their effect as soon as a worker runs. `--directly`
    sends the messages before that: they wait in Temporal, and a vehicle reads them before it acts on its timer.
    """
    outage = Outage(typed.since, typed.until, typed.office, typed.visit_by)
    if not typed.directly:
        moving = await postpone_outage(parts, wish, outage)
        return Output([{"reservations": moving.reservations, "address": moving.address}])
    given = await outage_input(parts, wish, outage)
    with temporal_answers():
        return await _told(parts, given, postponement_workflow_id(str(wish.id)), wish.at)


async def _told(parts: OperationParts, given: PostponementInput, operation_id: str, at: datetime) -> Output:
    activities = DeadlineActivities(parts.reservations, parts.calendars)
    found, unreached, last = 0, 0, None
    while True:
        page = await activities.page(PostponeOrder(operation_id, given, at, last), parts.temporal)
        found, unreached, last = found + page.found, unreached + page.unreached, page.last
        if last is None:
            break
    warnings = [f"{unreached} have no workflow"] if unreached else []
    return Output([{"told": found - unreached, "unreached": unreached}], warnings, int(bool(unreached)))
