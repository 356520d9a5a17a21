"""`python -m tests.scenarios.waiting_room`: 100,000 people in one waiting room, and what it costs.

The places are real, in a Valkey of this run; the hour is not: each second of it is one step. The service can take as
many people per second as `CAPACITY` says, and is busy while more are let in.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from api.waiting_room.event_stream import seconds_until_news
from api.waiting_room.schemas import QueuePlace
from domain.waiting_room import Standing, WaitingRoom
from embedded.folders import DataFolder
from embedded.valkey import Valkey
from process.clock import system_clock
from process.exit import leave
from storage.crypto.personal_hashes import PersonalHashes
from storage.redis.client import RedisClient, make_redis
from storage.waiting_room.places import WaitingPlaces
from tests.support.stored_preselections import KEYS

PEOPLE = 100_000
CAPACITY = 40
AT_ONCE = 100
FOLLOWED = 500
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@dataclass
class Follower:
    """Somebody with an event stream: how often it read the place, the bytes that it sent, the seconds to the turn."""

    person: str
    reads_at: float = 0.0
    read: int = 0
    size: int = 0
    let_in_after: float | None = None


@dataclass
class Simulation:
    redis: RedisClient
    places: WaitingPlaces
    people: Sequence[str]
    room: WaitingRoom = field(
        default_factory=lambda: WaitingRoom(uuid4(), "440300", system_clock() + HOUR, system_clock() + 24 * HOUR)
    )

    async def fill(self) -> tuple[float, float]:
        """Everybody comes; returns the joins per second and the bytes per person."""
        before, began, left = await self._memory(), time.perf_counter(), iter(self.people)

        async def enter() -> None:
            for person in left:
                await self._join(person, self.room.opens_at - HOUR / 2)

        await asyncio.gather(*(enter() for _ in range(AT_ONCE)))
        seconds = time.perf_counter() - began
        return len(self.people) / seconds, (await self._memory() - before) / len(self.people)

    async def let_in(self, followers: Sequence[Follower]) -> list[int]:
        """One step for each second until all are let in; returns how many have been let in after each."""
        admitted, lately = list[int](), 0
        while not admitted or admitted[-1] < len(self.people):
            now = self.room.opens_at + (len(admitted) + 1) * SECOND
            progress = await self.places.look(self.room, now, is_busy=lately > CAPACITY)
            lately = progress.admitted - (admitted[-1] if admitted else 0)
            admitted.append(progress.admitted)
            for follower in followers:
                if follower.let_in_after is None and follower.reads_at <= len(admitted):
                    await self._follow(follower, len(admitted))
        return admitted

    async def _follow(self, follower: Follower, second: int) -> None:
        now = self.room.opens_at + second * SECOND
        standing = await self._join(follower.person, now)
        place = QueuePlace(
            place=standing.place,
            admitted=standing.pass_ends is not None,
            estimated_at=standing.estimated_at(self.room, now),
            pass_="p" * 190,
        )
        follower.read += 1
        follower.size += len(place.model_dump_json(by_alias=True)) + len("event: queue\ndata: \n\n")
        follower.reads_at = second + seconds_until_news(self.room, place, now, 0.5)
        if standing.pass_ends is not None:
            follower.let_in_after = second

    async def _join(self, person: str, at: datetime) -> Standing:
        return await self.places.join(self.room, person, at, arrived_at=at, is_busy=False)

    async def _memory(self) -> int:
        return int((await self.redis.info("memory"))["used_memory"])


async def simulate(folder: Path, show: Callable[[str], None]) -> None:
    data = DataFolder(folder)
    with data.lock():
        server, people = Valkey(data), [f"person-{number}" for number in range(PEOPLE)]
        await server.bring_up()
        try:
            async with make_redis(server.url()) as redis:
                await run(Simulation(redis, WaitingPlaces(redis, PersonalHashes(KEYS.hashes)), people), show)
        finally:
            await server.stop()


async def run(simulation: Simulation, show: Callable[[str], None]) -> None:
    rate, size = await simulation.fill()
    show(f"{PEOPLE:,} people came: {rate:,.0f} joins a second, {size:.0f} bytes of Redis each")
    step = PEOPLE // FOLLOWED
    followers = [Follower(person) for person in simulation.people[::step]]
    began = time.perf_counter()
    admitted = await simulation.let_in(followers)
    show(
        f"all were let in after {len(admitted):,} s of the hour, {PEOPLE / len(admitted):.1f} a second "
        f"for a capacity of {CAPACITY} ({time.perf_counter() - began:.0f} s of this machine)"
    )
    reads, sent = sum(each.read for each in followers), sum(each.size for each in followers)
    waits = quantiles([each.let_in_after or 0.0 for each in followers], n=100)
    show(
        f"a stream read its place {reads / FOLLOWED:.0f} times: {PEOPLE * reads / FOLLOWED / len(admitted):,.0f} reads "
        f"and at most {PEOPLE * sent / FOLLOWED / len(admitted):,.0f} bytes a second for all"
    )
    show(f"time to the turn: median {waits[49]:,.0f} s, p99 {waits[98]:,.0f} s")


def show_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="xuanhao-waiting-room-") as folder:
        asyncio.run(simulate(Path(folder) / "data", show_line))
    return 0


if __name__ == "__main__":
    leave(main())
