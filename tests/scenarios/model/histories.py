"""Parallel histories over REST: at each of some offices a few vehicles, with two tabs each, want the same numbers."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.scenarios.model.linearizability import Interval, find_order
from tests.scenarios.model.parallel_calls import TABS, ParallelCall, Tab, World, apply_call, play_in_parallel, world_of
from tests.support.running_stack import Client

Json = dict[str, Any]
VEHICLES = 3
WANTED = 4
SERIAL_LENGTH = 5
Cars = Sequence[tuple[Client, Json]]


@dataclass(frozen=True)
class Rivals:
    """The tabs at one office, and the model of their vehicles before the first call."""

    tabs: Sequence[Tab]
    world: World
    vins: Sequence[str] = ()
    """Of their cars."""


async def gather_rivals(http: httpx.AsyncClient, *, count: int, rng: random.Random) -> list[Rivals]:
    """The rivals of so many histories, each at its own office, with cars that nobody has used."""
    offices = await _cars_of_offices(http, count)
    return list(await asyncio.gather(*(_rivals_at_one_office(http, cars, rng) for cars in offices)))


async def play_histories(rivals: Sequence[Rivals]) -> list[list[ParallelCall]]:
    """All histories at once; an order of each. Raises `AssertionError` with a history that has none."""
    histories = await asyncio.gather(*(play_in_parallel(each.tabs) for each in rivals))
    return [_order_of(history, each.world) for history, each in zip(histories, rivals, strict=True)]


def _order_of(history: Sequence[Interval[ParallelCall]], world: World) -> list[ParallelCall]:
    order = find_order(history, world, apply_call)
    assert order is not None, f"no order of these calls is the model's: {history}"
    return order


async def _rivals_at_one_office(http: httpx.AsyncClient, cars: Cars, rng: random.Random) -> Rivals:
    """These vehicles, at 预选号牌."""
    views = [await client.reach_selection(str((await client.create(car))["id"])) for client, car in cars]
    wanted = await _numbers_of_the_keyboard(cars[0][0], views[0])
    tabs = [
        Tab(http, random.Random(rng.random()), client.token, str(view["id"]), wanted, view)
        for (client, _), view in zip(cars, views, strict=True)
        for _ in range(TABS)
    ]
    return Rivals(tabs, world_of(views), [car["vin"] for _, car in cars])


async def _numbers_of_the_keyboard(client: Client, view: Json) -> list[str]:
    prefix, typed = view["office"]["prefixes"][0], ""
    while True:
        keys = await client.get(f"/preselections/{view['id']}/keyboard", prefix=prefix, typed=typed)
        available = keys.json()["available"]
        if len(typed) == SERIAL_LENGTH - 1:
            return [f"{prefix}{typed}{last}" for last in available[:WANTED]]
        typed += available[0]


async def _cars_of_offices(http: httpx.AsyncClient, count: int) -> list[Cars]:
    """For each of so many offices a car each of a few applicants, from the last one on: others take the first ones."""
    found: dict[str, list[tuple[Client, Json]]] = defaultdict(list)
    users = (await http.get("/api/v1/demo/users")).json()["items"]
    for user in [user["user"] for user in reversed(users) if user["user"].startswith("applicant-")]:
        client = await Client.sign_in(http, user)
        for car in (await client.cars())[:1]:
            found[car["office_code"]].append((client, car))
        offices: list[Cars] = [cars[:VEHICLES] for cars in found.values() if len(cars) >= VEHICLES]
        if len(offices) == count:
            return offices
    raise AssertionError("too few applicants")
