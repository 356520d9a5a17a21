"""The lists of auditors: the acts of operators and clerks."""

from typing import Annotated

from fastapi import Query

from api.auditors.period import period_of
from api.auditors.schemas import (
    BanReleaseList,
    ClerkActItem,
    ClerkActList,
    ClerkCountsItem,
    ClerkCountsList,
    OperatorRequestItem,
    UnconfirmedAnswer,
)
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.secured_route import area
from api.operators.commands import ban_item, plain, withholding_item
from api.operators.office_schemas import PolicyRequestItem
from api.operators.request_schemas import DeskActsQuery, PeriodQuery
from api.operators.response_schemas import WithholdingList
from operations import auditing
from storage.staff.requests import OperatorRequest

router = area("/audit", tags=["audit"])


@router.get("/withholdings", responses=responses_of_read("validation_failed"))
async def audit_withholdings(context: CurrentContext, query: Annotated[PeriodQuery, Query()]) -> WithholdingList:
    """Numbers withheld or released in the period, with operator, reason and second operator; newest first."""
    found = await auditing.withholdings_in(context.app.operations, period_of(context, query), limit=query.limit)
    return WithholdingList(items=[withholding_item(known) for known in found])


@router.get("/ban-releases", responses=responses_of_read("validation_failed"))
async def audit_ban_releases(context: CurrentContext, query: Annotated[PeriodQuery, Query()]) -> BanReleaseList:
    """Bans that an operator released early; newest first."""
    found = await auditing.ban_releases_in(context.app.operations, period_of(context, query), limit=query.limit)
    return BanReleaseList(items=[ban_item(entry) for entry in found])


@router.get("/unconfirmed", responses=responses_of_read())
async def audit_unconfirmed(context: CurrentContext) -> UnconfirmedAnswer:
    """All commands that wait for a second operator."""
    found = await auditing.unconfirmed_commands(context.app.operations, limit=1000)
    return UnconfirmedAnswer(
        withholdings=[withholding_item(known) for known in found.withholdings],
        ban_releases=[ban_item(entry) for entry in found.ban_releases],
        policies=[PolicyRequestItem(**plain(vars(request))) for request in found.policies],
        requests=[_request_item(request) for request in found.requests],
    )


@router.get("/desk", responses=responses_of_read("validation_failed"))
async def audit_desk(context: CurrentContext, query: Annotated[PeriodQuery, Query()]) -> ClerkCountsList:
    """The number of reservations that each clerk confirmed and rejected; most rejections first."""
    found = await auditing.desk_counts(context.app.operations, period_of(context, query), limit=query.limit)
    return ClerkCountsList(items=[ClerkCountsItem(**vars(counts)) for counts in found])


@router.get("/desk/acts", responses=responses_of_read("validation_failed"))
async def audit_desk_acts(context: CurrentContext, query: Annotated[DeskActsQuery, Query()]) -> ClerkActList:
    """Each confirmation and rejection, of one clerk or of all; newest first."""
    period = period_of(context, query)
    found = await auditing.desk_acts(context.app.operations, period, clerk=query.clerk, limit=query.limit)
    return ClerkActList(items=[ClerkActItem(**plain(vars(act))) for act in found])


def _request_item(request: OperatorRequest) -> OperatorRequestItem:
    return OperatorRequestItem(**{name: plain(vars(request))[name] for name in OperatorRequestItem.model_fields})
