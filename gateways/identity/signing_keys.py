"""The identity provider's public keys (a JWKS), fetched and cached.

Keys of different types may have the same id (RFC 7517, 4.5), so a key is found by its id and its type.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from domain.dependencies import DependencyUnavailable
from gateways.http import LIMIT_SECONDS, Clock, call
from gateways.identity.discovery import ProviderDiscovery

PublicKey = ECKey | RSAKey | OKPKey
KeyType = type[ECKey] | type[RSAKey] | type[OKPKey]

KEPT_FOR = timedelta(minutes=10)
USED_AT_MOST = timedelta(hours=1)
PAUSE = timedelta(seconds=5)

_LEAST_RSA_BITS = 2048
_READERS: Mapping[str, KeyType] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}


class SigningKeys:
    """Keys by id and type, from a given URL or from the one that the issuer names.

    They are fetched when they are first needed, when they are older than `KEPT_FOR`, and when a token names an unknown
    key, which shows a rotation. The provider is asked at most once in `PAUSE`, whatever tokens arrive. While it is
    unavailable, cached keys are used until they are `USED_AT_MOST` old, and only one call waits to detect that.
    """

    def __init__(self, source: str | ProviderDiscovery, client: httpx.AsyncClient, clock: Clock) -> None:
        self._source = source
        self._client = client
        self._clock = clock
        self._keys: dict[tuple[str, KeyType], PublicKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._is_away = False
        self._one_fetch = asyncio.Lock()
        self._aside: asyncio.Task[None] | None = None

    async def get(self, key_id: str, kind: KeyType) -> PublicKey | None:
        """The key with this id and of this type, or `None` if the provider has none.

        Raises `DependencyUnavailable` if that is unknown.
        """
        name = key_id, kind
        known = self._keys.get(name)
        if known and self._is_younger_than(KEPT_FOR):
            return known
        if known and self._is_away and self._is_younger_than(USED_AT_MOST):
            self._fetch_aside()
            return known
        await self._fetch_if_due(name)
        if not self._is_younger_than(USED_AT_MOST):
            raise DependencyUnavailable("identity", "no cached keys")
        if self._is_away and name not in self._keys:
            raise DependencyUnavailable("identity", "an unknown key")
        return self._keys.get(name)

    def _is_younger_than(self, age: timedelta) -> bool:
        return self._fetched_at is not None and timedelta(0) <= self._clock() - self._fetched_at < age

    def _may_fetch(self) -> bool:
        # Setting the clock back must not lengthen the pause.
        return self._tried_at is None or not timedelta(0) <= self._clock() - self._tried_at < PAUSE

    async def _fetch_if_due(self, name: tuple[str, KeyType] | None) -> None:
        async with self._one_fetch:
            needs_fetch = name not in self._keys or not self._is_younger_than(KEPT_FOR)
            if needs_fetch and self._may_fetch():
                await self._fetch()

    def _fetch_aside(self) -> None:
        """Retry in the background."""
        if self._may_fetch() and (self._aside is None or self._aside.done()):
            self._aside = asyncio.create_task(self._fetch_if_due(None))
            # asyncio warns about an exception that is never retrieved.
            self._aside.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _fetch(self) -> None:
        try:
            # One time limit for both steps: the provider is one dependency.
            async with asyncio.timeout(LIMIT_SECONDS):
                self._keys = await self._request_keys()
            self._fetched_at, self._is_away = self._clock(), False
        except (DependencyUnavailable, TimeoutError):
            # Cached keys may still be usable; the caller checks that.
            self._is_away = True
            if isinstance(self._source, ProviderDiscovery):
                self._source.doubt()
        finally:
            self._tried_at = self._clock()

    async def _request_keys(self) -> dict[tuple[str, KeyType], PublicKey]:
        url = self._source if isinstance(self._source, str) else await self._source.keys_url()
        answer = await call(self._client, self._client.build_request("GET", url), part="identity")
        if answer.status != httpx.codes.OK:
            raise DependencyUnavailable("identity", f"keys: status {answer.status}")
        return read_keys(answer.body)


def read_keys(body: bytes) -> dict[tuple[str, KeyType], PublicKey]:
    """The keys of a JWKS that we can verify with; others are left out.

    Raises `DependencyUnavailable` for a malformed JWKS.
    """
    try:
        entries = json.loads(body)["keys"]
        keys = [_read_key(entry) for entry in entries]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise DependencyUnavailable("identity", "malformed keys") from None
    return {(key.kid, type(key)): key for key in keys if key is not None and key.kid}


def _read_key(entry: dict[str, Any]) -> PublicKey | None:
    reader = _READERS.get(entry.get("kty", ""))
    if reader is None or entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid"), str):
        return None
    try:
        key = reader.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if _is_strong(key) else None


def _is_strong(key: PublicKey) -> bool:
    if isinstance(key, RSAKey):
        return key.public_key.key_size >= _LEAST_RSA_BITS
    return key.curve_name in ("P-256", "Ed25519")
