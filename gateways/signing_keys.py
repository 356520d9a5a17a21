"""The identity provider's public keys, fetched from its JWKS address and kept for a while."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateways.failures import GatewayDown
from gateways.http_calls import call

PublicKey = ECKey | RSAKey | OKPKey
Clock = Callable[[], datetime]

KEPT_FOR = timedelta(minutes=10)
USED_AT_MOST = timedelta(hours=1)
PAUSE = timedelta(seconds=5)

_LEAST_RSA_BITS = 2048
_READERS: Mapping[str, type[PublicKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}


class SigningKeys:
    """Keys by id.

    They are fetched when they are first needed, when they are older than `KEPT_FOR`, and when a token names an unknown
    one: that is how a rotation is noticed. Whatever tokens come, the address is asked at most once in `PAUSE`. When it
    is away, the keys at hand serve on until they are `USED_AT_MOST` old.
    """

    def __init__(self, url: str, client: httpx.AsyncClient, clock: Clock) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._keys: dict[str, PublicKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._one_fetch = asyncio.Lock()

    async def get(self, key_id: str) -> PublicKey | None:
        """The key with this id, or `None` if the provider has none. Raises `GatewayDown` if that can't be learnt."""
        if self._is_younger_than(KEPT_FOR) and key_id in self._keys:
            return self._keys[key_id]
        async with self._one_fetch:
            needs_fetch = key_id not in self._keys or not self._is_younger_than(KEPT_FOR)
            if needs_fetch and self._may_fetch():
                await self._fetch()
        if not self._is_younger_than(USED_AT_MOST):
            raise GatewayDown("identity", "no keys at hand")
        return self._keys.get(key_id)

    def _is_younger_than(self, age: timedelta) -> bool:
        return self._fetched_at is not None and timedelta(0) <= self._clock() - self._fetched_at < age

    def _may_fetch(self) -> bool:
        # A clock that was set back must not lengthen the pause.
        return self._tried_at is None or not timedelta(0) <= self._clock() - self._tried_at < PAUSE

    async def _fetch(self) -> None:
        try:
            answer = await call(self._client, self._client.build_request("GET", self._url), part="identity")
            if answer.status == httpx.codes.OK:
                self._keys = read_keys(answer.body)
                self._fetched_at = self._clock()
        except GatewayDown:
            # Old keys may still do; the caller looks.
            pass
        finally:
            self._tried_at = self._clock()


def read_keys(body: bytes) -> dict[str, PublicKey]:
    """The keys of a JWKS that can check a signature of ours; others are left out. Raises `GatewayDown` for nonsense."""
    try:
        entries = json.loads(body)["keys"]
        keys = [_read_key(entry) for entry in entries]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise GatewayDown("identity", "malformed keys") from None
    return {key.kid: key for key in keys if key is not None and key.kid}


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
