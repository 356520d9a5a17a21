"""The bench's stack, once for all its rows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.stack import Stack, running_stack


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    root: Path = tmp_path_factory.mktemp("bench")
    async with running_stack(root / "data") as stack:
        yield stack
