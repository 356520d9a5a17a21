"""Each of the requirements R-01 to R-48 has at least one test that says it shows it."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.rules.source_files import ROOT, paths, python_files, text_of, tree_of

REQUIREMENTS = frozenset(f"R-{number:02}" for number in range(1, 49))
LIST = ROOT.parent / "shared" / "requirements.md"
"""The requirements' own text, where it lies beside the repository."""
ID = re.compile(r"R-\d+")
IN_NAME = re.compile(r"^test_.*_r_?\d\d(_|$)|^test_r_?\d\d_")
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
TAGS = re.compile(r"^test(?:\.\w+)*\(.*\{ tags: \[(?P<ids>[^\]]*)\] \}", re.MULTILINE)


def marked_ids(tree: ast.Module) -> Iterator[str]:
    """The ids that tests in Python name: `@pytest.mark.requirement("R-31")`."""
    for node in ast.walk(tree):
        if isinstance(node, FUNCTION) and node.name.startswith("test_"):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement":
                    yield from (ast.literal_eval(argument) for argument in decorator.args)


def tagged_ids(text: str) -> Iterator[str]:
    """The ids that tests of the web pages name: `test('…', { tags: ['R-31'] }, …)`."""
    for found in TAGS.finditer(text):
        yield from ID.findall(found["ids"])


def python_ids() -> frozenset[str]:
    return frozenset(one for path in python_files() if path.startswith("tests/") for one in marked_ids(tree_of(path)))


def web_ids() -> frozenset[str]:
    sources = [path for path in paths() if path.startswith("web/tests/") and path.endswith(".ts")]
    return frozenset(one for path in sources for one in tagged_ids(text_of(path) or ""))


def test_each_requirement_has_a_test() -> None:
    assert REQUIREMENTS - python_ids() - web_ids() == set()


def test_no_test_names_a_requirement_that_does_not_exist() -> None:
    assert (python_ids() | web_ids()) - REQUIREMENTS == set()


def test_requirements_stand_in_marks_and_not_in_names() -> None:
    tests = (node for path in python_files() for node in ast.walk(tree_of(path)) if isinstance(node, FUNCTION))
    assert [test.name for test in tests if IN_NAME.search(test.name)] == []


def test_the_list_of_requirements_names_the_same() -> None:
    listed = set(ID.findall(LIST.read_text("utf-8"))) if LIST.is_file() else REQUIREMENTS
    assert listed == REQUIREMENTS


@pytest.mark.parametrize("name", ["test_r31_a_draw", "test_a_draw_r_31", "test_a_draw_r_31_r_46", "test_r_31_a_draw"])
def test_a_requirement_in_a_name_is_caught(name: str) -> None:
    assert IN_NAME.search(name)


def test_marks_are_found_on_functions_and_methods() -> None:
    mark = '@pytest.mark.requirement("R-31", "R-46")'
    source = f"{mark}\ndef test_a(): ...\nclass TestB:\n    {mark}\n    @other\n    async def test_b(self): ..."
    assert list(marked_ids(ast.parse(source))) == ["R-31", "R-46"] * 2


@pytest.mark.parametrize("source", ["def test_a(): ...", '@pytest.mark.requirement("R-31")\ndef helper(): ...'])
def test_what_is_no_marked_test_does_not_count(source: str) -> None:
    assert list(marked_ids(ast.parse(source))) == []


def test_tags_are_found_on_tests_of_the_web_pages_alone() -> None:
    assert list(tagged_ids("test('a', { tags: ['R-31', 'R-46'] }, () => {})\ntest('R-01', () => {})")) == [
        "R-31",
        "R-46",
    ]
