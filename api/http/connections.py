"""uvicorn's connections with limits for slow, endless and oversized requests.

A request has a time limit for its head and one for its body, whatever the application does; a head has a maximum size.
A client that does not read a response, or keeps sending after it, or sends many requests before it has read the
responses, is disconnected. Input that is not HTTP gets a problem like every other refusal. A request that is refused as
soon as its head has arrived never reaches the application.
"""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.http.headers import REQUEST_ID, SECURITY_HEADERS
from api.http.problems import problem
from locales.languages import Language

HEAD_WITHIN = 10.0
BODY_WITHIN = 14.0
"""Seconds; a route that reads its body refuses earlier, with a problem, also one with a file."""

READ_WITHIN = 30.0
"""Seconds in which a client must read a response."""

LARGEST_HEAD = 64 * 1024
"""Bytes of an incomplete head; one that arrives complete in a single chunk may be as large as a chunk."""

LARGEST_LEFTOVER = 64 * 1024 * 1024
"""Bytes of a refused body; a client that still sends them can so read the reason."""

MOST_UNANSWERED = 8
"""Requests of one connection without a response; each costs memory before anything can count it."""


Fields = list[tuple[bytes, bytes]]
"""The headers of a message, with their names in small letters."""


class Head(NamedTuple):
    """What is known of a request when its head has arrived."""

    method: str
    target: bytes
    version: str
    headers: Fields


class EarlyResponse(NamedTuple):
    """A response that needs no application."""

    status: int
    headers: bytes
    body: bytes


class TooManyUnanswered(Exception):
    """Ends the parser's work on a chunk, which may have thousands of requests."""


def lines_of(headers: Fields) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


class _Alarm:
    """Closes a connection unless it is cancelled in time."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        return self._timer is not None

    def set(self, seconds: float, transport: asyncio.Transport) -> None:
        self.call_off()
        self._timer = asyncio.get_running_loop().call_later(seconds, transport.abort)

    def call_off(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class BoundedConnection(HttpToolsProtocol):
    """A connection with a time limit for everything except a stream that its client reads."""

    def __init__(self, *given: Any, refuse: Callable[[Head], EarlyResponse | None] | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self._refuse = refuse

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # As uvicorn does.
        super().connection_made(transport)
        self._request_ends, self._answer_is_read = _Alarm(), _Alarm()
        self._in_head, self._head_size, self._leftover = True, 0, 0
        self._running: RequestResponseCycle | None = None
        self._is_refused, self._may_refuse = False, True
        self._request_ends.set(HEAD_WITHIN, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._request_ends.call_off()
        self._answer_is_read.call_off()
        self.pipeline.clear()
        # uvicorn reports the end to the newest request only, which may not have begun.
        self.cycle = self._running or self.cycle
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # Counted first, so that a chunk with the end of a request counts for it: much of a body may arrive at once.
        self._head_size += len(data)
        self._may_refuse = True
        super().data_received(data)
        if self._in_head and self._head_size > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("")
        elif (self._head_size or not self._in_head) and not self._request_ends.is_set:
            # A part of a request has arrived, even if only blank lines, and the rest has not.
            self._request_ends.set(HEAD_WITHIN if self._in_head else BODY_WITHIN, self.transport)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._request_ends.call_off()
        self._is_refused = self._refuse_early()
        if self._is_refused:
            return
        super().on_headers_complete()
        # The first of them is running; the others wait for it.
        if len(self.pipeline) >= MOST_UNANSWERED:
            self.transport.abort()
            raise TooManyUnanswered

    def _refuse_early(self) -> bool:
        """Refuse the request if it is to be refused by its head. Returns whether it was."""
        # Of a chunk with many requests one is refused, and the others count as unanswered.
        if self._refuse is None or not self._may_refuse or not self._can_respond() or self.parser.should_upgrade():
            return False
        head = Head(self.parser.get_method().decode("ascii"), self.url, self.parser.get_http_version(), self.headers)
        response = self._refuse(head)
        if response is None:
            return False
        self._may_refuse = False
        self._respond(response, is_last=head.version == "1.0" or not self.parser.should_keep_alive())
        return True

    def _can_respond(self) -> bool:
        """Whether no other request is under way, and the client reads."""
        is_alone = (self._running is None or self._running.response_complete) and not self.pipeline
        return is_alone and not self.flow.write_paused and not self.transport.is_closing()

    def on_body(self, body: bytes) -> None:
        if self._is_refused or self.cycle.response_complete:
            self._leftover += len(body)
            if self._leftover > LARGEST_LEFTOVER:
                self.transport.abort()
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head, self._head_size, self._leftover = True, 0, 0
        self._request_ends.call_off()
        if self._is_refused:
            self.on_response_complete()
        else:
            super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._answer_is_read.set(READ_WITHIN, self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._answer_is_read.call_off()

    def send_400_response(self, _: str) -> None:
        """Refuse malformed and endless requests in the same form as every other refusal.

        Without words if an earlier request still waits for its response: it would be taken for this one.
        """
        self._request_ends.call_off()
        if self.transport.is_closing() or self._owes_an_answer():
            self.transport.abort()
            return
        answer = problem("bad_request", Language.SIMPLIFIED, headers=SECURITY_HEADERS | {REQUEST_ID: str(uuid4())})
        self._respond(EarlyResponse(answer.status_code, lines_of(answer.raw_headers), bytes(answer.body)), is_last=True)

    def _respond(self, response: EarlyResponse, *, is_last: bool) -> None:
        """Write a whole response at once."""
        ours = lines_of([*self.server_state.default_headers, *([(b"connection", b"close")] if is_last else [])])
        self.transport.write(b"".join([STATUS_LINE[response.status], ours, response.headers, b"\r\n", response.body]))
        if is_last:
            self.transport.close()

    def _owes_an_answer(self) -> bool:
        """Whether an earlier request, or a part of this one's response, is under way."""
        running = self._running
        if self.pipeline or running is None or running.response_complete:
            return bool(self.pipeline)
        return self._in_head or running.response_started

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)
