"""Everything is caught at the edge of a process only, and each such place is named here with its reason."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.python_names import last_name
from tests.rules.source_files import Finding, as_list, findings

BROAD = {"Exception", "BaseException"}
EDGES = {
    (
        "api/http/request_log.py",
        "RequestLog.__call__",
    ): "The edge of every request: an unforeseen failure is logged and becomes a 500.",
    ("embedded/stack.py", "Servers.__aenter__"): "Whatever stops the start, no server stays behind; raised again.",
    (
        "tests/api/http/test_action_log.py",
        "make_log.application",
    ): "A failure of every kind; the log is the subject.",
    (
        "tests/scenarios/years/town.py",
        "Town._do",
    ): "A fault in what one person does must not end the run; it is reported.",
    (
        "process/helper_process.py",
        "_answer_to",
    ): "The edge of a helper process: a question that fails is logged, and the parent hears it.",
    ("worker/repeats.py", "repeat"): "The edge of a task: one bad row must not stop the work on everything else.",
}


def broad_excepts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and enclosing function of every place that catches everything."""
    return _within(tree, "")


def _within(node: ast.AST, place: str) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        inner = place
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{place}.{child.name}".lstrip(".")
        if (isinstance(child, ast.ExceptHandler) and _is_broad(child.type)) or _suppresses_all(child):
            yield getattr(child, "lineno", 0), inner
        yield from _within(child, inner)


def _is_broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(ast.unparse(one).removeprefix("builtins.") in BROAD for one in kinds)


def _suppresses_all(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and last_name(node.func) == "suppress"
        and any(_is_broad(argument) for argument in node.args)
    )


def test_everything_is_caught_at_named_edges_only() -> None:
    broad = [found for found in findings(broad_excepts) if (found.path, found.what) not in EDGES]
    assert not broad, as_list(broad)


def test_the_named_edges_still_exist() -> None:
    found = {(finding.path, finding.what) for finding in findings(broad_excepts)}
    assert EDGES.keys() <= found


@pytest.mark.parametrize(
    "handler",
    [
        "except:",
        "except Exception:",
        "except BaseException as error:",
        "except (OSError, Exception):",
        "except* Exception:",
    ],
)
def test_a_broad_except_is_caught(handler: str) -> None:
    tree = ast.parse(
        f"class A:\n    def act(self):\n        try:\n            go()\n        {handler}\n            pass"
    )
    assert list(broad_excepts(tree)) == [(5, "A.act")]


@pytest.mark.parametrize("call", ["suppress(Exception)", "contextlib.suppress(OSError, BaseException)"])
def test_suppressing_everything_is_caught(call: str) -> None:
    assert list(broad_excepts(ast.parse(f"with {call}:\n    go()"))) == [(1, "")]


@pytest.mark.parametrize(
    "handler", ["except OSError:", "except (ValueError, KeyError) as error:", "except ex.Refused:"]
)
def test_a_narrow_except_is_not(handler: str) -> None:
    assert not list(broad_excepts(ast.parse(f"try:\n    go()\n{handler}\n    pass")))


def test_a_finding_names_its_place() -> None:
    assert str(Finding("api/app.py", 7, "create_app")) == "api/app.py:7: create_app"
