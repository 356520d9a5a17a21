"""An attacker who wants more than the chances of one person and one car; `make attack` runs longer."""

from pathlib import Path

import pytest

from tests.scenarios.acceptance.services import UNHURRIED, run_service
from tests.scenarios.attack import campaign
from tests.scenarios.attack.results import table


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_scalper_gets_nothing_beyond_the_chances(tmp_path: Path) -> None:
    # On a separate system, because the attackers use up people that other tests need.
    async with run_service(tmp_path, UNHURRIED) as besieged:
        results = await campaign.run_attacks(besieged, campaign.short(), beside=campaign.short_beside())
    assert not any(result.beyond for result in results), table(results)
    assert all(result.tried for result in results), table(results)
