"""Redis loses everything while people act, and comes back empty."""

from pathlib import Path

import pytest

from embedded.folders import DataFolder
from tests.scenarios.redis.crowd import Signals, draw_through
from tests.support.services import Services
from tests.support.valkeys import running_valkey


@pytest.mark.slow
async def test_a_lost_redis_costs_nobody_a_chance(services: Services, data_folder: DataFolder, tmp_path: Path) -> None:
    async with running_valkey(data_folder, tmp_path) as server, services.running(server.url) as country:

        async def lose_everything(signals: Signals) -> None:
            await server.kill()
            signals.struck.set()
            await signals.noticed.wait()
            await server.bring_up()

        assert (await draw_through(country, lose_everything))["unavailable"]
