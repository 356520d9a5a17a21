"""The files of a day over HTTP: none before its last hold has ended, and from then on for good."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx

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
    assert await publisher.publish_due(today.ends + 180 * SECOND) == {DAY: True}

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


async def items(stack: ApiStack, **query: str) -> list[Any]:
    found = (await stack.client.get("/fairness/days", params=query)).json()["items"]
    assert isinstance(found, list)
    return found
