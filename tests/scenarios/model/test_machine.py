"""A short form of `make model`: 2,000 acts over REST, each compared with the model."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.scenarios.model.run import play
from tests.scenarios.model.service import POLICY, Service
from tests.support.running_stack import RunningStack, run_stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
ACTS = 2_000


@pytest.fixture
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    async with run_stack(RunningStack(tmp_path_factory.mktemp("model"), POLICY)) as stack:
        yield stack


def test_two_thousand_acts_are_answered_as_by_the_model(stack: RunningStack) -> None:
    with httpx.Client(base_url=stack.url, timeout=30) as http:
        service = Service(http)
        service.meet()
        play(service, acts=ACTS)
        assert service.calls >= ACTS
