"""Signals that move the last days of vehicles: sent by the worker, and by the command line while no worker runs.

A signal reaches a vehicle even while no worker runs, before its deadline has had any effect.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from domain.calendar import OfficeCalendar, shanghai_day
from workflows.client import VehicleClient
from workflows.messages import ExtendValidity, PostponementInput

log = structlog.get_logger("actions")
_AT_ONCE = 20
_DAY = timedelta(days=1)


class Reservation(Protocol):
    """A live reservation and its last day."""

    @property
    def id(self) -> UUID: ...
    @property
    def office_code(self) -> str: ...
    @property
    def visit_by(self) -> date: ...


@dataclass(frozen=True)
class DeadlineExtension:
    """The signal to one vehicle."""

    preselection_id: str
    message: ExtendValidity


def deadline_extensions(
    reservations: Iterable[Reservation],
    given: PostponementInput,
    calendars: Mapping[str, OfficeCalendar],
    *,
    operation_id: str,
    at: datetime,
) -> list[DeadlineExtension]:
    """The signals for those of the reservations that have a reason to move. `calendars` are by office."""
    extensions = []
    for each in reservations:
        if day := new_last_day(each.visit_by, given, calendars[each.office_code], at):
            # A repeat of the operation is identified by its id; a day that has moved again is another request.
            request_id = uuid5(NAMESPACE_URL, f"{operation_id}:{each.id}:{each.visit_by}:{day}")
            message = ExtendValidity(given.operator, given.reason, day.isoformat(), str(request_id))
            extensions.append(DeadlineExtension(str(each.id), message))
    return extensions


async def send_extensions(vehicles: VehicleClient, extensions: Sequence[DeadlineExtension]) -> int:
    """Send the signals, and return the number of vehicles without a workflow. Raises `Unavailable`."""
    limit = asyncio.Semaphore(_AT_ONCE)
    return (await asyncio.gather(*(_send(vehicles, limit, each) for each in extensions))).count(False)


async def _send(vehicles: VehicleClient, limit: asyncio.Semaphore, extension: DeadlineExtension) -> bool:
    """False for a vehicle whose workflow was ended by hand."""
    async with limit:
        is_reached = await vehicles.signal(extension.preselection_id, "extend_validity", extension.message)
    if not is_reached:
        log.warning("deadline not moved: no workflow", preselection_id=extension.preselection_id)
    return is_reached


def new_last_day(visit_by: date, given: PostponementInput, calendar: OfficeCalendar, at: datetime) -> date | None:
    """The new last day; None for a reservation that has no reason to move."""
    if given.closed and calendar.is_working_day(visit_by):
        return None
    if given.visit_by:
        later = date.fromisoformat(given.visit_by)
        return later if later > visit_by else None
    lost = [visit_by] if given.closed else [visit_by, *map(date.fromisoformat, given.days)]
    # A holder whose day was lost yesterday and who learns it today needs a whole further day.
    return calendar.working_day_from(max(*lost, shanghai_day(at)) + _DAY)
