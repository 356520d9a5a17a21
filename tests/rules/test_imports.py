"""Who may import whom: the contracts in pyproject.toml hold, and each of them can be broken."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from tests.rules.source_files import ROOT, TOOLS, in_packages, packages, python_files, tree_of

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


def circle_in(trees: Mapping[str, ast.Module]) -> list[str]:
    """Modules that import each other in a circle, at whatever place of their code; empty if there is none."""
    try:
        TopologicalSorter({name: imports_of(tree) & trees.keys() for name, tree in trees.items()}).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def imports_of(tree: ast.Module) -> set[str]:
    """The names of imported modules, and of what is imported from them, which may be modules too."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_modules_import_each_other() -> None:
    files = (path for path in python_files() if in_packages(path) or path.split("/")[0] in TOOLS)
    trees = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): tree_of(path) for path in files}
    assert circle_in(trees) == []


def test_a_circle_of_imports_is_found_also_inside_functions_and_for_types() -> None:
    trees = {
        "a.b": ast.parse("from a import c"),
        "a.c": ast.parse("if TYPE_CHECKING:\n    from d import Type"),
        "d": ast.parse("def act():\n    import a.b"),
    }
    assert set(circle_in(trees)) == set(trees)
    assert circle_in(trees | {"d": ast.parse("import a.e")}) == []
