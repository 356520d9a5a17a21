"""Servers that are frozen, killed or restored, and installations that lose what others rely on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from embedded.folders import DataFolder
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from tests.scenarios.faults.installation import Installation
from tests.support.api_fixtures import country, settings, stack, whole_stack
from tests.support.service_fixtures import services
from tests.support.world_fixtures import key_file, real_time_world, world

__all__ = ["country", "key_file", "real_time_world", "services", "settings", "stack", "whole_stack", "world"]


@pytest.fixture(scope="module")
async def own_temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Temporal]:
    """A server whose state may be lost."""
    folder = DataFolder(tmp_path_factory.mktemp("temporal"))
    with folder.lock():
        server = Temporal(folder, port=free_port())
        await server.bring_up()
        yield server
        await server.stop()


@pytest.fixture
async def installation(
    postgres: Postgres, database_template: str, valkey: Valkey, own_temporal: Temporal, tmp_path: Path
) -> AsyncIterator[Installation]:
    installation = Installation(postgres, valkey, own_temporal, tmp_path)
    await installation.create(database_template)
    await installation.start()
    yield installation
    await installation.stop()
    await installation.drop()
