"""Sentinel: the master dies while people draw, and its replica goes on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from embedded.folders import DataFolder
from tests.scenarios.redis.crowd import draw_through
from tests.support.services import Services
from tests.support.valkeys import Sentinel, TcpValkey, running_sentinel, running_valkey
from tests.support.waiting import eventually


@asynccontextmanager
async def watched_pair(data: DataFolder, folder: Path) -> AsyncIterator[tuple[TcpValkey, Sentinel]]:
    """A master with a replica that is in step, and a sentinel that knows both."""
    async with (
        running_valkey(data, folder, "--repl-diskless-sync-delay", "0") as master,
        running_valkey(data, folder, "--replicaof", f"127.0.0.1 {master.port}") as _,
        running_sentinel(data, folder, master) as sentinel,
    ):

        async def knows_both() -> bool:
            found = await sentinel.call("SENTINEL", "CKQUORUM", sentinel.service)
            replicas = await sentinel.call("SENTINEL", "REPLICAS", sentinel.service)
            return bool(found) and "ok" in str(replicas) and "master-link-status" in str(replicas)

        await eventually(knows_both, within=30)
        yield master, sentinel


@pytest.mark.slow
async def test_a_failover_under_load_costs_nobody_a_chance(
    services: Services, data_folder: DataFolder, tmp_path: Path
) -> None:
    async with watched_pair(data_folder, tmp_path) as (master, sentinel):
        address = f"redis-sentinel://127.0.0.1:{sentinel.port}/{sentinel.service}"
        async with services.running(address) as country:
            assert (await draw_through(country, lambda _: master.kill()))["unavailable"]
