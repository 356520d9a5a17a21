"""Runs a program to its end: its log, metrics, traces and event loop."""

import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

import uvloop

from process.logging import configure_logging, log_output_of_python
from process.temporal_runtime import install_runtime

Tracing = TypeVar("Tracing")


class ProgramSettings(Protocol):
    """The settings that every program needs first."""

    @property
    def log_level(self) -> str: ...

    @property
    def metrics_at(self) -> tuple[str, int] | None: ...


def run_program(
    program: Callable[[Tracing], Coroutine[Any, Any, None]],
    tracing: AbstractContextManager[Tracing],
    settings: ProgramSettings,
    unusable: type[Exception],
) -> int:
    """Run the program to its end. Returns the exit code: 2, after one line, if a setting can't be used (`unusable`)."""
    configure_logging(settings.log_level)
    log_output_of_python()
    try:
        install_runtime(settings.metrics_at)
    except OSError as problem:
        sys.stderr.write(f"xuanhao: XUANHAO_METRICS_ADDRESS can't be used: {problem.strerror}\n")
        return 2
    try:
        with tracing as opened:
            uvloop.run(program(opened))
    except unusable as problem:
        sys.stderr.write(f"xuanhao: {problem}\n")
        return 2
    return 0
