"""One whole running system for the tests of this folder."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.stack.running_stack import RunningStack, running


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    """As `make run` brings it up, but 「确认」 opens at once and nobody is limited in writing."""
    policy = {"XUANHAO_POLICY__CONFIRM_DELAY": "PT0S", "XUANHAO_POLICY__COMPOSE_INTERVAL": "PT0S"}
    async with running(RunningStack(tmp_path_factory.mktemp("stack"), policy)) as stack:
        yield stack


@pytest.fixture(scope="session")
async def http(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as client:
        yield client
