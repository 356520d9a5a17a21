"""One call to an external HTTP service: within 3 seconds and with a size limit, otherwise `DependencyUnavailable`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from domain.dependencies import Dependency, DependencyUnavailable

Clock = Callable[[], datetime]

LIMIT_SECONDS = 3.0
LONGEST_ANSWER = 256 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


async def call(client: httpx.AsyncClient, request: httpx.Request, *, part: Dependency) -> Answer:
    """Send the request and read the whole response, with any status below 500. Raises `DependencyUnavailable`.

    One time limit covers connecting, sending and reading together; httpx has a limit for each step. The error has no
    cause, because causes get into logs and histories, and httpx's may contain a URL.
    """
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            answer = await _send(client, request, part)
    except TimeoutError:
        raise DependencyUnavailable(part, "timeout") from None
    except httpx.HTTPError as error:
        raise DependencyUnavailable(part, type(error).__name__) from None
    if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise DependencyUnavailable(part, f"status {answer.status}")
    return answer


async def _send(client: httpx.AsyncClient, request: httpx.Request, part: Dependency) -> Answer:
    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise DependencyUnavailable(part, "endless answer")
        return Answer(response.status_code, bytes(body))
    finally:
        await response.aclose()
