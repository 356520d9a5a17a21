"""Runs an API process: its log, metrics, traces and loop, and in it uvicorn with our settings."""

import signal
import sys
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn
import uvloop
from fastapi import FastAPI

from api.http.connections import BoundedConnection
from config.settings import Settings, SettingsError
from config.tracing import open_tracing
from process.garbage import search_rarely
from process.logging import configure_logging, log_output_of_python
from process.temporal_runtime import install_runtime
from process.turns import take_turns_often

if TYPE_CHECKING:
    from config.spans import Tracing

# Streams are closed at once; other running requests have this long.
GRACE_SECONDS = 2
KEEP_ALIVE_SECONDS = 30


def run_program(settings: Settings, program: "Callable[[Tracing | None], Coroutine[Any, Any, None]]") -> int:
    """Run the program to its end. Returns the exit code: 2, after one line, if a setting can't be used."""
    configure_logging(settings.log_level)
    log_output_of_python()
    try:
        install_runtime(settings.metrics_at)
    except OSError as problem:
        sys.stderr.write(f"xuanhao: XUANHAO_METRICS_ADDRESS can't be used: {problem.strerror}\n")
        return 2
    try:
        with open_tracing("xuanhao-api") as tracing:
            uvloop.run(program(tracing))
    except SettingsError as problem:
        sys.stderr.write(f"xuanhao: {problem}\n")
        return 2
    return 0


async def serve(app: FastAPI, settings: Settings) -> None:
    """Listen until SIGTERM or SIGINT, then finish running requests."""
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=BoundedConnection,
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn handles signals while it serves, and raises them again when it is done; then the rest closes.
        signal.signal(number, _ignore_signal)
    search_rarely()
    take_turns_often()
    await uvicorn.Server(config).serve()


def _ignore_signal(_: int, __: FrameType | None) -> None:
    """Ignore the signal: the server has already stopped."""
