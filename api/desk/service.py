"""The desk: a clerk finds a reservation of their office, inspects a voucher, and confirms or rejects."""

import re
from uuid import UUID

import structlog

from api.desk.schemas import ReservationItem, ReservationPage, VoucherInspection
from api.http.cursors import cursor_of, place_in
from api.http.request_context import Visit
from api.preselections.actions import count, send_command
from api.preselections.holders import masked_holder
from api.preselections.views import state_of
from domain.errors import NotFound, VoucherInvalid
from domain.preselection.values import Stage
from storage.audit.trail import Act
from storage.preselections.desk_reasons import DeskReason
from storage.preselections.rows import PreselectionRow
from workflows.messages import DeskAct

INSPECTIONS_PER_MINUTE = 600
"""More than any desk scans, and far too few to guess a short code."""

STILL_GOOD = (Stage.COMPLETED, Stage.REGISTERED)
_PART_OF_ADDRESS = re.compile(r"[/?#=&]")


async def reservations_of(
    visit: Visit, *, plate: str | None, stage: Stage | None, limit: int, cursor: str | None
) -> ReservationPage:
    """The reservations, newest first. The stage is the one at this instant, also if no timer has written it yet."""
    rows = await visit.parts.operations.reservations.of_office(
        _office(visit), plate=plate, stage=stage, limit=limit, before=place_in(cursor)
    )
    # A full page may be the last: then the next one is empty.
    last = rows[-1] if len(rows) == limit else None
    items = [_item(visit, row) for row in rows]
    return ReservationPage(
        items=[item for item in items if stage is None or item.stage is stage],
        next=cursor_of((last.created_at, last.id)) if last else None,
    )


async def inspected(visit: Visit, text: str) -> VoucherInspection:
    """Inspect a voucher by its token, a URL that ends in it, or its short code.

    Raises `VoucherInvalid` for a forged voucher, and `NotFound` for another office's.
    """
    await count(visit, "inspections", visit.caller.account(), INSPECTIONS_PER_MINUTE)
    row = await _row_of(visit, _PART_OF_ADDRESS.split(text.strip())[-1])
    if row is None or row.office_code != _office(visit):
        raise NotFound
    structlog.contextvars.bind_contextvars(preselection_id=str(row.id), office=row.office_code)
    item = _item(visit, row)
    act = Act(visit.now(), "clerk", clerk_of(visit))
    before = await visit.parts.desk_records.note_inspection(row.id, item.plate, act)
    return VoucherInspection(valid=item.stage in STILL_GOOD, inspected_before=before, **item.model_dump())


async def confirmed(visit: Visit) -> ReservationItem:
    """Register: the plate is issued. Raises `WrongStage`, also after the deadline."""
    await send_command(visit, "register", DeskAct(clerk_of(visit), str(visit.operation_id)))
    return await _current(visit)


async def rejected(visit: Visit, reason: str) -> ReservationItem:
    """The transfer can't be done: no ban, and the number cools.

    The reason is free text, so it is stored encrypted in the database, and never sent to the workflow.
    """
    clerk = clerk_of(visit)
    await visit.parts.desk_reasons.add(DeskReason(visit.operation_id, visit.own.id, clerk, reason, visit.now()))
    await send_command(visit, "reject", DeskAct(clerk, str(visit.operation_id)))
    return await _current(visit)


def clerk_of(visit: Visit) -> str:
    """The clerk's keyed hash in workflow and audit, in hexadecimal digits."""
    return visit.caller.hashes.clerk(visit.caller.claims.subject)


async def _row_of(visit: Visit, word: str) -> PreselectionRow | None:
    if "." in word:
        claims = visit.parts.vouchers.verifier.verify(word, now=visit.now())
        return await visit.parts.preselections.get(claims.preselection_id)
    return await visit.parts.preselections.get(await _id_of_code(visit, word))


async def _id_of_code(visit: Visit, code: str) -> UUID:
    """Raises `VoucherInvalid` for a mistyped or forged code."""
    codes = visit.parts.vouchers.codes
    first, last = codes.id_range(code)
    for found in await visit.parts.desk_records.ids_between(first, last):
        if codes.matches(code, found):
            return found
    raise VoucherInvalid


async def _current(visit: Visit) -> ReservationItem:
    row = await visit.parts.preselections.get(visit.own.id)
    if row is None:
        raise NotFound
    return _item(visit, row)


def _item(visit: Visit, row: PreselectionRow) -> ReservationItem:
    if row.plate is None or row.visit_by is None:
        raise NotFound
    return ReservationItem(
        id=str(row.id),
        plate=row.plate,
        stage=state_of(row, visit.now()).stage,
        visit_by=row.visit_by,
        holder=masked_holder(row),
    )


def _office(visit: Visit) -> str:
    office = visit.caller.claims.office
    if office is None:
        raise NotFound
    return office
