"""Keeps a slow or failing gateway from taking the process with it: a limit of calls in flight and a circuit breaker."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Protocol, TypeVar

import structlog

from domain.dependencies import CallDeclined, Dependency, DependencyUnavailable

T = TypeVar("T")

FAILURES = 5
"""Failures in a row after which a circuit opens."""
REST_S = 10.0
"""How long it stays open before a trial."""
WAIT_S = 0.5
"""How long a call waits for a place among those in flight."""

log = structlog.get_logger("gateways")


class Circuit(StrEnum):
    """`open`: calls are refused at once; `half_open`: one call tries whether the gateway works again."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class Outcome(StrEnum):
    """Of a call: `declined` by the gateway; refused by us as `busy` or because of an `open_circuit`."""

    DONE = "done"
    DECLINED = "declined"
    FAILED = "failed"
    BUSY = "busy"
    OPEN_CIRCUIT = "open_circuit"


class Observer(Protocol):
    """Puts calls and circuits into the metrics."""

    def count_call(self, part: Dependency, outcome: Outcome) -> None: ...

    def show_circuit(self, part: Dependency, circuit: Circuit) -> None: ...


class CircuitBreaker:
    """Opens after `FAILURES` in a row; after `REST_S` one trial decides whether it closes.

    A call that began before it opened decides nothing any more.
    """

    def __init__(self, changed: Callable[[Circuit], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.state = Circuit.CLOSED
        self._changed = changed
        self._clock = clock
        self._failures = 0
        self._opened_at = 0.0
        self._is_tried = False

    def admit(self) -> bool | None:
        """Whether the call is the trial; None if it must not be made."""
        if self.state is Circuit.CLOSED:
            return False
        if self._is_tried or (self.state is Circuit.OPEN and self._clock() - self._opened_at < REST_S):
            return None
        self._is_tried = True
        self._set(Circuit.HALF_OPEN)
        return True

    def succeed(self, *, is_trial: bool) -> None:
        if is_trial or self.state is Circuit.CLOSED:
            self._failures = 0
            self._set(Circuit.CLOSED)

    def fail(self, *, is_trial: bool) -> None:
        self._failures += 1
        if is_trial or (self.state is Circuit.CLOSED and self._failures >= FAILURES):
            self._opened_at = self._clock()
            self._set(Circuit.OPEN)

    def end_trial(self) -> None:
        """Without an outcome, as after a cancellation, the next call is the trial."""
        self._is_tried = False

    def _set(self, state: Circuit) -> None:
        if state is not self.state:
            self.state = state
            self._changed(state)


class Guard:
    """All calls of one process to one gateway."""

    def __init__(
        self,
        part: Dependency,
        most_calls: int,
        observer: Observer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._part: Dependency = part
        self._places = asyncio.Semaphore(most_calls)
        self._observer = observer
        self._breaker = CircuitBreaker(self._note, clock)
        self._observer.show_circuit(part, Circuit.CLOSED)

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work. Raises what it raises; `DependencyUnavailable` if the circuit is open.

        Raises `CallDeclined` if too many calls are in flight.
        """
        async with self._place():
            is_trial = self._breaker.admit()
            if is_trial is None:
                self._observer.count_call(self._part, Outcome.OPEN_CIRCUIT)
                raise DependencyUnavailable(self._part, "circuit open")
            try:
                return await self._observe(work, is_trial=is_trial)
            finally:
                if is_trial:
                    self._breaker.end_trial()

    async def _observe(self, work: Callable[[], Awaitable[T]], *, is_trial: bool) -> T:
        outcome = Outcome.DONE
        try:
            answer = await work()
        except CallDeclined:
            outcome = Outcome.DECLINED
            self._breaker.succeed(is_trial=is_trial)
            raise
        except DependencyUnavailable:
            outcome = Outcome.FAILED
            self._breaker.fail(is_trial=is_trial)
            raise
        else:
            self._breaker.succeed(is_trial=is_trial)
            return answer
        finally:
            self._observer.count_call(self._part, outcome)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(WAIT_S):
                await self._places.acquire()
        except TimeoutError:
            self._observer.count_call(self._part, Outcome.BUSY)
            raise CallDeclined(self._part, "too many calls in flight") from None
        try:
            yield
        finally:
            self._places.release()

    def _note(self, circuit: Circuit) -> None:
        log.warning("gateway circuit", part=self._part, circuit=circuit.value)
        self._observer.show_circuit(self._part, circuit)
