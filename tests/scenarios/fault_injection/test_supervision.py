"""What ends by itself during a run is started again, otherwise all programs would wait for it to the end."""

import asyncio
import random

from embedded.folders import DataFolder
from embedded.stack import Servers
from tests.scenarios.fault_injection.calls import CallLog
from tests.scenarios.fault_injection.faults import Injector
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
