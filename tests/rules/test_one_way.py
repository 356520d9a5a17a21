"""What is done in one place only: a request has one way from the API to its row."""

import ast
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.rules.source_files import as_list, findings_in_packages

DECIDING = "activities/decide/decide.py"
CLIENT = "workflows/client.py"
ACTIONS = "api/preselections/actions.py"
ENTERING = {"api/preselections/entries.py", "activities/maintenance/starter.py", "api/preselections/creation.py"}
"""They may have to start the workflow, or to wake a dormant one, and no stage is needed for that."""
CONTEXT = "api/http/request_context.py"
SIGNATURES = "api/sms_receipts/endpoints.py"
"""A gateway has no token, but signs its messages."""
Rule = Callable[[ast.Module], Iterator[tuple[int, str]]]
PROCESSES = {"api/context.py", "cli/connections.py", "worker/container.py"}


def uses(tree: ast.Module, owner: str, attributes: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Where an attribute of something of this name is used: `repositories.decisions.load`; of anything for no name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in attributes:
            of = ast.unparse(node.value).rpartition(".")[2].lstrip("_")
            if not owner or of == owner:
                yield node.lineno, ast.unparse(node)


def decisions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A row is loaded with what its request has decided before, or a decision is committed."""
    return uses(tree, "decisions", {"load", "commit"})


def updates(tree: ast.Module) -> Iterator[tuple[int, str]]:
    return uses(tree, "", {"execute_update", "start_update", "execute_update_with_start_workflow"})


def acts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    return uses(tree, "vehicles", {"update", "start"})


def dependencies(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Depends", "Security"}:
            yield node.lineno, ast.unparse(node)


def compositions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    return uses(tree, "Repositories", {"build"})


def test_whether_a_request_was_decided_before_is_asked_in_one_place() -> None:
    found = findings_in_packages(decisions)
    assert [use.path for use in found] == [DECIDING] * 2, as_list(found)
    assert sorted(use.what for use in found) == ["self.decisions.commit", "self.decisions.load"]


def test_updates_are_sent_by_one_client() -> None:
    found = findings_in_packages(updates)
    assert {use.path for use in found} == {CLIENT}, as_list(found)


def test_one_function_of_the_api_performs_an_act() -> None:
    found = findings_in_packages(acts)
    assert {use.path for use in found} == {ACTIONS, *ENTERING}, as_list(found)
    assert [use.path for use in found].count(ACTIONS) == 1


def test_one_dependency_makes_the_context_of_a_request() -> None:
    found = [use for use in findings_in_packages(dependencies) if use.path.startswith("api/")]
    assert [use.path for use in found] == [CONTEXT, SIGNATURES], as_list(found)


def test_each_process_composes_its_repositories_once() -> None:
    found = findings_in_packages(compositions)
    assert sorted(use.path for use in found) == sorted(PROCESSES), as_list(found)


@pytest.mark.parametrize(
    "rule, code",
    [
        (decisions, "await repositories.decisions.load(a, b)"),
        (decisions, "self._decisions.commit(c)"),
        (updates, "await handle.execute_update(a)"),
        (acts, "context.app.operations.vehicles.update(a)"),
        (acts, "self._vehicles.start(a)"),
        (dependencies, "Annotated[A, Depends(b)]"),
        (compositions, "Repositories.build(a, b, c)"),
    ],
)
def test_a_second_way_is_caught(rule: Rule, code: str) -> None:
    assert list(rule(ast.parse(f"async def act():\n    {code}")))
