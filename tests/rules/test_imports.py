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


def modules_of(contract: dict[str, Any]) -> list[str]:
    """The modules of a contract by layers, highest first; empty for a contract without layers."""
    [container] = contract.get("containers", [""])
    return [f"{container}.{name}" for layer in contract.get("layers", []) for name in layer.split(" | ")]


def breach(contract: dict[str, Any]) -> tuple[str, str]:
    """A module and what it must not import by this contract."""
    if contract["type"] == "layers":
        highest, *_, lowest = modules_of(contract)
        return lowest, highest
    return contract["source_modules"][0], contract["forbidden_modules"][0]


def write_module(folder: Path, name: str, content: str = "") -> None:
    """Write a module, and the packages of its name."""
    path = folder.joinpath(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for parent in path.relative_to(folder).parents[:-1]:
        (folder / parent / "__init__.py").touch()
    path.write_text(content)


def test_the_import_contracts_hold() -> None:
    outcome = lint_imports(ROOT, ROOT / "pyproject.toml")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_package_of_ours_is_under_contract() -> None:
    everything = packages() | TOOLS
    assert set(settings()["root_packages"]) == everything
    assert {
        package for contract in settings()["contracts"] for package in contract.get("source_modules", [])
    } == everything


def test_each_contract_is_broken_by_an_import_that_it_forbids(tmp_path: Path) -> None:
    contracts = settings()["contracts"]
    for module in [*packages(), *TOOLS, *(module for contract in contracts for module in modules_of(contract))]:
        write_module(tmp_path, f"{module}.breach")
    for contract in contracts:
        for importer, imported in (ignored.split(" -> ") for ignored in contract.get("ignore_imports", [])):
            write_module(tmp_path, importer, f"import {imported}\n")
    for number, contract in enumerate(contracts):
        importer, imported = breach(contract)
        write_module(tmp_path, f"{importer}.breach_{number}", f"import {imported}\n")
    outcome = lint_imports(tmp_path, ROOT / "pyproject.toml")
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    plain = " ".join(outcome.stdout.split())
    assert [contract["name"] for contract in contracts if f"{contract['name']} BROKEN" not in plain] == []
