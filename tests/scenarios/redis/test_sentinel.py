"""Sentinel: the master dies while people draw, and its replica goes on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from domain.dependencies import DependencyUnavailable
from embedded.folders import DataFolder
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.services import Services
from tests.support.valkeys import Sentinel, TcpValkey, running_sentinel, running_valkey
from tests.support.waiting import eventually

BUYERS = 4
DRAWS = 4
LONGEST = 60.0


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


async def draw_all(selection: Selection, begun: asyncio.Barrier) -> Counter[str]:
    """Draws one after the other, each repeated with its id until it succeeds; counts the answers."""
    answers = Counter[str]()
    for number in range(DRAWS):
        request_id, drawn = str(uuid4()), False
        while not drawn:
            answer = await selection.post("draws", {}, key=request_id)
            drawn = answer.status == 200
            answers["drawn" if drawn else answer.code] += 1
            if not drawn:
                await asyncio.sleep(0.1)
        if number == 0:
            await begun.wait()
    return answers


async def keep_indexes(country: Country) -> None:
    """What a worker's process does every two seconds."""
    while True:
        with suppress(DependencyUnavailable):
            await country.stack.reconciler.reconcile(country.stack.context.clock())
        await asyncio.sleep(0.2)


@pytest.mark.slow
async def test_a_failover_under_load_costs_nobody_a_chance(
    services: Services, data_folder: DataFolder, tmp_path: Path
) -> None:
    async with watched_pair(data_folder, tmp_path) as (master, sentinel):
        address = f"redis-sentinel://127.0.0.1:{sentinel.port}/{sentinel.service}"
        async with services.running(address) as country, asyncio.timeout(LONGEST):
            office = await country.own_office(batch_size="2")
            buyers = [country.applicant() for _ in range(BUYERS)]
            selections = [await buyer.reach_selection(country.car(buyer, office)) for buyer in buyers]
            keeping, begun = asyncio.create_task(keep_indexes(country)), asyncio.Barrier(BUYERS + 1)
            async with asyncio.TaskGroup() as group:
                drawing = [group.create_task(draw_all(selection, begun)) for selection in selections]
                await begun.wait()
                await master.kill()
            keeping.cancel()
            answers = sum((each.result() for each in drawing), Counter[str]())

            assert answers["drawn"] == BUYERS * DRAWS
            assert answers.keys() <= {"drawn", "unavailable", "outcome_unknown"}
            assert answers["unavailable"], "nobody noticed the failover"
            views = [await selection.view() for selection in selections]
            assert [view["draws"]["remaining"] for view in views] == [5 - DRAWS] * BUYERS
            numbers = [number for view in views for number in view["batch"]["numbers"]]
            assert len(numbers) == len(set(numbers))
            assert (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200
