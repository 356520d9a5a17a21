"""Acts are imperatives: no function is named by a participle alone, such as `acted` or `_told`."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source_files import as_list, findings_in_packages

IRREGULAR = frozenset(
    {
        "begun",
        "bound",
        "bought",
        "brought",
        "built",
        "chosen",
        "drawn",
        "driven",
        "fallen",
        "found",
        "frozen",
        "given",
        "gone",
        "held",
        "hidden",
        "kept",
        "known",
        "led",
        "left",
        "lost",
        "made",
        "meant",
        "met",
        "paid",
        "proven",
        "said",
        "seen",
        "sent",
        "shown",
        "signalled",
        "sold",
        "spent",
        "stolen",
        "taken",
        "told",
        "won",
        "woken",
        "written",
    }
)
IMPERATIVES = frozenset({"embed", "feed", "need", "proceed", "seed", "speed", "succeed"})
NOT_ACTS = ("property", "contextmanager")
"""A property is a thing, and a context manager may be named by the state that it keeps."""


def participles(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_thing(node):
            word = node.name.strip("_")
            if word in IRREGULAR or (word.isalpha() and word.endswith("ed") and word not in IMPERATIVES):
                yield node.lineno, node.name


def _is_thing(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(decorator).endswith(NOT_ACTS) for decorator in function.decorator_list)


def test_no_function_is_named_by_a_participle() -> None:
    found = findings_in_packages(participles)
    assert not found, as_list(found)


@pytest.mark.parametrize("name", ["acted", "_told", "created", "signalled", "_sent"])
def test_a_participle_is_caught(name: str) -> None:
    assert list(participles(ast.parse(f"class A:\n    async def {name}(self): ...")))


@pytest.mark.parametrize(
    "code",
    [
        "def act(): ...",
        "def seed(): ...",
        "def shown_stages(): ...",
        "@property\ndef released(self): ...",
        "@asynccontextmanager\nasync def started(): ...",
        "@cached_property\ndef closed(self): ...",
    ],
)
def test_acts_and_things_are_not(code: str) -> None:
    assert not list(participles(ast.parse(code)))
