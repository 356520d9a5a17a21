"""Signals that move the last days of vehicles: sent by the worker, and by the command line while no worker runs.

A signal reaches a vehicle even while no worker runs, before its deadline has had any effect. A vehicle whose workflow
was ended by hand, or lost with Temporal, is started with its signal, so that no last day stays where it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from domain.calendar import OfficeCalendar, shanghai_day
from domain.plates import prefix_of
from domain.preselection.values import Stage
from workflows.client import VehicleClient
from workflows.messages import ExtendValidity, PostponementInput
from workflows.start_options import VehicleStart

Live = Callable[[Collection[UUID]], Awaitable[Collection[UUID]]]
"""Those of some reservations that are still live."""

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
    def plate(self) -> str: ...
    @property
    def visit_by(self) -> date: ...


@dataclass(frozen=True)
class DeadlineExtension:
    """The signal to one vehicle."""

    vehicle: VehicleStart
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
            vehicle = VehicleStart(str(each.id), each.office_code, [prefix_of(each.plate)], Stage.COMPLETED)
            extensions.append(DeadlineExtension(vehicle, message))
    return extensions


async def send_extensions(vehicles: VehicleClient, extensions: Sequence[DeadlineExtension], live: Live) -> int:
    """Send the signals, and return the number of workflows that had to be started for it. Raises `Unavailable`."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def send(each: DeadlineExtension) -> bool:
        async with limit:
            return await vehicles.signal(each.vehicle.preselection_id, "extend_validity", each.message)

    async def start(each: DeadlineExtension) -> None:
        async with limit:
            await vehicles.start_with_signal(each.vehicle, "extend_validity", each.message)
        log.warning("workflow started to move a deadline", preselection_id=each.vehicle.preselection_id)

    are_sent = await asyncio.gather(*map(send, extensions))
    pairs = zip(extensions, are_sent, strict=True)
    unsent = {UUID(each.vehicle.preselection_id): each for each, is_sent in pairs if not is_sent}
    # One that was confirmed at the desk at the same time has ended with its workflow.
    missing = await live(unsent) if unsent else ()
    await asyncio.gather(*(start(unsent[id_]) for id_ in missing))
    return len(missing)


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
