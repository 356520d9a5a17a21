"""The six acts of a journey after its creation, over REST against the same updates sent directly."""

import json
import time
from collections.abc import AsyncIterator, Awaitable
from statistics import median
from uuid import UUID, uuid4

from bench.applicants import Buyer, create_submissions
from bench.figures import Pair, Seconds
from bench.http_client import Connection
from bench.journeys import A_NUMBER, CODE_HASH, begin, read, send_update
from bench.stack import Stack
from domain.sms import Purpose
from workflows.messages import Action, ConfirmIdentity, Draw, OneNumber

Step = Awaitable[object]
Steps = AsyncIterator[Step]


async def pair_of_journeys(stack: Stack, api: Connection, me: Buyer, many: int) -> Pair:
    """Run this many journeys on each side, alternating: the sum of the median times of their acts."""
    took: tuple[list[list[Seconds]], list[list[Seconds]]] = ([], [])
    for _ in range(many):
        by_rest, direct = await create_submissions(stack, 2, applicant=me)
        for steps, seconds in ((_by_rest(stack, api, me, by_rest), took[0]), (_directly(stack, direct), took[1])):
            seconds.append([await _time(step) async for step in steps])
    ours, bare = (sum(map(median, zip(*side, strict=True))) for side in took)
    return Pair(ours, bare)


async def _time(step: Step) -> Seconds:
    began = time.perf_counter()
    await step
    return time.perf_counter() - began


async def _by_rest(stack: Stack, api: Connection, me: Buyer, id_: UUID) -> Steps:
    """Each act as a POST; the time between them is not measured."""
    await begin(stack, id_)
    path, outbox = f"/api/v1/preselections/{id_}", stack.repositories.sms_outbox
    yield api.post(f"{path}/start", b"")
    yield api.post(f"{path}/identity-code", b"")
    messages = await outbox.list_of(me.phone, limit=5)
    code = next(message.code for message in messages if message.purpose == Purpose.CONFIRM_IDENTITY)
    yield api.post(f"{path}/identity", json.dumps({"code": code}).encode())
    yield api.post(f"{path}/draws", b"{}")
    chosen = json.dumps({"number": await read(stack, A_NUMBER, id_)}).encode()
    yield api.post(f"{path}/candidates", chosen)
    yield api.post(f"{path}/confirmation", chosen)


async def _directly(stack: Stack, id_: UUID) -> Steps:
    """Each act as its update."""
    await begin(stack, id_)
    code_id = uuid4()
    yield send_update(stack, id_, "start", Action(str(uuid4())))
    yield send_update(stack, id_, "send_identity_code", Action(str(code_id)))
    typed = await read(stack, CODE_HASH, code_id)
    yield send_update(stack, id_, "confirm_identity", ConfirmIdentity(typed, str(uuid4())))
    yield send_update(stack, id_, "draw", Draw(request_id=str(uuid4())))
    number = await read(stack, A_NUMBER, id_)
    yield send_update(stack, id_, "put_aside", OneNumber(number, str(uuid4())))
    yield send_update(stack, id_, "confirm", OneNumber(number, str(uuid4())))
