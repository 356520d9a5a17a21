"""Maintenance counts how fair a waiting room was, after its end and once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from temporalio.testing import ActivityEnvironment

from domain.waiting_room import RoomFigures, WaitingRoom
from process.clock import system_clock
from storage.audit.trail import Act
from storage.fairness.public_figures import Period, PublicFigures
from tests.support.drawing import DrawWorld
from workflows.maintenance.types import StepInput

MINUTE = timedelta(minutes=1)
EARLY, LATE = 40, 7
EVER = Period(date(2026, 1, 1), date(2099, 12, 31))


def count_figures(world: DrawWorld) -> Callable[..., Any]:
    [step] = [one for one in world.container.activities() if one.__name__ == "count_figures"]
    return step


async def open_room(world: DrawWorld, code: str, opens_at: datetime, closes_at: datetime) -> WaitingRoom:
    # Places follow from the id.
    room = WaitingRoom(UUID(int=int(code.split()[1])), code, opens_at, closes_at)
    assert await world.container.repositories.waiting_rooms.open(room, Act(opens_at, "operator", "op-1", "投放"))
    return room


async def join(world: DrawWorld, room: WaitingRoom, person: str, at: datetime) -> None:
    places = world.container.repositories.waiting_places
    await places.join(room, person, at, arrived_at=at, is_busy=False)


async def test_a_room_that_has_ended_is_counted_once(drawing: DrawWorld) -> None:
    repositories, now = drawing.container.repositories, system_clock()
    codes = [(await drawing.add_office({prefix: ["AB1!!"]})).code for prefix in ("粤B", "粤C", "粤D")]
    room = await open_room(drawing, codes[0], now + MINUTE, now + 5 * MINUTE)
    for number in range(EARLY):
        await join(drawing, room, f"early {number}", now + number * MINUTE / EARLY)
    for number in range(LATE):
        await join(drawing, room, f"late {number}", room.opens_at + number * MINUTE / 10)
    # One whose places are lost, and one that is cancelled before it opens.
    await open_room(drawing, codes[1], now + MINUTE, now + 5 * MINUTE)
    await open_room(drawing, codes[2], now + MINUTE, now + 5 * MINUTE)
    await repositories.waiting_rooms.close(uuid4(), codes[2], Act(now, "operator", "op-1", "推迟"))

    figures = PublicFigures(repositories.database, repositories.fairness_days)
    await ActivityEnvironment().run(count_figures(drawing), StepInput(room.closes_at))
    assert await figures.waiting_rooms(EVER) == []
    await ActivityEnvironment().run(count_figures(drawing), StepInput(room.closes_at + MINUTE))
    [(counted, found)] = await figures.waiting_rooms(EVER)
    assert counted == room
    assert found == RoomFigures(EARLY + LATE, EARLY, found.ahead_of_time, overtaken=0)
    # Of 20 who came first a fair half is 10, with a standard deviation of 1.6.
    assert 5 <= found.ahead_of_time <= 15
    await repositories.redis.flushall()
    await ActivityEnvironment().run(count_figures(drawing), StepInput(room.closes_at + 2 * MINUTE))
    assert await figures.waiting_rooms(EVER) == [(room, found)]
