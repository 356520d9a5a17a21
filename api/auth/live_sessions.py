"""What one process knows of the sessions that the identity provider has ended.

A copy of the list is read again in the background after `READ_AGAIN_S` and used for at most `USED_AT_MOST_S`. A process
that can't read it refuses everybody: no token is accepted without a list (the database is unavailable then anyway).
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from domain.dependencies import DependencyUnavailable
from domain.errors import Unauthenticated
from gateways.identity.claims import Claims
from gateways.identity.logout_tokens import VALID_FOR, LogoutToken
from process.clock import Clock
from storage.crypto.personal_hashes import PersonalHashes
from storage.sessions.ended_sessions import EVERYONE, EndedSessions, Ending

READ_AGAIN_S = 2.0
USED_AT_MOST_S = 10.0
CLOSED_WITHIN_S = 1.0

_EARLIEST = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger("requests")


class LiveSessions:
    """Refuses tokens of ended sessions. `lifetime` is the longest of any token."""

    def __init__(self, ended: EndedSessions, hashes: PersonalHashes, clock: Clock, lifetime: timedelta) -> None:
        self._ended = ended
        self._hashes = hashes
        self._clock = clock
        self._lifetime = lifetime
        self._endings: dict[bytes, Ending] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Let the last reading end before the database is closed."""
        if self._reading is not None and not self._reading.done():
            await asyncio.wait({self._reading}, timeout=CLOSED_WITHIN_S)
            self._reading.cancel()

    async def require(self, claims: Claims) -> None:
        """Raises `Unauthenticated` for a token of an ended session, `DependencyUnavailable` when that is unknown."""
        await self._keep_current()
        if self._is_ended(claims):
            raise Unauthenticated

    def is_known_to_live(self, claims: Claims) -> bool:
        """Whether `require` would let the token pass without waiting for the list."""
        return self._age() < USED_AT_MOST_S and not self._is_ended(claims)

    async def has_ended(self, claims: Claims) -> bool:
        """For streams; False while it is unknown, for then nothing can be read either."""
        try:
            await self.require(claims)
        except Unauthenticated:
            return True
        except DependencyUnavailable:
            return False
        return False

    async def end(self, logout: LogoutToken) -> None:
        """End what the logout token names, in all processes. Raises `Unauthenticated` if it was used before."""
        now = self._clock()
        ending = Ending(logout.issued_at, now + self._lifetime)
        endings = dict.fromkeys(self._names_in(logout), ending)
        if not await self._ended.end(logout.id, endings, token_until=now + 2 * VALID_FOR, now=now):
            raise Unauthenticated
        self._endings |= endings
        log.info("session ended", by="session" if logout.session else "subject")

    def _names_in(self, logout: LogoutToken) -> list[bytes]:
        """One session; or all of the subject. Tokens that name no session end with any of the subject's."""
        if logout.session is None:
            return [self._hashes.sign_in("subject", logout.subject or "")]
        names = [self._hashes.sign_in("session", logout.session)]
        return [*names, self._hashes.sign_in("unnamed", logout.subject)] if logout.subject else names

    def _is_ended(self, claims: Claims) -> bool:
        if not self._endings:
            return False
        issued_at = claims.issued_at or _EARLIEST
        kinds = [("subject", claims.subject), *([] if claims.session else [("unnamed", claims.subject)])]
        names = [EVERYONE, *(self._hashes.sign_in(*kind) for kind in kinds)]
        is_before = any(issued_at <= self._endings[name].at for name in names if name in self._endings)
        return is_before or (
            claims.session is not None and self._hashes.sign_in("session", claims.session) in self._endings
        )

    async def _keep_current(self) -> None:
        age = self._age()
        if age < READ_AGAIN_S:
            return
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
            # asyncio warns about an exception that is never retrieved.
            self._reading.add_done_callback(lambda done: done.cancelled() or done.exception())
        if age >= USED_AT_MOST_S:
            # One reading for all who wait; whoever gives up does not end it for the others.
            await asyncio.shield(self._reading)

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self._read_at

    async def _read(self) -> None:
        now, began = self._clock(), asyncio.get_running_loop().time()
        read = await self._ended.all(now)
        lost = {name: each for name, each in self._endings.items() if name not in read and each.until > now}
        if lost:
            log.warning("ended sessions were missing in the database", count=len(lost))
            with suppress(DependencyUnavailable):
                await self._ended.add_again(lost)
        self._endings, self._read_at = read | lost, began
