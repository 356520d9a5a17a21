"""Port to the identity provider: verifies bearer tokens with the keys that it publishes.

A token is a JWT signed with one of `ALGORITHMS`; the key determines which one, never the token alone. Claims:
`iss`, `aud`, `sub`, `exp`, `iat`, optionally `nbf`; `roles`; `office` of a clerk; `name`,
`id_number`, `phone_number` of an applicant; `organisation` `{name, credit_code}` of an agent (`ClaimNames` may name
them differently); `acr` or `amr` of staff.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NoReturn, Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import CompactSignature, JWSRegistry, extract_compact, validate_compact

from domain.errors import Unauthenticated
from gateways.http import Clock
from gateways.identity.claims import STAFF, ClaimNames, Claims, read_claims, read_instant
from gateways.identity.discovery import ProviderDiscovery
from gateways.identity.signing_keys import KeyType, PublicKey, SigningKeys
from gateways.identity.staff_tokens import StaffRules

ALGORITHMS: Mapping[str, KeyType] = {"ES256": ECKey, "RS256": RSAKey, "PS256": RSAKey, "Ed25519": OKPKey}
LONGEST_TOKEN = 8192
TRUSTED_FOR = timedelta(seconds=60)
TOKENS_REMEMBERED = 10_000

# Errors that joserfc does not convert for text that is not a token, such as a header that is a list.
_DEFECTS = (JoseError, ValueError, TypeError, AttributeError, RecursionError)
_TYPES = {"jwt", "at+jwt", "application/at+jwt"}
# Unknown headers are ignored, as RFC 7515 requires, unless the token marks them as critical.
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True)
class TokenRules:
    """A deployment's settings. `leeway` is how much the provider's clock and ours may differ.

    `lifetime` is the longest from `iat` to `exp`, whoever the token is of; staff have a shorter one.
    """

    algorithms: frozenset[str] = frozenset(ALGORITHMS)
    leeway: timedelta = timedelta(seconds=5)
    lifetime: timedelta = timedelta(days=1)
    names: ClaimNames = field(default_factory=ClaimNames)
    staff: StaffRules = field(default_factory=StaffRules)


_DEFAULT_RULES = TokenRules()


class Verifier(Protocol):
    async def verify(self, token: str) -> Claims:
        """The token's claims.

        Raises `Unauthenticated` for any defect, `DependencyUnavailable` when there are no keys.
        """
        ...


class DenyAllVerifier:
    """Refuses every token, while no identity provider is configured."""

    async def verify(self, token: str) -> NoReturn:  # noqa: ARG002 - every token is refused.
        raise Unauthenticated


class TokenVerifier:
    """Verifies tokens of one issuer for one audience.

    A valid token is cached by its digest for `TRUSTED_FOR`, and never past its expiry. For that time a revoked key may
    still be accepted.
    """

    def __init__(
        self, issuer: str, audience: str, *, keys: SigningKeys, clock: Clock, rules: TokenRules = _DEFAULT_RULES
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock
        self._rules = rules
        self._remembered: OrderedDict[bytes, tuple[datetime, Claims]] = OrderedDict()

    async def verify(self, token: str) -> Claims:
        """Raises `Unauthenticated` for any defect, `DependencyUnavailable` when the provider's keys are unavailable."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise Unauthenticated
        encoded = token.encode("ascii")
        digest = sha256(encoded).digest()
        now = self._clock()
        claims = self._recall(digest, now)
        if claims is None:
            claims = await self._verify_anew(encoded)
            self._remember(digest, now, claims)
        if not self._is_current(claims, now):
            raise Unauthenticated
        return claims

    def _is_current(self, claims: Claims, now: datetime) -> bool:
        leeway = self._rules.leeway
        begun = claims.valid_from is None or claims.valid_from - leeway <= now
        return begun and now < claims.expires_at + leeway

    def _recall(self, digest: bytes, now: datetime) -> Claims | None:
        checked_at, claims = self._remembered.get(digest, (None, None))
        if checked_at is None or not timedelta(0) <= now - checked_at < TRUSTED_FOR:
            return None
        return claims

    def _remember(self, digest: bytes, now: datetime, claims: Claims) -> None:
        self._remembered[digest] = (now, claims)
        self._remembered.move_to_end(digest)
        if len(self._remembered) > TOKENS_REMEMBERED:
            self._remembered.popitem(last=False)

    async def _verify_anew(self, token: bytes) -> Claims:
        signature = _take_apart(token)
        header = signature.headers()
        kind = ALGORITHMS.get(header["alg"]) if header["alg"] in self._rules.algorithms else None
        if kind is None or header.get("typ", "JWT").lower() not in _TYPES:
            raise Unauthenticated
        key = await self._keys.get(header["kid"], kind)
        if key is None or key.get("alg", header["alg"]) != header["alg"]:
            raise Unauthenticated
        return self._read(_payload(signature, key))

    def _read(self, payload: dict[str, Any]) -> Claims:
        audiences = payload.get("aud")
        named = audiences if isinstance(audiences, list) else [audiences]
        if payload.get("iss") != self._issuer or self._audience not in named:
            raise Unauthenticated
        issued_at = read_instant(payload, "iat")
        if issued_at is not None and issued_at > self._clock() + self._rules.leeway:
            raise Unauthenticated
        claims = read_claims(payload, names=self._rules.names)
        # A token that has not expired was not issued earlier than its lifetime ago: one comparison is enough.
        lifetime = claims.expires_at - issued_at if issued_at else None
        if claims.roles & STAFF:
            self._rules.staff.require(payload, lifetime=lifetime)
        elif lifetime is None or lifetime > self._rules.lifetime:
            raise Unauthenticated
        return claims


def token_verifier(
    issuer: str | None,
    audience: str | None,
    jwks_url: str | None = None,
    *,
    client: httpx.AsyncClient,
    clock: Clock,
    rules: TokenRules = _DEFAULT_RULES,
) -> Verifier:
    """The verifier for these settings; without an issuer and an audience one that refuses every token.

    Without a URL of the keys, the issuer is asked for it.
    """
    if not issuer or not audience:
        return DenyAllVerifier()
    keys = SigningKeys(jwks_url or ProviderDiscovery(issuer, client, clock), client, clock)
    return TokenVerifier(issuer, audience, keys=keys, clock=clock, rules=rules)


def _take_apart(token: bytes) -> CompactSignature:
    """Parse the token; its header is well-formed and names a key, but nothing is verified yet."""
    try:
        signature = extract_compact(token, registry=_REGISTRY)
        _REGISTRY.check_header(signature.headers())
    except _DEFECTS:
        raise Unauthenticated from None
    if "kid" not in signature.headers():
        raise Unauthenticated
    return signature


def _payload(signature: CompactSignature, key: PublicKey) -> dict[str, Any]:
    try:
        if not validate_compact(signature, key, registry=_REGISTRY):
            raise Unauthenticated
        payload = json.loads(signature.payload or b"")
    except _DEFECTS:
        raise Unauthenticated from None
    if not isinstance(payload, dict):
        raise Unauthenticated
    return payload
