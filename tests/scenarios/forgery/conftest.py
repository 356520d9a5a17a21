"""Somebody who reaches Temporal, and has none of our keys."""

from collections.abc import AsyncIterator

import pytest

from tests.support.api_fixtures import country, settings, stack, whole_stack
from tests.support.attacker import Attacker, connect_attacker
from tests.support.world import World
from tests.support.world_fixtures import clocked_world, key_file, real_time_world, world

__all__ = [
    "clocked_world", "country", "key_file", "real_time_world", "settings", "stack", "whole_stack", "world",
]  # fmt: skip


@pytest.fixture(scope="session")
async def attacker(clocked_world: World) -> AsyncIterator[Attacker]:
    """They know the task queue of `clocked_world`."""
    async with connect_attacker(clocked_world.client, clocked_world.task_queue) as attacker:
        yield attacker
