"""Every test asserts something, by itself or through a helper, or its name says that it expects no error."""

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from tests.rules.python_names import last_name
from tests.rules.source_files import Finding, as_list, python_files, tree_of

CLAIMS = {
    "pytest.raises",
    "pytest.fail",
    "asyncio.timeout",  # What does not end in time fails.
    "run_state_machine_as_test",  # Hypothesis calls the machine's invariants, which assert.
}
NAMES_OF_CLAIMS = {claim.rpartition(".")[2] for claim in CLAIMS}
SAYS_SO = "without_error"
"""In the name of a test whose whole claim is that a call succeeds."""


class Symbol(NamedTuple):
    """A function of a module, or a method of one of its classes."""

    module: str
    name: str
    owner: str = ""


Function = ast.FunctionDef | ast.AsyncFunctionDef
Functions = dict[Symbol, Function]


def functions_of(module: str, tree: ast.Module) -> Functions:
    found = {Symbol(module, node.name): node for node in tree.body if isinstance(node, Function)}
    for owner in tree.body:
        if isinstance(owner, ast.ClassDef):
            methods = (node for node in owner.body if isinstance(node, Function))
            found |= {Symbol(module, node.name, owner.name): node for node in methods}
    return found


def asserts_itself(function: Function) -> bool:
    """Whether it claims anything; a helper that only narrows a type for mypy claims nothing."""
    narrowing_counts = function.name.startswith("test_")
    return any(
        (isinstance(node, ast.Assert) and (narrowing_counts or not narrows(node.test)))
        or (isinstance(node, ast.Call) and last_name(node.func) in NAMES_OF_CLAIMS and ast.unparse(node.func) in CLAIMS)
        or (isinstance(node, ast.Raise) and node.exc is not None and "AssertionError" in ast.unparse(node.exc))
        for node in ast.walk(function)
    )


def narrows(claim: ast.expr) -> bool:
    """`assert x`, `assert x is not None` and `assert isinstance(x, …)`."""
    if isinstance(claim, ast.Compare):
        return isinstance(claim.ops[0], ast.IsNot) and ast.unparse(claim.comparators[0]) == "None"
    if isinstance(claim, ast.Call):
        return ast.unparse(claim.func) == "isinstance"
    return isinstance(claim, ast.Name | ast.Attribute)


def names_in(module: str, tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What each name at the module's top stands for: a module, and a name in it."""
    own = {node.name: (module, node.name) for node in tree.body if isinstance(node, Function | ast.ClassDef)}
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
    return own | {
        alias.asname or alias.name: (node.module or "", alias.name) for node in imports for alias in node.names
    }


def helpers_of(function: Function, known: Mapping[str, tuple[str, str]], functions: Functions) -> Iterator[Symbol]:
    """Functions that are named here, and methods of this name of any class that the module knows."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in known:
            yield Symbol(*known[node.id])
        elif isinstance(node, ast.Attribute):
            methods = (Symbol(module, node.attr, owner) for module, owner in known.values())
            yield from (method for method in methods if method in functions)


def silent_tests(trees: Mapping[str, ast.Module]) -> Functions:
    """The tests that neither assert nor use what does; the trees are keyed by the modules' names."""
    functions = {symbol: node for module, tree in trees.items() for symbol, node in functions_of(module, tree).items()}
    known = {module: names_in(module, tree) for module, tree in trees.items()}
    helpers = {symbol: set(helpers_of(node, known[symbol.module], functions)) for symbol, node in functions.items()}
    asserting = {symbol for symbol, node in functions.items() if asserts_itself(node)}
    while further := {symbol for symbol in functions if symbol not in asserting and helpers[symbol] & asserting}:
        asserting |= further
    return {symbol: node for symbol, node in functions.items() if is_test(symbol) and symbol not in asserting}


def is_test(symbol: Symbol) -> bool:
    return symbol.name.startswith("test_") and symbol.module.rpartition(".")[2].startswith("test_")


def test_every_test_asserts_something_or_says_that_it_does_not() -> None:
    files = {path.removesuffix(".py").replace("/", "."): path for path in python_files() if path.startswith("tests/")}
    silent = silent_tests({module: tree_of(path) for module, path in files.items()})
    findings = [
        Finding(files[symbol.module], node.lineno, symbol.name)
        for symbol, node in silent.items()
        if SAYS_SO not in symbol.name
    ]
    assert not findings, as_list(findings)


HELPERS = """
def expect(x):
    assert x == 1

def prepare(x):
    assert x is not None
    assert isinstance(x.y, int)
    assert x.y
    return x

class Pair:
    def check(self):
        self._check()

    def _check(self):
        expect(self)

    def act(self):
        pass
"""


def is_silent(body: str) -> bool:
    source = f"from tests.helpers import Pair, expect, prepare\n\nasync def test_it():\n    {body}\n"
    trees = {"tests.helpers": ast.parse(HELPERS), "tests.test_it": ast.parse(source)}
    return list(silent_tests(trees)) == [Symbol("tests.test_it", "test_it")]


@pytest.mark.parametrize(
    "body",
    ["go()", "await go()", "prepare(1)", "Pair().act()", "other.expect(1)", "with suppress(ValueError): go()"],
)
def test_a_test_that_asserts_nothing_is_found(body: str) -> None:
    assert is_silent(body)


@pytest.mark.parametrize(
    "body",
    [
        "assert go()",
        "with pytest.raises(ValueError): go()",
        "async with asyncio.timeout(1): await go()",
        "raise AssertionError('it went on')",
        "expect(1)",
        "await to_thread(expect, 1)",
        "pair.check()",
        "run_state_machine_as_test(Machine)",
    ],
)
def test_a_test_that_asserts_is_not(body: str) -> None:
    assert not is_silent(body)


def test_the_tests_of_a_class_are_seen() -> None:
    tree = ast.parse("class TestIt:\n    def test_it(self):\n        go()\n")
    assert list(silent_tests({"tests.test_it": tree})) == [Symbol("tests.test_it", "test_it", "TestIt")]
