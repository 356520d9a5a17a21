"""Port to the identity provider: verifies bearer tokens with the keys that it publishes.

A token is a JWT signed with one of `ALGORITHMS`; the key determines which one, never the token alone. Claims:
`iss`, `aud`, `sub`, `exp`, `iat`, optionally `nbf`; `roles`; `office` of a clerk; `name`,
`id_number`, `phone_number` of an applicant; `organisation` `{name, credit_code}` of an agent (`ClaimNames` may name
them differently); `acr` or `amr` of staff.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NoReturn, Protocol

import httpx

from domain.errors import Unauthenticated
from gateways.http import Clock
from gateways.identity.claims import STAFF, ClaimNames, Claims, read_claims, read_instant
from gateways.identity.discovery import ProviderDiscovery
from gateways.identity.logout_tokens import LogoutToken, LogoutTokens
from gateways.identity.signed_tokens import ALGORITHMS, LONGEST_TOKEN, SignedTokens, names_audience
from gateways.identity.signing_keys import SigningKeys
from gateways.identity.staff_tokens import StaffRules

TRUSTED_FOR = timedelta(seconds=60)
TOKENS_REMEMBERED = 10_000

_TYPES = ("jwt", "at+jwt", "application/at+jwt")


@dataclass(frozen=True)
class TokenRules:
    """A deployment's settings. `leeway` is how much the provider's clock and ours may differ.

    `lifetime` is the longest from `iat` to `exp`, whoever the token is of; staff have a shorter one.
    """

    algorithms: frozenset[str] = frozenset(ALGORITHMS)
    client_id: str | None = None
    """The web pages' client, which logout tokens may name as their audience."""
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

    async def read_logout(self, token: str) -> LogoutToken:
        """What a logout token says. Raises the same."""
        ...


class DenyAllVerifier:
    """Refuses every token, while no identity provider is configured."""

    async def verify(self, token: str) -> NoReturn:  # noqa: ARG002 - every token is refused.
        raise Unauthenticated

    async def read_logout(self, token: str) -> NoReturn:  # noqa: ARG002 - every token is refused.
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
        self._signed = SignedTokens(keys, rules.algorithms)
        audiences = [name for name in (audience, rules.client_id) if name]
        self._logouts = LogoutTokens(issuer, audiences, signed=self._signed, clock=clock, leeway=rules.leeway)
        self._clock = clock
        self._rules = rules
        self._remembered: OrderedDict[bytes, tuple[datetime, Claims]] = OrderedDict()

    async def verify(self, token: str) -> Claims:
        """Raises `Unauthenticated` for any defect, `DependencyUnavailable` when the provider's keys are unavailable."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise Unauthenticated
        digest = sha256(token.encode("ascii")).digest()
        now = self._clock()
        claims = self._recall(digest, now)
        if claims is None:
            claims = self._read(await self._signed.payload(token, _TYPES))
            self._remember(digest, now, claims)
        if not self._is_current(claims, now):
            raise Unauthenticated
        return claims

    async def read_logout(self, token: str) -> LogoutToken:
        return await self._logouts.read(token)

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

    def _read(self, payload: dict[str, Any]) -> Claims:
        if payload.get("iss") != self._issuer or not names_audience(payload, [self._audience]):
            raise Unauthenticated
        # A logout token is no access token, even where the provider gives both one type and one audience.
        if "events" in payload:
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
