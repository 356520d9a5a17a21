"""Places in a waiting room: random for the early, in order for the late, one for each person, and built again."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.waiting_room import PASS_VALID_FOR, Standing, WaitingRoom
from process.clock import system_clock
from storage.crypto.personal_hashes import PersonalHashes
from storage.redis.client import RedisClient
from storage.waiting_room.places import WaitingPlaces
from tests.support.stored_preselections import KEYS

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Doorway:
    """A new room whose clock the test sets; it opens after a minute."""

    def __init__(self, places: WaitingPlaces) -> None:
        self.places = places
        self.now = system_clock().replace(microsecond=0)
        self.room = WaitingRoom(uuid4(), "440300", self.now + MINUTE, self.now + 60 * MINUTE)

    async def join(self, person: str, *, after: timedelta = timedelta(0), is_busy: bool = False) -> Standing:
        """Now; `after` is how long ago the person came, by their pass."""
        arrived = self.now - after
        return await self.places.join(self.room, person, self.now, arrived_at=arrived, is_busy=is_busy)

    async def pass_time(self, seconds: int, *, is_busy: bool = False) -> int:
        """Somebody asks every second; returns how many have been let in."""
        admitted = 0
        for _ in range(seconds):
            self.now += SECOND
            admitted = (await self.places.look(self.room, self.now, is_busy=is_busy)).admitted
        return admitted

    def open(self) -> None:
        self.now = self.room.opens_at


@pytest.fixture
def places(redis: RedisClient) -> WaitingPlaces:
    return WaitingPlaces(redis, PersonalHashes(KEYS.hashes))


@pytest.fixture
def doorway(places: WaitingPlaces) -> Doorway:
    return Doorway(places)


async def test_a_person_has_one_place_on_all_devices_and_nobody_is_let_in_early(doorway: Doorway) -> None:
    first = await asyncio.gather(*(doorway.join("one") for _ in range(10)))
    await doorway.join("two")
    assert {standing.place for standing in first} == {1}
    assert await doorway.pass_time(50) == 0
    doorway.open()
    places = [(await doorway.join(person)).place for person in ("one", "two", "one")]
    assert sorted(places[:2]) == [1, 2]
    assert places[0] == places[2]


async def test_the_places_of_the_early_do_not_follow_their_arrival_and_differ_from_room_to_room(
    places: WaitingPlaces,
) -> None:
    people, orders = [f"person-{number}" for number in range(40)], []
    for _ in range(2):
        doorway = Doorway(places)
        for person in people:
            await doorway.join(person)
        doorway.open()
        orders.append([(await doorway.join(person)).place for person in people])
    assert [sorted(order) for order in orders] == [list(range(1, 41))] * 2
    # Of 40! orders these two are one each.
    assert orders[0] != orders[1]
    assert list(range(1, 41)) not in orders


async def test_later_ones_follow_in_order_behind_all_who_were_early(doorway: Doorway) -> None:
    await doorway.join("early")
    doorway.open()
    places = []
    for person in ("b", "a", "c"):
        doorway.now += SECOND / 100
        places.append((await doorway.join(person)).place)
    assert places == [2, 3, 4]
    assert (await doorway.join("early")).place == 1


async def test_people_are_let_in_by_their_places_at_the_pace_and_nobody_is_overtaken(doorway: Doorway) -> None:
    people = [f"person-{number}" for number in range(200)]
    for person in people:
        await doorway.join(person)
    doorway.open()
    seen = []
    for _ in range(10):
        await doorway.pass_time(1)
        standings = [await doorway.join(person) for person in people]
        let_in = [standing.place for standing in standings if standing.pass_ends]
        assert sorted(let_in) == list(range(1, len(let_in) + 1))
        seen.append(len(let_in))
    assert seen == sorted(seen)
    assert 50 < seen[-1] <= 200
    assert len(set(seen)) > 5


async def test_a_busy_process_slows_the_pace_and_a_calm_one_raises_it_again(doorway: Doorway) -> None:
    for number in range(500):
        await doorway.join(f"person-{number}")
    doorway.open()
    calm = await doorway.pass_time(5)
    busy = await doorway.pass_time(5, is_busy=True) - calm
    assert calm > 20
    assert busy < calm / 2
    slow = (await doorway.places.look(doorway.room, doorway.now, is_busy=False)).pace
    await doorway.pass_time(10)
    assert (await doorway.places.look(doorway.room, doorway.now, is_busy=False)).pace > slow + 10


async def test_who_is_let_in_and_does_not_begin_goes_to_the_end(doorway: Doorway) -> None:
    await doorway.join("idle")
    doorway.open()
    await doorway.pass_time(2)
    first = await doorway.join("idle")
    assert first.pass_ends == doorway.now + PASS_VALID_FOR
    doorway.now += PASS_VALID_FOR / 2
    for person in ("one", "two"):
        doorway.now += SECOND
        await doorway.join(person)
    assert (await doorway.join("idle")).pass_ends == first.pass_ends
    doorway.now = first.pass_ends
    assert (await doorway.join("idle")).place == 3
    assert [(await doorway.join(person)).place for person in ("one", "two")] == [1, 2]


async def test_after_the_loss_of_redis_the_passes_bring_every_place_back(doorway: Doorway, redis: RedisClient) -> None:
    early, late = [f"early-{number}" for number in range(10)], ["late-1", "late-2"]
    came = {}
    for person in early:
        await doorway.join(person)
        came[person] = doorway.now
    doorway.open()
    for person in late:
        doorway.now += SECOND
        await doorway.join(person)
        came[person] = doorway.now
    before = {person: (await doorway.join(person)).place for person in early + late}
    await redis.delete(*[f"room:{{{doorway.room.id}}}:{part}" for part in ("places", "pace", "passes", "arrivals")])
    doorway.now += SECOND
    # They come back in another order, and somebody new is quicker than all of them.
    await doorway.join("new")
    for person in [*reversed(late), *reversed(early)]:
        await doorway.join(person, after=doorway.now - came[person])
    after = {person: (await doorway.join(person)).place for person in early + late}
    assert after == before
    assert (await doorway.join("new")).place == 13
