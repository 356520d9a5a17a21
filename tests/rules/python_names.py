"""Which imported thing a name in a module stands for."""

import ast
from collections.abc import Iterator
from functools import cache


def origins(tree: ast.Module) -> dict[str, str]:
    """Each imported name, and what it stands for: `from datetime import datetime as dt` → dt: datetime.datetime."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                found[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


@cache
def uses(tree: ast.Module) -> tuple[tuple[int, str], ...]:
    """Line and full name of every use of something imported, the import itself included."""
    return tuple(_uses(tree))


def _uses(tree: ast.Module) -> Iterator[tuple[int, str]]:
    known = origins(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            dotted = _dotted_name(node, known)
            if dotted:
                yield node.lineno, dotted
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def last_name(node: ast.AST) -> str:
    """`f` of `f` and of `a.b.f`; nothing of what is neither a name nor an attribute."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every string that is no documentation."""
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documentation:
            if isinstance(node.value, str):
                yield node.lineno, node.value
            elif isinstance(node.value, bytes):
                yield node.lineno, node.value.decode(errors="replace")


def _dotted_name(node: ast.expr, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        before = _dotted_name(node.value, known)
        return before and f"{before}.{node.attr}"
    return None
