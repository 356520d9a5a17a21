"""Every suppression of a check names the rule and a reason."""

import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.rules.source_files import Finding, as_list, paths, python_files, text_of

SILENCED = re.compile(
    r"#\s*(?:(?P<ruff>(?:ruff:\s*)?noqa)(?P<codes>:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?"
    r"|(?P<mypy>(?:type|mypy):\s*ignore)(?P<kinds>\[[^\]]+\])?)(?P<rest>.*)",
    re.IGNORECASE,
)
SILENCED_IN_WEB = re.compile(
    r"(?:(?:eslint|oxlint)-disable\S*|@ts-(?:ignore|expect-error|nocheck)|v8 ignore)(?P<rest>.*)"
)
WORD = re.compile(r"[^\W\d_]{3,}")


def unexplained_suppressions(source: str) -> Iterator[tuple[int, str]]:
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        found = SILENCED.search(token.string) if token.type == tokenize.COMMENT else None
        if found is None:
            continue
        if not (found["codes"] or found["kinds"]):
            yield token.start[0], "names no rule"
        if not WORD.search(found["rest"]) and not _is_explained_above(lines, token.start[0]):
            yield token.start[0], "has no reason in words"


def _is_explained_above(lines: list[str], line: int) -> bool:
    above = lines[line - 2].strip() if line > 1 else ""
    return above.startswith("#") and not SILENCED.search(above) and bool(WORD.search(above))


def unexplained_web_suppressions(source: str) -> Iterator[tuple[int, str]]:
    for line, text in enumerate(source.splitlines(), 1):
        found = SILENCED_IN_WEB.search(text)
        if found and not re.search(r"(--|:).*[^\W\d_]{3,}", found["rest"]):
            yield line, "has no reason in words"


def test_every_silenced_check_is_explained() -> None:
    findings = [
        Finding(path, *found) for path in python_files() for found in unexplained_suppressions(text_of(path) or "")
    ]
    assert not findings, as_list(findings)


def test_every_silenced_check_of_the_web_pages_is_explained() -> None:
    sources = [path for path in paths() if path.endswith((".ts", ".vue", ".mjs", ".js"))]
    findings = [
        Finding(path, *found) for path in sources for found in unexplained_web_suppressions(text_of(path) or "")
    ]
    assert not findings, as_list(findings)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: S311",
        "# noqa: S311, PLR2004",
        "# noqa because it is so",
        "# ruff: noqa: RUF009",
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# type: ignore[arg-type] -- x",
        "# type: ignore the whole line",
    ],
)
def test_an_unexplained_or_blanket_silence_is_caught(comment: str) -> None:
    assert list(unexplained_suppressions(f"value = 1  {comment}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "value = 1  # noqa: S311 -- seeded on purpose",
        "value = 1  # noqa: S311, S105 - seeded on purpose",
        "value = 1  # type: ignore[misc]  # the refusal is the subject",
        "# Other tests should not wait for it.\nvalue = 1  # noqa: PLC0415",
        "# ruff: noqa: RUF009 -- a duration never changes",
        "value = '# noqa'",
    ],
)
def test_an_explained_silence_passes(line: str) -> None:
    assert not list(unexplained_suppressions(f"{line}\n"))


def test_one_silence_does_not_explain_the_next() -> None:
    assert list(unexplained_suppressions("# noqa: S311 -- seeded on purpose\nvalue = 1  # noqa: S105\n"))


@pytest.mark.parametrize(
    "comment", ["// eslint-disable-next-line no-console", "// @ts-expect-error", "/* oxlint-disable */"]
)
def test_an_unexplained_silence_in_the_web_pages_is_caught(comment: str) -> None:
    assert list(unexplained_web_suppressions(comment))


@pytest.mark.parametrize(
    "comment", ["// eslint-disable-next-line no-console -- the only way out", "// @ts-expect-error: types lag behind"]
)
def test_an_explained_silence_in_the_web_pages_passes(comment: str) -> None:
    assert not list(unexplained_web_suppressions(comment))
