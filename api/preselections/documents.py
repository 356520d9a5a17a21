"""The documents of a reservation: the voucher (R-42) and the calendar file."""

from api.http.request_context import RequestContext
from api.preselections.actions import count
from api.preselections.holders import masked_holder
from api.preselections.views import state_of
from documents.calendar_file import render_calendar
from documents.page_request import PageRequest
from documents.voucher_facts import USUAL_HOURS, VoucherFacts, VoucherProof
from documents.voucher_token import VoucherClaims, voucher_expiry
from domain.errors import WrongStage
from domain.masking import mask_certificate_number, mask_vin
from domain.preselection.values import Reservation, Stage

DOCUMENTS_PER_MINUTE = 300


async def voucher_of(context: RequestContext) -> bytes:
    """The page as a PDF. Raises `WrongStage` at any stage but `completed`, and `RateLimited`."""
    reservation = await _reservation(context)
    facts = await _facts(context, reservation)
    keys, row = context.app.vouchers, context.preselection
    claims = VoucherClaims(
        row.id, reservation.plate, reservation.visit_by, row.office_code, voucher_expiry(reservation.deadline)
    )
    return await _page(context, facts, VoucherProof(keys.signer.sign(claims), keys.codes.code_for(row.id)))


async def _page(context: RequestContext, facts: VoucherFacts, proof: VoucherProof) -> bytes:
    """The drawn page, drawn once while it is remembered.

    Pages are drawn one after the other, by a helper process: each takes a tenth of a second of the processor.
    """
    drawn = context.app.drawn_pages
    if page := drawn.get((facts, proof)):
        return page
    async with context.app.admission.drawings.place(context.caller.claims.subject, context.now()):
        if (facts, proof) not in drawn:
            drawn[facts, proof] = await context.app.voucher_drawer.draw(PageRequest(facts, proof, context.now()))
        return drawn[facts, proof]


async def calendar_file_of(context: RequestContext) -> str:
    """The last day to visit the office. Raises what `voucher_of` raises."""
    return render_calendar(await _facts(context, await _reservation(context)), stamp=context.now())


async def _reservation(context: RequestContext) -> Reservation:
    """The live reservation. Rendering a document takes a tenth of a second, so the calls are counted."""
    row = context.preselection
    state = state_of(row, context.now())
    if state.stage is not Stage.COMPLETED or state.reservation is None:
        raise WrongStage(state.stage)
    await count(context, "documents", context.caller.account(), DOCUMENTS_PER_MINUTE)
    return state.reservation


async def _facts(context: RequestContext, reservation: Reservation) -> VoucherFacts:
    row = context.preselection
    office = await context.app.directory.get(row.office_code)
    return VoucherFacts(
        preselection_id=row.id,
        plate=reservation.plate,
        holder=masked_holder(row),
        vin=mask_vin(row.vin),
        certificate_number=mask_certificate_number(row.certificate_number),
        visit_by=reservation.visit_by,
        office_name=office.name,
        office_address=office.address,
        office_hours=office.hours or USUAL_HOURS,
        coordinates=office.coordinates,
    )
