"""Data for workflow tests: offices with pools, people with cars, and a phone that stores every SMS."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.policy import Policy
from storage.crypto.seals import MessageSeals
from storage.offices.offices import Office
from storage.preselections.decisions import Claim
from storage.repositories import Repositories
from tests.support.offices import new_office
from tests.support.people import NUMBERS, Person
from tests.support.phones import Phone
from tests.support.vehicles import Vehicle
from worker.container import WorkerContainer
from workflows.client import VehicleClient

NO_SETTINGS: Mapping[str, str] = {}


@dataclass(frozen=True)
class World:
    """The running system as a vehicle's messages reach it; `by_signals` sends signals where it would send updates."""

    container: WorkerContainer
    client: Client
    task_queue: str
    phone: Phone
    skipper: TimeSkipper | None = None
    by_signals: bool = False

    @property
    def repositories(self) -> Repositories:
        return self.container.repositories

    @property
    def seals(self) -> MessageSeals:
        return self.repositories.message_seals

    @property
    def vehicles(self) -> VehicleClient:
        return VehicleClient(self.client, self.task_queue, self.seals)

    def with_signals(self) -> "World":
        return replace(self, by_signals=True)

    def time(self) -> TimeSkipper:
        assert self.skipper, "this world's time can't be skipped"
        return self.skipper

    async def office(
        self, *templates: str, compose_from: datetime | None = None, excluded: tuple[str, ...] = ()
    ) -> Office:
        """A new office with a new prefix, whose segments were released long ago."""
        return await new_office(self.repositories, *templates, compose_from=compose_from, excluded=excluded)

    async def vehicle(
        self,
        office: Office | None = None,
        settings: Mapping[str, str] = NO_SETTINGS,
        *,
        person: Person | None = None,
        vin: str | None = None,
        **policy: str,
    ) -> Vehicle:
        """A car that just passed the vehicle check, and its running workflow; `policy` overrides `settings`."""
        vehicle = await self.new_vehicle(office, {**settings, **policy}, person=person, vin=vin)
        await vehicle.begin()
        return vehicle

    async def reach_selection(
        self,
        office: Office | None = None,
        settings: Mapping[str, str] = NO_SETTINGS,
        *,
        person: Person | None = None,
        **policy: str,
    ) -> Vehicle:
        """A vehicle at 预选号牌 whose policy has no countdown before an act."""
        at_once = {"confirm_delay": "PT0S", "compose_interval": "PT0S"}
        vehicle = await self.vehicle(office, {**at_once, **settings, **policy}, person=person)
        await vehicle.reach_selection()
        return vehicle

    async def reserve_plate(self, **policy: str) -> Vehicle:
        """A vehicle of a new office with a reservation."""
        vehicle = await self.reach_selection(await self.office("A123!"), policy)
        await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
        return vehicle

    async def new_vehicle(
        self,
        office: Office | None = None,
        settings: Mapping[str, str] = NO_SETTINGS,
        *,
        person: Person | None = None,
        vin: str | None = None,
    ) -> Vehicle:
        """The same before its workflow starts."""
        office, person = office or await self.office(), person or Person.new()
        return Vehicle(self, office, person, vin or f"VIN{next(NUMBERS):014d}", Policy().with_overrides(settings))

    async def claims(self, *plates: str, at: datetime) -> dict[str, Claim]:
        """The live claims on these plates."""
        return {claim.plate: claim for claim in await self.repositories.claims.live(plates, at)}
