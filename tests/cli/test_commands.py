"""What can be typed: the commands, their options and help, and what is refused before anything is connected."""

import inspect
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.app import Invocation, app, parse
from cli.areas import AREAS
from cli.context import OperatorContext

ROOT = Path(__file__).parents[2]


def documented_commands() -> Iterator[list[str]]:
    """The commands in the code blocks of the operators' guide."""
    for line in (ROOT / "docs" / "operators.md").read_text("utf-8").splitlines():
        if line.startswith("bin/xuanhao "):
            yield shlex.split(line.split(" <")[0], comments=True)[1:]


def test_every_command_of_the_operators_guide_is_one() -> None:
    commands = list(documented_commands())
    assert len(commands) > 15
    assert all(isinstance(parse(words), Invocation) for words in commands)


def test_every_command_has_a_help_text_and_those_with_a_reason_need_an_operator() -> None:
    commands = [app["find"], *(command for area in AREAS for command in app[area].subapps)]
    assert len(commands) > 30
    for command in commands:
        assert command.default_command
        assert command.help, command.name
        parameters = inspect.signature(command.default_command).parameters
        if "reason" in parameters:
            assert parameters["context"].annotation is OperatorContext, command.name


def test_options_of_every_command_stand_before_or_after_its_name() -> None:
    before, after = (
        parse(["--operator", "wang", "--json", "texts", "list"]),
        parse(["texts", "list", "--json", "--operator", "wang"]),
    )
    assert before
    assert after
    assert (before.command, before.common) == (after.command, after.common)


@pytest.mark.parametrize("words", ["", "pool", "pools levels 粤B", "pool levels", "pool levels 粤B --year 1", "find"])
def test_what_is_no_command_exits_with_2_and_one_line_that_says_why(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("xuanhao: ")


def test_help_exits_with_0_and_imports_nothing_that_works_on_the_installation() -> None:
    heavy = "{'operations', 'temporalio', 'sqlalchemy', 'pydantic'}"
    code = f"import sys; from cli.__main__ import main; sys.exit(main(['--help']) or bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0


# Each takes some of a second of processor time, and no command needs it besides `calendar`, `setup` and `doctor`.
LEFT_OUT = ("httpx", "click", "alembic", "holidays", "fastapi", "uvicorn", "fpdf", "icalendar", "joserfc", "uvloop")


def test_commands_import_no_more_than_they_need() -> None:
    modules = ", ".join(f"cli.{name}" for name in sorted({*AREAS, "find", "resync"} - {"calendar"}))
    code = f"import sys, cli.execution, {modules}; print([each for each in {LEFT_OUT} if each in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_only_commands_that_reach_workflows_import_temporal_s_sdk_before_they_connect() -> None:
    """It takes half of the time: help, wrong words, and what is refused at once do without it."""
    modules = ", ".join(f"cli.{name}" for name in sorted({*AREAS, "find"} - {"calendar", "deadlines", "blacklist"}))
    code = f"""
import sys, cli.execution, {modules}
from cli.__main__ import main
assert main(["numbers", "withhold", "粤B12345", "--reason", "x"]) == 2
print("temporalio" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_a_program_starts_without_searching_what_it_imports() -> None:
    """And searches what comes after it."""
    code = """
import gc, sys
searches = []
gc.callbacks.append(lambda phase, _: searches.append(phase))
from cli.__main__ import main
before = len(searches)
sys.exit(main(["pool"]) != 2 or len(searches) != before or not gc.isenabled() or gc.get_freeze_count() < 10_000)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_the_folder_that_it_is_called_from_has_no_say_in_what_is_imported(tmp_path: Path) -> None:
    (tmp_path / "cyclopts.py").write_text("raise SystemExit(9)")
    called = subprocess.run([ROOT / "bin" / "xuanhao", "--help"], cwd=tmp_path, capture_output=True, check=False)
    assert called.returncode == 0, called.stderr
