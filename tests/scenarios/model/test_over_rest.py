"""A short form of `make model`: 2,000 acts over REST, each compared with the model, and parallel histories."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.scenarios.model.histories import gather_rivals, play_histories
from tests.scenarios.model.run import play
from tests.scenarios.model.service import POLICY, Service
from tests.support.running_stack import RunningStack, run_stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
ACTS = 2_000
HISTORIES = 8


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    async with run_stack(RunningStack(tmp_path_factory.mktemp("model"), POLICY)) as stack:
        yield stack


def test_two_thousand_acts_are_answered_as_by_the_model(stack: RunningStack) -> None:
    with httpx.Client(base_url=stack.url, timeout=30) as http:
        service = Service(http)
        service.meet()
        play(service, acts=ACTS)
        assert service.calls >= ACTS


async def test_parallel_calls_are_answered_as_in_some_order_also_when_the_worker_dies(stack: RunningStack) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        rivals = await gather_rivals(http, count=HISTORIES, rng=random.Random())
        playing = asyncio.create_task(play_histories(rivals))
        await asyncio.wait([playing], timeout=1)
        os.kill(stack.program("worker").pid, signal.SIGKILL)
        orders = await playing
    acts = [call.act for order in orders for call in order]
    answers = {call.answer for order in orders for call in order}
    assert {"draws", "compositions", "candidates", "read"} <= set(acts)
    # Tabs acted on what another tab had changed.
    assert answers >= {"ok", "wrong_stage"}, answers
