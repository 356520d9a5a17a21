"""Who may import whom: the contracts in pyproject.toml hold, and each of them can be broken."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.rules.source_files import ROOT, TOOLS, packages

RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def settings() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return found


def lint_imports(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, "--no-logo", "--no-cache", "--config", str(config)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def breach(contract: dict[str, Any]) -> tuple[str, str]:
    """A package and what it must not import by this contract."""
    return contract["source_modules"][0], contract["forbidden_modules"][0]


def test_the_import_contracts_hold() -> None:
    outcome = lint_imports(ROOT, ROOT / "pyproject.toml")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_package_of_ours_is_under_contract() -> None:
    everything = packages() | TOOLS
    assert set(settings()["root_packages"]) == everything
    assert {package for contract in settings()["contracts"] for package in contract["source_modules"]} == everything


def test_each_contract_is_broken_by_an_import_that_it_forbids(tmp_path: Path) -> None:
    for package in packages() | TOOLS:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for number, contract in enumerate(settings()["contracts"]):
        importer, imported = breach(contract)
        (tmp_path / importer / f"breach_{number}.py").write_text(f"import {imported}\n")
    outcome = lint_imports(tmp_path, ROOT / "pyproject.toml")
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    plain = " ".join(outcome.stdout.split())
    assert [contract["name"] for contract in settings()["contracts"] if f"{contract['name']} BROKEN" not in plain] == []
