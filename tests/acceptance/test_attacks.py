"""Somebody who wants more than the chances of one person and one car; `make attack` does it for longer."""

import pytest

from tests.acceptance.people import Service
from tests.attack import campaign
from tests.attack.findings import table


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_scalper_gets_nothing_beyond_the_chances(service: Service) -> None:
    findings = await campaign.fought(service, campaign.short())
    assert not any(finding.beyond for finding in findings), table(findings)
    assert all(finding.tried for finding in findings), table(findings)
