"""One whole running system, as long as the tests of this folder run."""

import random
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.collector import Collector, running_collector
from tests.support.running_stack import RunningStack, run_stack


@pytest.fixture(scope="package")
async def traces() -> AsyncIterator[tuple[Collector, str]]:
    async with running_collector() as found:
        yield found


@pytest.fixture(scope="package")
def collector(traces: tuple[Collector, str]) -> Collector:
    return traces[0]


@pytest.fixture(scope="package")
async def stack(tmp_path_factory: pytest.TempPathFactory, traces: tuple[Collector, str]) -> AsyncIterator[RunningStack]:
    """Like `make run`, but 「确认」 is enabled at once and writes are not limited."""
    limits = ("WRITES_PER_MINUTE", "KEYBOARD_PER_MINUTE")
    policy = dict.fromkeys(("XUANHAO_POLICY__CONFIRM_DELAY", "XUANHAO_POLICY__COMPOSE_INTERVAL"), "PT0S")
    policy |= {f"XUANHAO_POLICY__{limit}": "1000000" for limit in limits}
    metrics = {"XUANHAO_METRICS_ADDRESS": f"127.0.0.1:{two_free_ports()}"}
    tracing = {"OTEL_EXPORTER_OTLP_ENDPOINT": traces[1], "OTEL_BSP_SCHEDULE_DELAY": "200"}
    async with run_stack(RunningStack(tmp_path_factory.mktemp("stack"), policy | metrics | tracing)) as stack:
        yield stack


# Below the range from which Linux takes the ports of outgoing connections, which would be gone when they are wanted.
METRICS_PORTS = range(20_000, 32_000)


def two_free_ports() -> int:
    """The first of two neighbouring ports that are both free: of the API's metrics, and of the worker's."""
    tries = iter(lambda: random.choice(METRICS_PORTS), None)
    return next(port for port in tries if is_free(port) and is_free(port + 1))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="package")
async def http(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as client:
        yield client
