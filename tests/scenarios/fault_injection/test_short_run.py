"""A short form of `make faults`: no promise is broken by any fault."""

import secrets
from pathlib import Path

import pytest

from tests.scenarios.fault_injection.run import Plan, run

JUMPS = [f"jump the clock of {program}" for program in ("worker-1", "api-1")]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


async def test_no_promise_is_broken_by_random_faults(tmp_path: Path) -> None:
    # The report, which a failure prints, has the seed.
    plan = Plan(secrets.randbelow(1_000_000), 40, 100, longest_freeze_s=4, settle_s=40, first=JUMPS)
    report = await run(plan, tmp_path / "data", print)
    assert {fault.kind for fault in report.faults} >= set(JUMPS)
    assert len({fault.kind for fault in report.faults}) >= 10
    assert report.counts["decisions"] > 20
    assert report.is_clean, report.markdown()
