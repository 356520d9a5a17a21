"""The database decides and the workflow does not learn it: Temporal dies, and stays away longer than callers wait."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from temporalio.client import WorkflowExecutionStatus

from process.clock import system_clock
from tests.scenarios.faults.installation import Installation
from tests.support.applicants import Applicant, Caller, Car, Selection
from tests.support.country import Country
from tests.support.desk import clerk_of
from tests.support.http import Answer
from tests.support.temporal_ui import details_of
from tests.support.waiting import eventually
from workflows import client as workflow_client

pytestmark = pytest.mark.slow

# So that decisions wait; their callers' other statements do not.
LOCK = "LOCK TABLE decision IN SHARE MODE"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
DECIDED = "SELECT count(*) FROM decision"
TIMEOUT = 2.0
STAGES = ("service_notes", "plate_selection", "completed")
"""What a creation, a right code and a confirmation lead to."""


async def decide_without_workflows(installation: Installation, *calls: Coroutine[Any, Any, Answer]) -> list[Answer]:
    """The answers to calls that the database decides on while Temporal is frozen; then Temporal is killed."""
    temporal = installation.temporal
    dsn = installation.postgres.dsn(installation.database)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as watching:

        async def count(query: str) -> int:
            [found] = await (await watching.execute(query)).fetchall()
            return int(found[0])

        before = await count(DECIDED)
        async with await psycopg.AsyncConnection.connect(dsn) as locking:
            await locking.execute(LOCK)
            answers = [asyncio.create_task(call) for call in calls]
            await eventually(lambda: is_equal(count(WAITING), len(calls)))
            temporal.freeze()
            await locking.rollback()
        await eventually(lambda: is_equal(count(DECIDED), before + len(calls)))
    responses = await asyncio.gather(*answers)
    await temporal.kill()
    await temporal.bring_up()
    return responses


async def is_equal(counting: Coroutine[Any, Any, int], expected: int) -> bool:
    return await counting == expected


@dataclass
class Request:
    """A call with its key, which can be sent again."""

    caller: Caller
    path: str
    body: Any
    key: str

    @classmethod
    def of(cls, caller: Caller, path: str, body: Any) -> Request:
        return cls(caller, path, body, str(uuid4()))

    async def send(self) -> Answer:
        return await self.caller.post(self.path, self.body, key=self.key)


@dataclass
class Creation:
    """A preselection whose begin is lost."""

    buyer: Applicant
    request: Request

    @classmethod
    async def ready(cls, country: Country) -> Creation:
        buyer, office = country.applicant(), await country.office()
        car: Car = country.car(buyer, office)
        return cls(buyer, Request.of(buyer, "/preselections", car.body(await buyer.first_code())))

    async def selection(self) -> Selection:
        [item] = (await self.buyer.get("/preselections")).ok()["items"]
        return Selection(self.buyer, item["id"])

    async def goes_on(self) -> None:
        assert (await (await self.selection()).post("start")).ok()["stage"] == "identity_verification"


@dataclass
class Identity:
    """A preselection whose right code is lost."""

    chosen: Selection
    request: Request

    @classmethod
    async def ready(cls, country: Country) -> Identity:
        buyer, office = country.applicant(), await country.office()
        selection = await buyer.create_selection(country.car(buyer, office))
        await selection.post("start")
        await selection.post("identity-code")
        code = {"code": country.stack.phone.last_code(buyer.phone)}
        return cls(selection, Request.of(buyer, f"{selection.path}/identity", code))

    async def selection(self) -> Selection:
        return self.chosen

    async def goes_on(self) -> None:
        view = (await self.chosen.post("draws", {})).ok()
        assert (view["draws"]["remaining"], len(view["batch"]["numbers"])) == (4, 10)


@dataclass
class Confirmation:
    """A preselection whose reservation is lost."""

    chosen: Selection
    number: str
    clerk: Caller
    request: Request

    @classmethod
    async def ready(cls, country: Country) -> Confirmation:
        buyer, office = country.applicant(), await country.office()
        selection = await buyer.reach_selection(country.car(buyer, office))
        number = (await selection.post("draws", {})).ok()["batch"]["numbers"][0]
        await selection.post("candidates", {"number": number})
        request = Request.of(buyer, f"{selection.path}/confirmation", {"number": number})
        return cls(selection, number, clerk_of(country, office), request)

    async def selection(self) -> Selection:
        return self.chosen

    async def goes_on(self) -> None:
        assert (await self.registration().send()).ok()["stage"] == "registered"

    def registration(self) -> Request:
        return Request.of(self.clerk, f"/desk/preselections/{self.chosen.id}/confirmation", None)


@dataclass
class Registration:
    """A preselection whose plate the desk issues, which is lost."""

    confirmed: Confirmation
    request: Request

    @classmethod
    async def ready(cls, country: Country) -> Registration:
        confirmed = await Confirmation.ready(country)
        (await confirmed.request.send()).ok()
        return cls(confirmed, confirmed.registration())

    async def selection(self) -> Selection:
        return self.confirmed.chosen


Lost = Creation | Identity | Confirmation


@dataclass
class Accident:
    """Four of each: one whose request is repeated, one that goes on, and two that are left alone.

    Of the last group no caller has recorded that it may lag behind: the API died as well.
    """

    installation: Installation
    answers: list[Answer]
    repeated: list[Lost]
    continued: list[Lost]
    left_alone: list[Lost]
    unrecorded: list[Lost]
    registration: Registration


@pytest.fixture
async def accident(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Accident:
    monkeypatch.setattr(workflow_client, "UPDATE_TIMEOUT_SECONDS", TIMEOUT)
    country = installation.country
    kinds: list[type[Lost]] = [Creation, Identity, Confirmation]
    groups: list[list[Lost]] = [[await kind.ready(country) for kind in kinds] for _ in range(4)]
    registration = await Registration.ready(country)
    # As in any installation, maintenance has run before.
    await installation.maintain("resynced", "revived")
    requests = [lost.request for lost in (*(lost for group in groups for lost in group), registration)]
    answers = await decide_without_workflows(installation, *(request.send() for request in requests))
    forgotten = [UUID((await lost.selection()).id) for lost in groups[-1]]
    await installation.stack.repositories.lagging_workflows.forget(forgotten, system_clock())
    repeated, continued, left_alone, unrecorded = groups
    return Accident(installation, answers, repeated, continued, left_alone, unrecorded, registration)


async def test_a_row_ahead_of_its_workflow_is_believed_by_the_repeat_the_next_act_and_maintenance(
    accident: Accident,
) -> None:
    installation = accident.installation
    assert {answer.status for answer in accident.answers} <= {503, 504}
    repeats = [(await lost.request.send()).ok()["stage"] for lost in accident.repeated]
    assert repeats == list(STAGES)
    for lost in (*accident.repeated, *accident.continued):
        await lost.goes_on()
    report = await installation.maintain("resynced", "revived")
    assert report.resynced
    assert not report.resynced.is_restored
    await check_workflows(installation, accident.left_alone)
    await eventually(lambda: has_ended(installation, accident.registration))
    # The reservation shows in Temporal's list; what happened before it, the next act or the next timer finds.
    revived = await installation.revive(system_clock() + timedelta(minutes=1))
    assert revived.suspects == 1
    await check_workflows(installation, accident.unrecorded[-1:])
    for group in (accident.repeated, accident.continued, accident.left_alone, accident.unrecorded):
        await gets_one_sms(installation, group[-1])


async def check_workflows(installation: Installation, group: Sequence[Lost]) -> None:
    """Their workflows show the stages of their rows, the last of which are those of `STAGES`."""
    for lost, stage in zip(group, STAGES[-len(group) :], strict=True):
        preselection_id = (await lost.selection()).id

        async def is_shown(preselection_id: str = preselection_id, stage: str = stage) -> bool:
            return f"`{stage}`" in await details_of(installation.workflow_of(preselection_id))

        await eventually(is_shown)


async def has_ended(installation: Installation, lost: Registration) -> bool:
    handle = installation.workflow_of((await lost.selection()).id)
    return (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def gets_one_sms(installation: Installation, lost: Lost) -> None:
    """The SMS about the reservation has arrived."""
    assert isinstance(lost, Confirmation)

    async def has_sms() -> bool:
        sent = [message.text for message in installation.phone.of(lost.chosen.applicant.phone)]
        return sum(lost.number in text for text in sent) == 1

    await eventually(has_sms)
