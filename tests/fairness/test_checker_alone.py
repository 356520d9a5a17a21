"""The checker can be taken as it is: one file of at most 300 lines, which needs Python's standard library only."""

import json
import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from tests.rules.source_files import ROOT

CHECKER = ROOT / "fairness" / "verify_draws.py"
MOST_LINES = 300


@pytest.fixture
def day(tmp_path: Path) -> Path:
    folder = tmp_path / "day"
    folder.mkdir()
    recorded = json.loads((ROOT / "web" / "tests" / "fairness-day.json").read_text("utf-8"))
    for name, content in recorded["files"].items():
        (folder / name).write_bytes(b64decode(content))
    return folder


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """A copy beside the files, in an interpreter that finds no installed package."""
    copied = shutil.copy(CHECKER, folder.parent)
    command = [sys.executable, "-I", "-S", copied, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_runs_with_the_standard_library_alone_and_is_short(day: Path) -> None:
    checked = check(day)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "draws replayed: 9" in checked.stdout
    assert len(CHECKER.read_text("utf-8").splitlines()) <= MOST_LINES


def test_it_says_what_is_wrong_and_fails(day: Path) -> None:
    draws = day / "draws.jsonl"
    draws.write_text(draws.read_text("utf-8").replace('"numbers":["粤B', '"numbers":["粤C', 1), "utf-8")
    checked = check(day)
    assert checked.returncode == 1
    assert checked.stderr.startswith("WRONG: draw ")
