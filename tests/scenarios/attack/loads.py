"""Load that one account or one stranger makes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import sqlalchemy as sa

from config.instance_file import read_instance
from storage.postgres.database import Database
from tests.scenarios.acceptance.people import DemoApplicant, DemoSelection, DemoService, ok, wait_until
from tests.scenarios.attack.raw_http import answers_to, connection, request
from tests.scenarios.attack.results import AttackResult, code_of

HOST = "Host: 127.0.0.1"
MIB = 1 << 20
_IN_A_CHUNK = 500
MOST_MEMORY = 200 * MIB
LONGEST_WAIT_S = 10.0
WRITES_PER_MINUTE = 120
RESETS_PER_DAY = 2 * WRITES_PER_MINUTE
LIMITED = {"200", "rate_limited", "busy"}
_FILES_HELD_S = 5.0


@asynccontextmanager
async def others_served(service: DemoService, result: AttackResult) -> AsyncIterator[None]:
    """Another account reads meanwhile: each of its calls must be served, and none may wait for long."""
    victim = await (await service.neighbours(1))[0].submitted()
    signed = {"Authorization": f"Bearer {victim.owner.token}"}
    # A separate client, whose connections nobody else waits for.
    http = httpx.AsyncClient(base_url=service.stack.url, headers=signed, timeout=30)
    waits: list[float] = []

    async def read_on() -> None:
        while True:
            began = time.monotonic()
            result.must_be(await http.get(f"/api/v1{victim.path}"), {"200"})
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.02)

    reading = asyncio.ensure_future(read_on())
    try:
        yield
    finally:
        reading.cancel()
        await http.aclose()
    longest = max(waits, default=0.0)
    result.figure += f" another waited {longest:.2f} s at most"
    result.unless(longest < LONGEST_WAIT_S, f"another account waited {longest:.1f} s")


async def pipelined_requests(service: DemoService, connections: int, behind: int) -> AttackResult:
    """Event streams with thousands of requests behind each: the connection is closed, and memory does not grow."""
    result = AttackResult(f"{behind} requests behind each of {connections} event streams")
    selection = await (await service.neighbours(1))[0].submitted()
    signed = f"Authorization: Bearer {selection.owner.token}"
    stream = request("GET", f"/api/v1{selection.path}/events", HOST, signed)
    read = request("GET", f"/api/v1{selection.path}", HOST, signed)
    api = service.stack.program("demo.server")
    before = api.memory_info().rss
    async with others_served(service, result):
        closed = await asyncio.gather(*(_is_closed(service, stream, read, behind) for _ in range(connections)))
    grown = api.memory_info().rss - before
    result.tried += connections
    result.answers["closed"] = sum(closed)
    result.figure += f"; memory grew by {grown // MIB} MiB"
    result.unless(all(closed), f"{closed.count(False)} connections stay open with {behind} requests unanswered")
    result.unless(grown < MOST_MEMORY, f"memory grew by {grown // MIB} MiB")
    return result


async def _is_closed(service: DemoService, stream: bytes, read: bytes, behind: int) -> bool:
    async with connection(service.stack.url) as (reader, writer):
        try:
            writer.write(stream)
            await reader.readuntil(b"\r\n\r\n")
            for _ in range(behind // _IN_A_CHUNK):
                writer.write(read * _IN_A_CHUNK)
                await writer.drain()
            async with asyncio.timeout(LONGEST_WAIT_S):
                while await reader.read(MIB):
                    pass
        except TimeoutError:
            return False
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        return True


async def unfinished_files(service: DemoService, connections: int) -> AttackResult:
    """One account begins as many appeals with a file, and ends none: all but a few are refused before they arrive."""
    result = AttackResult(f"{connections} appeals with files that never end")
    account = (await service.neighbours(1))[0]
    fields = (
        HOST,
        f"Authorization: Bearer {account.token}",
        "Content-Type: application/json",
        f"Content-Length: {2 * MIB}",
    )
    head = request("POST", f"/api/v1/preselections/{uuid4()}/appeal", *fields)
    api = service.stack.program("demo.server")
    before = api.memory_info().rss
    async with others_served(service, result):
        sending = [asyncio.ensure_future(_status_of(service, head + b" " * (2 * MIB - 1))) for _ in range(connections)]
        await asyncio.wait(sending, timeout=_FILES_HELD_S)
        grown = api.memory_info().rss - before
        statuses = await asyncio.gather(*sending)
    result.tried += connections
    result.answers.update(map(str, statuses))
    result.figure += f"; memory grew by {grown // MIB} MiB"
    result.unless(statuses.count(503) >= connections - 2, f"the answers are {result.answers}")
    result.unless(grown < MOST_MEMORY, f"memory grew by {grown // MIB} MiB")
    return result


async def _status_of(service: DemoService, said: bytes) -> int:
    """The status of the answer, whatever the server takes of the request; 0 without one."""
    async with connection(service.stack.url) as (reader, writer):
        writer.write(said)
        try:
            async with asyncio.timeout(2 * LONGEST_WAIT_S):
                return int((await reader.readline()).split()[1])
        except (TimeoutError, ConnectionError, IndexError):
            return 0


async def refused_writes(service: DemoService) -> AttackResult:
    """Refused POSTs with a new key each: counted before anything is kept, whatever they ask for."""
    result = AttackResult("refused writes with new keys")
    missing = f"/preselections/{uuid4()}/draws"
    for path, body in ((missing, {}), ("/entries", {"unknown": True}), ("/desk/vouchers/inspect", {"code": "0"})):
        account = (await service.neighbours(1))[0]
        answers: list[httpx.Response] = []
        while len(answers) < 3 * WRITES_PER_MINUTE:
            keys = (str(uuid4()) for _ in range(20))
            answers += await asyncio.gather(*(account.post(path, body, Idempotency_Key=key) for key in keys))
        for answer in answers:
            result.must_be(answer, {"not_found", "validation_failed", "forbidden", "rate_limited"})
        checked = sum(code_of(answer) in {"not_found", "validation_failed"} for answer in answers)
        result.unless(checked <= WRITES_PER_MINUTE + 2, f"{checked} writes to {path} were checked in a minute")
    kept = await _rows(service, f"/api/v1{missing}") + await _rows(service, "/api/v1/entries", status=422)
    result.figure = f"{kept} idempotency rows kept"
    result.unless(kept <= WRITES_PER_MINUTE, f"{kept} rows are kept of refused writes")
    return result


async def _rows(service: DemoService, path: str, status: int | None = None) -> int:
    database = Database(read_instance(service.stack.folder)["XUANHAO_DATABASE_URL"])
    counting = "SELECT count(*) FROM idempotency WHERE path = :path AND (:status < 0 OR status = :status)"
    try:
        [row] = await database.rows(sa.text(counting), {"path": path, "status": -1 if status is None else status})
        return int(row[0])
    finally:
        await database.close()


async def parallel_vouchers(service: DemoService) -> AttackResult:
    """60 vouchers at once, while another account reads."""
    selection = (await service.selecting(1))[0]
    await selection.reserve()
    return await _at_once(service, selection.owner, f"{selection.path}/voucher", 60, "vouchers")


async def parallel_reads(service: DemoService) -> AttackResult:
    """300 GETs at once, while another account reads."""
    selection = await (await service.neighbours(1))[0].submitted()
    return await _at_once(service, selection.owner, selection.path, 300, "reads")


async def _at_once(service: DemoService, owner: DemoApplicant, path: str, times: int, what: str) -> AttackResult:
    result = AttackResult(f"{times} {what} at once")
    async with others_served(service, result):
        answers = await asyncio.gather(*(owner.get(path) for _ in range(times)))
    for answer in answers:
        result.must_be(answer, LIMITED)
    result.by_right = sum(answer.status_code == 200 for answer in answers)
    return result


async def readiness_storm(service: DemoService) -> AttackResult:
    """300 checks of health and 300 of readiness at once, without a token: none gets a wrong 503."""
    result = AttackResult("600 checks of health and readiness at once")
    asked = (request("GET", path, HOST, "Connection: close") for path in ("/readyz", "/healthz") * 300)
    began = time.monotonic()
    for statuses in await asyncio.gather(*(answers_to(service.stack.url, each) for each in asked)):
        result.tried += 1
        result.answers[" and ".join(map(str, statuses)) or "nothing"] += 1
    result.figure = f"within {time.monotonic() - began:.1f} s"
    result.unless(result.answers["200"] == result.tried, f"not all are well: {result.answers}")
    return result


async def start_over_for_ever(service: DemoService) -> AttackResult:
    """A loop over `start` and re-entry, for as long as the minute's limits allow: the day's limit ends it."""
    result = AttackResult("starting over again and again")
    selection = await (await service.neighbours(1))[0].submitted()
    resets, since = 0, time.monotonic()
    while time.monotonic() - since < 900 and resets <= RESETS_PER_DAY:
        await _unhurried(result, selection, "start")
        answer = await selection.owner.post("/entries", {"preselection_id": selection.id})
        if result.note(answer) == "200":
            resets += 1
        elif _ends_tomorrow(answer):
            break
        else:
            await wait_until(answer.json()["retry_at"])
    result.figure = f"{resets} times a day"
    result.by_right = resets
    result.unless(resets <= RESETS_PER_DAY, f"started over {resets} times in a day")
    return result


def _ends_tomorrow(answer: httpx.Response) -> bool:
    """Whether the refusal is the limit of a day and not that of a minute."""
    return float(answer.headers["retry-after"]) > 600


async def _unhurried(result: AttackResult, selection: DemoSelection, act: str) -> None:
    """The act, after the wait if the minute's limit is reached."""
    while result.note(answer := await selection.post(act)) == "rate_limited":
        await wait_until(answer.json()["retry_at"])
    if code_of(answer) != "wrong_stage":
        ok(answer)
