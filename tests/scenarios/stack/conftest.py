"""One whole running system for the tests of this folder."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.running_stack import RunningStack, run_stack


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    """Like `make run`, but 「确认」 is enabled at once and writes are not limited."""
    limits = ("WRITES_PER_MINUTE", "KEYBOARD_PER_MINUTE")
    policy = dict.fromkeys(("XUANHAO_POLICY__CONFIRM_DELAY", "XUANHAO_POLICY__COMPOSE_INTERVAL"), "PT0S")
    policy |= {f"XUANHAO_POLICY__{limit}": "1000000" for limit in limits}
    async with run_stack(RunningStack(tmp_path_factory.mktemp("stack"), policy)) as stack:
        yield stack


@pytest.fixture(scope="session")
async def http(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as client:
        yield client
