"""`docs/upgrading.md`: two releases of workers side by side under load, and no caller notices the change."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle

from domain.preselection.values import Stage
from domain.sms import ReceiptState, Sms
from embedded.binaries import temporal_program
from embedded.temporal import Temporal
from process.clock import system_clock
from storage.sms.receipts import Receipt
from tests.rules.source_files import ROOT
from tests.scenarios.upgrade.second_release import PATCH, SecondVehicle
from tests.support.bans import BanRun, ban_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World
from worker.run import WORKFLOWS, deployment_of, make_worker
from workflows.messages import RESENDING_WORKFLOW
from workflows.ports import SmsInput
from workflows.vehicle.workflow import VehicleWorkflow

pytestmark = pytest.mark.slow

FIRST, SECOND = "0.1.0", "0.2.0"
OF_SECOND = [SecondVehicle if workflow is VehicleWorkflow else workflow for workflow in WORKFLOWS]
APPLICANTS = 3


def current(name: str, build_id: str) -> tuple[str, ...]:
    return ("set-current-version", "--deployment-name", name, "--build-id", build_id, "--yes")


def pinned(name: str, build_id: str) -> str:
    version = f'TemporalWorkerDeploymentVersion = "{name}:{build_id}"'
    return f'{version} AND TemporalWorkflowVersioningBehavior = "Pinned" AND ExecutionStatus = "Running"'


@dataclass
class Upgrade:
    """One deployment with a task queue, and the commands of the document."""

    world: World
    address: str
    name: str = field(default_factory=lambda: f"xuanhao-{uuid4().hex[:8]}")

    @asynccontextmanager
    async def workers(self, build_id: str, workflows: list[Any]) -> AsyncIterator[None]:
        activities = self.world.container.activities()
        deployment = deployment_of(self.name, build_id)
        async with make_worker(self.world.client, self.name, activities, deployment=deployment, workflows=workflows):
            yield

    async def temporal(self, *words: str) -> Any:
        """`temporal worker deployment …`, with the name of the deployment."""
        command = [
            str(temporal_program()),
            "worker",
            "deployment",
            *words,
            "--address",
            self.address,
            "--output",
            "json",
        ]
        pipe = asyncio.subprocess.PIPE
        started = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
        out, err = await started.communicate()
        return json.loads(out or b"{}") if started.returncode == 0 else err.decode()

    async def make_current(self, build_id: str) -> None:
        """Temporal knows a version as soon as one of its workers polls."""

        async def is_current() -> bool:
            return not isinstance(await self.temporal(*current(self.name, build_id)), str)

        await eventually(is_current, within=60)

    async def status_of(self, build_id: str) -> str:
        found = await self.temporal("describe-version", "--deployment-name", self.name, "--build-id", build_id)
        status: str = found["drainageInfo"]["drainageStatus"]
        return status

    async def pinned_to(self, build_id: str) -> int:
        """The number of running workflows that only workers of this version may go on with."""
        return (await self.world.client.count_workflows(pinned(self.name, build_id))).count


@pytest.fixture
def upgrade(world: World, temporal: Temporal) -> Upgrade:
    """In its world a workflow's time is stopped, and can be skipped."""
    upgrade = Upgrade(world, temporal.address)
    upgrade.world = replace(world, task_queue=upgrade.name)
    return upgrade


@pytest.fixture
def callers(real_time_world: World, upgrade: Upgrade) -> World:
    """The same workers in real time."""
    return replace(real_time_world, task_queue=upgrade.name)


async def events_of(handle: WorkflowHandle[Any, Any]) -> list[Any]:
    return [event async for event in handle.fetch_history_events()]


def last_build(events: list[Any]) -> str:
    """The build id of the worker that has completed the last task."""
    done = [event.workflow_task_completed_event_attributes for event in events]
    build_id: str = [task.deployment_version.build_id for task in done if task.deployment_version.build_id][-1]
    return build_id


async def is_patched(vehicle: Vehicle) -> bool:
    markers = [event.marker_recorded_event_attributes for event in await events_of(vehicle.handle)]
    return any(PATCH in str(marker.details) for marker in markers if marker.marker_name == "core_patch")


async def act_until(stopped: asyncio.Event, world: World, vehicles: list[Vehicle]) -> None:
    """One applicant after the other draws, sets aside and composes; any error ends the test."""
    while not stopped.is_set():
        vehicle = await world.reach_selection()
        first, second, *_ = numbers_of(await vehicle.draw())
        await vehicle.put_aside(first)
        await vehicle.put_aside(second)
        await vehicle.confirm(second)
        vehicles.append(vehicle)


async def resend_sms(callers: World, monkeypatch: pytest.MonkeyPatch) -> tuple[WorkflowHandle[Any, Any], asyncio.Event]:
    """A short workflow that sends an SMS again, to a gateway that answers when the event is set."""
    vehicle, answers = await callers.reach_selection(), asyncio.Event()
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    await vehicle.confirm(number)
    sent, send = await vehicle.text("reserved"), callers.phone.send
    failed = Receipt(sent.idempotency_key, ReceiptState.FAILED, system_clock() + timedelta(seconds=1), "MK:0001")

    async def is_failed() -> bool:
        return await callers.repositories.sms_receipts.record(failed)

    await eventually(is_failed)

    async def send_when_it_answers(message: Sms) -> None:
        if message.phone == vehicle.person.phone:
            await answers.wait()
        await send(message)

    monkeypatch.setattr(callers.phone, "send", send_when_it_answers)
    name = f"resending-{uuid4()}"
    given = SmsInput(str(vehicle.id), "reserved", system_clock())
    handle = await callers.client.start_workflow(RESENDING_WORKFLOW, given, id=name, task_queue=callers.task_queue)
    return handle, answers


async def test_callers_notice_nothing_of_an_upgrade_and_a_ban_of_two_years_goes_on(
    upgrade: Upgrade, callers: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, stopped, served = upgrade.world, asyncio.Event(), list[Vehicle]()
    async with AsyncExitStack() as first, AsyncExitStack() as second:
        await first.enter_async_context(upgrade.workers(FIRST, WORKFLOWS))
        await upgrade.make_current(FIRST)
        selecting, missed = await world.reach_selection(), await world.reach_selection(validity="PT1M")
        reservation = (await missed.compose(f"{missed.office.prefixes[0]}20261")).reservation
        assert reservation
        await missed.skip_past(reservation.deadline)
        await missed.wait_for_stage(Stage.OVERDUE)
        ban = BanRun(world, (await ban_of(missed)).id)
        await eventually(ban.runs)

        resending, answers = await resend_sms(callers, monkeypatch)

        load = [asyncio.create_task(act_until(stopped, callers, served)) for _ in range(APPLICANTS)]
        await eventually(lambda: has_served(served, APPLICANTS))
        await second.enter_async_context(upgrade.workers(SECOND, OF_SECOND))
        await upgrade.make_current(SECOND)
        await eventually(lambda: has_served(served, 3 * APPLICANTS))
        assert await upgrade.status_of(FIRST) == "draining"
        # What is short ends with the release that it began with, and the document's count waits for it.
        await eventually(lambda: is_pinned(upgrade, 1))
        answers.set()
        await resending.result()
        assert last_build(await events_of(resending)) == FIRST
        await eventually(lambda: is_pinned(upgrade, 0))
        await first.aclose()
        before = len(served)
        await eventually(lambda: has_served(served, before + 2 * APPLICANTS))
        stopped.set()
        await asyncio.gather(*load)

        await selecting.draw()
        assert (last_build(await events_of(selecting.handle)), await is_patched(selecting)) == (SECOND, False)
        assert (last_build(await events_of(served[-1].handle)), await is_patched(served[-1])) == (SECOND, True)
        assert last_build(await events_of(ban.handle)) == FIRST
        await ban.skip_past((await ban_of(missed)).until)
        await ban.wait_for_end()
        assert last_build(await events_of(ban.handle)) == SECOND
        assert (await ban_of(missed)).released_at


def test_the_document_has_the_commands_of_the_test() -> None:
    text = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
    assert f"temporal worker deployment {' '.join(current('xuanhao', SECOND))}\n" in text
    assert f"temporal workflow count --query '{pinned('xuanhao', FIRST)}'\n" in text


async def is_pinned(upgrade: Upgrade, number: int) -> bool:
    return await upgrade.pinned_to(FIRST) == number


async def has_served(served: list[Vehicle], number: int) -> bool:
    return len(served) >= number
