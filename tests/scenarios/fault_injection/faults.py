"""The faults, and the injector that makes them. A seed replays the choices."""

import asyncio
import random
import resource
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import psycopg
from redis.asyncio import Redis

from embedded.part import Part
from embedded.problems import StartProblem
from process.clock import system_clock
from tests.scenarios.fault_injection.calls import CallLog
from tests.scenarios.fault_injection.system import System

PROGRAMS = ("worker-1", "worker-2", "api-1", "api-2")
SERVERS = ("postgres", "valkey", "temporal")
FREEZES_S = (1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 6, 6, 10, 20, 60)
JUMPS_S = (-20, -5, -2, 2, 5, 20, 60, -60, 300, -300, 3 * 3600, -3 * 3600)
LONGEST_JUMP_S = 8.0
ASK_EVERY_S = 0.2


@dataclass(frozen=True)
class Fault:
    """One fault that was made. `until` is when the part was back; `recovery_s` is the first good write after that."""

    kind: str
    since: float
    until: float
    recovery_s: float | None = None

    def overlaps(self, since: float, until: float) -> bool:
        return self.since < until and since < self.until


@dataclass(frozen=True)
class Kind:
    """A kind of fault: what it touches, so that no other fault touches that meanwhile, and how it is made."""

    touches: Sequence[str]
    make: Callable[[], Awaitable[None]]


@dataclass
class Injector:
    """Makes faults of random kinds in several lanes at once, evenly over the run as far as lanes are free."""

    system: System
    log: CallLog
    rng: random.Random
    longest_freeze_s: float
    lanes: int
    first: Sequence[str] = ()
    made: list[Fault] = field(default_factory=list)
    _begun: int = 0
    _touched: set[str] = field(default_factory=set)
    _order: list[str] = field(default_factory=list)

    def kinds(self) -> dict[str, Kind]:
        """Every kind of fault by its name."""
        parts = (*PROGRAMS, *SERVERS)
        every = {f"kill {part}": Kind([part], self._killing(part)) for part in parts}
        every |= {f"freeze {part}": Kind([part], self._freezing(part)) for part in parts}
        every |= {f"restart {part}": Kind([part], self._restarting(part)) for part in parts}
        for server in SERVERS:
            way = f"connections to {server}"
            every[f"cut {way}"] = Kind([way], self._cutting(server))
            every[f"delay {way}"] = Kind([way], self._delaying(server))
        every |= {f"jump the clock of {name}": Kind([f"clock of {name}"], self._jumping(name)) for name in PROGRAMS}
        workers, apis = PROGRAMS[:2], PROGRAMS[2:]
        return every | {
            "kill both workers": Kind(workers, self._killing(*workers)),
            "kill both APIs": Kind(apis, self._killing(*apis)),
            "empty Redis": Kind(["valkey"], self._empty_redis),
            "end database sessions": Kind(["postgres"], self._end_sessions),
            "fill the disk of temporal": Kind(["temporal"], self._fill_disk),
        }

    async def work(self, *, seconds: float, most: int, overtime_s: float) -> None:
        """Make faults for so long, at most so many: the n-th of them begins when its share of the time has passed.

        Those that parts which came back late have delayed may begin in the overtime.
        """
        kinds, began = self.kinds(), time.monotonic()
        self._order = [
            *self.first,
            *self.rng.sample(sorted(kinds.keys() - set(self.first)), len(kinds) - len(self.first)),
        ]
        async with asyncio.TaskGroup() as lanes:
            for _ in range(self.lanes):
                lanes.create_task(self._work_in_a_lane(kinds, began, seconds, most, overtime_s))

    async def supervise(self) -> None:
        """Start again, until cancelled, what has ended by itself while no fault touches it, as a supervisor does.

        Temporal may end seconds after its disk was full.
        """
        while True:
            for name, part in self.system.parts.items():
                if name not in self._touched:
                    self._touched.add(name)
                    with suppress(StartProblem):
                        await part.start()
                    self._touched.remove(name)
            await asyncio.sleep(ASK_EVERY_S)

    async def _work_in_a_lane(
        self, kinds: Mapping[str, Kind], began: float, seconds: float, most: int, overtime_s: float
    ) -> None:
        while (passed := time.monotonic() - began) < seconds + overtime_s and self._begun < most:
            if passed >= self._begun * seconds / most and (name := self._next(kinds)):
                self._begun += 1
                await self._inject(name, kinds[name])
            else:
                await asyncio.sleep(self.rng.uniform(0, ASK_EVERY_S))

    def _next(self, kinds: Mapping[str, Kind]) -> str | None:
        """Each kind comes once before one comes again, so that a short run has many kinds."""
        self._order = self._order or self.rng.sample(sorted(kinds), len(kinds))
        possible = [name for name in self._order if not self._touched.intersection(kinds[name].touches)]
        if not possible:
            return None
        self._order.remove(possible[0])
        return possible[0]

    async def _inject(self, name: str, kind: Kind) -> None:
        self._touched.update(kind.touches)
        since = system_clock().timestamp()
        await kind.make()
        for part in set(kind.touches).intersection(self.system.parts):
            await self._bring_up(self.system.parts[part])
        self.made.append(Fault(name, since, system_clock().timestamp()))
        self._touched.difference_update(kind.touches)

    async def _bring_up(self, part: Part) -> None:
        """It is ready only when what it needs is, which another fault may delay."""
        while True:
            with suppress(StartProblem):
                return await part.bring_up()

    def measured(self) -> list[Fault]:
        """The faults with their recovery, read from the clients' log."""
        return [replace(fault, recovery_s=self.log.first_good_after(fault.until)) for fault in self.made]

    def _killing(self, *names: str) -> Callable[[], Awaitable[None]]:
        async def kill() -> None:
            away = self.rng.uniform(0, 3)
            await asyncio.gather(*(self.system.parts[name].kill() for name in names))
            await asyncio.sleep(away)

        return kill

    def _freezing(self, name: str) -> Callable[[], Awaitable[None]]:
        async def freeze() -> None:
            part = self.system.parts[name]
            lengths = [length for length in FREEZES_S if length <= self.longest_freeze_s]
            part.freeze()
            try:
                await asyncio.sleep(self.rng.choice(lengths))
            finally:
                part.thaw()

        return freeze

    def _restarting(self, name: str) -> Callable[[], Awaitable[None]]:
        return self.system.parts[name].stop

    def _cutting(self, server: str) -> Callable[[], Awaitable[None]]:
        async def cut() -> None:
            proxy = self.system.proxies[server]
            proxy.cut()
            await asyncio.sleep(self.rng.choice((0, 0.2, 1, 5)))
            proxy.mend()

        return cut

    def _delaying(self, server: str) -> Callable[[], Awaitable[None]]:
        async def delay() -> None:
            proxy = self.system.proxies[server]
            proxy.delay_s = self.rng.choice((0.02, 0.1, 0.5, 2))
            await asyncio.sleep(self.rng.uniform(1, 5))
            proxy.delay_s = 0

        return delay

    def _jumping(self, name: str) -> Callable[[], Awaitable[None]]:
        async def jump() -> None:
            program = self.system.jumping(name)
            program.jump(self.rng.choice(JUMPS_S))
            await asyncio.sleep(self.rng.uniform(1, LONGEST_JUMP_S))
            program.jump(0)

        return jump

    async def _empty_redis(self) -> None:
        async with Redis.from_url(self.system.redis_url) as redis:
            await redis.flushall()

    async def _end_sessions(self) -> None:
        """As an administrator does, or a failover."""
        async with await psycopg.AsyncConnection.connect(self.system.owner_dsn, autocommit=True) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )

    async def _fill_disk(self) -> None:
        """Temporal can't make its files longer for a while, as on a full disk."""
        # Go programs end at this limit, as many do on a full disk; the supervisor starts it again.
        pid = self.system.parts["temporal"].pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
        try:
            await asyncio.sleep(self.rng.uniform(1, 4))
        finally:
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The median, the 95th percentile and the maximum, in seconds; zeros for no value."""
    if not values:
        return 0.0, 0.0, 0.0
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], ordered[-1]
