"""Bodies with files: so many at once, and so many of one account, may be in memory before their calls have places."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from api.auth.policy import LARGEST_APPEAL, LARGEST_BODY
from api.http import connections
from api.http.strict_json import ARRIVES_WITHIN, LARGE_ARRIVES_WITHIN
from api.limits.places import Places
from domain.errors import Busy
from process.clock import system_clock
from tests.support.applicants import Caller
from tests.support.country import Country

TIMEOUT = 10.0


class Sending:
    """An appeal whose body has begun and does not end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def answer(self) -> tuple[int, dict[str, Any]]:
        async with asyncio.timeout(TIMEOUT):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            length = next(line for line in head.lower().splitlines() if line.startswith("content-length: "))
            body = await self._reader.readexactly(int(length.split(": ")[1]))
        return int(head.split()[1]), json.loads(body)

    async def send(self, more: bytes) -> None:
        self._writer.write(more)
        await self._writer.drain()


@asynccontextmanager
async def sending(address: str, caller: Caller, length: str, body: bytes = b"{") -> AsyncIterator[Sending]:
    """`length` is a line of the head: how long the body will be."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = [
        f"POST {parts.path}/preselections/{uuid4()}/appeal HTTP/1.1", f"Host: {parts.netloc}",
        f"Authorization: {caller.headers['Authorization']}", "Content-Type: application/json", length,
    ]  # fmt: skip
    try:
        appeal = Sending(reader, writer)
        await appeal.send("\r\n".join([*lines, "", ""]).encode() + body)
        yield appeal
    finally:
        writer.close()


async def rooms(country: Country, wanted: int) -> None:
    """Wait until so many bodies are on their way."""
    bodies = country.stack.context.admission.large_bodies
    async with asyncio.timeout(TIMEOUT):
        while bodies.running != wanted:  # noqa: ASYNC110 -- the bodies send no event.
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("length", [f"Content-Length: {LARGEST_APPEAL}", "Transfer-Encoding: chunked"])
async def test_attack_one_account_fills_the_memory_with_bodies_that_never_end(
    country: Country, address: str, length: str
) -> None:
    greedy, other = country.applicant(), country.applicant()
    begun = b"{" if length.startswith("Content") else b"1\r\n{\r\n"
    async with sending(address, greedy, length, begun), sending(address, greedy, length, begun):
        await rooms(country, 2)
        async with sending(address, greedy, length, begun) as third:
            status, problem = await third.answer()
            assert (status, problem["code"]) == (503, "busy")
        # A small one takes no room, and another account has its own.
        small = f"Content-Length: {LARGEST_BODY}"
        async with sending(address, greedy, small, b"{}" + b" " * (LARGEST_BODY - 2)) as appeal:
            assert (await appeal.answer())[0] == 404
        async with sending(address, other, length, begun):
            await rooms(country, 3)
    await rooms(country, 0)


def test_who_sends_too_slowly_hears_so_before_the_connection_ends() -> None:
    assert max(ARRIVES_WITHIN, LARGE_ARRIVES_WITHIN) + 2 <= connections.BODY_WITHIN


def test_all_accounts_together_have_so_many_and_each_is_given_back() -> None:
    bodies, now = Places(at_once=2, each=1), system_clock()
    with bodies.room("a", now):
        with pytest.raises(Busy), bodies.room("a", now):
            pass
        with bodies.room("b", now), pytest.raises(Busy), bodies.room("c", now):
            pass
        assert bodies.running == 1
    assert bodies.running == 0
