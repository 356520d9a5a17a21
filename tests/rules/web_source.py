"""The names and the comments of the pages' code, of style sheets and of Lua."""

import re
from collections.abc import Iterator

SOURCES = (".ts", ".vue", ".mjs", ".css")
_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*|<!--.*?-->", re.DOTALL)
_LUA_COMMENT = re.compile(r"--[^\n]*")
_NAME = re.compile(r"[A-Za-z_][\w-]*")


def comments(path: str, text: str) -> list[tuple[int, str]]:
    """First line and text of each comment."""
    return [(text.count("\n", 0, found.start()) + 1, found.group()) for found in _pattern(path).finditer(text)]


def names(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each word of the code; those in strings count, for they name classes, keys and tests."""
    without = _pattern(path).sub(lambda found: "\n" * found.group().count("\n"), text)
    for number, line in enumerate(without.splitlines(), 1):
        yield from ((number, found.group()) for found in _NAME.finditer(line))


def _pattern(path: str) -> re.Pattern[str]:
    return _LUA_COMMENT if path.endswith(".lua") else _COMMENT
