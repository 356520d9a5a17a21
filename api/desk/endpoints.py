"""The desk of a vehicle office (车管所): a clerk sees only the reservations of their office."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from api.desk import service
from api.desk.reasons import reasons_in
from api.desk.schemas import (
    CountersQuery,
    DeskCountersAnswer,
    InspectionBody,
    ReasonBody,
    RejectionReasons,
    ReservationItem,
    ReservationPage,
    ReservationQuery,
    VoucherInspection,
)
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.http.tables import AS_TABLE, table_of, wants_table
from domain.calendar import shanghai_day

router = area("/desk", tags=["desk"])


@router.get(
    "/reservations", responses=AS_TABLE | responses_of_read("validation_failed"), response_model=ReservationPage
)
async def list_reservations(
    context: CurrentContext, request: Request, query: Annotated[ReservationQuery, Query()]
) -> ReservationPage | Response:
    """All that have, or had, a plate, newest first; filtered by plate, stage, end of the VIN and last day.

    A page may be short, or empty, and still have a next one. The table has the same rows as the page.
    """
    page = await service.reservations_of(context, query)
    if wants_table(request):
        return table_of(ReservationItem, page.items)
    return page


@router.get("/counters", responses=responses_of_read("validation_failed"))
async def read_desk_counters(context: CurrentContext, query: Annotated[CountersQuery, Query()]) -> DeskCountersAnswer:
    """How many are expected on a day, were confirmed and rejected on it, and have missed it."""
    return await service.counters_of(context, query.day or shanghai_day(context.now()))


@router.get("/reasons", responses=responses_of_read())
async def list_rejection_reasons(context: CurrentContext) -> RejectionReasons:
    """The reasons of a rejection: the applicant reads a code of this list in plain words, with what to do now."""
    return RejectionReasons(items=list(reasons_in(context.language)))


@router.post("/vouchers/inspect", responses=responses_of_write("not_found", "voucher_invalid"))
async def inspect_voucher(context: CurrentContext, body: InspectionBody) -> VoucherInspection:
    """Inspect the holder's voucher."""
    return await service.inspect(context, body.token)


@router.post(
    "/preselections/{preselection_id}/confirmation",
    responses=responses_of_write("own_affair", "not_found", "wrong_stage"),
)
async def confirm_reservation(context: CurrentContext) -> ReservationItem:
    """The holder came in time: the deadline ends, and the plate is issued."""
    return await service.register(context)


@router.post(
    "/preselections/{preselection_id}/rejection", responses=responses_of_write("own_affair", "not_found", "wrong_stage")
)
async def reject_reservation(context: CurrentContext, body: ReasonBody) -> ReservationItem:
    """The transfer can't be done: the reservation ends without a ban, and the number cools."""
    return await service.reject(context, body.reason)
