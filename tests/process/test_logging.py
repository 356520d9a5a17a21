"""Logs of every process: one JSON object a line."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from process.logging import LEVELS_OF_LIBRARIES, configure_logging

WORKFLOWS = logging.getLogger("temporalio.workflow")


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {name: logging.getLogger(name).level for name in LEVELS_OF_LIBRARIES}
    configured = structlog.get_config()
    yield
    root.handlers = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.configure(**configured)


def test_a_countdown_that_ends_in_a_workflow_is_a_line_with_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    WORKFLOWS.info("countdown ended", extra={"preselection_id": "p1", "office": "440300", "countdown": "batch"})
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    shown = {name: line[name] for name in ("event", "level", "preselection_id", "office", "countdown")}
    assert shown == {
        "event": "countdown ended", "level": "info", "preselection_id": "p1", "office": "440300", "countdown": "batch",
    }  # fmt: skip


def test_what_else_a_library_attaches_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    WORKFLOWS.warning("SMS given up", extra={"purpose": "reserved", "workflow_input": "张三"})
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line.keys() == {"event", "level", "logger", "timestamp", "purpose"}


def test_an_exception_is_logged_by_kind_and_place_and_never_by_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    try:
        _quote()
    except ValueError:
        structlog.get_logger("somewhere").exception("went wrong")
    written = capsys.readouterr().err
    exception = json.loads(written)["exception"]
    assert exception[0] == "ValueError from KeyError"
    assert "test_logging.py" in exception[1]
    assert not [word for word in ("张三", "11010519491231002X", "13800138000") if word in written]


def _quote() -> None:
    raise ValueError("张三 11010519491231002X") from KeyError("13800138000")


NOISY = """
import gc, threading, warnings
from process.logging import configure_logging, log_output_of_python
from process.temporal_runtime import install_runtime

class Failing:
    def __del__(self):
        raise ValueError("13800138000")

def fail():
    raise ValueError("13800138000")

configure_logging()
log_output_of_python()
install_runtime(None)
warnings.warn("old", stacklevel=1)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
Failing()
gc.collect()
fail()
"""


def test_what_python_itself_prints_is_json_without_the_texts_of_errors() -> None:
    ran = subprocess.run([sys.executable, "-W", "always", "-c", NOISY], capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["py.warnings", "python", "python", "python"]
    assert [line["level"] for line in lines] == ["warning", "error", "error", "critical"]
    assert (ran.returncode, ran.stdout, "13800138000" in ran.stderr) == (1, "", False)
