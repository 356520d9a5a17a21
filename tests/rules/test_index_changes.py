"""Indexes change in two releases: the previous one plans its statements with what it has (`docs/upgrading.md`)."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from config.release import RELEASE
from tests.rules.source_files import tree_of

ROOT = Path(__file__).parents[2]
MIGRATIONS = "storage/postgres/migrations"
HEADS = ROOT / "tests" / "storage" / "statements"
"""`<release>.head` names the last migration of a release; `make statements` writes it."""

LARGE = {"preselection", "decision", "claim", "audit", "draw_record", "pool_log", "sms_delivery", "text_outbox"}
"""Tables that grow with every journey."""

_MAKING = {"create_index", "create_primary_key", "create_unique_constraint"}
Change = tuple[int, str, str, str, bool]
"""The line, what is done, to which index of which table, and whether writers go on meanwhile."""


def changes_of(tree: ast.Module) -> Iterator[Change]:
    """The indexes that the function `upgrade` makes and drops."""
    [upgrade] = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
    for call in ast.walk(upgrade):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            texts = [each.value if isinstance(each, ast.Constant) else "?" for each in call.args]
            is_concurrent = any(each.arg == "postgresql_concurrently" for each in call.keywords)
            if call.func.attr in {*_MAKING, "drop_index"} and len(texts) > 1:
                yield call.lineno, call.func.attr, str(texts[0]), str(texts[1]), is_concurrent
            elif call.func.attr == "execute" and any(word in ast.dump(call) for word in (" INDEX ", " INDEX\\n")):
                yield call.lineno, "execute", "?", "?", is_concurrent


def faults_of(migrations: Iterable[tuple[str, ast.Module]]) -> list[str]:
    """What the migrations of one release do to indexes that they may not do."""
    changes = [(name, *change) for name, tree in migrations for change in changes_of(tree)]
    made = {(table, index) for _, _, what, index, table, _ in changes if what in _MAKING}
    found = []
    for name, line, what, index, table, is_concurrent in changes:
        # What an interrupted migration has left of the same index goes first.
        is_replaced = (table, index) not in made and table in {other for other, _ in made}
        if what == "execute":
            found.append(f"{name}:{line} changes an index by a text, which can't be checked: use op.create_index")
        elif what == "drop_index" and is_replaced:
            found.append(f"{name}:{line} drops an index of {table} in the release that makes its successor")
        elif what == "create_index" and table in LARGE and not is_concurrent:
            found.append(f"{name}:{line} makes an index of {table} while nobody can write: build it concurrently")
    return found


def migrations_since(head: str) -> Iterator[tuple[str, ast.Module]]:
    scripts = ScriptDirectory(str(ROOT / MIGRATIONS))
    for script in scripts.iterate_revisions("head", head):
        name = Path(script.path).name
        yield name, tree_of(f"{MIGRATIONS}/versions/{name}")


def test_no_index_goes_in_the_release_that_makes_its_successor() -> None:
    head = (HEADS / f"{RELEASE}.head").read_text("utf-8").strip()
    assert faults_of(migrations_since(head)) == []


MADE = "op.create_index('a', 'preselection', ['x'], postgresql_concurrently=True)"


@pytest.mark.parametrize(
    "lines, fault",
    [
        ([MADE, "op.drop_index('b', 'preselection')"], "drops an index"),
        (["op.create_primary_key('a', 'office', ['x'])", "op.drop_index('b', 'office')"], "drops an index"),
        (["op.create_index('a', 'claim', ['x'])"], "build it concurrently"),
        (["op.execute('DROP INDEX b')"], "by a text"),
    ],
)  # fmt: skip
def test_a_change_that_the_previous_release_would_feel_is_found(lines: list[str], fault: str) -> None:
    [found] = faults_of([("a.py", ast.parse("def upgrade():\n    " + "\n    ".join(lines)))])
    assert fault in found


def test_an_index_is_made_in_one_release_and_the_old_one_dropped_in_the_next() -> None:
    again = f"op.drop_index('a', 'preselection', if_exists=True); {MADE}"
    for line in (again, "op.drop_index('b', 'preselection')", "op.create_index('a', 'office', ['x'])"):
        assert faults_of([("a.py", ast.parse(f"def upgrade():\n    {line}"))]) == []
