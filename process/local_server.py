"""A small HTTP server in a thread: what monitoring reads of a process, at an address that nobody else reaches."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client.exposition import ThreadingWSGIServer


class LocalAnswer(NamedTuple):
    content_type: str
    content: Iterable[bytes]
    status: str = "200 OK"


class _SilentHandler(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the standard library.
        """Log nothing: a scrape is no event."""


def serve_paths(host: str, port: int, paths: Mapping[str, Callable[[], LocalAnswer]]) -> Callable[[], None]:
    """Answer `GET` and `HEAD` of these paths in threads; returns what ends it. Raises `OSError`."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        read = paths.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] in ("GET", "HEAD") else None
        if read is None:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        found = read()
        start(found.status, [("Content-Type", found.content_type)])
        return found.content

    server = make_server(host, port, answer, server_class=ThreadingWSGIServer, handler_class=_SilentHandler)
    threading.Thread(target=server.serve_forever, name=f"local server {port}", daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop
