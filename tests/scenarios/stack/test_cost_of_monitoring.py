"""Metrics, and traces of which none is recorded, cost at most 3 % of a journey.

Their number in a journey is counted and multiplied with the CPU time of one, so the load of the machine decides little.
"""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from starlette.types import Message, Receive, Scope, Send

from api.http.request_spans import RequestSpans
from process.metrics import DATABASE_WAIT, count_request
from tests.support.collector import Collector
from tests.support.metrics_served import metrics_of
from tests.support.running_stack import Client, RunningStack

pytestmark = pytest.mark.slow

MOST = 0.03
REPEATS = 2000


def least_seconds(repeat: Callable[[], object]) -> float:
    """CPU time of one, the least of five rounds."""

    def one_round() -> float:
        began = time.process_time()
        repeat()
        return (time.process_time() - began) / REPEATS

    return min(one_round() for _ in range(5))


def seconds_of_a_metric() -> float:
    """The dearest: a request with its histogram, and a wait for a connection."""

    def repeat() -> None:
        for _ in range(REPEATS):
            count_request("GET", "/cost", 200, 0.01)
            DATABASE_WAIT.observe(0.001)

    return least_seconds(repeat)


def seconds_of_an_idle_span() -> float:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def send(_: Message) -> None:
        """Nobody reads it."""

    async def receive() -> Message:
        return {}

    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    traced = RequestSpans(app, tracer=provider.get_tracer("cost"))

    async def requests() -> None:
        for _ in range(REPEATS):
            await traced({"type": "http", "method": "GET"}, receive, send)

    return least_seconds(lambda: asyncio.run(requests()))


def cpu_seconds(stack: RunningStack) -> float:
    times = [stack.program(module).cpu_times() for module in ("demo.server", "worker")]
    return sum(each.user + each.system for each in times)


async def metrics_counted(stack: RunningStack) -> float:
    counted = 0.0
    for process in ("api", "worker"):
        for name, samples in (await metrics_of(stack, process)).items():
            if name.startswith("xuanhao_") and name.endswith(("_count", "_actions_total", "_decisions_total")):
                counted += sum(samples.values())
    return counted


async def test_metrics_and_idle_traces_cost_little_of_a_journey(
    stack: RunningStack, http: httpx.AsyncClient, collector: Collector
) -> None:
    user = await Client.sign_in(http, "applicant-033")
    car = (await user.cars())[0]
    counted, spans, cpu = await metrics_counted(stack), len(collector.spans()), cpu_seconds(stack)
    await user.reach_reservation(car)
    cpu = cpu_seconds(stack) - cpu
    counted, spans = await metrics_counted(stack) - counted, len(collector.spans()) - spans
    assert counted > 50
    assert spans > 20
    metric, idle = await asyncio.to_thread(seconds_of_a_metric), await asyncio.to_thread(seconds_of_an_idle_span)
    assert counted * metric < MOST * cpu, (counted, metric, cpu)
    assert spans * idle < MOST * cpu, (spans, idle, cpu)
