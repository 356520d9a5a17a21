"""ruff and mypy look at every Python file, and import contracts and vulture at every package."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.rules.source_files import ROOT, python_files


def tools() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    return found


def test_ruff_checks_every_python_file() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--show-files", "."]
    shown = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    checked = {Path(path).relative_to(ROOT).as_posix() for path in shown}
    assert set(python_files()) - checked == set()


def test_mypy_is_strict_and_checks_every_python_file() -> None:
    mypy = tools()["mypy"]
    assert (mypy["strict"], mypy["files"], mypy.get("exclude")) == (True, ["."], None)
    # An override may say what packages without types are like, and excuses no file of ours.
    allowed = {"module", "ignore_missing_imports", "follow_untyped_imports"}
    assert [override for override in mypy["overrides"] if override.keys() - allowed] == []
    assert "disable_error_code" not in mypy
