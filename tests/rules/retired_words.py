"""The words that the dictionary of names has retired, and where each is still used.

`retired_words.toml` lists them. `python -m tests.rules.retired_words` prints every use that is left; with `--write` it
lowers the numbers in that file to what is left.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePosixPath

from tests.rules import web_source
from tests.rules.source_files import ROOT, Finding, paths, text_of, tree_of

LIST = ROOT / "tests" / "rules" / "retired_words.toml"
NOT_READ = (
    *("tests/rules/retired_words", "tests/rules/test_retired_words"),
    *("locales/", "web/src/i18n/", "web/src/words/"),
    *("web/src/api/schema.ts", "requirements/"),
)
"""The lists themselves, what people read in their languages, and what is generated."""
DOCUMENTS = (".md", ".toml", ".lua", ".sql", "Makefile")
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True)
class Retired:
    """A word, what to write instead, and how it is looked for.

    `part`: the word's parts stand side by side in a name (`told`: `ToldText`, `was_told`), also in the pages and in
    Lua; the other kinds are about Python. `name`: it is a whole name. `function`: it is the whole name of a function,
    a class or an import. `module`: it is the name of a file.
    `sentence`: a comment, a docstring or a document says it. `remaining` is the number of uses that are left.
    `allowed` says where it may stay, and why.
    """

    word: str
    kind: str
    use: str
    remaining: int = 0
    allowed: Mapping[str, str] = field(default_factory=dict)

    def is_allowed_in(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self.allowed)

    def is_in(self, name: str) -> bool:
        return in_parts(self.word) in in_parts(name) if self.kind == "part" else name == self.word


def retired_words(text: str) -> list[Retired]:
    return [
        Retired(word, entry["kind"], entry["use"], remaining, entry.get("allowed", {}))
        for entry in tomllib.loads(text)["retired"]
        for word, remaining in entry["words"].items()
    ]


@cache
def in_parts(name: str) -> str:
    """`PartDown`, `_part_down` → _part_down_."""
    return f"_{'_'.join(PARTS.findall(name)).lower()}_"


def uses(word: Retired, files: tuple[str, ...]) -> list[Finding]:
    """Every use of the word in these files, where it is not allowed."""
    found = _in_prose(word, files) if word.kind == "sentence" else _in_names(word, files)
    return [use for use in found if not word.is_allowed_in(use.path)]


def all_files() -> tuple[str, ...]:
    return tuple(path for path in paths() if not path.startswith(NOT_READ))


def _in_names(word: Retired, files: tuple[str, ...]) -> Iterator[Finding]:
    for name, found in _index(word.kind, files).items():
        if word.is_in(name):
            yield from found


@cache
def _index(kind: str, files: tuple[str, ...]) -> Mapping[str, list[Finding]]:
    """Each name that a word of this kind is looked for in, and where it stands."""
    index: dict[str, list[Finding]] = {}
    for path in files:
        for line, name in _names(path, kind):
            index.setdefault(name, []).append(Finding(path, line, name))
    return index


def _names(path: str, kind: str) -> Iterator[tuple[int, str]]:
    """Line and name of all that a word of this kind is looked for in."""
    if path.endswith((*web_source.SOURCES, ".lua")) and kind == "part":
        yield 1, PurePosixPath(path).stem
        yield from web_source.names(path, text_of(path) or "")
    if not path.endswith(".py"):
        return
    folders_and_file = PurePosixPath(path).with_suffix("").parts
    if kind == "module":
        yield 1, folders_and_file[-1]
        return
    if kind == "part":
        yield from ((1, name) for name in folders_and_file)
    yield from (names_in(path)[0] if kind == "function" else names_in(path)[1])


@cache
def names_in(path: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Line and name of what the file defines or imports, and of all names in it."""
    defined: list[tuple[int, str]] = []
    others: list[tuple[int, str]] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.append((node.lineno, node.name))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            defined += ((node.lineno, alias.asname or alias.name.rsplit(".", 1)[-1]) for alias in node.names)
        elif isinstance(node, ast.Name):
            others.append((node.lineno, node.id))
        elif isinstance(node, ast.Attribute):
            others.append((node.lineno, node.attr))
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            others.append((node.lineno, node.arg))
    return defined, defined + others


def _in_prose(word: Retired, files: tuple[str, ...]) -> Iterator[Finding]:
    words = r"[\s#]+".join(map(re.escape, word.word.split()))
    phrase = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    for path in files:
        for first, text in prose(path):
            for found in phrase.finditer(text):
                yield Finding(path, first + text.count("\n", 0, found.start()), found.group())


@cache
def prose(path: str) -> list[tuple[int, str]]:
    """First line and text of all that is written for people: a whole document; in code comments and docstrings."""
    text = text_of(path) or ""
    if path.endswith(web_source.SOURCES):
        return web_source.comments(path, text)
    if not path.endswith(".py"):
        return [(1, text)] if path.endswith(DOCUMENTS) else []
    tokens = tokenize.generate_tokens(io.StringIO(text).readline) if "#" in text else ()
    comments = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    alone = (node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Expr))
    constants = (node for node in alone if isinstance(node, ast.Constant))
    return comments + [(node.lineno, node.value) for node in constants if isinstance(node.value, str)]


def count_again(text: str) -> str:
    """The list, with the number of uses of each word where there are fewer of them now."""
    words = iter(retired_words(text))

    def fewer(found: re.Match[str]) -> str:
        return str(min(int(found.group()), len(uses(next(words), all_files()))))

    return re.sub(r"(?<= = )\d+$", fewer, text, flags=re.MULTILINE)


def main() -> None:
    text = LIST.read_text("utf-8")
    if "--write" in sys.argv:
        LIST.write_text(count_again(text), "utf-8")
        return
    for word in retired_words(text):
        sys.stdout.writelines(f"{use}: {word.word} → {word.use}\n" for use in uses(word, all_files()))


if __name__ == "__main__":
    main()
