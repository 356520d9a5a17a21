"""A dependency that is down or frozen: a response in time that names it, and the result of a repeated request."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from embedded.part import Part
from embedded.postgres import Postgres
from embedded.stack import Servers
from storage.redis.client import make_redis
from tests.support.applicants import Applicant, Selection
from tests.support.country import Country
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

T = TypeVar("T")
LONGEST_ANSWER = 15.0
LONGEST_CHECK = 5.0
BACK_WITHIN = 20.0
WRITABLE = "-c default_transaction_read_only=off"


@asynccontextmanager
async def kill_during(part: Part) -> AsyncIterator[None]:
    await part.kill()
    try:
        yield
    finally:
        await part.bring_up()


async def time_call(call: Awaitable[T]) -> tuple[T, float]:
    began = time.perf_counter()
    return await call, time.perf_counter() - began


async def check_recovery(applicant: Applicant, selection: Selection) -> None:
    """Reads and writes, soon after the dependency's return."""

    async def does_respond() -> bool:
        written = await selection.post("candidates", {"number": "京A12345"})
        return (await applicant.get(selection.path)).status == 200 and written.code == "not_in_batch"

    await eventually(does_respond, within=BACK_WITHIN)


@pytest.fixture
async def selection(country: Country) -> Selection:
    office, buyer = await country.office(), country.applicant()
    return await buyer.reach_selection(country.car(buyer, office))


@pytest.mark.parametrize("name", ["database", "redis", "temporal"])
async def test_readiness_names_a_frozen_part(country: Country, servers: Servers, name: str) -> None:
    part = {"database": servers.postgres, "redis": servers.valkey, "temporal": servers.temporal}[name]
    with part.temporary_freeze():
        answer, seconds = await time_call(country.stack.client.get("http://xuanhao.test/readyz"))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["parts"] == {name: "down"}
    assert seconds < LONGEST_CHECK
    assert (await country.stack.client.get("http://xuanhao.test/healthz")).status_code == 200

    async def is_ready() -> bool:
        return (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200

    await eventually(is_ready, within=BACK_WITHIN)


async def test_a_frozen_database_is_named_and_serves_again(selection: Selection, servers: Servers) -> None:
    with servers.postgres.temporary_freeze():
        answer, seconds = await time_call(selection.applicant.get(selection.path))
    assert (answer.status, answer.code, answer.body["parts"]) == (503, "unavailable", {"database": "down"})
    assert seconds < LONGEST_CHECK
    await check_recovery(selection.applicant, selection)


@asynccontextmanager
async def read_only(postgres: Postgres) -> AsyncIterator[None]:
    """All sessions of the server, those of kept connections too, refuse writes, as after a failover."""

    async def decide(value: str) -> None:
        dsn = postgres.dsn("postgres")
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True, options=WRITABLE) as connection:
            await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}".encode())
            await connection.execute("SELECT pg_reload_conf()")

    await decide("on")
    try:
        yield
    finally:
        await decide("off")


async def test_a_read_only_database_is_named_at_once_and_serves_again(
    country: Country, selection: Selection, servers: Servers
) -> None:
    async with read_only(servers.postgres):

        async def is_named() -> bool:
            ready = await country.stack.client.get("http://xuanhao.test/readyz")
            return ready.status_code == 503 and ready.json()["parts"] == {"database": "down"}

        await eventually(is_named, within=BACK_WITHIN)
        code, key = {"purpose": "confirm_information"}, str(uuid4())
        for call in (selection.applicant.post("/verification-codes", code), selection.post("draws", key=key)):
            refused, seconds = await time_call(call)
            assert (refused.status, refused.body["parts"]) == (503, {"database": "down"})
            assert seconds < LONGEST_CHECK
        assert (await selection.view())["draws"]["remaining"] == 5
    await check_recovery(selection.applicant, selection)
    assert (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200
    assert (await selection.post("draws", key=key)).status == 200
    assert (await selection.view())["draws"]["remaining"] == 4


async def test_a_frozen_redis_is_named_and_serves_again(selection: Selection, servers: Servers) -> None:
    with servers.valkey.temporary_freeze():
        answer, seconds = await time_call(selection.post("draws"))
        assert (answer.status, answer.code, answer.body["parts"]) == (503, "unavailable", {"redis": "down"})
        assert seconds < LONGEST_CHECK
        assert (await selection.view())["draws"]["remaining"] == 5
    await check_recovery(selection.applicant, selection)


async def test_a_redis_that_refuses_writes_is_named_and_costs_no_chance(
    country: Country, selection: Selection, servers: Servers
) -> None:
    async with make_redis(servers.valkey.url()) as redis:
        await redis.config_set("min-replicas-to-write", 1)
        try:
            ready = await country.stack.client.get("http://xuanhao.test/readyz")
            assert (ready.status_code, ready.json()["parts"]) == (503, {"redis": "down"})
            with capture_logs() as lines:
                refused = await selection.post("draws")
            assert (refused.status, refused.body["parts"]) == (503, {"redis": "down"})
            [line] = [line for line in lines if line["event"] == "unavailable"]
            assert (line["parts"], line["cause"], line["log_level"]) == (["redis"], "NOREPLICAS", "warning")
        finally:
            await redis.config_set("min-replicas-to-write", 0)
    assert (await selection.view())["draws"]["remaining"] == 5
    assert (await selection.post("draws")).status == 200


@pytest.mark.parametrize("name", ["postgres", "valkey", "temporal"])
async def test_a_draw_during_which_a_part_is_frozen_happens_once(
    selection: Selection, servers: Servers, name: str
) -> None:
    """Frozen shortly after the request started; the same request later returns the result."""
    key, part = str(uuid4()), getattr(servers, name)
    draw = asyncio.create_task(time_call(selection.post("draws", {}, key=key)))
    await asyncio.sleep(0.02)
    with part.temporary_freeze():
        answer, seconds = await draw
    assert seconds < LONGEST_ANSWER
    if answer.status != 200:
        assert (answer.status, answer.code) in {(503, "unavailable"), (504, "outcome_unknown")}

    async def is_known() -> bool:
        nonlocal answer
        answer = await selection.post("draws", {}, key=key)
        return answer.status == 200

    await eventually(is_known, within=BACK_WITHIN)
    view = await selection.view()
    # The countdown that nobody could see may have started again: a repeat shows the one that holds.
    assert (view["draws"]["remaining"], view["batch"]) == (4, answer.body["batch"])


async def test_without_temporal_reading_goes_on_and_actions_are_unavailable(
    selection: Selection, servers: Servers
) -> None:
    key = str(uuid4())
    async with kill_during(servers.temporal):
        answer, seconds = await time_call(selection.post("draws", {}, key=key))
        assert (answer.status, answer.code) in {(503, "unavailable"), (504, "outcome_unknown")}
        assert seconds < LONGEST_ANSWER
        assert (await selection.view())["draws"]["remaining"] == 5

    async def is_drawn() -> bool:
        return (await selection.post("draws", {}, key=key)).status == 200

    await eventually(is_drawn, within=BACK_WITHIN)
    assert (await selection.view())["draws"]["remaining"] == 4


async def test_a_creation_without_temporal_is_finished_by_its_repeat(country: Country, servers: Servers) -> None:
    office, buyer = await country.office(), country.applicant()
    body, key = country.car(buyer, office).body(await buyer.first_code()), str(uuid4())
    with servers.temporal.temporary_freeze():
        answer, seconds = await time_call(buyer.post("/preselections", body, key=key))
    assert (answer.status, answer.code) in {(503, "unavailable"), (504, "outcome_unknown")}
    assert seconds < LONGEST_ANSWER

    async def is_created() -> bool:
        return (await buyer.post("/preselections", body, key=key)).status == 201

    await eventually(is_created, within=BACK_WITHIN)
    assert len((await buyer.get("/preselections")).ok()["items"]) == 1
