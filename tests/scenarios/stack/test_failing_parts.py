"""A server frozen or killed during a draw: a response in time, and the result from the same request later."""

import asyncio
import time
from itertools import count
from uuid import uuid4

import httpx
import psutil
import pytest

from embedded.process_tree import temporary_freeze
from tests.support.running_stack import Client, Json, RunningStack, json_of

pytestmark = pytest.mark.slow

LONGEST_ANSWER_S = 15
LONGEST_HEALTH_S = 5
BACK_WITHIN_S = 20
SERVERS = {"database": "postgres", "redis": "valkey-server", "temporal": "temporal"}
NUMBERS = count(130)


async def reach_selection(http: httpx.AsyncClient) -> tuple[Client, str]:
    """A new applicant at 预选号牌, and the path of the preselection."""
    client = await Client.sign_in(http, f"applicant-{next(NUMBERS)}")
    view = await client.create((await client.cars())[0])
    await client.reach_selection(str(view["id"]))
    return client, f"/preselections/{view['id']}"


def part(stack: RunningStack, name: str) -> psutil.Process:
    return stack.program(name) if name == "worker" else stack.server(SERVERS[name])


async def time_request(client: Client, path: str, key: str) -> httpx.Response:
    began = time.perf_counter()
    answer = await client.post(f"{path}/draws", {}, Idempotency_Key=key)
    assert time.perf_counter() - began < LONGEST_ANSWER_S
    return answer


async def time_read(client: Client, path: str) -> httpx.Response:
    async with asyncio.timeout(LONGEST_ANSWER_S):
        return await client.get(path)


async def truth(client: Client, path: str, key: str) -> Json:
    """The result of the same request, repeated until it is known."""
    async with asyncio.timeout(BACK_WITHIN_S):
        while True:
            try:
                answer = await client.post(f"{path}/draws", {}, Idempotency_Key=key)
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                return json_of(answer)
            assert answer.status_code in {503, 504}, answer.text
            await asyncio.sleep(0.2)


def is_honest(answer: httpx.Response, name: str) -> bool:
    problem = answer.json()
    if answer.status_code == 504:
        return bool(problem["code"] == "outcome_unknown")
    return bool(answer.status_code == 503 and problem["code"] == "unavailable" and name in problem["parts"])


@pytest.mark.parametrize("name", ["database", "redis", "temporal", "worker"])
async def test_a_part_frozen_in_the_middle_of_a_draw_costs_time_and_no_chance(
    stack: RunningStack, http: httpx.AsyncClient, name: str
) -> None:
    (client, path), (other, other_path) = await reach_selection(http), await reach_selection(http)
    key, other_key = str(uuid4()), str(uuid4())
    caught = asyncio.create_task(time_request(client, path, key))
    # During the draw; it may have succeeded. The other one can't.
    await asyncio.sleep(0.01)
    with temporary_freeze(part(stack, name).pid):
        late, early, read, alive, ready = await asyncio.gather(
            time_request(other, other_path, other_key),
            caught,
            time_read(other, other_path),
            http.get("/healthz", timeout=LONGEST_HEALTH_S),
            http.get("/readyz", timeout=LONGEST_HEALTH_S),
        )
        assert early.status_code == 200 or is_honest(early, part_name(name)), early.text
        assert is_honest(late, part_name(name)), late.text
        assert read.status_code == 200 or is_honest(read, part_name(name)), read.text
        if name != "worker":
            assert (ready.status_code, ready.json()["parts"][name]) == (503, "down")
        assert alive.status_code == 200
    for who, where, what in ((client, path, key), (other, other_path, other_key)):
        drawn = await truth(who, where, what)
        now = (await who.get(where)).json()
        assert now["draws"]["remaining"] == drawn["draws"]["remaining"] == 4
        assert len(drawn["batch"]["numbers"]) == 10


def part_name(name: str) -> str:
    """Only Temporal knows its worker."""
    return "temporal" if name == "worker" else name


@pytest.mark.parametrize("name", ["redis", "worker", "temporal", "database"])
async def test_a_part_killed_while_draws_go_on_comes_back_by_itself_and_no_number_goes_to_two(
    stack: RunningStack, http: httpx.AsyncClient, name: str
) -> None:
    people = [await reach_selection(http) for _ in range(3)]
    keys = [str(uuid4()) for _ in people]
    before = part(stack, name).pid
    draws = [asyncio.create_task(time_request(*who, key)) for who, key in zip(people, keys, strict=True)]
    await asyncio.sleep(0.01)
    part(stack, name).kill()
    for answer in await asyncio.gather(*draws):
        assert answer.status_code == 200 or answer.status_code in {503, 504}, answer.text
    views = [await truth(*who, key) for who, key in zip(people, keys, strict=True)]
    shown = [number for view in views for number in view["batch"]["numbers"]]
    assert len(set(shown)) == len(shown) == 30
    for client, path in people:
        assert (await client.get(path)).json()["draws"]["remaining"] == 4
    async with asyncio.timeout(BACK_WITHIN_S):
        while (await http.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - there is no event.
            await asyncio.sleep(0.2)
    assert part(stack, name).pid != before
