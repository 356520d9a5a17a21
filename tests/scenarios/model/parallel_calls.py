"""Some vehicles of one office, each with two tabs, act at the same time; what the model says to each call."""

import asyncio
import random
import time
from collections.abc import Hashable, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.scenarios.model.contract_model import Answer, Pool, Vehicle
from tests.scenarios.model.linearizability import Interval

TABS = 2
ACTS_OF_A_TAB = 8
REPEATED = frozenset({502, 503, 504})
"""Statuses of calls that may have happened or not, or that nobody had time for."""

ANSWERED_WITHIN_S = 90


@dataclass(frozen=True)
class Seen:
    """What a view shows of the model's state."""

    stage: str
    draws: int
    composed: int
    batch: frozenset[str]
    candidates: frozenset[str]
    plate: str | None

    @classmethod
    def in_view(cls, view: dict[str, Any]) -> "Seen":
        numbers = {name: frozenset((view[name] or {"numbers": []})["numbers"]) for name in ("batch", "candidates")}
        chances = view["draws"]["remaining"], view["composed"]["remaining"]
        return cls(view["stage"], *chances, numbers["batch"], numbers["candidates"], view["plate"])

    @classmethod
    def of_model(cls, vehicle: Vehicle) -> "Seen":
        chances = vehicle.draws, vehicle.composed
        plate = None if vehicle.stage == "cancelled" else vehicle.plate
        return cls(vehicle.stage, *chances, frozenset(vehicle.batch), frozenset(vehicle.candidates), plate)


@dataclass(frozen=True)
class ParallelCall:
    """A call of one vehicle with its answer, and the view where it has one."""

    vehicle: str
    act: str
    number: str | None
    answer: Answer
    seen: Seen | None
    drawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """The model of all vehicles of a history."""

    vehicles: dict[str, Vehicle]

    def key(self) -> Hashable:
        return tuple((id_, Seen.of_model(vehicle), vehicle.drawn) for id_, vehicle in sorted(self.vehicles.items()))

    def apply(self, call: ParallelCall) -> "World | None":
        """The world after the call; None if the model answers it otherwise."""
        # The pool is shared by its vehicles, in the copy too.
        after = deepcopy(self)
        vehicle = after.vehicles[call.vehicle]
        if answer_of(vehicle, call) != call.answer:
            return None
        return after if call.seen in (None, Seen.of_model(vehicle)) else None


def answer_of(vehicle: Vehicle, call: ParallelCall) -> Answer:
    number = call.number or ""
    match call.act:
        case "draws":
            answer = vehicle.draw()
            is_wrong = answer == "ok" and vehicle.take_batch(call.drawn)
            return "numbers that were held or shown" if is_wrong else answer
        case "candidates":
            return vehicle.put_aside(number)
        case "confirmation":
            return vehicle.confirm(number)
        case "compositions":
            return vehicle.compose([number])
        case "cancellation":
            return vehicle.end_reservation("cancelled")
        case _:
            return "ok"


def apply_call(world: World, call: ParallelCall) -> World | None:
    return world.apply(call)


@dataclass
class Tab:
    """One of the tabs of a vehicle. It acts on the view that it saw last, which another tab may have made old."""

    http: httpx.AsyncClient
    rng: random.Random
    token: str = field(repr=False)
    vehicle: str
    wanted: Sequence[str]
    view: dict[str, Any] = field(default_factory=dict, repr=False)
    history: list[Interval[ParallelCall]] = field(default_factory=list)

    async def act(self) -> None:
        for _ in range(ACTS_OF_A_TAB):
            await self._call(*self._choice())

    def _choice(self) -> tuple[str, str | None]:
        batch = (self.view["batch"] or {"numbers": []})["numbers"]
        candidates = (self.view["candidates"] or {"numbers": []})["numbers"]
        choices: list[tuple[float, str, Sequence[str | None]]] = [
            (3, "draws", [None]),
            (3, "compositions", self.wanted),
            (2, "read", [None]),
            (4, "candidates", batch),
            (1, "confirmation", candidates),
            (0.5, "cancellation", [None]),
        ]
        open_ = [choice for choice in choices if choice[2]]
        [(_, act, numbers)] = self.rng.choices(open_, [weight for weight, _, _ in open_])
        return act, self.rng.choice(numbers)

    async def _call(self, act: str, number: str | None) -> None:
        began = time.perf_counter()
        response = await self._send(act, number)
        ended = time.perf_counter()
        body, answer, seen = response.json(), "ok", None
        if response.is_success:
            self.view, seen = body, Seen.in_view(body)
        else:
            answer = str(body["code"])
        drawn = tuple(body["batch"]["numbers"]) if seen and act == "draws" else ()
        self.history.append(Interval(ParallelCall(self.vehicle, act, number, answer, seen, drawn), began, ended))

    async def _send(self, act: str, number: str | None) -> httpx.Response:
        """The first final answer, by repeats with the same key: what happened to the lost ones shows in it."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
        path = f"/api/v1/preselections/{self.vehicle}"
        body = {"numbers": [number]} if act == "compositions" else {"number": number} if number else None
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            while True:
                with suppress(httpx.TransportError):
                    response = await (
                        self.http.get(path, headers=headers)
                        if act == "read"
                        else self.http.post(f"{path}/{act}", json=body, headers=headers)
                    )
                    if response.status_code not in REPEATED:
                        return response
                await asyncio.sleep(self.rng.uniform(0.1, 0.5))


async def play_in_parallel(tabs: Sequence[Tab]) -> list[Interval[ParallelCall]]:
    async with asyncio.TaskGroup() as group:
        for tab in tabs:
            group.create_task(tab.act())
    return [interval for tab in tabs for interval in tab.history]


def world_of(views: Sequence[dict[str, Any]]) -> World:
    """The model of these vehicles, which hold nothing yet."""
    pool = Pool()
    return World(
        {
            view["id"]: Vehicle(
                view["id"],
                pool,
                view["draws"]["remaining"],
                view["composed"]["remaining"],
                view["composed"]["max_per_submission"],
                code_attempts=0,
                stage=view["stage"],
            )
            for view in views
        }
    )
