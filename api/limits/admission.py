"""Admission: bounded work in flight in this process, and a short queue in fair order by account.

Calls are served in order, and what can't be served in time is refused at once with `busy`, when nothing has happened:
otherwise the process would work on answers that nobody waits for any more, and repeats would add to the load.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from api.limits.bounded_dict import BoundedDict
from api.limits.neighbours import Neighbours, Pauses
from api.limits.places import Places
from api.limits.retries import ask_again
from domain.errors import Busy
from gateways.identity.claims import Claims

TIMEOUT_SECONDS = 2.0
"""How long a call may take with its wait, if it takes as long as others lately; some take longer, and an applicant
should have the answer within three seconds."""

_FIRST_GUESS_SECONDS = 0.1
_LEAST_SECONDS = 0.003
"""What a call costs this process at least, with its way to the queue and back."""

_WEIGHT_OF_NEWEST = 0.1
_WEIGHT_OF_NEWEST_COUNT = 0.2
"""A burst fills the places within so few calls that the rest of it must not be refused for the quiet before it."""

_OF_MORE, _OF_MOST = 0.8, 0.6
"""The shares of the room for waiting calls up to which an account gets a second place there and, if it would then have
more than all others, a further one. Otherwise calls wait in vain: those of others displace them, or calls take longer
than lately; and a call that has waited costs many times as much to refuse as one that has just arrived."""

IsGone = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class SharedLimits:
    """What an account with several calls at once may still do while another account makes calls too."""

    each: int
    """Calls of the account at once."""

    pause: float
    """How long the account pauses after each of its calls, as a multiple of the time that the call took."""


class FairQueue:
    """At most `at_once` calls run, at most `each` of one account; free places go to the waiting accounts in turn.

    With `shared_limits` an account that has several calls at once gets less while it is not alone.
    """

    def __init__(
        self,
        *,
        at_once: int,
        each: int,
        timeout: float = TIMEOUT_SECONDS,
        shared_limits: SharedLimits | None = None,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._at_once = at_once
        self._each = each
        self._timeout = timeout
        self._shared_limits = shared_limits or SharedLimits(each, 0.0)
        self._neighbours = neighbours or Neighbours()
        self._pauses = Pauses(self._admit_waiting)
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._coming: Counter[str] = Counter()
        self._seconds = _FIRST_GUESS_SECONDS
        self._used = 1.0

    @property
    def running(self) -> int:
        return self._running.total()

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def is_full(self) -> bool:
        """Whether a further account's call would wait."""
        return self.running >= self._at_once

    def would_refuse(self, account: str) -> bool:
        """Whether the account's next call would be the one that is refused at once.

        Calls that are expected count as waiting, but for those for which there are free places.
        """
        own, free = self._waits_with(account) + 1, max(0, self._at_once - self.running)
        expected = self._coming.total()
        waiting = self.waiting + max(0, expected - free) + 1
        if _is_most(own, waiting) or (own == 1 and expected < free and not self._is_full(account)):
            return False
        longest = max([0, *map(len, self._waiting.values()), *map(self._waits_with, self._coming)])
        return own > self._count_served_in_time(self._each) or (own >= longest and waiting > self._room(own, longest))

    def _waits_with(self, account: str) -> int:
        """How many of the account's calls wait, those that are expected among them."""
        return len(self._waiting.get(account, ())) + self._coming[account]

    def expect(self, account: str) -> None:
        """A call of the account, which was not refused, is on its way: others that arrive with it find it here.

        Its task begins in the loop's next turn, and nothing arrives between the two.
        """
        self._coming[account] += 1
        asyncio.get_running_loop().call_soon(self._has_come, account)

    def _has_come(self, account: str) -> None:
        self._coming[account] -= 1
        if not self._coming[account]:
            del self._coming[account]

    @asynccontextmanager
    async def place(self, account: str, at: datetime, is_gone: IsGone | None = None) -> AsyncIterator[None]:
        """A place for one call of the account. Raises `Busy`, also where the caller is gone after the wait."""
        self._neighbours.see(account)
        must_wait = self._is_full(account) or account in self._waiting
        if must_wait:
            await self._wait(account, at)
        else:
            self._begin(account)
        began = asyncio.get_running_loop().time()
        try:
            if must_wait and is_gone is not None and await is_gone():
                raise Busy(ask_again(at))
            yield
        finally:
            took = asyncio.get_running_loop().time() - began
            self._measure(took)
            self._leave(account, took)

    async def _wait(self, account: str, at: datetime) -> None:
        """Return when the account has a place, which counts as taken already."""
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        queue = self._waiting.setdefault(account, deque())
        queue.append(place)
        self._refuse_what_is_late(account)
        alarm = loop.call_later(max(0.0, self._timeout - self._seconds), self._refuse, account, place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._leave(account)
            raise
        except TimeoutError:
            raise Busy(ask_again(at)) from None
        finally:
            alarm.cancel()
            self._forget(account, place)

    def _refuse_what_is_late(self, account: str) -> None:
        """Refuse one call if the queue is longer than the timeout allows: the newest of who has most waiting."""
        own = len(self._waiting[account])
        longest = max((len(queue) for name, queue in self._waiting.items() if name != account), default=0)
        if own > self._count_served_in_time(self._each):
            self._give_up(account)
        elif self.waiting > self._room(own, longest):
            self._give_up(max(self._waiting, key=lambda name: (len(self._waiting[name]), name == account)))

    def _give_up(self, account: str) -> None:
        """Refuse the account's newest call: at once, or at its timeout if the account itself is why it is late.

        Otherwise an account could have thousands of calls refused in a second, which costs more than serving it.
        """
        newest = self._waiting[account][-1]
        if _is_most(len(self._waiting[account]), self.waiting):
            self._forget(account, newest)
        else:
            self._refuse(account, newest)

    def _room(self, own: int, longest: int) -> float:
        """How many calls may wait with the newest one of an account that has `own`, where others have up to `longest`.

        An account's only one may have all the room: what is served in time by the places that were lately used while
        calls waited. Accounts that pause leave some of them free.
        """
        share = 1.0 if own == 1 else _OF_MOST if own > longest else _OF_MORE
        return share * self._count_served_in_time(self._used * self._at_once)

    def _count_served_in_time(self, places: float) -> float:
        """How many waiting calls so many places serve within the timeout, by how long calls have lately taken."""
        return places * max(0.0, self._timeout - self._seconds) / self._seconds

    def _refuse(self, account: str, place: asyncio.Future[None]) -> None:
        if not place.done():
            place.set_exception(TimeoutError())
        self._forget(account, place)

    def _forget(self, account: str, place: asyncio.Future[None]) -> None:
        queue = self._waiting.get(account)
        if queue is not None and place in queue:
            queue.remove(place)
        if queue is not None and not queue:
            del self._waiting[account]

    def _begin(self, account: str) -> None:
        """Give the account a place."""
        self._running[account] += 1
        if self._waiting:
            self._used += _WEIGHT_OF_NEWEST_COUNT * (self.running / self._at_once - self._used)
        else:
            self._used = 1.0

    def _measure(self, seconds: float) -> None:
        self._seconds += _WEIGHT_OF_NEWEST * (max(seconds, 0.001) - self._seconds)

    def _leave(self, account: str, took: float = 0.0) -> None:
        """Give the place back, and to the next account that may have it."""
        self._running[account] -= 1
        has_more = self._running[account] > 0 or account in self._waiting
        if not self._running[account]:
            del self._running[account]
        pause = self._shared_limits.pause * max(took, _LEAST_SECONDS)
        if pause and has_more and self._neighbours.has_other(account):
            self._pauses.begin(account, pause)
        self._admit_waiting()

    def _admit_waiting(self) -> None:
        while (name := next((name for name in self._waiting if not self._is_full(name)), None)) is not None:
            self._admit_next(name)

    def _admit_next(self, account: str) -> None:
        queue = self._waiting[account]
        place = queue.popleft()
        # A call that was cancelled at this instant has not left the queue yet.
        if not place.done():
            self._begin(account)
            place.set_result(None)
        # The account's next call waits until all other accounts have had their turn.
        self._waiting.move_to_end(account)
        if not queue:
            del self._waiting[account]

    def _is_full(self, account: str) -> bool:
        if account in self._pauses or self._running.total() >= self._at_once:
            return True
        running = self._running[account]
        return running >= self._each or (running >= self._shared_limits.each and self._neighbours.has_other(account))


def _is_most(own: int, waiting: int) -> bool:
    """Whether an account with so many waiting calls is why the queue is long: most of what waits is its own."""
    return own > 1 and 2 * own > waiting


class Admission:
    """The queues of one process. Acts wait for Temporal, reads for the database only, and drawing needs the processor.

    More work in flight makes each call slower, and none faster: two cores are busy with 16 writes (docs/figures.md).
    """

    def __init__(self) -> None:
        neighbours = Neighbours()
        self.writes = FairQueue(
            at_once=24, each=8, shared_limits=SharedLimits(each=4, pause=2.0), neighbours=neighbours
        )
        self.reads = FairQueue(at_once=16, each=2, shared_limits=SharedLimits(each=1, pause=2.0), neighbours=neighbours)
        self.drawings = FairQueue(at_once=1, each=1, neighbours=neighbours)
        # Bodies with files arrive before their calls have places, and stay in memory until the response. None waits for
        # room: that would be the client's time to send.
        self.large_bodies = Places(at_once=16, each=2)
        self._verified: BoundedDict[bytes, Claims] = BoundedDict()

    def remember(self, header: str, claims: Claims) -> None:
        """Remember the claims of a token that was verified, by the header that had it."""
        self._verified[_digest(header.encode("latin-1"))] = claims

    def claims_of(self, header: bytes) -> Claims | None:
        """The claims of a header whose token was verified lately."""
        return self._verified.get(_digest(header))


def _digest(header: bytes) -> bytes:
    """A header may be as long as a head, so thousands of them are not kept."""
    return blake2b(header, digest_size=32).digest()
