"""The bench's stack and its programs, once for all its rows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.stack import Stack, running_stack
from tests.support.prepared_cluster import prepared_cluster

WITH_OWN_SERVERS = ("temporal-defaults", "waiting-500", "waiting-128", "journeys-empty", "journeys-full")
"""Folders of rows below the stack's."""


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    root: Path = tmp_path_factory.mktemp("bench") / "data"
    for folder in (root, *(root / name for name in WITH_OWN_SERVERS)):
        await prepared_cluster.give_to_installation(folder)
    async with running_stack(root) as stack, stack.worker(), stack.bare_worker(), stack.api():
        yield stack
