"""docs/threat-model.md names tests that exist, and no threat without one."""

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs" / "threat-model.md"
NAMED = re.compile(r"`([a-z_/]+\.py)::(\w+)`")
AS_ABOVE = "the same"


@cache
def names_of_tests(file: Path) -> frozenset[str]:
    return frozenset(re.findall(r"^ *(?:async )?def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE))


def missing_tests(page: str) -> list[str]:
    named = NAMED.findall(page)
    return [
        f"{file}::{test}"
        for file, test in named
        if not (TESTS / file).is_file() or test not in names_of_tests(TESTS / file)
    ]


def unproved_threats(page: str) -> list[str]:
    """Rows of the tables of threats, chapters and risks without the name of a test in the last cell."""
    found, is_of_threats = [], False
    for line in page.splitlines():
        if not line.startswith("|"):
            is_of_threats = False
        elif line.startswith(("| threat |", "| chapter |", "| risk |")):
            is_of_threats = True
        elif is_of_threats and not line.startswith("| ---"):
            cell = line.strip().rstrip("|").rsplit("|", 1)[1].strip()
            if not NAMED.search(cell) and not cell.startswith(AS_ABOVE):
                found.append(line)
    return found


def test_every_test_that_the_threat_model_names_exists() -> None:
    page = PAGE.read_text("utf-8")
    assert missing_tests(page) == []
    assert len(NAMED.findall(page)) > 50


def test_every_threat_names_the_test_that_shows_its_control() -> None:
    assert unproved_threats(PAGE.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "named", ["rules/test_threat_model.py::test_that_nobody_wrote", "rules/test_nowhere.py::test_every_test"]
)
def test_a_test_that_does_not_exist_is_caught(named: str) -> None:
    assert missing_tests(f"| a | b | `{named}` |") == [named]


def test_a_threat_without_a_test_is_caught() -> None:
    head = "| threat | control | test |\n| --- | --- | --- |\n"
    assert unproved_threats(f"{head}| T a lie | a law | |") == ["| T a lie | a law | |"]
    assert unproved_threats(f"{head}| T a lie | a law | the same, and a look |") == []


def test_every_chapter_of_asvs_and_every_risk_of_apis_has_its_row() -> None:
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (V|API)(\d+) ", page, re.MULTILINE)
    assert rows == [("V", str(number)) for number in range(1, 18)] + [("API", str(number)) for number in range(1, 11)]
