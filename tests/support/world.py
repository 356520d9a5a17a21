"""Data for workflow tests: offices with pools, people with cars, and a phone that stores every SMS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count, product

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.identifiers import resident_id_check_character
from domain.plates import LETTERS, PROVINCES
from domain.policy import Policy
from domain.segments import Segment
from domain.sms import Sms
from process.clock import system_clock
from storage.audit.trail import Act
from storage.crypto.seals import MessageSeals
from storage.offices.offices import Office
from storage.preselections.decisions import Claim
from storage.repositories import Repositories
from tests.support.vehicles import Vehicle
from worker.container import WorkerContainer
from workflows.client import VehicleClient

PREFIXES = ("".join(pair) for pair in product(PROVINCES, LETTERS))
NUMBERS = count(1)
LONG_AGO = timedelta(days=30)
NO_SETTINGS: Mapping[str, str] = {}


@dataclass
class Phone:
    """The local gateway of the tests: stores sent SMS, and may be switched off.

    `accepted` is called when an SMS has been accepted, before the sender gets the response.
    """

    messages: list[Sms] = field(default_factory=list)
    down: Exception | None = None
    accepted: Callable[[], None] = lambda: None

    async def send(self, message: Sms) -> None:
        if self.down:
            raise self.down
        if all(known.idempotency_key != message.idempotency_key for known in self.messages):
            self.messages.append(message)
            self.accepted()

    def of(self, phone: str, purpose: str) -> list[Sms]:
        return [message for message in self.messages if message.phone == phone and message.purpose == purpose]


@dataclass(frozen=True)
class Person:
    """A person who may buy several cars."""

    id_number: str
    phone: str

    @classmethod
    def new(cls) -> "Person":
        body = f"110105{next(NUMBERS) % 90 + 1910:04d}0101{next(NUMBERS) % 1000:03d}"
        return cls(body + resident_id_check_character(body), f"138{next(NUMBERS):08d}")


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

    def signalling(self) -> "World":
        return replace(self, by_signals=True)

    def time(self) -> TimeSkipper:
        assert self.skipper, "this world's time can't be skipped"
        return self.skipper

    async def office(self, *templates: str, compose_from: datetime | None = None) -> Office:
        """A new office with a new prefix, whose segments were released long ago."""
        prefix, now = next(PREFIXES), system_clock()
        office = Office(f"test-{prefix}", f"{prefix}车管所", "人民路1号", "广东", (prefix,))
        await self.repositories.offices.save(office)
        repository = self.repositories.segments
        for template in templates or ("!!!!!",):
            released = now - LONG_AGO
            await repository.release(
                Segment(prefix, template, (), released, compose_from or released), Act(now, "system")
            )
        await self.repositories.pool_reconciler.release(prefix, now)
        return office

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
        vehicle = await self.submitted(office, {**settings, **policy}, person=person, vin=vin)
        await vehicle.begin()
        return vehicle

    async def selecting(
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

    async def submitted(
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
