"""From a request to an operator's command, and from its result to an answer."""

from typing import Any
from uuid import UUID

from api.http.request_context import RequestContext
from api.operators.response_schemas import (
    AuditItem,
    BanItem,
    CalendarAnswer,
    CalendarDay,
    PostponementAnswer,
    ReleasedSegment,
    SegmentAnswer,
    TextItem,
    WithholdingItem,
    WorkflowItem,
)
from api.preselections.actions import count_write
from domain.segments import Segment
from locales.languages import catalogue
from operations import early_composition
from operations.calendar import CalendarYear
from operations.commands import OperatorCommand
from operations.deadlines import Postponement
from operations.finding import FoundWorkflow
from operations.sms_status import SmsStatus
from storage.audit.trail import AuditEntry
from storage.bans.repository import BanEntry
from storage.pool.withheld import Withholding


async def operator_command(context: RequestContext, reason: str | None = None) -> OperatorCommand:
    """The command of the operator who calls; counted as a write. Raises `RateLimited`."""
    await count_write(context, context.app.operations.policy)
    operator, person = context.caller.claims.subject, context.caller.staff_person
    await context.repositories.staff_persons.note(operator, person, context.now())
    return OperatorCommand(context.operation_id, operator, context.now(), reason, person)


def ban_item(entry: BanEntry) -> BanItem:
    return BanItem(**plain(vars(entry)))


def segment_item(segment: Segment) -> ReleasedSegment:
    return ReleasedSegment(**vars(segment) | {"excluded": list(segment.excluded)})


def segment_answer(released: early_composition.ReleasedSegment) -> SegmentAnswer:
    return SegmentAnswer(
        **segment_item(released.segment).model_dump(),
        id=str(released.id),
        requested_compose_from=released.requested_compose_from,
        confirmed_by=released.confirmed_by,
    )


def withholding_item(known: Withholding) -> WithholdingItem:
    values = plain(vars(known))
    return WithholdingItem(numbers=values.pop("plates"), **values)


def workflow_item(found: FoundWorkflow) -> WorkflowItem:
    values = plain(vars(found))
    return WorkflowItem(workflow_url=values.pop("address"), **values)


def sms_item(status: SmsStatus) -> TextItem:
    values = plain(vars(status))
    return TextItem(workflow_url=values.pop("address"), **values)


def audit_item(entry: AuditEntry) -> AuditItem:
    return AuditItem(**plain(vars(entry)))


def postponement_answer(moving: Postponement) -> PostponementAnswer:
    return PostponementAnswer(
        id=str(moving.id),
        waits_for_confirmation=moving.waits_for_confirmation,
        workflow_id=moving.workflow_id,
        workflow_url=moving.address,
        reservations=moving.reservations,
    )


def calendar_answer(context: RequestContext, year: CalendarYear, moving: Postponement | None = None) -> CalendarAnswer:
    """The year, with a warning in the operator's language while it is provisional."""
    words: str = catalogue(context.language)["operations"]["provisional"]
    return CalendarAnswer(
        year=year.year,
        office_code=year.office_code,
        provisional=year.is_provisional,
        warnings=[words.format(year=year.year)] if year.is_provisional else [],
        days=[CalendarDay(**vars(entry)) for entry in year.entries],
        postponement=postponement_answer(moving) if moving else None,
    )


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Ids as text, sequences as lists."""
    return {name: _plainly(value) for name, value in values.items()}


def _plainly(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
