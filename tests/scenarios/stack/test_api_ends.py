"""The API is ended in order while a call waits: it gets a problem, and its repeat gets the result."""

import asyncio
import signal
from uuid import uuid4

import httpx
import psutil
import pytest

from embedded.process_tree import temporary_freeze
from tests.support.running_stack import Client, RunningStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

WHO = "applicant-106"
UNDER_WAY_S = 0.3


async def wait_for_end(stack: RunningStack) -> None:
    """SIGTERM to the API, until its supervisor has started it again."""
    ended = stack.program("demo.server")
    ended.send_signal(signal.SIGTERM)
    await asyncio.to_thread(psutil.wait_procs, [ended], 10)

    async def is_back() -> bool:
        async with httpx.AsyncClient(base_url=stack.url) as http:
            try:
                return (await http.get("/readyz")).status_code == 200
            except httpx.TransportError:
                return False

    await eventually(is_back, within=60)


async def test_a_draw_that_the_end_of_the_api_cuts_off_is_a_problem_and_its_repeat_shows_the_batch(
    stack: RunningStack, http: httpx.AsyncClient
) -> None:
    client = await Client.sign_in(http, WHO)
    view = await client.create((await client.cars())[0])
    await client.reach_selection(str(view["id"]))
    path, key = f"/preselections/{view['id']}", str(uuid4())
    with temporary_freeze(stack.program("worker").pid):
        drawing = asyncio.create_task(client.post(f"{path}/draws", {}, Idempotency_Key=key))
        await asyncio.sleep(UNDER_WAY_S)
        ending = asyncio.create_task(wait_for_end(stack))
        drawn = await drawing
    assert (drawn.status_code, drawn.json()["code"]) == (504, "outcome_unknown")
    await ending
    repeat = await client.post(f"{path}/draws", {}, Idempotency_Key=key)
    assert (repeat.status_code, repeat.json()["draws"]["remaining"]) == (200, 4)
