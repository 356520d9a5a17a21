"""A busy process: what it can't serve in time is refused with nothing done, and nobody is called down."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.limits import call_counts, call_rate
from domain.dependencies import DependencyBusy
from storage.postgres.database import Database
from storage.preselections.tables import idempotency
from tests.support.country import Country
from tests.support.http import Answer
from tests.support.waiting import eventually

NOBODY = "somebody else"


async def test_a_call_that_can_t_be_served_in_time_is_busy_and_its_key_is_good_for_another_try(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, buyer = await country.office(), country.applicant()
    selection, key = await buyer.reach_selection(country.car(buyer, office)), uuid4()
    writes = country.stack.context.admission.writes
    monkeypatch.setattr(writes, "_at_once", 1)
    monkeypatch.setattr(writes, "_timeout", 0.2)
    async with writes.place(NOBODY, country.stack.context.clock()):
        refused = await selection.post("draws", {}, key=str(key))
        assert (refused.status, refused.code) == (503, "busy")
        assert 1 <= int(refused.headers["retry-after"]) <= 3
        # Reads have other places, and whether the process is ready is no question of places.
        assert (await selection.view())["draws"]["remaining"] == 5
        assert (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200
    kept = await country.stack.repositories.database.rows(select(idempotency).where(idempotency.c.key == key))
    assert not kept
    assert (await selection.post("draws", {}, key=str(key))).ok()["draws"]["remaining"] == 4


async def test_a_database_that_is_merely_busy_is_not_called_down(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))

    async def overloaded(*_: object) -> None:
        raise DependencyBusy("database")

    with monkeypatch.context() as load:
        load.setattr(Database, "rows", overloaded)
        load.setattr(Database, "fetch_raw", overloaded)
        read = await selection.applicant.get(selection.path)
        assert (read.status, read.code) == (503, "busy")
        assert (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200
    assert (await selection.view())["stage"] == "plate_selection"


async def test_calls_of_an_account_are_limited_whatever_they_do(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_rate, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(country.stack.context.call_rate, "_most", 10)
    greedy, other = country.applicant(), country.applicant()
    answers = [await greedy.get("/preselections") for _ in range(15)]
    assert [answer.status for answer in answers[:10]] == [200] * 10
    assert answers[-1].code == "rate_limited"
    assert answers[-1].body["retry_at"]
    # Refused calls count too, and another account has its own.
    assert (await greedy.get("/desk/reservations")).code == "rate_limited"
    assert (await other.get("/preselections")).status == 200


async def test_refused_writes_are_counted_before_anything_is_kept(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A loaded machine would not serve all of them in time.
    monkeypatch.setattr(country.stack.context.admission.writes, "_timeout", 60.0)
    buyer, limit = country.applicant(), country.stack.context.operations.policy.writes_per_minute
    missing = f"/preselections/{uuid4()}/draws"
    answers: list[Answer] = []
    # Few at a time: a busy process would refuse some of so many before it counts them.
    while len(answers) < limit + 5:
        answers += await asyncio.gather(*(buyer.post(missing, {}, key=str(uuid4())) for _ in range(25)))
    assert sorted(answer.status for answer in answers) == [404] * limit + [429] * 5
    unfit = await buyer.post("/preselections", {"unknown": True}, key=str(uuid4()))
    assert unfit.code == "rate_limited"
    found = await country.stack.repositories.database.rows(
        select(idempotency).where(idempotency.c.path.in_(["/api/v1/preselections", f"/api/v1{missing}"]))
    )
    assert not [row for row in found if row.path == f"/api/v1{missing}"]


async def test_an_account_keeps_no_more_keys_than_it_may_write_in_a_day(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond it a refusal names an instant hours away, and keeps nothing."""
    monkeypatch.setattr(call_counts, "MINUTES_OF_DAY", 0.05)
    most = int(country.stack.context.operations.policy.writes_per_minute * 0.05)
    buyer, keys = country.applicant(), [uuid4() for _ in range(2 * most)]
    answers = [await buyer.post("/entries", {"preselection_id": "x"}, key=str(key)) for key in keys]
    assert [answer.code for answer in answers] == ["validation_failed"] * most + ["rate_limited"] * most
    hours = datetime.fromisoformat(answers[-1].body["retry_at"]) - country.stack.context.clock()
    assert hours > timedelta(hours=23)

    async def kept() -> bool:
        found = await country.stack.repositories.database.rows(
            select(idempotency.c.key).where(idempotency.c.key.in_(keys))
        )
        return {row.key for row in found} == set(keys[:most])

    await eventually(kept)


async def test_a_repeat_is_counted_once(country: Country) -> None:
    buyer, key = country.applicant(), str(uuid4())
    limit = country.stack.context.operations.policy.writes_per_minute
    for _ in range(limit + 5):
        assert (await buyer.post("/entries", {"new_vehicle": True}, key=key)).status == 200


async def test_whoever_starts_over_again_and_again_is_limited_for_the_day(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    monkeypatch.setattr(call_counts, "RESETS_PER_WRITE", 0.025)
    for _ in range(3):
        (await selection.post("start")).ok()
        (await buyer.post("/entries", {"preselection_id": selection.id})).ok()
    (await selection.post("start")).ok()
    refused = await buyer.post("/entries", {"preselection_id": selection.id})
    assert refused.code == "rate_limited"
    assert refused.body["retry_at"] > country.stack.context.clock().isoformat()[:13]
    # The preselection itself goes on.
    (await selection.post("identity-code")).ok()
