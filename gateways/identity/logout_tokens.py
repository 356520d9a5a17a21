"""Logout tokens: the provider says that a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.errors import Unauthenticated
from gateways.http import Clock
from gateways.identity.claims import read_instant, read_text
from gateways.identity.signed_tokens import SignedTokens, names_audience

EVENT = "http://schemas.openid.net/event/backchannel-logout"
VALID_FOR = timedelta(minutes=5)
"""How long after `iat` a logout token is accepted, and how long its `jti` must be remembered."""

# Some providers give them the type of any other token; the event makes the difference then.
_TYPES = ("logout+jwt", "application/logout+jwt", "jwt")


@dataclass(frozen=True)
class LogoutToken:
    """A verified logout token: one session, or every session of the subject if it names none."""

    id: str
    issued_at: datetime
    session: str | None = field(repr=False)
    subject: str | None = field(repr=False)


class LogoutTokens:
    """Verifies the logout tokens of one issuer for one of these audiences."""

    def __init__(
        self, issuer: str, audiences: Collection[str], *, signed: SignedTokens, clock: Clock, leeway: timedelta
    ) -> None:
        self._issuer = issuer
        self._audiences = audiences
        self._signed = signed
        self._clock = clock
        self._leeway = leeway

    async def read(self, token: str) -> LogoutToken:
        """Raises `Unauthenticated` for any defect; whether its `jti` was used before is for the caller to find out.

        Raises `DependencyUnavailable` when the provider's keys are unavailable.
        """
        payload = await self._signed.payload(token, _TYPES)
        if payload.get("iss") != self._issuer or not names_audience(payload, self._audiences):
            raise Unauthenticated
        # A nonce is forbidden, so that no identity token passes for one (2.4).
        if "nonce" in payload or not _names_event(payload):
            raise Unauthenticated
        token_id, issued_at = read_text(payload, "jti"), read_instant(payload, "iat")
        session, subject = read_text(payload, "sid"), read_text(payload, "sub")
        if token_id is None or issued_at is None or not (session or subject):
            raise Unauthenticated
        self._require_current(issued_at, read_instant(payload, "exp"))
        return LogoutToken(token_id, issued_at, session, subject)

    def _require_current(self, issued_at: datetime, expires_at: datetime | None) -> None:
        now = self._clock()
        if not issued_at - self._leeway <= now <= issued_at + VALID_FOR + self._leeway:
            raise Unauthenticated
        if expires_at is not None and now >= expires_at + self._leeway:
            raise Unauthenticated


def _names_event(payload: Mapping[str, Any]) -> bool:
    events = payload.get("events")
    return isinstance(events, dict) and isinstance(events.get(EVENT), dict)
