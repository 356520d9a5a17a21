"""Words that the dictionary of names has retired do not come back: the number of their uses may only fall."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.rules.retired_words import LIST, Retired, all_files, count_again, retired_words, uses
from tests.rules.source_files import as_list

WORDS = retired_words(LIST.read_text("utf-8"))


@pytest.mark.parametrize("word", WORDS, ids=[f"{word.kind} {word.word}" for word in WORDS])
def test_a_retired_word_does_not_come_back(word: Retired) -> None:
    found = uses(word, all_files())
    too_many = f"{len(found)} uses of {word.word}, at most {word.remaining} are left; write {word.use} instead"
    assert len(found) <= word.remaining, f"{too_many}\n{as_list(found)}"


def test_each_word_stands_once_in_the_list() -> None:
    keys = [(word.kind, word.word) for word in WORDS]
    assert len(keys) == len(set(keys))


def test_the_places_where_a_word_is_allowed_still_hold_it() -> None:
    for word in WORDS:
        found = uses(Retired(word.word, word.kind, word.use), all_files())
        for pattern, reason in word.allowed.items():
            assert reason
            assert any(fnmatchcase(use.path, pattern) for use in found), f"{word.word} in {pattern}"


@pytest.mark.parametrize(
    "kind, word, planted",
    [
        ("part", "told", "class ToldText: ..."),
        ("part", "told", "def was_told(): ..."),
        ("part", "told", "self._told = 1"),
        ("part", "PartDown", "from failures import PartDown"),
        ("part", "PartDown", "part_down = 1"),
        ("part", "moment", "def until(moment): ..."),
        ("part", "moment", "until(moment=now)"),
        ("name", "Visit", "def draw(visit: Visit): ..."),
        ("name", "_adopt", "self._adopt()"),
        ("function", "guard", "async def guard(): ..."),
        ("function", "guard", "from routes import secured as guard"),
        ("sentence", "hung up", "# The server has\\n# hung up."),
        ("sentence", "hung up", '"""The server has hung up."""'),
        ("module", "planted", ""),
    ],
)
def test_a_planted_word_is_caught(tmp_path: Path, kind: str, word: str, planted: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(f"{planted}\n")
    assert len(uses(Retired(word, kind, ""), (str(file),))) == 1


@pytest.mark.parametrize("name", ["planted.md", "planted.lua", "Makefile"])
def test_a_planted_sentence_is_caught_in_documents_and_scripts(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("One line.\nIt Tells\nno telemetry.\n")
    [found] = uses(Retired("tells no telemetry", "sentence", ""), (str(file),))
    assert found.line == 2


@pytest.mark.parametrize(
    "kind, word, planted",
    [
        ("part", "told", "untold, toldest = 1, 2"),
        ("part", "PartDown", "parts_down = part_is_down = 1"),
        ("name", "Visit", "VisitBy = visit = 1"),
        ("function", "guard", "guard = 1"),
        ("sentence", "told", "told = 'told'"),
        ("part", "told", "text = 'told'  # told"),
    ],
)
def test_what_only_looks_like_a_retired_word_passes(tmp_path: Path, kind: str, word: str, planted: str) -> None:
    file = tmp_path / "planted.py"
    file.write_text(f"{planted}\n")
    assert uses(Retired(word, kind, ""), (str(file),)) == []


def test_a_word_may_stay_where_it_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "wire.py"
    file.write_text("told = 1\n")
    assert uses(Retired("told", "part", "", allowed={"*/wire.py": "the name of a signal"}), (str(file),)) == []


def test_the_list_can_be_counted_again() -> None:
    head = '[[retired]]\nkind = "part"\nuse = "sms_status"\n[retired.words]\n'
    assert count_again(f"{head}surely_used_by_nobody = 7\n") == f"{head}surely_used_by_nobody = 0\n"
