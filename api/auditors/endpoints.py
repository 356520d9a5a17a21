"""The lists of auditors: the acts of operators and clerks. Each is also a table."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from api.auditors.period import period_of
from api.auditors.schemas import (
    BanReleaseList,
    ClerkActItem,
    ClerkActList,
    ClerkCountsItem,
    ClerkCountsList,
    UnconfirmedAnswer,
)
from api.auditors.unconfirmed import unconfirmed_answer
from api.auth.looks import note_look
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.secured_route import area
from api.http.tables import AS_TABLE, table_of, wants_table
from api.operators.commands import ban_item, plain, withholding_item
from api.operators.request_schemas import DeskActsQuery, PeriodQuery
from api.operators.response_schemas import BanItem, WithholdingItem, WithholdingList
from operations import auditing

router = area("/audit", tags=["audit"])
RESPONSES = AS_TABLE | responses_of_read("validation_failed")


@router.get("/withholdings", responses=RESPONSES, response_model=WithholdingList)
async def audit_withholdings(
    context: CurrentContext, request: Request, query: Annotated[PeriodQuery, Query()]
) -> WithholdingList | Response:
    """Numbers withheld or released in the period, with operator, reason and second operator; newest first."""
    found = await auditing.withholdings_in(context.app.operations, period_of(context, query), limit=query.limit)
    items = [withholding_item(known) for known in found]
    return table_of(WithholdingItem, items) if wants_table(request) else WithholdingList(items=items)


@router.get("/ban-releases", responses=RESPONSES, response_model=BanReleaseList)
async def audit_ban_releases(
    context: CurrentContext, request: Request, query: Annotated[PeriodQuery, Query()]
) -> BanReleaseList | Response:
    """Bans that an operator released early; newest first. The look is recorded, for holders' names are shown."""
    found = await auditing.ban_releases_in(context.app.operations, period_of(context, query), limit=query.limit)
    await note_look(context, "look_blacklist", by="releases", shown=[str(entry.id) for entry in found])
    items = [ban_item(entry) for entry in found]
    return table_of(BanItem, items) if wants_table(request) else BanReleaseList(items=items)


@router.get("/unconfirmed", responses=responses_of_read())
async def audit_unconfirmed(context: CurrentContext) -> UnconfirmedAnswer:
    """All commands that wait for a second operator."""
    return await unconfirmed_answer(context)


@router.get("/desk", responses=RESPONSES, response_model=ClerkCountsList)
async def audit_desk(
    context: CurrentContext, request: Request, query: Annotated[PeriodQuery, Query()]
) -> ClerkCountsList | Response:
    """The number of reservations that each clerk confirmed and rejected; most rejections first."""
    found = await auditing.desk_counts(context.app.operations, period_of(context, query), limit=query.limit)
    items = [ClerkCountsItem(**vars(counts)) for counts in found]
    return table_of(ClerkCountsItem, items) if wants_table(request) else ClerkCountsList(items=items)


@router.get("/desk/acts", responses=RESPONSES, response_model=ClerkActList)
async def audit_desk_acts(
    context: CurrentContext, request: Request, query: Annotated[DeskActsQuery, Query()]
) -> ClerkActList | Response:
    """Each confirmation and rejection, of one clerk or of all; newest first."""
    period = period_of(context, query)
    found = await auditing.desk_acts(context.app.operations, period, clerk=query.clerk, limit=query.limit)
    if query.clerk:
        # Not as typed: that may be anything.
        await note_look(context, "look_reservations", by="clerk", clerk=found[0].clerk if found else None)
    items = [ClerkActItem(**plain(vars(act))) for act in found]
    return table_of(ClerkActItem, items) if wants_table(request) else ClerkActList(items=items)
