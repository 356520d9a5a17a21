"""A small country for workflow tests: offices with a pool each, people with cars, and a phone that keeps every SMS."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, product
from typing import Any
from uuid import UUID, uuid4

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.testing import TimeSkipper

from domain.errors import Refusal
from domain.identifiers import resident_id_check_character
from domain.plates import LETTERS, PROVINCES
from domain.policy import Policy
from domain.preselection import Preselection
from domain.preselection_record import from_record
from domain.segments import Segment
from gateways.sms import TextMessage
from runtime.clock import system_clock
from storage.offices import Office, Offices
from storage.personal_hashes import PersonalHashes
from storage.preselections import PreselectionRow, Preselections, Seller, Submission
from storage.segment_releases import SegmentReleases
from worker.parts import Parts
from workflows.messages import Acted, Action, Begin, ConfirmIdentity, Draw, OneNumber, VehicleInput, vehicle_workflow_id
from workflows.refusals import as_refusal
from workflows.vehicle import VehicleWorkflow

PREFIXES = ("".join(pair) for pair in product(PROVINCES, LETTERS))
NUMBERS = count(1)
LONG_AGO = timedelta(days=30)


@dataclass
class Phone:
    """The local gateway of the tests: keeps what was sent, and may be switched off."""

    messages: list[TextMessage] = field(default_factory=list)
    down: Exception | None = None

    async def send(self, message: TextMessage) -> None:
        if self.down:
            raise self.down
        if all(known.idempotency_key != message.idempotency_key for known in self.messages):
            self.messages.append(message)

    def of(self, phone: str, purpose: str) -> list[TextMessage]:
        return [message for message in self.messages if message.phone == phone and message.purpose == purpose]


@dataclass(frozen=True)
class Person:
    """Somebody who may buy several cars."""

    id_number: str
    phone: str

    @classmethod
    def new(cls) -> "Person":
        body = f"110105{next(NUMBERS) % 90 + 1910:04d}0101{next(NUMBERS) % 1000:03d}"
        return cls(body + resident_id_check_character(body), f"138{next(NUMBERS):08d}")


@dataclass
class World:
    parts: Parts
    client: Client
    task_queue: str
    phone: Phone
    skipper: TimeSkipper | None = None

    async def office(self, *templates: str, compose_from: datetime | None = None) -> Office:
        """A new office with a prefix of its own, whose segments were released long ago."""
        prefix, now = next(PREFIXES), system_clock()
        office = Office(f"test-{prefix}", f"{prefix}车管所", "人民路1号", "广东", (prefix,))
        await Offices(self.parts.database).save(office)
        releases = SegmentReleases(self.parts.database)
        for template in templates or ("!!!!!",):
            released = now - LONG_AGO
            await releases.release(Segment(prefix, template, (), released, compose_from or released))
        await self.parts.index_keeper().tend(now)
        return office

    async def vehicle(
        self, office: Office | None = None, *, person: Person | None = None, vin: str | None = None, **policy: str
    ) -> "Vehicle":
        """A car whose facts were just checked, and its running workflow."""
        office, person = office or await self.office(), person or Person.new()
        vehicle = Vehicle(self, office, person, vin or f"VIN{next(NUMBERS):014d}", Policy().with_overrides(policy))
        await vehicle.begin()
        return vehicle


@dataclass
class Vehicle:
    """One preselection, driven as the API would drive it."""

    world: World
    office: Office
    person: Person
    vin: str
    policy: Policy
    id: UUID = field(default_factory=uuid4)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.world.client.get_workflow_handle(vehicle_workflow_id(str(self.id)))

    async def begin(self) -> None:
        await self._preselections().insert_submission(self._submission())
        await self.revive()

    async def revive(self) -> None:
        """Update-with-start `begin`, as for a new preselection and for a dormant one."""
        office = self.office
        given = VehicleInput(str(self.id), office.code, self.policy.to_dict(), list(office.prefixes))
        start = WithStartWorkflowOperation(
            VehicleWorkflow.run,
            given,
            id=vehicle_workflow_id(str(self.id)),
            task_queue=self.world.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"{office.code} 预选",
        )
        with raising_refusals():
            await self.world.client.execute_update_with_start_workflow(
                VehicleWorkflow.begin, Begin(request_id=str(uuid4())), start_workflow_operation=start
            )

    async def do(self, name: str, command: Any, **options: Any) -> Preselection:
        """Send an update and return the state after it; raises the refusal."""
        with raising_refusals():
            await self.handle.execute_update(name, command, result_type=Acted, **options)
        return await self.state()

    async def start(self) -> Preselection:
        return await self.do("start", Action(str(uuid4())))

    async def send_code(self) -> Preselection:
        return await self.do("send_identity_code", Action(str(uuid4())))

    async def confirm_identity(self, digits: str | None = None) -> Preselection:
        return await self.do("confirm_identity", ConfirmIdentity(await self.code_hash(digits), str(uuid4())))

    async def draw(self, *, exclude_four: bool = False, request_id: str | None = None) -> Preselection:
        return await self.do("draw", Draw(exclude_four, None, request_id or str(uuid4())))

    async def put_aside(self, number: str) -> Preselection:
        return await self.do("put_aside", OneNumber(number, str(uuid4())))

    async def confirm(self, number: str) -> Preselection:
        return await self.do("confirm", OneNumber(number, str(uuid4())))

    async def reach_selection(self) -> Preselection:
        """开始选号, 身份验证 with the countdown waited out, and the selection begins."""
        await self.start()
        await self.send_code()
        await self.skip(self.policy.confirm_delay.timedelta() + timedelta(milliseconds=10))
        return await self.confirm_identity()

    async def reach_completed(self) -> Preselection:
        """The shortest way by draw."""
        await self.reach_selection()
        number = (await self.draw()).batch.numbers[0]
        await self.put_aside(number)
        return await self.confirm(number)

    async def skip(self, duration: timedelta) -> None:
        """Let virtual time pass for this vehicle alone."""
        if not duration:
            return
        assert self.world.skipper, "this world's time can't be skipped"
        await self.world.skipper.fast_forward(self.handle, duration)

    async def now(self) -> datetime:
        assert self.world.skipper, "this world's time can't be skipped"
        return await self.world.skipper.get_current_time(self.handle)

    async def row(self) -> PreselectionRow:
        row = await self._preselections().get_any(self.id)
        assert row
        return row

    async def state(self) -> Preselection:
        """The state as the row has it, before time is applied."""
        return from_record((await self.row()).state, self.policy)

    async def code_hash(self, digits: str | None = None) -> str:
        typed = digits or self.texts("confirm_identity")[-1].code
        row = await self.row()
        return (
            PersonalHashes(self.world.parts.keys.hashes).code("confirm_identity", row.owner_hash, row.id, typed).hex()
        )

    def texts(self, purpose: str) -> list[TextMessage]:
        return self.world.phone.of(self.person.phone, purpose)

    def _preselections(self) -> Preselections:
        return Preselections(self.world.parts.database, self.world.parts.keys)

    def _submission(self) -> Submission:
        return Submission(
            id=self.id,
            at=system_clock(),
            office_code=self.office.code,
            notice_version="1",
            policy=self.policy.to_dict(),
            owner=self.person.id_number,
            party_kind="person",
            party_name="张三",
            party_id=self.person.id_number,
            phone=self.person.phone,
            vin=self.vin,
            certificate_number="110012345678",
            seller=Seller("person", "李四", "11010519491231002X"),
            seller_name_masked="李*",
        )


class raising_refusals:  # noqa: N801 (a context manager reads like a verb)
    """Turn a failed update into the refusal that it carries."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, WorkflowUpdateFailedError):
            refusal = as_refusal(error)
            if refusal:
                raise refusal from None


async def eventually(ask: Callable[[], Awaitable[Any]], *, within: float = 10.0) -> Any:
    """The first truthy answer; fails when there is none in time."""
    async with asyncio.timeout(within):
        while True:
            answer = await ask()
            if answer:
                return answer
            await asyncio.sleep(0.05)


async def text_to(vehicle: Vehicle, purpose: str) -> TextMessage:
    """The SMS of this purpose, once it is there."""

    async def sent() -> list[TextMessage]:
        return vehicle.texts(purpose)

    return (await eventually(sent))[0]


async def refused(doing: Awaitable[Any]) -> Refusal:
    """The refusal that this raises."""
    try:
        await doing
    except Refusal as refusal:
        return refusal
    raise AssertionError("nothing was refused")
