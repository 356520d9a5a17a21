"""What ends by itself during a run is started again, and delayed faults are made in its overtime."""

import asyncio
import random
from dataclasses import dataclass

import pytest

from embedded.folders import DataFolder
from embedded.stack import Servers
from tests.scenarios.fault_injection.calls import CallLog
from tests.scenarios.fault_injection.faults import Injector, Kind
from tests.scenarios.fault_injection.system import System


async def test_a_server_that_ended_without_a_fault_is_started_again(data_folder: DataFolder, servers: Servers) -> None:
    valkey = servers.valkey
    system = System(data_folder, servers, {}, parts={valkey.name: valkey})
    supervising = asyncio.create_task(Injector(system, CallLog(), random.Random(1), 1.0, lanes=1).supervise())
    before = valkey.pid
    await valkey.kill()
    async with asyncio.timeout(20):
        while valkey.pid == before:  # noqa: ASYNC110 -- no event says when another process serves.
            await asyncio.sleep(0.05)
    supervising.cancel()
    await valkey.wait_until_ready()


@dataclass
class SlowInjector(Injector):
    """Each of its faults takes a fifth of the time of the run below."""

    def kinds(self) -> dict[str, Kind]:
        return {name: Kind([], self._wait) for name in ("a", "b", "c")}

    async def _wait(self) -> None:
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("overtime_s, are_all_made", [(0.0, False), (60.0, True)])
async def test_all_faults_are_made_where_the_run_has_overtime(
    data_folder: DataFolder, servers: Servers, *, overtime_s: float, are_all_made: bool
) -> None:
    system = System(data_folder, servers, {}, parts={})
    injector = SlowInjector(system, CallLog(), random.Random(1), 1.0, lanes=1)
    await injector.work(seconds=0.5, most=20, overtime_s=overtime_s)
    assert (len(injector.made) == 20) == are_all_made
    assert len(injector.made) <= 20
