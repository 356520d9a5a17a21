"""A plate drawn, put aside and confirmed over REST: what corresponds to a seat that is held and confirmed."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

from bench.applicants import Buyer
from bench.figures import Half, Seconds
from bench.http_client import Connection, connect
from bench.requests import BASE, reach_selection, sign_in
from bench.stack import Stack

FIRST_USER = 101


def hold_and_confirm(stack: Stack, *, many: int, at_once: int) -> Half:
    """So many accounts at once. The way to 预选号牌 before that is not measured."""

    async def half() -> Seconds:
        async with AsyncExitStack() as open_:
            applicants = [await _applicant(stack, open_, number) for number in range(at_once)]
            waiting = [(api, await reach_selection(stack, me)) for api, me in _repeat(applicants, many)]

            async def traveller(own: Connection) -> None:
                for id_ in [id_ for api, id_ in waiting if api is own]:
                    await _hold_and_confirm(own, id_)

            began = time.perf_counter()
            await asyncio.gather(*(traveller(api) for api, _ in applicants))
            return (time.perf_counter() - began) / many

    return half


def _repeat(applicants: list[tuple[Connection, Buyer]], many: int) -> list[tuple[Connection, Buyer]]:
    return [applicants[number % len(applicants)] for number in range(many)]


async def _applicant(stack: Stack, open_: AsyncExitStack, number: int) -> tuple[Connection, Buyer]:
    api = await open_.enter_async_context(connect(stack.settings.http_port))
    return api, await sign_in(api, f"applicant-{FIRST_USER + number}")


async def _hold_and_confirm(api: Connection, id_: UUID) -> None:
    path = f"{BASE}/preselections/{id_}"
    drawn = json.loads(await api.post(f"{path}/draws", b"{}", Idempotency_Key=str(uuid4())))
    chosen = json.dumps({"number": drawn["batch"]["numbers"][0]}).encode()
    await api.post(f"{path}/candidates", chosen, Idempotency_Key=str(uuid4()))
    await api.post(f"{path}/confirmation", chosen, Idempotency_Key=str(uuid4()))
