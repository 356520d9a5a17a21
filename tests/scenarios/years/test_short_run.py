"""A short form of `make years`: no promise is broken in three years."""

import secrets
from pathlib import Path

import pytest

from tests.scenarios.fault_injection.system import System
from tests.scenarios.years.run import Plan, run

NEVER_AGAIN = 10_000
"""Figures count each hour that has passed: that would take most of the test."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_no_promise_is_broken_in_three_years(system: System, tmp_path: Path) -> None:
    # The report, which a failure prints, has the seed.
    plan = Plan(secrets.randbelow(1_000_000), vehicles=10, years=3, step_days=130, minutes=4, rarely_days=NEVER_AGAIN)
    report = await run(plan, system, tmp_path / "keys.json", print)
    assert report.is_clean, report.markdown()
    for happened in ("bans", "closings", "notices", "policies", "rotations", "continued as new"):
        assert report.counts[happened], happened
