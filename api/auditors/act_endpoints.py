"""Acts of staff by subject, for auditors: as pages of JSON, or as a table."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from api.auditors.period import period_of
from api.auditors.schemas import ActItem, ActPage, LookCountItem, LookCountList
from api.auth.looks import day_of
from api.http.cursors import cursor_of, place_in
from api.http.request_context import CurrentContext, RequestContext
from api.http.responses import responses_of_read
from api.http.secured_route import area
from api.http.tables import AS_TABLE, table_of, wants_table
from api.operators.commands import plain
from api.operators.request_schemas import DayQuery, PeriodPageQuery
from domain.calendar import end_of_day, shanghai_day
from operations import auditing
from operations.auditing import Subject
from storage.audit.trail import AuditEntry

router = area("/audit", tags=["audit"])
RESPONSES = AS_TABLE | responses_of_read("validation_failed")
PageOf = Annotated[PeriodPageQuery, Query()]
_DAY = timedelta(days=1)


@router.get("/segments", responses=RESPONSES, response_model=ActPage)
async def audit_segments(context: CurrentContext, request: Request, query: PageOf) -> ActPage | Response:
    """Segments released, excluded from, withheld from, and composable early; waiting rooms that were opened."""
    return await _acts(context, request, query, "segments")


@router.get("/calendar", responses=RESPONSES, response_model=ActPage)
async def audit_calendar(context: CurrentContext, request: Request, query: PageOf) -> ActPage | Response:
    """Changes of the calendar of working days."""
    return await _acts(context, request, query, "calendar")


@router.get("/deadlines", responses=RESPONSES, response_model=ActPage)
async def audit_deadlines(context: CurrentContext, request: Request, query: PageOf) -> ActPage | Response:
    """Deadlines that moved, vehicle by vehicle, and the extensions, requests and confirmations that moved them."""
    return await _acts(context, request, query, "deadlines")


@router.get("/policies", responses=RESPONSES, response_model=ActPage)
async def audit_policies(context: CurrentContext, request: Request, query: PageOf) -> ActPage | Response:
    """Changes of offices' policies that were requested and confirmed; offices and notices that were changed."""
    return await _acts(context, request, query, "policies")


@router.get("/appeals", responses=RESPONSES, response_model=ActPage)
async def audit_appeals(context: CurrentContext, request: Request, query: PageOf) -> ActPage | Response:
    """Decisions about appeals against bans and their confirmations, and appeals that were not decided in time."""
    return await _acts(context, request, query, "appeals")


@router.get("/looks", responses=RESPONSES, response_model=ActPage)
async def audit_looks(context: CurrentContext, request: Request, query: PageOf) -> ActPage | Response:
    """Looks of clerks, operators and auditors at people and vehicles, exports, and alerts about too many."""
    return await _acts(context, request, query, "looks")


@router.get("/temporal", responses=RESPONSES, response_model=ActPage)
async def audit_temporal(context: CurrentContext, request: Request, query: PageOf) -> ActPage | Response:
    """Acts that came through Temporal itself, with the names that their senders claimed; newest first."""
    return await _acts(context, request, query, "temporal")


@router.get("/looks/figures", responses=RESPONSES, response_model=LookCountList)
async def audit_look_figures(
    context: CurrentContext, request: Request, query: Annotated[DayQuery, Query()]
) -> LookCountList | Response:
    """How often each clerk, operator and auditor looked on a day, by default today; most looks first."""
    day = query.day or shanghai_day(context.now())
    limit = context.app.settings.looks_per_day
    until = end_of_day(day)
    found = await context.repositories.staff_looks.counts(day_of(until - _DAY), until, limit=query.limit)
    items = [LookCountItem(day=day, limit=limit, **vars(each)) for each in found]
    if wants_table(request):
        return table_of(LookCountItem, items)
    return LookCountList(items=items)


async def _acts(
    context: RequestContext, request: Request, query: PeriodPageQuery, subject: Subject
) -> ActPage | Response:
    found = await auditing.acts_about(
        context.app.operations,
        subject,
        period_of(context, query),
        limit=query.limit,
        before=place_in(query.cursor),
    )
    items = [_item(entry) for entry in found]
    if wants_table(request):
        return table_of(ActItem, items)
    return ActPage(items=items, next=cursor_of(found[-1].place) if len(found) == query.limit else None)


def _item(entry: AuditEntry) -> ActItem:
    shown = {name: value for name, value in vars(entry).items() if name != "id"}
    return ActItem(**plain(shown), reason=entry.reason)
