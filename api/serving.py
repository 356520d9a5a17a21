"""Serves the API: uvicorn with our settings."""

import os
import signal
import socket
from functools import partial
from types import FrameType
from typing import cast

import uvicorn
from fastapi import FastAPI

from api.http.connections import BoundedConnection
from config.settings import Settings, SettingsError
from process.garbage import collect_rarely
from process.thread_switching import switch_threads_often

# Streams are closed at once; other running requests have this long.
GRACE_SECONDS = 2
KEEP_ALIVE_SECONDS = 30


async def serve(app: FastAPI, settings: Settings) -> None:
    """Listen until SIGTERM or SIGINT, then finish running requests. Raises `SettingsError`."""
    sockets = open_sockets(settings.http_host, settings.http_port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=connection_class(app),
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn handles signals while it serves, and raises them again when it is done; then the rest closes.
        signal.signal(number, _ignore_signal)
    collect_rarely()
    switch_threads_often()
    await uvicorn.Server(config).serve(sockets)


def connection_class(app: FastAPI) -> type[BoundedConnection]:
    """The connections of this application."""
    # uvicorn only calls it, but names a class in its types.
    return cast("type[BoundedConnection]", partial(BoundedConnection, refuse=app.state.early_refusals.response))


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """One for each address of the host. Raises `SettingsError`: uvicorn itself would end the process."""
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, address in dict.fromkeys((family, address) for family, *_, address in found):
            sockets.append(socket.create_server(address, family=family))
    except OSError as problem:
        for each in sockets:
            each.close()
        # The library adds the address to the system's words.
        words = problem.strerror if isinstance(problem, socket.gaierror) else os.strerror(problem.errno or 0)
        raise SettingsError(f"XUANHAO_HTTP_HOST or XUANHAO_HTTP_PORT can't be used: {words}") from None
    return sockets


def _ignore_signal(_: int, __: FrameType | None) -> None:
    """Ignore the signal: the server has already stopped."""
