"""Our service and others by turns in one run: what each does in a second, with its guarantees (bench/guarantees.py).

The journey is the same on the bare Temporal workflow, with and without a row in PostgreSQL, and on DBOS Transact.
pretix has no such journey: our draw, candidate and confirmation over REST stand against its seat, held and confirmed.
A peer without an environment (`make peers` makes them) is named and left out.
"""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Literal

from bench.bare_worker import GRANT, TABLE, WRITES
from bench.dbos import running_dbos
from bench.figures import Figure, Half, Pair, Seconds, Target, speed
from bench.held_plates import hold_and_confirm
from bench.journeys import bare_journey, make_journeys, real_journey
from bench.maintenance import as_owner
from bench.peer_environments import FOLDER, PACKAGES, interpreter
from bench.pretix import running_pretix
from bench.sizes import Sizes
from bench.stack import BARE_QUEUE, Stack

Work = Literal["journey", "seat"]
FASTEST = 2.0
WRITING_QUEUE = "bare-writing"
OURS: dict[Work, str] = {"journey": "Xuanhao", "seat": "Xuanhao over REST"}
BARE = "bare Temporal"
WRITING = "bare Temporal with a row for each decision"
DBOS = "DBOS Transact"
PRETIX = "pretix"


@dataclass(frozen=True)
class Peer:
    """`halves(many=…, at_once=…)` is one turn of its work."""

    name: str
    work: Work
    halves: Callable[..., Half]
    seconds: dict[int, list[Seconds]] = field(default_factory=dict)
    """Of one journey in each turn, by the number at once."""

    def rate(self, at_once: int) -> float:
        """Journeys in a second."""
        return 1 / median(self.seconds[at_once])


async def measure(stack: Stack, sizes: Sizes, folder: Path = FOLDER) -> list[Figure]:
    peers = await compare(stack, sizes, folder)
    return [*figures(peers, sizes), *missing(folder)]


async def compare(stack: Stack, sizes: Sizes, folder: Path = FOLDER) -> list[Peer]:
    """All that are installed, by turns: other work of the machine disturbs them alike."""
    async with running_peers(stack, folder) as peers:
        for at_once, many in ((1, sizes.journeys_alone), (sizes.at_once, sizes.journeys_together)):
            for peer in peers:
                # The first ones load modules, open connections and make plans.
                await peer.halves(many=at_once, at_once=at_once)()
                peer.seconds[at_once] = []
            for _ in range(sizes.pairs):
                for peer in peers:
                    peer.seconds[at_once].append(await peer.halves(many=many, at_once=at_once)())
    return peers


def figures(peers: Sequence[Peer], sizes: Sizes) -> list[Figure]:
    """Ours against each peer that does the same work."""
    ours = {peer.work: peer for peer in peers if peer.name == OURS[peer.work]}
    return [
        speed(
            f"{'journeys' if peer.work == 'journey' else 'a place held and confirmed'}, {at_once} at once, "
            f"against {peer.name}",
            [Pair(*both) for both in zip(ours[peer.work].seconds[at_once], peer.seconds[at_once], strict=True)],
            FASTEST if (peer.name, at_once) == (DBOS, sizes.at_once) else None,
            unit="journeys",
        )
        for peer in peers
        if peer is not ours[peer.work]
        for at_once in peer.seconds
    ]


def missing(folder: Path) -> list[Figure]:
    """Those that have no environment."""
    aims = {"dbos": Target("at least", FASTEST)}
    return [
        Figure(f"against {name}", [], aims.get(name), "not installed")
        for name in PACKAGES
        if interpreter(name, folder) is None
    ]


@asynccontextmanager
async def running_peers(stack: Stack, folder: Path) -> AsyncIterator[list[Peer]]:
    """All at the same time, for they take turns."""
    await as_owner(stack.owner_url, TABLE.encode(), {})
    await as_owner(stack.owner_url, GRANT.encode(), {})
    async with AsyncExitStack() as running:
        await running.enter_async_context(stack.worker())
        await running.enter_async_context(stack.bare_worker())
        await running.enter_async_context(stack.bare_worker(WRITING_QUEUE, **{WRITES: "1"}))
        peers = [
            Peer(OURS["journey"], "journey", partial(make_journeys, stack, real_journey)),
            Peer(BARE, "journey", _bare(stack, BARE_QUEUE)),
            Peer(WRITING, "journey", _bare(stack, WRITING_QUEUE)),
        ]
        if python := interpreter("dbos", folder):
            # Our journeys use every core, and one process of Python does not.
            for processes in sorted({1, os.cpu_count() or 1}):
                dbos = await running.enter_async_context(running_dbos(stack, python, processes=processes))
                name = DBOS if processes == 1 else f"{DBOS} in {processes} processes"
                peers.append(Peer(name, "journey", dbos.journeys))
        if python := interpreter("pretix", folder):
            await running.enter_async_context(stack.api())
            shop = await running.enter_async_context(running_pretix(stack, python))
            peers += [
                Peer(OURS["seat"], "seat", partial(hold_and_confirm, stack)),
                Peer(PRETIX, "seat", shop.journeys),
            ]
        yield peers


def _bare(stack: Stack, task_queue: str) -> Callable[..., Half]:
    return partial(make_journeys, stack, partial(bare_journey, task_queue=task_queue))
