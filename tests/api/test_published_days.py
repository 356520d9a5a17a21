"""The files of a day over HTTP: none before its last hold has ended, and from then on for good."""

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import delete, insert

from process.clock import system_clock
from storage.pool.tables import withholding
from storage.rollups.tables import figure_day, figure_mark
from storage.waiting_room.tables import waiting_room
from tests.support.api_stack import ApiStack
from tests.support.drawing import DrawWorld
from tests.support.offices import PREFIXES
from tests.support.phones import Phone
from worker.container import WorkerContainer

SECOND = timedelta(seconds=1)
# The stack is shared with other tests, and nothing younger than this day is published.
BEGIN = datetime(2001, 2, 3, 2, tzinfo=UTC)
DAY, NEXT = "2001-02-03", "2001-02-04"


async def test_a_day_is_readable_after_its_last_hold_and_its_files_never_change(stack: ApiStack) -> None:
    container = WorkerContainer(stack.repositories, httpx.AsyncClient(), Phone(), clock_skew=None)
    world, publisher = DrawWorld(container, BEGIN), container.day_publisher()
    await container.fairness_keeper().keep(world.now)
    prefix = next(PREFIXES)
    office = await world.add_office({prefix: ["AB1!!"]})
    today = await stack.repositories.fairness_days.get(DAY)
    assert today
    world.now = today.ends - 20 * SECOND
    await world.draw(await world.selecting(office))
    await stack.repositories.pool_log.ship([prefix])
    path = f"/fairness/days/{DAY}"
    held_until = today.ends + 61 * SECOND
    assert await publisher.publish_due(held_until) == {}
    for early in (path, f"{path}/files/day.json", f"{path}/files/draws.jsonl"):
        answer = await stack.client.get(early)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_yet")
        assert answer.headers["cache-control"] == "no-store"
    assert await publisher.publish_due(today.ends + 180 * SECOND) == {DAY: (True, False)}

    listed = (await stack.client.get("/fairness/days", params={"from": DAY, "to": NEXT})).json()["items"]
    assert [item["day"] for item in listed] == [NEXT, DAY]
    assert [item["day"] for item in await items(stack, to="2001-02-02")] == []
    assert [item["day"] for item in await items(stack, **{"from": DAY, "to": DAY})] == [DAY]
    published, coming = listed[1], listed[0]
    assert (published["verified"], published["draws"], coming["verified"]) == (True, 1, None)
    assert "draws replayed: 1" in published["report"]

    answer = await stack.client.get(path)
    assert answer.headers["cache-control"] == "public, max-age=60"
    body = answer.json()
    assert sha256(f"xuanhao day\n{DAY}\n{body['secret']}\n".encode()).hexdigest() == published["commitment"]
    for file in body["files"]:
        content = await stack.client.get(file["href"].removeprefix("/api/v1"))
        assert content.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert sha256(content.content).hexdigest() == file["sha256"]
        if file["name"] == "draws.jsonl":
            assert json.loads(content.text)["numbers"]
    assert (await stack.client.get(f"{path}/files/no-such-file")).status_code == 404
    await check_figures(stack)


async def check_figures(stack: ApiStack) -> None:
    """Everybody reads the day's draws; small counts are hidden, and the period has bounds."""
    counted = {"name": "registrations", "office_code": "440300", "prefix": "", "detail": ""}
    values = {date(2001, 1, 4): 4, date(2001, 2, 3): 5, date(2001, 2, 4): 6}
    rows = [counted | {"day": day, "value": value} for day, value in values.items()]
    # The last of these days is not over yet.
    mark = {"id": 1, "counted_until": datetime(2001, 2, 4, 15, tzinfo=UTC)}
    async with stack.repositories.database.transaction() as connection:
        await connection.execute(insert(figure_day), rows)
        await connection.execute(delete(figure_mark))
        await connection.execute(insert(figure_mark), mark)
    await withhold(stack, technical=9, reserved_by_law=4)
    await end_rooms(stack)
    period = {"from": "2001-01-01", "to": NEXT}
    answer = await stack.client.get("/fairness/figures", params=period)
    assert answer.headers["cache-control"] == "public, max-age=300"
    figures = answer.json()
    issued = {each["name"]: each["points"] for each in figures["series"]}["numbers_issued"]
    assert issued == [["2001-01-04", None], [DAY, 5]]
    assert figures["draws"] == [{"day": DAY, "draws": 1, "verified_share": 1.0}]
    assert figures["withheld"] == [{"kind": "reserved_by_law", "numbers": None}, {"kind": "technical", "numbers": 5}]
    people = [
        [room[name] for name in ("people", "early", "early_share", "overtaken")] for room in figures["waiting_rooms"]
    ]
    # Few early people, and early ones beside few late ones, are hidden: the difference would show those.
    assert people == [[100, 60, 0.53, 0], [44, None, 0.5, 0], [10, 5, None, 1], [None, None, None, 0]]
    as_table = await stack.client.get("/fairness/figures", params=period, headers={"Accept": "text/csv"})
    assert f"numbers_issued,{DAY},5" in as_table.text
    assert as_table.text.count("_overtaken,2001-02-03T02:00:0") == len(people)
    assert as_table.text.split()[-2:] == ["withheld_reserved_by_law,,", "withheld_technical,,5"]
    for wrong in ({"from": "1999-01-01", "to": NEXT}, {"from": "today"}):
        refused = await stack.client.get("/fairness/figures", params=wrong)
        assert refused.json()["code"] == "validation_failed"


async def end_rooms(stack: ApiStack) -> None:
    """Rooms that have been counted: 60 early of 100 people, 40 of 44, 5 of 10, and 2 of 3."""
    [office, *_] = await stack.repositories.offices.all()
    counted = [(100, 60, 16, 0), (44, 40, 10, 0), (10, 5, 2, 1), (3, 2, 1, 0)]
    names = ("people", "early", "ahead_of_time", "overtaken")
    rows = [
        {
            "id": uuid4(),
            "office_code": office.code,
            "opens_at": BEGIN + place * SECOND,
            "closes_at": BEGIN + (place + 1) * SECOND,
            "figures": dict(zip(names, figures, strict=True)),
        }
        for place, figures in enumerate(counted)
    ]
    async with stack.repositories.database.transaction() as connection:
        await connection.execute(insert(waiting_room), rows)


async def withhold(stack: ApiStack, **numbers: int) -> None:
    """So many numbers of a kind, and some that were released again."""
    [prefix, *_] = await stack.repositories.segments.revisions()
    now = system_clock()
    rows = [
        {
            "id": uuid4(),
            "prefix": prefix,
            "plates": ["x"] * many,
            "reason": "张三的号",
            "kind": kind,
            "withheld_at": now,
            "withheld_by": "op-1",
            **released,
        }
        for kind, many in numbers.items()
        for released in ({"released_at": None, "released_by": None}, {"released_at": now, "released_by": "op-2"})
    ]
    async with stack.repositories.database.transaction() as connection:
        await connection.execute(insert(withholding), rows)


async def items(stack: ApiStack, **query: str) -> list[Any]:
    found = (await stack.client.get("/fairness/days", params=query)).json()["items"]
    assert isinstance(found, list)
    return found
