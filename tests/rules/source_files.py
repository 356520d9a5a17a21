"""The files that the tests of rules read."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
TOOLS = {"bench", "scripts"}
WHEN_NOT_IN_GIT = {".venv", ".data", "node_modules", "dist", "__pycache__"}


class Finding(NamedTuple):
    """Where a rule is broken, and by what. The path is relative to the repository."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@cache
def paths() -> tuple[str, ...]:
    """Every file that is tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        # A copy without its history is checked too.
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        listed = [path.as_posix() for path in found if not WHEN_NOT_IN_GIT.intersection(path.parts)]
    return tuple(path for path in sorted(listed) if path and (ROOT / path).is_file())


@cache
def packages() -> frozenset[str]:
    """Our own packages of the service: every folder at the top that is one, without those of measuring and building."""
    return frozenset(path.parent.name for path in ROOT.glob("*/__init__.py")) - TOOLS


def in_packages(path: str) -> bool:
    return path.split("/", 1)[0] in packages()


@cache
def text_of(path: str) -> str | None:
    """The file's text; None for one that holds none."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse(text_of(path) or "", path)


def python_files() -> Iterator[str]:
    return (path for path in paths() if path.endswith(".py"))


@cache
def findings(rule: Callable[[ast.Module], Iterable[tuple[int, str]]]) -> tuple[Finding, ...]:
    """What the rule finds in all Python files."""
    return tuple(Finding(path, line, what) for path in python_files() for line, what in rule(tree_of(path)))


def findings_in_packages(rule: Callable[[ast.Module], Iterable[tuple[int, str]]]) -> list[Finding]:
    """What the rule finds in the Python files of our packages."""
    return [finding for finding in findings(rule) if in_packages(finding.path)]


def as_list(findings: Iterable[Finding]) -> str:
    return "\n".join(map(str, findings))
