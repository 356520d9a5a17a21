"""Small files and small functions."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.source_files import Finding, as_list, paths, python_files, text_of, tree_of

MOST_LINES = {".py": 300, ".vue": 200, ".ts": 300, ".mjs": 300, ".js": 300, ".css": 300, ".lua": 300}
LONGEST_FUNCTION = 60
LISTS = {
    "web/src/i18n/en.ts": "Words grow with the service and hold no logic.",
    "web/src/i18n/zh-CN.ts": "The same.",
    "web/src/i18n/zh-TW.ts": "The same.",
    "web/src/api/schema.ts": "Generated from the OpenAPI document.",
}
MIGRATIONS = "storage/postgres/migrations/versions/"
"""A migration is a list of tables in one function, written once."""


def excess_of(path: str, text: str) -> str | None:
    """By how much a file is too long, in words; None for one that isn't."""
    suffix = path[path.rfind(".") :]
    most, lines = MOST_LINES.get(suffix), len(text.splitlines())
    return f"{lines} lines, at most {most}" if most and lines > most else None


def long_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines, at most {LONGEST_FUNCTION}"


def test_every_file_is_small() -> None:
    excesses = {path: excess_of(path, text_of(path) or "") for path in paths() if path not in LISTS}
    findings = [Finding(path, 1, excess) for path, excess in excesses.items() if excess]
    assert not findings, as_list(findings)


def test_every_function_is_small() -> None:
    findings = [
        Finding(path, *found)
        for path in python_files()
        if not path.startswith(MIGRATIONS)
        for found in long_functions(tree_of(path))
    ]
    assert not findings, as_list(findings)


def test_the_exceptions_are_still_needed() -> None:
    assert [path for path in LISTS if not excess_of(path, text_of(path) or "")] == []


@pytest.mark.parametrize("path, most", [("a.py", 300), ("web/b.vue", 200), ("web/c.ts", 300), ("web/d.mjs", 300)])
def test_a_file_one_line_too_long_is_caught(path: str, most: int) -> None:
    assert excess_of(path, "line\n" * most) is None
    assert excess_of(path, "line\n" * (most + 1))


@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_a_function_one_line_too_long_is_caught_wherever_it_stands(keyword: str) -> None:
    body = "        pass\n"
    fitting = f"class Thing:\n    {keyword} act(self):\n{body * (LONGEST_FUNCTION - 1)}"
    assert not list(long_functions(ast.parse(fitting)))
    assert list(long_functions(ast.parse(fitting + body)))
