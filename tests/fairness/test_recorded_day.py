"""A day that was published long ago stays verifiable: the pages' tests check the same files in the browser's way."""

import json
from base64 import b64decode
from pathlib import Path

from domain.draw_evidence import ALARM, Evidence
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
    evidence = Evidence(2026)
    weigh_day({name: b64decode(content) for name, content in recorded["files"].items()}, evidence)
    assert evidence.strength < ALARM
    assert {name.split()[0] for name in evidence.wealth} == {"pattern", "last", "run", "prefix"}
