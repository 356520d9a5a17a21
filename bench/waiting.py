"""Vehicles that wait in Temporal: their memory, a second in which many deadlines end, and a start with all of them.

Their rows are made by the statement of a decision, as if a plate had just been reserved, and their workflows are
started as maintenance starts them after a loss: they read the row, and wait for its deadline.
"""

import asyncio
import math
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from bench.applicants import create_submissions, selecting_state, spread
from bench.figures import Figure, Seconds
from bench.journeys import POLICY, real_journey, vehicle_client
from bench.sizes import Sizes
from bench.stack import PREFIXES, Stack, running_servers
from domain.errors import OutcomeUnknown, Unavailable
from domain.preselection.record import to_record
from domain.preselection.values import Reservation, Stage
from embedded.stack import Servers
from embedded.temporal import DYNAMIC_CONFIG, Temporal
from process.clock import system_clock
from storage.preselections.decisions import Claim, Decision
from workflows.messages import Action
from workflows.start_options import VehicleStart

LARGE_CACHE: Mapping[str, str] = {**DYNAMIC_CONFIG, "history.hostLevelCacheMaxSize": "128000"}
AT_ONCE = 16
ATTEMPTS = 10
LONG = timedelta(days=9)
PLATES = count()
OVERDUE = b"SELECT count(*) FROM preselection WHERE stage = 'overdue' AND deadline = %(deadline)s"
LOOK_EVERY_S = 0.05
LATEST = timedelta(minutes=5)


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """Servers with the configuration of `make run`, and servers that cache as many states as those of a cluster."""
    figures = []
    for name, config in (("of 500 states", DYNAMIC_CONFIG), ("of 128,000", LARGE_CACHE)):
        sys.stderr.write(f"measuring with {dict(config)} …\n")
        async with running_servers(stack.folder.root / f"waiting-{name[3:6]}", config) as (servers, own):
            figures += await _of_config(servers, own, sizes, f"Temporal's cache {name}")
    return figures


async def _of_config(servers: Servers, stack: Stack, sizes: Sizes, config: str) -> list[Figure]:
    async with stack.worker():
        await make_waiting(stack, sizes.at_once, system_clock() + LONG)
        before = private_megabytes(servers.temporal)
        made = await make_waiting(stack, sizes.waiting, system_clock() + LONG, within=60 * sizes.minutes)
        grown = private_megabytes(servers.temporal) - before
        sys.stderr.write(f"{made.vehicles:,} vehicles wait after {made.seconds:.0f} s …\n")
        late = await lateness(stack, sizes.deadlines)
    started = await start_of_everything(servers, stack)
    many, p99 = f"{made.vehicles:,} waiting, {config}", late[int(0.99 * (len(late) - 1))]
    rate = f"started in {made.seconds:.0f} s"
    spread_of = f"median {late[len(late) // 2]:.1f} s, latest {late[-1]:.1f} s"
    # A collection of garbage may free more than few vehicles take.
    memory, deadlines = max(0.0, 1000 * grown / made.vehicles), f"{sizes.deadlines:,} deadlines in one second"
    return [
        Figure(f"Temporal's memory for a thousand, {many}", [memory], None, rate, " MB", digits=1),
        Figure(f"p99 lateness of {deadlines}, {many}", [p99], None, spread_of, " s", digits=1),
        Figure(f"start of everything until the first journey, {many}", [started], None, "", " s", digits=1),
    ]


class Made(NamedTuple):
    """How many vehicles were made, and how long that took."""

    vehicles: int
    seconds: Seconds


async def make_waiting(stack: Stack, many: int, deadline: datetime, *, within: Seconds = math.inf) -> Made:
    """Make vehicles with a reserved plate until this deadline, whose workflows wait: so many, or as time allows."""
    began, numbers, made = time.perf_counter(), iter(range(many)), 0

    async def make_some() -> None:
        nonlocal made
        for _ in numbers:
            if time.perf_counter() > began + within:
                return
            [id_] = await create_submissions(stack, 1)
            await _begin(stack, await _reserve(stack, id_, deadline))
            made += 1

    await asyncio.gather(*(make_some() for _ in range(AT_ONCE)))
    return Made(made, time.perf_counter() - began)


async def lateness(stack: Stack, many: int) -> Sequence[Seconds]:
    """How long after their common deadline vehicles are overdue in the database, from the earliest to the latest."""
    deadline = system_clock() + timedelta(seconds=5 + many / 4)
    await make_waiting(stack, many, deadline)
    assert system_clock() < deadline, "the deadline came before all were waiting"
    late: list[Seconds] = []
    while len(late) < many:
        [[ended]] = await stack.repositories.database.fetch_raw(OVERDUE, {"deadline": deadline})
        now = system_clock()
        late += [(now - deadline).total_seconds()] * (ended - len(late))
        assert now < deadline + LATEST, f"{many - len(late)} deadlines had no effect"
        await asyncio.sleep(LOOK_EVERY_S)
    return late


async def start_of_everything(servers: Servers, stack: Stack) -> Seconds:
    """From the start of the servers, a worker and an API, all stopped before, to the end of a first journey."""
    await asyncio.gather(*(part.stop() for part in servers.all))
    began = time.perf_counter()
    await asyncio.gather(*(part.bring_up() for part in servers.all))
    async with stack.worker(), stack.api():
        [id_] = await create_submissions(stack, 1, policy=POLICY)
        await real_journey(stack, id_, POLICY)
        return time.perf_counter() - began


async def _reserve(stack: Stack, id_: UUID, deadline: datetime) -> UUID:
    at, [plate] = system_clock(), spread(PREFIXES[0], 1, start=next(PLATES))
    reservation = Reservation(plate, deadline.date(), deadline)
    state = selecting_state(at).compose([plate], reservation, at)
    await stack.repositories.decisions.commit(
        Decision(
            *(uuid4(), id_, "begin", at, 0, Stage.COMPLETED, to_record(state), {}),
            plate=plate, visit_by=reservation.visit_by, deadline=deadline, hold=[Claim(plate, "reserved", deadline)],
        )
    )  # fmt: skip
    return id_


async def _begin(stack: Stack, id_: UUID) -> object:
    vehicle = VehicleStart(str(id_), stack.office.code, stack.office.prefixes[:1], Stage.COMPLETED)
    begin = Action(str(uuid4()))
    for _ in range(ATTEMPTS):
        # On a busy machine some calls take too long; the repeat is the same request.
        with suppress(OutcomeUnknown, Unavailable):
            return await vehicle_client(stack).start(vehicle, "begin", begin)
    raise TimeoutError


def private_megabytes(part: Temporal) -> float:
    """Memory that only this process has."""
    lines = Path(f"/proc/{part.pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
