"""The database has decided, and the workflow never hears of it: Temporal dies, and stays away longer than callers wait."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.api.country import Answer, Applicant, Car, Caller, Country, Selection
from tests.desk.people import clerk_of
from tests.scenarios.faults.installation import Installation
from tests.support.waiting import eventually
from workflows import client as workflow_client

pytestmark = pytest.mark.slow

# So that decisions wait; their callers' other statements do not.
LOCK = "LOCK TABLE decision IN SHARE MODE"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
DECIDED = "SELECT count(*) FROM decision"
PATIENCE = 2.0


async def all_decided_in_vain(installation: Installation, *calls: Coroutine[Any, Any, Answer]) -> list[Answer]:
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
    told = await asyncio.gather(*answers)
    await temporal.kill()
    await temporal.bring_up()
    return told


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
        selection = await buyer.submitted(country.car(buyer, office))
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
        selection = await buyer.selecting(country.car(buyer, office))
        number = (await selection.post("draws", {})).ok()["batch"]["numbers"][0]
        await selection.post("candidates", {"number": number})
        request = Request.of(buyer, f"{selection.path}/confirmation", {"number": number})
        return cls(selection, number, clerk_of(country, office), request)

    async def selection(self) -> Selection:
        return self.chosen

    async def goes_on(self) -> None:
        answer = await self.clerk.post(f"/desk/preselections/{self.chosen.id}/confirmation", key=str(uuid4()))
        assert answer.ok()["stage"] == "registered"


Lost = Creation | Identity | Confirmation


@dataclass
class Accident:
    """Three of each: one whose request is repeated, one that goes on, and one that is left alone."""

    installation: Installation
    answers: list[Answer]
    repeated: list[Lost]
    continued: list[Lost]
    left_alone: list[Lost]


@pytest.fixture
async def accident(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Accident:
    monkeypatch.setattr(workflow_client, "UPDATE_TIMEOUT_SECONDS", PATIENCE)
    country = installation.country
    kinds: list[type[Lost]] = [Creation, Identity, Confirmation]
    groups: list[list[Lost]] = [[await kind.ready(country) for kind in kinds] for _ in range(3)]
    # As in any installation, maintenance has run before.
    await installation.maintain("resynced", "revived")
    answers = await all_decided_in_vain(installation, *(lost.request.send() for group in groups for lost in group))
    return Accident(installation, answers, *groups)


async def test_a_row_ahead_of_its_workflow_is_believed_by_the_repeat_the_next_act_and_maintenance(
    accident: Accident,
) -> None:
    assert {answer.status for answer in accident.answers} <= {503, 504}
    creation, identity, confirmation = [(await lost.request.send()).ok() for lost in accident.repeated]
    assert creation["stage"] == "service_notes"
    assert identity["stage"] == "plate_selection"
    assert confirmation["stage"] == "completed"
    for lost in (*accident.repeated, *accident.continued):
        await lost.goes_on()
    report = await accident.installation.maintain("resynced", "revived")
    assert report.resynced
    assert not report.resynced.is_restored
    for lost, stage in zip(accident.left_alone, ("service_notes", "plate_selection", "completed"), strict=True):
        await shows(accident.installation, await lost.selection(), stage)
    for group in (accident.repeated, accident.continued, accident.left_alone):
        await is_told_once(accident.installation, group[-1])


async def shows(installation: Installation, selection: Selection, stage: str) -> None:
    """Its workflow has read the row."""

    async def shown() -> bool:
        return f"`{stage}`" in await installation.details_of(selection.id)

    await eventually(shown)


async def is_told_once(installation: Installation, lost: Lost) -> None:
    """The SMS about the reservation has arrived."""
    assert isinstance(lost, Confirmation)

    async def told() -> bool:
        sent = [message.text for message in installation.phone.of(lost.chosen.applicant.phone)]
        return sum(lost.number in text for text in sent) == 1

    await eventually(told)
