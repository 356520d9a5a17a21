"""Finds the workflow of a vehicle, with its URL in Temporal's UI, by plate, preselection or VIN."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.errors import NumberMalformed, VinInvalid
from domain.identifiers import MalformedVin, parse_vin
from domain.plates import MalformedPlate, parse_plate
from domain.policy import Policy
from domain.preselection.record import from_record
from operations.context import OperationsContext
from storage.preselections.rows import PreselectionRow
from workflows.messages import vehicle_workflow_id


@dataclass(frozen=True)
class FoundWorkflow:
    """A preselection and its workflow. It contains no personal data."""

    preselection_id: UUID
    workflow_id: str
    address: str
    office_code: str
    stage: str
    plate: str | None
    visit_by: date | None
    deadline: datetime | None
    created_at: datetime


async def find_by_plate(context: OperationsContext, text: str, at: datetime) -> list[FoundWorkflow]:
    """The preselections that reserved the number, newest first, or hold it now. Raises `NumberMalformed`."""
    try:
        plate = parse_plate(text)
    except MalformedPlate:
        raise NumberMalformed.of([text]) from None
    rows = await context.repositories.reservations.of_plate(plate)
    holder = await context.repositories.reservations.holder_of(plate, at)
    if holder and all(row.id != holder for row in rows):
        held = await context.repositories.preselections.get(holder)
        rows = [*([held] if held else []), *rows]
    return [_to_found_workflow(context, row, at) for row in rows]


async def find_by_vin(context: OperationsContext, text: str, at: datetime) -> list[FoundWorkflow]:
    """All of this vehicle, newest first. Raises `VinInvalid`."""
    try:
        vin = parse_vin(text)
    except MalformedVin:
        raise VinInvalid from None
    return [_to_found_workflow(context, row, at) for row in await context.repositories.reservations.of_vehicle(vin)]


async def find_by_id(context: OperationsContext, preselection_id: UUID, at: datetime) -> list[FoundWorkflow]:
    row = await context.repositories.preselections.get(preselection_id)
    return [_to_found_workflow(context, row, at)] if row else []


def _to_found_workflow(context: OperationsContext, row: PreselectionRow, at: datetime) -> FoundWorkflow:
    workflow_id = vehicle_workflow_id(str(row.id))
    state = from_record(row.state, Policy.from_dict(row.policy)).settle(at)
    return FoundWorkflow(
        preselection_id=row.id,
        workflow_id=workflow_id,
        address=context.addresses.of(workflow_id),
        office_code=row.office_code,
        stage=state.stage.value,
        plate=row.plate,
        visit_by=row.visit_by,
        deadline=row.deadline,
        created_at=row.created_at,
    )
