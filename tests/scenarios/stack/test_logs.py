"""What our processes write while they run is JSON, one object per line; the servers' own logs are theirs."""

import json

import httpx
import pytest

from tests.support.running_stack import Client, RunningStack

pytestmark = pytest.mark.slow

OF_SERVERS = {"postgres.log", "valkey.log", "temporal.log"}


async def test_every_line_of_our_processes_is_json(stack: RunningStack, http: httpx.AsyncClient) -> None:
    await (await Client.sign_in(http, "applicant-001")).cars()
    logs = {file.name: file.read_text("utf-8").splitlines() for file in (stack.folder / "logs").iterdir()}
    assert {"api.log", "worker.log"} <= logs.keys()
    assert logs.keys() >= OF_SERVERS
    ours = [line for name, lines in logs.items() if name not in OF_SERVERS for line in lines]
    assert len(ours) > 5
    for line in ours:
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()
