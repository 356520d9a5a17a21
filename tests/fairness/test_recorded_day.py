"""A day that was published long ago stays verifiable: the pages' tests check the same files in the browser's way."""

import json
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

from domain.draw_evidence import Evidence
from domain.draw_statistics import DrawStatistics
from domain.draw_tests import KINDS, DrawTests
from fairness.verify_draws import verify
from storage.fairness.evidence import weigh_day
from tests.rules.source_files import ROOT


def test_a_recorded_day_is_still_right(tmp_path: Path) -> None:
    recorded = json.loads((ROOT / "web" / "tests" / "fairness-day.json").read_text("utf-8"))
    for name, content in recorded["files"].items():
        (tmp_path / name).write_bytes(b64decode(content))
    assert verify(tmp_path)["draws replayed"] == 9


def test_a_recorded_day_is_weighed() -> None:
    recorded = json.loads((ROOT / "web" / "tests" / "fairness-day.json").read_text("utf-8"))
    statistics = DrawStatistics(Evidence(2026), DrawTests(2026), timedelta(days=1))
    weigh_day({name: b64decode(content) for name, content in recorded["files"].items()}, statistics)
    assert statistics.alarms() == []
    assert {name.split()[0] for name in statistics.evidence.wealth} == {"pattern", "last", "run", "prefix"}
    picks = {result.kind: result.picks for result in statistics.tests.results()}
    assert set(picks) == set(KINDS)
    assert min(picks.values()) > 0
