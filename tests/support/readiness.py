"""Whether a server that is starting answers."""

from collections.abc import Awaitable, Callable

import httpx

Get = Callable[[str], Awaitable[httpx.Response]]


async def is_well(get: Get, path: str = "/readyz") -> bool:
    """Whether the server answers 200; False while nothing answers."""
    try:
        return (await get(path)).status_code == 200
    except httpx.TransportError:
        return False
