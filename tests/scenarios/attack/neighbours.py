"""How much longer another account's GET takes while one account sends as fast as it can, as a ratio in one run."""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.scenarios.acceptance.people import DemoSelection, DemoService
from tests.scenarios.attack.results import AttackResult
from tests.support.running_stack import ROOT

CONNECTIONS = 64
MOST_TIMES = 2.0
"""A GET of another account may take at most so many times its quiet time."""

_CALLS, _SETTLED_S = 40, 0.5
Call = dict[str, Any]
Kind = Callable[[DemoService], Awaitable[Call]]


async def reads(service: DemoService) -> Call:
    selection = await (await service.neighbours(1))[0].submitted()
    return _call(selection, "GET")


async def vouchers(service: DemoService) -> Call:
    selection = (await service.selecting(1))[0]
    await selection.reserve()
    # Drawn once: an account can have new pages drawn only as often as it reserves.
    await selection.owner.get(f"{selection.path}/voucher")
    return _call(selection, "GET", "/voucher")


async def writes(service: DemoService) -> Call:
    selection = await (await service.neighbours(1))[0].submitted()
    body = {"preselection_id": selection.id}
    return _call(selection, "POST") | {"path": "/api/v1/entries", "body": body}


async def refused(service: DemoService) -> Call:
    selection = (await service.selecting(1))[0]
    return _call(selection, "POST", "/start")


async def forbidden(service: DemoService) -> Call:
    selection = await (await service.neighbours(1))[0].submitted()
    return _call(selection, "GET") | {"path": "/api/v1/operations/audit"}


KINDS: tuple[Kind, ...] = (reads, vouchers, writes, refused, forbidden)


async def one_account_sends_all_it_can(service: DemoService, kind: Kind, rounds: int, most: float) -> AttackResult:
    """Quiet and loud phases in turn; the median of their ratios may be `most`, and is printed."""
    result = AttackResult(f"{kind.__name__} as fast as one account can")
    victim = await (await service.neighbours(1))[0].submitted()
    ratios, served = [], 0
    for _ in range(rounds):
        call = await kind(service)
        quiet = await _median_of(result, victim)
        answers: Counter[str] = Counter()
        async with hammering(service.stack.port, call, answers):
            await asyncio.sleep(_SETTLED_S)
            loud = await _median_of(result, victim)
        ratios.append(loud / quiet)
        served += answers.total()
        result.answers.update({f"{status} to it": count for status, count in answers.items()})
    ratio = statistics.median(ratios)
    result.figure = f"another's median GET takes {ratio:.2f} of its quiet time"
    result.unless(ratio <= most, f"another account's GET takes {ratio:.2f} times as long as in quiet: {ratios}")
    result.by_right = served
    return result


@asynccontextmanager
async def hammering(port: int, call: Call, answers: Counter[str]) -> AsyncIterator[None]:
    """Send this call as fast as it goes, by a separate process; counts the responses' statuses at the end."""
    pipe = asyncio.subprocess.PIPE
    words = ("-m", "tests.scenarios.attack.hammer", str(port), str(CONNECTIONS))
    process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(call).encode() + b"\n")
        await process.stdin.drain()
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        out, _ = await process.communicate()
        answers.update(json.loads(out))


def _call(selection: DemoSelection, method: str, path: str = "") -> Call:
    path = f"/api/v1{selection.path}{path}"
    return {"method": method, "path": path, "token": selection.owner.token, "body": None}


async def _median_of(result: AttackResult, victim: DemoSelection) -> float:
    """The median of some GETs, in seconds."""
    seconds = []
    for _ in range(_CALLS):
        began = time.perf_counter()
        answer: httpx.Response = await victim.owner.get(victim.path)
        seconds.append(time.perf_counter() - began)
        result.must_be(answer, {"200"})
    return statistics.median(seconds)
