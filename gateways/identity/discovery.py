"""Finds the URL of an issuer's keys (OpenID Connect Discovery 1.0)."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from domain.dependencies import DependencyUnavailable
from gateways.http import Clock, call

WELL_KNOWN = "/.well-known/openid-configuration"
KNOWN_FOR = timedelta(hours=1)


class ProviderDiscovery:
    """Asks the issuer when the URL is first needed, when it is older than `KNOWN_FOR`, and when it failed.

    While the issuer does not respond, the last known URL is used.
    """

    def __init__(self, issuer: str, client: httpx.AsyncClient, clock: Clock) -> None:
        self._issuer = issuer
        self._client = client
        self._clock = clock
        self._address: str | None = None
        self._asked_at: datetime | None = None

    async def keys_url(self) -> str:
        """The URL of the keys. Raises `DependencyUnavailable` while it is not known."""
        if self._address is None or not self._is_fresh():
            try:
                self._address = await self._ask()
                self._asked_at = self._clock()
            except DependencyUnavailable:
                if self._address is None:
                    raise
        return self._address

    def doubt(self) -> None:
        """Mark the URL as failed: the issuer is asked again at the next use."""
        self._asked_at = None

    def _is_fresh(self) -> bool:
        return self._asked_at is not None and timedelta(0) <= self._clock() - self._asked_at < KNOWN_FOR

    async def _ask(self) -> str:
        address = self._issuer.removesuffix("/") + WELL_KNOWN
        answer = await call(self._client, self._client.build_request("GET", address), part="identity")
        if answer.status != httpx.codes.OK:
            raise DependencyUnavailable("identity", f"discovery: status {answer.status}")
        return _keys_address(answer.body, self._issuer)


def _keys_address(body: bytes, issuer: str) -> str:
    """The `jwks_uri` of a document that names this issuer. Raises `DependencyUnavailable` for any other."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise DependencyUnavailable("identity", "discovery: not JSON") from None
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise DependencyUnavailable("identity", "discovery: another issuer")
    address = document.get("jwks_uri")
    if not isinstance(address, str) or not _is_as_safe_as(address, issuer):
        raise DependencyUnavailable("identity", "discovery: no jwks_uri")
    return address


def _is_as_safe_as(address: str, issuer: str) -> bool:
    """Keys without TLS can be forged, so they are never fetched without TLS if the issuer uses TLS."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.scheme in ("https", urlsplit(issuer).scheme)
    except ValueError:
        return False
