"""Published files of draws: read in parts as the client takes them, so many at once, and each for a time only."""

import asyncio
import os
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import insert

from api.limits import downloads
from api.limits.places import Places
from domain.errors import Busy
from process.clock import system_clock
from storage.fairness import days
from storage.fairness.tables import fairness_day
from storage.postgres.database import Database
from tests.support.country import Country

PIECE = 4096
LARGE = 40 * PIECE


@pytest.fixture
async def file(country: Country, monkeypatch: pytest.MonkeyPatch) -> tuple[str, bytes]:
    """The path of a published file that hardly becomes smaller by packing, and its content."""
    monkeypatch.setattr(days, "_PIECE", PIECE)
    day, content, now = f"day-{uuid4()}", os.urandom(LARGE) + b"0" * LARGE, system_clock()
    repositories = country.stack.repositories
    row = {
        "day": day,
        "begins": now - timedelta(days=2),
        "ends": now - timedelta(days=1),
        "commitment": b"",
        "committed_at": now,
    }
    published = row | {"revealed_at": now, "draws": 0, "verified": True, "closed_at": now}
    await repositories.database.rows(insert(fairness_day).values(published))
    await repositories.fairness_days.store_files(day, {"log.jsonl": content})
    return f"/fairness/days/{day}/files/log.jsonl", content


def hold_parts(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let the database answer no part of a file until the returned event is set."""
    go_on, row = asyncio.Event(), Database.row

    async def slow(database: Database, statement: Any, *rest: Any) -> Any:
        if "substr" in str(statement):
            await go_on.wait()
        return await row(database, statement, *rest)

    monkeypatch.setattr(Database, "row", slow)
    return go_on


async def test_a_file_comes_whole_and_in_small_parts(country: Country, file: tuple[str, bytes]) -> None:
    path, content = file
    assert (await country.stack.client.get(path)).content == content
    _, day, _, name = path.removeprefix("/fairness/").split("/")
    parts = await country.stack.repositories.fairness_days.file(day, name)
    assert parts is not None
    sizes = [len(part) async for part in parts]
    assert (sum(sizes), max(sizes)) == (len(content), PIECE)


async def test_who_wants_the_headers_alone_makes_us_read_nothing(
    country: Country, file: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    statements, rows = [], Database.rows

    async def noted(database: Database, statement: Any, *rest: Any, **more: Any) -> Any:
        statements.append(str(statement))
        return await rows(database, statement, *rest, **more)

    monkeypatch.setattr(Database, "rows", noted)
    answer = await country.stack.client.head(file[0])
    assert (answer.status_code, answer.content) == (200, b"")
    assert not [statement for statement in statements if "substr" in statement]
    assert country.stack.context.downloads.running == 0


async def test_so_many_are_read_at_once_and_the_next_one_is_busy(
    country: Country, address: str, file: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = country.stack.context.downloads
    monkeypatch.setattr(places, "_each", 1)
    go_on = hold_parts(monkeypatch)
    async with httpx.AsyncClient(timeout=30) as client:
        reading = asyncio.create_task(client.get(address + file[0]))
        async with asyncio.timeout(10):
            while places.running == 0:  # noqa: ASYNC110 -- a place sends no event.
                await asyncio.sleep(0.01)
        refused = await client.get(address + file[0])
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        go_on.set()
        assert (await reading).content == file[1]
    assert places.running == 0


async def test_a_download_that_takes_too_long_ends_and_gives_its_place_back(
    country: Country, address: str, file: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "WITHIN", 0.2)
    hold_parts(monkeypatch)
    async with httpx.AsyncClient(timeout=30) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(address + file[0])
    assert country.stack.context.downloads.running == 0


def test_each_source_has_its_places_and_all_together_theirs() -> None:
    places, now = Places(at_once=3, each=2), system_clock()
    for source in ("a", "a", "b"):
        places.open(source, now)
    for source in ("a", "b", "c"):
        with pytest.raises(Busy):
            places.open(source, now)
    for source in ("a", "a", "b"):
        places.close(source)
    assert (places.running, dict(places._open)) == (0, {})
