"""A cluster moves the slot of a pool to another master, key by key or whole, while people draw from it."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from redis.exceptions import TryAgainError

from embedded.folders import DataFolder
from embedded.ports import HOST
from tests.scenarios.redis.crowd import Signals, draw_through
from tests.support.services import Services
from tests.support.valkeys import TcpValkey, running_cluster
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow


class Reshard:
    """The move of the only pool of a cluster from its master to another."""

    def __init__(self, nodes: Sequence[TcpValkey], source: TcpValkey, key: str, slot: int) -> None:
        self.nodes, self.source, self.key, self.slot = nodes, source, key, slot
        self.target = next(node for node in nodes if node is not source)

    @classmethod
    async def of(cls, nodes: Sequence[TcpValkey]) -> "Reshard":
        found = [(node, key) for node in nodes for key in texts_of(await node.call("KEYS", "pool:*:free"))]
        [(source, key)] = found
        slot = await source.call("CLUSTER", "KEYSLOT", key)
        assert isinstance(slot, int)
        return cls(nodes, source, key, slot)

    async def ids(self) -> tuple[str, str]:
        first, second = [texts_of([await node.call("CLUSTER", "MYID")]) for node in (self.source, self.target)]
        return first[0], second[0]

    async def migrate(self, *keys: str) -> None:
        await self.source.call("MIGRATE", HOST, self.target.port, "", 0, 5000, "KEYS", *keys)

    async def has_begun(self, key: str) -> None:
        """Return if a call is refused that names a key of each master, as scripts are in the middle of a move."""
        with pytest.raises(TryAgainError):
            await self.source.call("MGET", key, self.key)

    async def is_moved(self) -> bool:
        return bool(texts_of(await self.target.call("KEYS", self.key)))


def texts_of(found: object) -> list[str]:
    assert isinstance(found, list)
    return [each.decode() if isinstance(each, bytes) else str(each) for each in found]


async def key_by_key(move: Reshard, signals: Signals) -> None:
    """As `--cluster reshard` does it. The keys are on both masters until somebody's draw was refused."""
    source, target = await move.ids()
    await move.target.call("CLUSTER", "SETSLOT", move.slot, "IMPORTING", source)
    await move.source.call("CLUSTER", "SETSLOT", move.slot, "MIGRATING", target)
    version = move.key.replace("free", "version")
    await move.migrate(version)
    await move.has_begun(version)
    signals.struck.set()
    await signals.noticed.wait()
    while keys := texts_of(await move.source.call("CLUSTER", "GETKEYSINSLOT", move.slot, 100)):
        await move.migrate(*keys)
    for node in (move.target, *move.nodes):
        await node.call("CLUSTER", "SETSLOT", move.slot, "NODE", target)


async def as_a_whole(move: Reshard, signals: Signals) -> None:
    """Valkey's atomic migration of slots: the source refuses nothing until the target has all."""
    target = (await move.ids())[1]
    await move.source.call("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", move.slot, move.slot, "NODE", target)
    signals.struck.set()
    await eventually(move.is_moved, within=30)


@pytest.mark.parametrize("way, is_noticed", [(key_by_key, True), (as_a_whole, False)])
async def test_a_slot_that_moves_costs_nobody_a_chance(
    services: Services,
    data_folder: DataFolder,
    tmp_path: Path,
    way: Callable[[Reshard, Signals], Awaitable[None]],
    is_noticed: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    async with running_cluster(data_folder, tmp_path) as nodes:
        hosts = ",".join(f"{HOST}:{node.port}" for node in nodes)
        async with services.running(f"redis-cluster://{hosts}") as country:
            moves: list[Reshard] = []

            async def reshard(signals: Signals) -> None:
                moves.append(await Reshard.of(nodes))
                await way(moves[0], signals)

            answers = await draw_through(country, reshard)
            assert answers["unavailable"] or not is_noticed
            assert (await Reshard.of(nodes)).source is moves[0].target
