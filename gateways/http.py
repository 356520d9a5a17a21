"""One call to an external HTTP service: within 3 seconds and with a size limit, otherwise `GatewayDown`."""

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
    """Send the request and read the whole response, with any status below 500. Raises `GatewayDown`.

    One time limit covers connecting, sending and reading together; httpx has a limit for each step. The error has no
    cause, because causes get into logs and histories, and httpx's may contain a URL.
    """
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            answer = await _send(client, request, part)
    except TimeoutError:
        raise GatewayDown(part, "timeout") from None
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
