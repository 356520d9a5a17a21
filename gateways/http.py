"""One call to somebody else's HTTP service: 3 seconds and a bounded answer, or `GatewayDown`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from gateways.failures import GatewayDown, Part

Clock = Callable[[], datetime]

LIMIT_SECONDS = 3.0
LONGEST_ANSWER = 256 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


async def call(client: httpx.AsyncClient, request: httpx.Request, *, part: Part) -> Answer:
    """Send the request and read the whole answer, whatever its status below 500. Raises `GatewayDown`.

    The limit is one for connecting, sending and reading together, where httpx's own are one for each step. No cause is
    chained to what is raised, because causes travel into logs and histories, and theirs may quote an address.
    """
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            answer = await _send(client, request, part)
    except TimeoutError:
        raise GatewayDown(part, "no answer in time") from None
    except httpx.HTTPError as error:
        raise GatewayDown(part, type(error).__name__) from None
    if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise GatewayDown(part, f"status {answer.status}")
    return answer


async def _send(client: httpx.AsyncClient, request: httpx.Request, part: Part) -> Answer:
    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise GatewayDown(part, "endless answer")
        return Answer(response.status_code, bytes(body))
    finally:
        await response.aclose()
