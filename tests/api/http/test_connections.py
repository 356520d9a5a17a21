"""Hostile connections: slow, endless, oversized, or not HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

import pytest
from starlette.types import Receive, Scope, Send

from api.http import connections
from api.http.connections import BoundedConnection, EarlyResponse, Head
from api.http.headers import SECURITY_HEADERS
from tests.support.serving import serve

KEPT = 2
HASTE = 0.3
"""Short time limits, so that the tests are fast."""
TIMEOUT = 10.0
GET = b"GET / HTTP/1.1\r\nHost: xuanhao.test\r\n\r\n"
STREAM = GET.replace(b"/ ", b"/stream ")
REFUSED = GET.replace(b"/ ", b"/refused ")
stream_ended = asyncio.Event()


async def small_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Responds at once without reading; at /body it waits for the body, at /much it sends many megabytes.

    At /stream it responds until the client is gone, and sets `stream_ended`.
    """
    if scope["path"] == "/stream":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        stream_ended.set()
        return
    if scope["path"] == "/body":
        while (await receive()).get("more_body"):
            pass
    body = b"x" * (64 * 1024 * 1024 if scope["path"] == "/much" else 2)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body"})


def refuse(head: Head) -> EarlyResponse | None:
    """Refuses what is sent to /refused."""
    return EarlyResponse(503, b"content-length: 2\r\n", b"xx") if head.target == b"/refused" else None


@dataclass
class Line:
    """A connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes, every: float = 0.0) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(every)

    async def say_for_ever(self) -> NoReturn:
        """Send as much as the server accepts, which should not be long."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                await self.say(b"x" * 65536)

    async def answer(self) -> bytes:
        async with asyncio.timeout(TIMEOUT):
            return await self.reader.readuntil(b"\r\n\r\nxx")

    async def rest(self) -> bytes:
        """All bytes until the server closes the connection in any way."""
        said = bytearray()
        try:
            async with asyncio.timeout(TIMEOUT):
                while piece := await self.reader.read(65536):
                    said += piece
        except ConnectionError:
            pass
        return bytes(said)


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    stream_ended.clear()
    for name in ("HEAD_WITHIN", "BODY_WITHIN", "READ_WITHIN"):
        monkeypatch.setattr(connections, name, HASTE)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    connection = partial(BoundedConnection, refuse=refuse)
    options = {"http": connection, "server_header": False, "timeout_graceful_shutdown": 1}
    async with serve(small_app, **options, timeout_keep_alive=KEPT) as port:
        yield port


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "said",
    [
        b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX: y", b"\r\n",
        b"POST /body HTTP/1.1\r\nContent-Length: 9\r\n\r\nx",
    ],
    ids=["nothing", "half a line", "half a head", "a blank line", "half a body"],
)  # fmt: skip
async def test_whoever_begins_and_does_not_end_is_cut_off(port: int, said: bytes) -> None:
    async with line_to(port) as line:
        await line.say(said)
        assert await line.rest() == b""


@pytest.mark.parametrize(
    "beginning",
    [b"GET / HTTP/1.1\r\n", b"POST /body HTTP/1.1\r\nContent-Length: 1000\r\n\r\n", b""],
    ids=["head", "body", "blank lines"],
)
async def test_a_byte_now_and_then_holds_no_request_for_ever(port: int, beginning: bytes) -> None:
    async with line_to(port) as line:
        await line.say(beginning)
        listening = asyncio.create_task(line.rest())
        began = asyncio.get_running_loop().time()
        while not listening.done():
            try:
                await line.say(b"\r\n" if not beginning else b"x", every=HASTE / 6)
            except ConnectionError:
                break
        await listening
        assert asyncio.get_running_loop().time() - began < TIMEOUT / 2


@pytest.mark.parametrize("path", [b"/", b"/refused"])
async def test_a_body_that_nobody_reads_does_not_hold_the_connection(port: int, path: bytes) -> None:
    async with line_to(port) as line:
        await line.say(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")
        await line.answer()
        assert await line.rest() == b""


@pytest.mark.parametrize("path", [b"/", b"/refused"])
async def test_what_is_sent_after_the_answer_is_taken_up_to_a_limit(
    port: int, monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    monkeypatch.setattr(connections, "BODY_WITHIN", 60.0)
    monkeypatch.setattr(connections, "LARGEST_LEFTOVER", 1024 * 1024)
    async with line_to(port) as line:
        await line.say(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
        await line.answer()
        with pytest.raises(ConnectionError):
            await line.say_for_ever()


async def test_an_endless_head_is_a_problem_before_it_is_long(port: int) -> None:
    async with line_to(port) as line:
        await line.say(b"GET / HTTP/1.1\r\nX: ")
        with pytest.raises(ConnectionError):
            await line.say_for_ever()


async def test_what_is_no_http_gets_a_problem_with_all_headers(port: int) -> None:
    async with line_to(port) as line:
        await line.say(b"\x16\x03\x01 13800138000\r\n\r\n")
        head, _, body = (await line.rest()).decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = dict(text.lower().split(": ", 1) for text in lines)
    assert status == "HTTP/1.1 400 Bad Request"
    assert SECURITY_HEADERS.keys() | {"x-request-id"} <= headers.keys()
    assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
    assert "server" not in headers
    assert json.loads(body)["code"] == "bad_request"
    assert "13800138000" not in body


async def test_whoever_does_not_read_the_answer_is_cut_off(port: int) -> None:
    async with line_to(port) as line:
        await line.say(GET.replace(b"/ ", b"/much "))
        # The buffers of server and kernel are full by now; later reads return only their content.
        await asyncio.sleep(3 * HASTE)
        assert len(await line.rest()) < 64 * 1024 * 1024


@pytest.mark.parametrize("path", [b"/", b"/body"], ids=["not read", "read"])
async def test_a_large_body_that_comes_at_once_is_no_large_head(port: int, path: bytes) -> None:
    head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"
    pieces = ((head, b"x" * 200_000), (head + b"x" * 200_000,))
    async with line_to(port) as line:
        for said in pieces:
            await line.say(*said, every=HASTE / 6)
            assert (await line.answer()).startswith(b"HTTP/1.1 200")
        await line.say(GET)
        assert (await line.answer()).startswith(b"HTTP/1.1 200")


async def test_a_connection_serves_several_requests_and_may_be_idle_between_them(port: int) -> None:
    async with line_to(port) as line:
        for _ in range(2):
            await line.say(GET)
            assert (await line.answer()).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(2 * HASTE)


@pytest.mark.parametrize("behind", [connections.MOST_UNANSWERED, 20_000], ids=["one too many", "thousands"])
async def test_whoever_sends_requests_without_waiting_for_answers_is_cut_off(port: int, behind: int) -> None:
    async with line_to(port) as line:
        # What a closed connection has not taken is lost.
        with suppress(ConnectionError):
            await line.say(STREAM, GET * behind)
        assert b"xx" not in await line.rest()
        async with asyncio.timeout(TIMEOUT):
            await stream_ended.wait()


async def test_a_few_requests_sent_at_once_are_answered_in_order(port: int) -> None:
    async with line_to(port) as line:
        await line.say(GET * connections.MOST_UNANSWERED)
        for _ in range(connections.MOST_UNANSWERED):
            assert (await line.answer()).startswith(b"HTTP/1.1 200")


async def test_a_stream_ends_with_its_client_whatever_waits_behind_it(port: int) -> None:
    async with line_to(port) as line:
        await line.say(STREAM, GET)
        await line.reader.readuntil(b"begun")
    async with asyncio.timeout(TIMEOUT):
        await stream_ended.wait()


@pytest.mark.parametrize("said", [STREAM + b"nonsense\r\n\r\n", STREAM + GET + b"nonsense\r\n\r\n"])
async def test_a_refusal_is_never_taken_for_the_answer_of_an_earlier_request(port: int, said: bytes) -> None:
    async with line_to(port) as line:
        await line.say(said)
        assert b"400" not in await line.rest()


async def test_what_is_refused_by_its_head_needs_no_application_and_keeps_the_connection(port: int) -> None:
    async with line_to(port) as line:
        for pieces in ([REFUSED], [b"POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab", b"cd"]):
            await line.say(*pieces, every=HASTE / 6)
            assert (await line.answer()).startswith(b"HTTP/1.1 503")
            await line.say(GET)
            assert (await line.answer()).startswith(b"HTTP/1.1 200")


async def test_after_a_refusal_an_idle_connection_is_closed_in_time(port: int) -> None:
    async with line_to(port) as line:
        await line.say(REFUSED)
        await line.answer()
        assert await line.rest() == b""


@pytest.mark.parametrize(
    "said",
    [REFUSED.replace(b"1.1", b"1.0"), REFUSED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")],
    ids=["HTTP/1.0", "close"],
)
async def test_a_refusal_closes_the_connection_of_whoever_asks_for_it(port: int, said: bytes) -> None:
    async with line_to(port) as line:
        await line.say(said)
        head = await line.answer()
        assert head.startswith(b"HTTP/1.1 503")
        assert b"\r\nconnection: close\r\n" in head
        assert await line.rest() == b""


async def test_of_requests_in_one_chunk_one_is_refused_by_its_head_so_that_thousands_are_no_work(port: int) -> None:
    async with line_to(port) as line:
        await line.say(REFUSED * 3)
        assert [(await line.answer())[9:12] for _ in range(3)] == [b"503", b"200", b"200"]


async def test_a_refusal_does_not_overtake_an_earlier_request(port: int) -> None:
    async with line_to(port) as line:
        await line.say(STREAM, REFUSED)
        begun = await line.reader.readuntil(b"begun")
        assert b"503" not in begun
        line.writer.write_eof()
        assert b"503" not in await line.rest()
