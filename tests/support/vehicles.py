"""One preselection of the test world, with the same updates as the API's, or with their signals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from domain.errors import refusal_from
from domain.policy import Policy
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from domain.preselection.values import Stage
from domain.sms import Sms
from process.clock import system_clock
from storage.offices.offices import Office
from storage.preselections.rows import PreselectionRow, Preselections, Seller, Submission
from tests.support.refusals import raise_refusals
from tests.support.rows import any_row
from tests.support.waiting import eventually
from workflows.client import new_update_id
from workflows.messages import (
    Action,
    ActionResult,
    Compose,
    ConfirmIdentity,
    DeskAct,
    Draw,
    ExtendValidity,
    OneNumber,
    OperatorAct,
    Outcome,
    vehicle_workflow_id,
)
from workflows.start_options import VehicleStart
from workflows.vehicle.workflow import VehicleWorkflow

if TYPE_CHECKING:
    from tests.support.people import Person
    from tests.support.world import World

CLERK = "c1e4c"
OPERATOR = "wang"
MARGIN = timedelta(seconds=1)
"""This far past a deadline its timer has fired, and the workflow has reacted to it.

A workflow that still works at the end of a skip goes on to its next timer: Temporal 1.32.0 skips once more then.
"""


@dataclass
class Vehicle:
    """A car with its buyer, and its preselection."""

    world: World
    office: Office
    person: Person
    vin: str
    policy: Policy
    id: UUID = field(default_factory=uuid4)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.world.client.get_workflow_handle(vehicle_workflow_id(str(self.id)))

    async def submit(self) -> None:
        """The row as the API writes it, before anything begins."""
        await self._preselections().insert_submission(self._submission())

    async def begin(self) -> None:
        await self.submit()
        await self.revive()

    async def revive(self, request_id: str | None = None) -> Preselection:
        """Update-with-start `begin`, as for a new preselection and for one whose workflow has ended."""
        with raise_refusals():
            await self.world.vehicles.start(self.start_options(), "begin", Action(request_id or str(uuid4())))
        return await self.state()

    def start_options(self) -> VehicleStart:
        return VehicleStart(str(self.id), self.office.code, self.office.prefixes)

    def seal(self, name: str, command: Any) -> Any:
        """The command as the API sends it."""
        return self.world.seals.seal(str(self.id), name, command)

    # Requests

    async def do(self, name: str, command: Any) -> Preselection:
        """Send a request and return the state after it; raises the refusal."""
        await self.send(name, command)
        return await self.state()

    async def send(self, name: str, command: Any) -> ActionResult:
        """Send a request and return the result; raises the refusal."""
        if self.world.by_signals:
            await self.handle.signal(name, self.seal(name, command))
            return await self._answer_to(command.request_id)
        with raise_refusals():
            result: ActionResult = await self.handle.execute_update(
                name, self.seal(name, command), id=new_update_id(), result_type=ActionResult
            )
        return result

    async def outcome(self, request_id: str) -> Outcome | None:
        return await self.handle.query(VehicleWorkflow.outcome, request_id)

    async def enter(self) -> Preselection:
        return await self.do("enter", Action(str(uuid4())))

    async def start(self) -> Preselection:
        return await self.do("start", Action(str(uuid4())))

    async def send_code(self) -> Preselection:
        return await self.do("send_identity_code", Action(str(uuid4())))

    async def confirm_identity(self, digits: str | None = None) -> Preselection:
        return await self.do("confirm_identity", ConfirmIdentity(await self.code_hash(digits), str(uuid4())))

    async def draw(self, *, exclude_four: bool = False, prefix: str | None = None) -> Preselection:
        return await self.do("draw", Draw(exclude_four, prefix, str(uuid4())))

    async def put_aside(self, number: str) -> Preselection:
        return await self.do("put_aside", OneNumber(number, str(uuid4())))

    async def confirm(self, number: str) -> Preselection:
        return await self.do("confirm", OneNumber(number, str(uuid4())))

    async def compose(self, *numbers: str) -> Preselection:
        return await self.do("compose", Compose(list(numbers), str(uuid4())))

    async def withdraw(self) -> Preselection:
        return await self.do("withdraw", Action(str(uuid4())))

    async def register(self) -> Preselection:
        return await self.do("register", DeskAct(CLERK, str(uuid4())))

    async def reject(self) -> Preselection:
        return await self.do("reject", DeskAct(CLERK, str(uuid4())))

    async def release_holds(self, operator: str = OPERATOR, reason: str = "误放") -> Preselection:
        return await self.do("release_holds", OperatorAct(operator, reason, str(uuid4())))

    async def cancel(self, operator: str = OPERATOR, reason: str = "系统故障") -> Preselection:
        return await self.do("cancel", OperatorAct(operator, reason, str(uuid4())))

    async def extend_validity(self, visit_by: date, operator: str = OPERATOR, reason: str = "停业") -> Preselection:
        return await self.do("extend_validity", ExtendValidity(operator, reason, visit_by.isoformat(), str(uuid4())))

    # Journeys

    async def reach_identity(self) -> Preselection:
        """开始选号, and the code was sent."""
        await self.start()
        return await self.send_code()

    async def reach_selection(self) -> Preselection:
        """身份验证 after its countdown; the selection session starts."""
        await self.reach_identity()
        await self.skip(self.policy.confirm_delay.timedelta())
        return await self.confirm_identity()

    async def reach_candidate(self) -> str:
        """A number of the first batch as candidate."""
        await self.reach_selection()
        number = numbers_of(await self.draw())[0]
        await self.put_aside(number)
        return number

    async def reach_reservation(self) -> Preselection:
        """The shortest journey by draw."""
        return await self.confirm(await self.reach_candidate())

    # Time

    async def skip(self, duration: timedelta) -> None:
        """Let virtual time pass for this vehicle alone, until a little after the duration."""
        if duration:
            await self.world.time().fast_forward(self.handle, duration + MARGIN)

    async def skip_past(self, deadline: datetime) -> None:
        await self.skip(deadline - await self.now())

    async def now(self) -> datetime:
        return await self.world.time().get_current_time(self.handle)

    # Observations

    async def row(self) -> PreselectionRow:
        row = await any_row(self.world.repositories.database, self.world.repositories.keys, self.id)
        assert row
        return row

    async def state(self) -> Preselection:
        """The state of the row, before expiries are applied."""
        return from_record((await self.row()).state, self.policy)

    async def last_day(self) -> date:
        """That of its reservation."""
        reservation = (await self.state()).reservation
        assert reservation
        return reservation.visit_by

    async def wait_until(self, true: Callable[[Preselection], object]) -> Preselection:
        """The state of the row, once a condition is true."""

        async def find_state() -> Preselection | None:
            state = await self.state()
            return state if true(state) else None

        return await eventually(find_state)

    async def wait_for_end(self) -> None:
        """Wait until the workflow has completed."""

        async def is_completed() -> bool:
            return (await self.handle.describe()).status is WorkflowExecutionStatus.COMPLETED

        await eventually(is_completed)

    async def wait_for_stage(self, stage: Stage) -> Preselection:
        return await self.wait_until(lambda state: state.stage is stage)

    async def code_hash(self, digits: str | None = None) -> str:
        typed = digits or self.texts("confirm_identity")[-1].code
        assert typed
        row, hashes = await self.row(), self.world.repositories.hashes
        return hashes.code("confirm_identity", row.owner_hash, row.id, typed).hex()

    def texts(self, purpose: str) -> list[Sms]:
        return self.world.phone.of(self.person.phone, purpose)

    async def text(self, purpose: str) -> Sms:
        """The SMS of this purpose, once it was sent."""

        async def find_sms() -> list[Sms]:
            return self.texts(purpose)

        return (await eventually(find_sms))[0]

    async def _answer_to(self, request_id: str) -> ActionResult:
        outcome = await eventually(lambda: self.outcome(request_id))
        if outcome.refused:
            raise refusal_from(outcome.refused, outcome.facts or {})
        assert outcome.revision is not None
        return ActionResult(outcome.revision)

    def _preselections(self) -> Preselections:
        return self.world.repositories.preselections

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


def numbers_of(state: Preselection) -> tuple[str, ...]:
    """The numbers of the batch."""
    assert state.batch
    return state.batch.numbers
