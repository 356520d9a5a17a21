"""What several tests share is in `tests/support/` or a module beside them: no test module is imported by another."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source_files import as_list, findings


def imported_tests(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Imports of modules that pytest collects, and of a `conftest`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name) for name in names if _is_test(name))


def _is_test(module: str) -> bool:
    package, _, name = module.rpartition(".")
    return package.split(".")[0] == "tests" and (name.startswith("test_") or name == "conftest")


def test_no_test_module_is_imported() -> None:
    assert not findings(imported_tests), as_list(findings(imported_tests))


@pytest.mark.parametrize(
    "source",
    ["from tests.api.test_process import is_up", "import tests.conftest", "from tests.api import test_process"],
)
def test_an_imported_test_module_is_caught(source: str) -> None:
    assert list(imported_tests(ast.parse(source)))


@pytest.mark.parametrize("source", ["from tests.support.waiting import eventually", "from storage import test_data"])
def test_an_imported_helper_is_not(source: str) -> None:
    assert not list(imported_tests(ast.parse(source)))
