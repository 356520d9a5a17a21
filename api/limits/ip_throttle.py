"""The IP address of a call: it counts only if a trusted proxy names it, and it only delays calls.

Many people share an address, so it never decides anything. Above `address_per_minute` a call gets the same response,
but later; only if too many calls of one address already wait is a call refused.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog
from fastapi import Request

from domain.dependencies import DependencyUnavailable
from domain.errors import RateLimited
from storage.crypto.personal_hashes import PersonalHashes
from storage.redis.rate_windows import RateWindows

DELAY_SECONDS = 2.0
MOST_DELAYED = 10
"""Calls of one address that may wait at the same time in this process."""

_MINUTE = timedelta(minutes=1)
# The network of one household or one machine, which can use any address in it.
_IPV6_SITE = 64

Network = IPv4Network | IPv6Network
log = structlog.get_logger("requests")


class IpThrottle:
    def __init__(
        self, windows: RateWindows, hashes: PersonalHashes, *, proxies: Sequence[Network], limit: int | None
    ) -> None:
        self._windows = windows
        self._hashes = hashes
        self._proxies = proxies
        self._limit = limit
        self._delayed: Counter[str] = Counter()

    async def delay(self, request: Request, at: datetime) -> None:
        """Delay the call if there were too many from its address. Raises `RateLimited` if too many wait already."""
        if self._limit is None or not self._proxies:
            return
        address = named_address(request, self._proxies)
        if address is None:
            return
        key = self._hashes.rate_window("address", address).hex()
        retry_at = await self._count(key, self._limit, at)
        if retry_at:
            await self._delay(key, retry_at)

    def source_of(self, request: Request) -> str:
        """Where a call without a token comes from, so that calls are served in fair order."""
        peer = request.client.host if request.client else ""
        return f"address {named_address(request, self._proxies) or _name_of(peer)}"

    async def _count(self, key: str, limit: int, at: datetime) -> datetime | None:
        try:
            return await self._windows.hit(key, limit=limit, window=_MINUTE, at=at)
        except DependencyUnavailable as down:
            # If counting fails, calls are not delayed.
            log.warning("counting addresses failed", part=down.part)
            return None

    async def _delay(self, key: str, retry_at: datetime) -> None:
        if self._delayed[key] >= MOST_DELAYED:
            raise RateLimited(retry_at)
        self._delayed[key] += 1
        try:
            await asyncio.sleep(DELAY_SECONDS)
        finally:
            self._delayed[key] -= 1
            if not self._delayed[key]:
                del self._delayed[key]


def named_address(request: Request, proxies: Sequence[Network]) -> str | None:
    """The nearest address that is not a trusted proxy, as named by trusted proxies; None without a trusted proxy."""
    peer = _address(request.client.host if request.client else "")
    if peer is None or not _is_one_of(peer, proxies):
        return None
    # Entries further left come from the client of the first proxy, and can be forged.
    for text in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        address = _address(text.strip())
        if address is None:
            return None
        if not _is_one_of(address, proxies):
            return _site(address)
    return None


def _name_of(peer: str) -> str:
    """The peer by its address; as it is where it has none, such as a socket."""
    address = _address(peer)
    return _site(address) if address else peer


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_one_of(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _site(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, _IPV6_SITE), strict=False))
