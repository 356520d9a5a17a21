"""The desk: a clerk finds a reservation of their office, inspects a voucher, and confirms or rejects."""

import re
from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import structlog

from api.auth.looks import alert_above_limit, note_look
from api.desk.schemas import DeskCountersAnswer, ReservationItem, ReservationPage, ReservationQuery, VoucherInspection
from api.http.cursors import cursor_of, place_in
from api.http.request_context import RequestContext
from api.http.validation import invalid_field
from api.preselections.actions import count, send_command
from api.preselections.holders import masked_holder
from api.preselections.views import state_of
from domain.calendar import end_of_day
from domain.errors import NotFound, OtherOffices, OutcomeUnknown, Refusal, VoucherInvalid
from domain.pii_detection import names_somebody
from domain.plates import SERIAL_LENGTH
from domain.preselection.values import Stage
from storage.audit.trail import Act
from storage.preselections.desk_reasons import DeskReason
from storage.preselections.reservations import DeskFilter
from storage.preselections.rows import PreselectionRow
from workflows.messages import DeskAct

INSPECTIONS_PER_MINUTE = 600
"""More than any desk scans, and far too few to guess a short code."""

STILL_GOOD = (Stage.COMPLETED, Stage.REGISTERED)
_TAIL = 6
_DAY = timedelta(days=1)
_PART_OF_ADDRESS = re.compile(r"[/?#=&]")


async def reservations_of(context: RequestContext, query: ReservationQuery) -> ReservationPage:
    """The reservations, newest first. The stage is the one at this instant, also if no timer has written it yet."""
    code, stage = _office(context), query.stage
    wanted = DeskFilter(await _plates(context, query.plate), stage, query.due, query.vin_tail)
    page = await context.repositories.reservations.of_office(
        code, wanted, limit=query.limit, before=place_in(query.cursor)
    )
    items = [_item(context, row) for row in page.rows]
    facts = {"plate": query.plate, "stage": stage, "due": query.due, "by_vin": True if query.vin_tail else None}
    await note_look(context, "look_reservations", office_code=code, **facts, shown=len(items))
    return ReservationPage(
        items=[item for item in items if stage is None or item.stage is stage],
        next=cursor_of(page.next) if page.next else None,
    )


async def counters_of(context: RequestContext, day: date) -> DeskCountersAnswer:
    """The counters of the office's day."""
    ends = end_of_day(day)
    counters = await context.repositories.desk_records.counters(
        _office(context), day, begins=end_of_day(day - _DAY), ends=ends, now=context.now()
    )
    return DeskCountersAnswer(day=day, **vars(counters))


async def _plates(context: RequestContext, text: str | None) -> Collection[str] | None:
    """The plate, or without a prefix those of the office's prefixes; None for no choice."""
    if text is None or len(text) > SERIAL_LENGTH:
        return text and (text,)
    office = await context.app.directory.get(_office(context))
    return [prefix + text for prefix in office.prefixes]


async def inspect(context: RequestContext, text: str) -> VoucherInspection:
    """Inspect a voucher by its token, a URL that ends in it, or its short code.

    Raises `VoucherInvalid` for a forged voucher, and `OtherOffices` for another office's, which it names.
    """
    await count(context, "inspections", context.caller.account(), INSPECTIONS_PER_MINUTE)
    row = await _row_of(context, _PART_OF_ADDRESS.split(text.strip())[-1])
    if row is None:
        raise NotFound
    if row.office_code != _office(context):
        elsewhere = await context.app.directory.get(row.office_code)
        raise OtherOffices(elsewhere.code, elsewhere.name_in(context.language))
    structlog.contextvars.bind_contextvars(preselection_id=str(row.id), office=row.office_code)
    item = _item(context, row)
    act = Act(context.now(), "clerk", clerk_of(context))
    before = await context.repositories.desk_records.note_inspection(row.id, item.plate, act)
    await alert_above_limit(context)
    return VoucherInspection(valid=item.stage in STILL_GOOD, inspected_before=before, **item.model_dump())


async def register(context: RequestContext) -> ReservationItem:
    """Register: the plate is issued. Raises `WrongStage`, also after the deadline."""
    await send_command(context, "register", DeskAct(clerk_of(context), str(context.operation_id)))
    return await _current_item(context, Stage.REGISTERED)


async def reject(context: RequestContext, reason: str) -> ReservationItem:
    """The transfer can't be done: no ban, and the number cools.

    The reason is free text, so it is stored encrypted in the database, and never sent to the workflow. The applicant
    reads it, so it names nobody by a number. Raises `ValidationFailed`.
    """
    if names_somebody(reason):
        raise invalid_field("reason", "personal")
    clerk = clerk_of(context)
    await context.repositories.desk_reasons.add(
        DeskReason(context.operation_id, context.preselection.id, clerk, reason, context.now())
    )
    try:
        await send_command(context, "reject", DeskAct(clerk, str(context.operation_id)))
    except Refusal as refusal:
        # What was refused for good needs no reason; an unknown outcome may still become a rejection.
        if not refusal.is_retryable:
            await context.repositories.desk_reasons.remove(context.operation_id)
        raise
    return await _current_item(context, Stage.CANCELLED)


def clerk_of(context: RequestContext) -> str:
    """The clerk's keyed hash in workflow and audit, in hexadecimal digits."""
    return context.caller.hashes.clerk(context.caller.claims.subject)


async def _row_of(context: RequestContext, word: str) -> PreselectionRow | None:
    if "." in word:
        claims = context.app.vouchers.verifier.verify(word, now=context.now())
        return await context.repositories.preselections.get(claims.preselection_id)
    return await context.repositories.preselections.get(await _id_of_code(context, word))


async def _id_of_code(context: RequestContext, code: str) -> UUID:
    """Raises `VoucherInvalid` for a mistyped or forged code."""
    codes = context.app.vouchers.codes
    first, last = codes.id_range(code)
    for found in await context.repositories.desk_records.ids_between(first, last):
        if codes.matches(code, found):
            return found
    raise VoucherInvalid


async def _current_item(context: RequestContext, expected: Stage) -> ReservationItem:
    """The reservation by its row, after an act that leads to this stage for good. Raises `OutcomeUnknown`."""
    row = await context.repositories.preselections.get(context.preselection.id)
    if row is None:
        raise NotFound
    if row.stage != expected:
        # Nobody of ours has answered: somebody else's workflow runs under the id of the vehicle's.
        raise OutcomeUnknown
    return _item(context, row)


def _item(context: RequestContext, row: PreselectionRow) -> ReservationItem:
    if row.plate is None or row.visit_by is None:
        raise NotFound
    return ReservationItem(
        id=str(row.id),
        plate=row.plate,
        stage=state_of(row, context.now()).stage,
        visit_by=row.visit_by,
        holder=masked_holder(row),
        vin_tail=row.vin[-_TAIL:],
        certificate_tail=row.certificate_number[-_TAIL:],
    )


def _office(context: RequestContext) -> str:
    office = context.caller.claims.office
    if office is None:
        raise NotFound
    return office
