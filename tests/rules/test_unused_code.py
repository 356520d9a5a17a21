"""Nothing stands that nobody uses: in the packages not by tests alone, and in tests no helper without a test.

`make check` runs vulture over the packages. Here the tests are looked at too, and the exceptions in pyproject.toml.
"""

import ast
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from vulture import Vulture

from tests.rules.source_files import ROOT, TOOLS, in_packages, packages, paths, tree_of

IN_TESTS = ["test_*", "Test*", "pytest_*", "pytestmark"]
"""What pytest finds by its name."""
IN_TESTS_DECORATED = ["@pytest.fixture", "@atexit.register", "@rule", "@invariant", "@initialize"]
BY_NAME = {
    "extend_validity_at_midnight": "A step of the state machine, which finds its steps by name.",
    "loadscopereorder": "An option of pytest-xdist.",
    "_split_scope": "pytest-xdist's scheduler calls it.",
    "should_exit": "uvicorn looks at it.",
    "intercept_client": "Temporal's SDK calls it.",
    "start_update_with_start_workflow": "The same.",
    "task_timeout": "The same reads it.",
    "teardown": "Hypothesis calls it at the end of each example.",
}


def settings() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["vulture"]
    return found


def unused_names(paths: list[Path], names: list[str], decorators: list[str]) -> list[tuple[str, str]]:
    """Path and name of what nothing uses."""
    vulture = Vulture(ignore_names=names, ignore_decorators=decorators)
    vulture.scavenge([str(path) for path in paths], exclude=settings()["exclude"])
    found = vulture.get_unused_code(min_confidence=60)
    return [(Path(item.filename).resolve().as_posix(), item.name) for item in found]


def test_no_helper_of_the_tests_is_unused() -> None:
    folders = [ROOT / path for path in (*settings()["paths"], "tests")]
    names = [*settings()["ignore_names"], *IN_TESTS, *BY_NAME]
    decorators = [*settings()["ignore_decorators"], *IN_TESTS_DECORATED]
    assert unused_names(folders, names, decorators) == []


def test_the_exceptions_are_still_needed() -> None:
    found = unused_names([ROOT / path for path in settings()["paths"]], [], settings()["ignore_decorators"])
    names = {name for _, name in found}
    needless = [each for each in settings()["ignore_names"] if not any(fnmatchcase(name, each) for name in names)]
    assert needless == [], "take these out of ignore_names of vulture in pyproject.toml"


def names_in(tree: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """Names and attributes that the module reads, or writes."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    return {node.id if isinstance(node, ast.Name) else node.attr for node in found if isinstance(node.ctx, context)}


def unread_private_names(tree: ast.Module) -> set[str]:
    """Private functions, constants and methods that their own module never reads; a base class may call a method."""
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    made = [*tree.body, *(node for each in classes if not each.bases for node in each.body)]
    functions = {
        node.name
        for node in made
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list
    }
    constants = {name for node in made if isinstance(node, ast.Assign) for name in names_in(node, ast.Store)}
    private = {name for name in functions | constants if name.startswith("_") and not name.startswith("__")}
    return private - names_in(tree, ast.Load) - {"_"}


def test_a_module_reads_its_private_names() -> None:
    """vulture looks at names alone: another module's may be the same."""
    ours = [path for path in paths() if path.endswith(".py") and in_packages(path) and "/versions/" not in path]
    unread = {path: unread_private_names(tree_of(path)) for path in ours}
    assert {path: names for path, names in unread.items() if names} == {}


@pytest.mark.parametrize("planted", ["def _old(): ...", "_old = 1", "class A:\n    def _old(self): ..."])
def test_an_unread_private_name_is_caught(planted: str) -> None:
    assert unread_private_names(ast.parse(planted)) == {"_old"}


def test_every_package_is_looked_at() -> None:
    assert set(settings()["paths"]) == packages() | TOOLS


@pytest.mark.parametrize(
    "planted",
    ["def forgotten():\n    pass\n", "class A:\n    def forgotten(self):\n        pass\nA()\n", "forgotten = 1\n"],
)
def test_unused_code_is_caught(tmp_path: Path, planted: str) -> None:
    (tmp_path / "planted.py").write_text(planted)
    found = unused_names([tmp_path], settings()["ignore_names"], settings()["ignore_decorators"])
    assert [name for _, name in found] == ["forgotten"]
