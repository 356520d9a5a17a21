"""Callers that cost as little as they can: what they use of the processor is missing where it is measured.

A request is bytes that were built before, and of a response only the status and the length are read.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from bench.figures import Seconds

TIMEOUT_S = 3.0
PAUSE_S = 0.005
"""Calls that are due within such a time are begun together, and responses that arrive in it are read together."""

LOST = 0
"""The status of a call whose connection was closed before its response."""

_END_OF_HEAD, _LENGTH = b"\r\n\r\n", b"content-length:"
_STATUS = slice(9, 12)


@dataclass
class Outcome:
    """What became of calls: the seconds of each that was carried out, and how many got each other status.

    A call is good if it succeeds within `TIMEOUT_S` and before the end of these seconds: what waits then is served
    without the load.
    """

    seconds: float
    offered: int = 0
    good: int = 0
    done: list[Seconds] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)

    @property
    def goodput(self) -> float:
        """Good calls per second."""
        return self.good / self.seconds

    @property
    def answered(self) -> int:
        return len(self.done) + self.refused.total()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.seconds + other.seconds,
            self.offered + other.offered,
            self.good + other.good,
            self.done + other.done,
            self.refused + other.refused,
        )

    def note(self, status: int, took: Seconds, *, is_over: bool) -> None:
        """Count a call; `is_over` after the end of the seconds."""
        if LOST < status < HTTPStatus.BAD_REQUEST:
            self.done.append(took)
            self.good += not is_over and took <= TIMEOUT_S
        else:
            self.refused[status] += 1


class _Connection(asyncio.Protocol):
    """A kept connection with one call at a time."""

    def __init__(self, answered: Callable[["_Connection", int, Seconds], None]) -> None:
        self._answered = answered
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._began = 0.0
        self._waits = False

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, began: float) -> None:
        assert self._transport
        self._began, self._waits = began, True
        self._transport.write(request)

    def close(self) -> None:
        assert self._transport
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        head = received.find(_END_OF_HEAD)
        if head < 0 or len(received) < head + len(_END_OF_HEAD) + _length(received, head):
            self._received = received
            return
        self._received = b""
        self._end(int(received[_STATUS]))

    def connection_lost(self, _: Exception | None) -> None:
        if self._waits:
            self._end(LOST)

    def _end(self, status: int) -> None:
        self._waits = False
        self._answered(self, status, time.perf_counter() - self._began)


def _length(received: bytes, head: int) -> int:
    place = received.find(_LENGTH, 0, head) + len(_LENGTH)
    return int(received[place : received.index(b"\r", place)])


class LoadGenerator:
    """Callers at one API, who send these requests in turn. Connections are kept and used again, as browsers do."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self._port = port
        self._requests = requests
        self._idle: list[_Connection] = []
        self._outcome = Outcome(0)
        self._ends, self._goes_on = 0.0, False

    def close(self) -> None:
        for connection in self._idle:
            connection.close()

    async def best_rate(self, callers: int, seconds: float) -> float:
        """Good calls per second of callers who wait for each answer."""
        self._outcome = outcome = Outcome(seconds, callers)
        self._ends, self._goes_on = time.perf_counter() + seconds, True
        for _ in range(callers):
            await self._begin()
        await self._all_are_answered(outcome)
        return outcome.goodput

    async def offer(self, rate: float, seconds: float) -> Outcome:
        """Begin `rate` calls per second, and wait for all answers."""
        self._outcome = outcome = Outcome(seconds, round(rate * seconds))
        begun, began = 0, time.perf_counter()
        self._ends, self._goes_on = began + seconds, False
        async with asyncio.TaskGroup() as group:
            while begun < outcome.offered:
                due = min(outcome.offered, 1 + int(rate * (time.perf_counter() - began)))
                for _ in range(begun, due):
                    if connection := self._idle_connection():
                        connection.send(next(self._requests), time.perf_counter())
                    else:
                        group.create_task(self._begin())
                begun = due
                # It stops the whole loop: a wake-up for each response would cost more than reading it.
                time.sleep(PAUSE_S)  # noqa: ASYNC251
                await asyncio.sleep(0)
        await self._all_are_answered(outcome)
        return outcome

    async def _begin(self) -> None:
        began = time.perf_counter()
        connection = self._idle_connection()
        if connection is None:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(lambda: _Connection(self._note), "127.0.0.1", self._port)
        connection.send(next(self._requests), began)

    def _idle_connection(self) -> _Connection | None:
        """One that is open: the server closes what is idle for long."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    def _note(self, connection: _Connection, status: int, took: Seconds) -> None:
        now = time.perf_counter()
        self._outcome.note(status, took, is_over=now >= self._ends)
        if self._goes_on and now < self._ends and connection.is_open:
            self._outcome.offered += 1
            connection.send(next(self._requests), now)
        else:
            self._idle.append(connection)

    async def _all_are_answered(self, outcome: Outcome) -> None:
        while outcome.answered < outcome.offered:  # noqa: ASYNC110 -- an event for each answer would cost more.
            await asyncio.sleep(PAUSE_S)
