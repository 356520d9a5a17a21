"""The API on the real servers, with a worker in this process, in real time."""

from collections.abc import AsyncIterator

import pytest

from tests.support.api_fixtures import country, settings, stack, whole_stack
from tests.support.api_stack import ApiStack
from tests.support.serving import serve

__all__ = ["country", "settings", "stack", "whole_stack"]


@pytest.fixture(scope="session")
async def address(whole_stack: ApiStack) -> AsyncIterator[str]:
    """The API over a real connection, for streams."""
    async with serve(whole_stack.app) as port:
        yield f"http://127.0.0.1:{port}/api/v1"
