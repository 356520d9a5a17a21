"""One opening against the real stack: people and scripts join a waiting room, and draw a few wanted numbers over REST.

A person needs `PERSON_S` for an act instead of eight seconds, so that an opening takes a minute; scripts are as fast as
the service lets them.
"""

import asyncio
import random
import string
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import httpx

from domain.instants import format_instant
from process.clock import system_clock
from tests.scenarios.acceptance.contract import Contract
from tests.scenarios.acceptance.people import DemoApplicant, DemoSelection, DemoService, ok
from tests.scenarios.scalpers.simulation import Crowd, Kind
from tests.support.running_stack import Json, RunningStack, run_stack

PERSON_S = 1.0
POLICY = {"XUANHAO_POLICY__CONFIRM_DELAY": "PT0S", "XUANHAO_POLICY__CODE_RESEND": "PT0S"}
TEMPLATES, NUMBERS, ONE_IN = ("AB!!!", "AC!!!"), 2_000, 67
OPENS_IN, HOUR = timedelta(seconds=2), timedelta(hours=1)
PREPARED_AT_ONCE = 6
_KINDS: tuple[Kind, Kind] = ("honest", "scripted")
_LOOK_EVERY_S, _LONGEST_WAIT_S = 0.5, 300.0


@dataclass(frozen=True)
class Budget:
    """So many accounts of one kind: seconds before each act, and calls at once."""

    name: str
    kind: Kind
    accounts: int
    reaction: float
    at_once: int = 1


BUDGETS = (
    Budget("people", "honest", 60, PERSON_S),
    Budget("scripts", "scripted", 8, 0.05),
    Budget("scripts with four calls at once", "scripted", 8, 0.02, at_once=4),
    Budget("slow scripts", "scripted", 4, 0.3),
)


@dataclass
class Player:
    """One account, and what became of it."""

    budget: Budget
    selection: "WaitingSelection"
    rng: random.Random
    acts: int = 0
    has_won: bool = False

    async def play(self, prefix: str) -> None:
        await self._wait_for_turn()
        left = int((await self.selection.verify_after_turn())["draws"]["remaining"])
        while left and not self.has_won:
            await self._react()
            calls = min(left, self.budget.at_once)
            drawn = await asyncio.gather(*(self._act("draws", {"prefix": prefix}) for _ in range(calls)))
            views = [view for view in drawn if view]
            if not views:
                return
            left = min(int(view["draws"]["remaining"]) for view in views)
            for number in {number for view in views for number in view["batch"]["numbers"] if is_wanted(number)}:
                if not self.has_won and await self._act("candidates", {"number": number}):
                    await self._react()
                    self.has_won = await self._act("confirmation", {"number": number}) is not None

    async def _wait_for_turn(self) -> None:
        owner, queue = self.selection.owner, f"/offices/{self.selection.office}/queue"
        async with asyncio.timeout(_LONGEST_WAIT_S):
            while not (place := ok(await owner.post(queue)))["admitted"]:  # noqa: ASYNC110 -- no event of this process.
                await asyncio.sleep(_LOOK_EVERY_S)
        self.selection.queue_pass = place["pass"]

    async def _react(self) -> None:
        await asyncio.sleep(self.budget.reaction * self.rng.lognormvariate(0, 0.4))

    async def _act(self, action: str, body: Json) -> Json | None:
        """The view, or None if it was refused."""
        self.acts += 1
        answer = await self.selection.post(action, body)
        return ok(answer) if answer.status_code == HTTPStatus.OK else None


@dataclass
class WaitingSelection(DemoSelection):
    """A preselection whose `start` needs a pass."""

    office: str = ""
    queue_pass: str = ""

    async def verify_after_turn(self) -> Json:
        """From 选号服务说明 to 预选号牌."""
        ok(await self.post("start", Queue_Pass=self.queue_pass))
        await self.do("identity-code")
        return await self.do("identity", {"code": await self.owner.last_code("confirm_identity")})


@dataclass
class Opening:
    """An opening of which `players` have submitted their preselections."""

    players: list[Player]
    prefix: str
    seconds: float = 0.0

    async def play(self) -> None:
        began = time.perf_counter()
        await asyncio.gather(*(player.play(self.prefix) for player in self.players))
        self.seconds = time.perf_counter() - began

    def success(self, kind: Kind) -> float:
        own = [player for player in self.players if player.budget.kind == kind]
        return sum(player.has_won for player in own) / len(own)

    def as_crowd(self) -> Crowd:
        """What the model needs to play the same opening."""
        honest, scripted = (sum(player.budget.kind == kind for player in self.players) for kind in _KINDS)
        return Crowd(
            honest=honest,
            scripted=scripted,
            numbers=NUMBERS,
            wanted=NUMBERS // ONE_IN,
            capacity=sum(player.acts for player in self.players) / self.seconds,
            reaction={"honest": PERSON_S, "scripted": 0.05},
            late_share=0.0,
            hour=600.0,
        )


def is_wanted(number: str) -> bool:
    """One number in `ONE_IN`."""
    return int(number[-3:]) % ONE_IN == 0


@dataclass
class Preparation:
    """What an opening needs before it begins."""

    service: DemoService
    rng: random.Random
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PREPARED_AT_ONCE))

    async def prepare(self, budgets: tuple[Budget, ...]) -> Opening:
        wanted = [budget for budget in budgets for _ in range(budget.accounts)]
        people = await self.service.neighbours(len(wanted))
        selections = await asyncio.gather(*(self._submit(person) for person in people))
        self.rng.shuffle(selections)
        operator = await self.service.caller("operator")
        prefix = await self._release(operator)
        opens_at = system_clock() + OPENS_IN
        hours = {"opens_at": format_instant(opens_at), "closes_at": format_instant(opens_at + HOUR)}
        path = f"/operations/offices/{self.service.main_office}/queue"
        ok(await operator.post(path, hours | {"reason": "新号段投放"}), 201)
        players = [Player(*pair, self.rng) for pair in zip(wanted, selections, strict=True)]
        return Opening(players, prefix)

    async def _submit(self, person: DemoApplicant) -> WaitingSelection:
        async with self.slots:
            made = await person.create(person.car)
        return WaitingSelection(person, made["id"], self.service.main_office)

    async def _release(self, operator: DemoApplicant) -> str:
        """A new prefix of the office with `NUMBERS` numbers."""
        path = f"/operations/offices/{self.service.main_office}"
        offices: list[Json] = ok(await operator.get("/operations/offices"))["items"]
        [office] = [each for each in offices if each["code"] == self.service.main_office]
        taken = {prefix for each in offices for prefix in each["prefixes"]}
        letters = (each for each in reversed(string.ascii_uppercase) if each not in "IO")
        prefix: str = next(new for letter in letters if (new := office["prefixes"][0][0] + letter) not in taken)
        names = ("name", "names", "address", "hours", "telephone", "province")
        kept = {name: office[name] for name in names if office.get(name) is not None}
        body = kept | {"prefixes": [*office["prefixes"], prefix], "reason": "新号段投放"}
        ok(await operator.http.put(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {operator.token}"}))
        for template in TEMPLATES:
            segment = {"prefix": prefix, "template": template, "reason": "新号段投放"}
            ok(await operator.post("/operations/segments", segment), 201)
        return prefix


@asynccontextmanager
async def real_opening(folder: Path, budgets: tuple[Budget, ...], seed: int) -> AsyncIterator[Opening]:
    """Its own stack, ready to open."""
    limits = httpx.Limits(max_connections=None)
    stack = RunningStack(folder, dict(POLICY))
    async with run_stack(stack), httpx.AsyncClient(base_url=stack.url, timeout=60, limits=limits) as http:
        service = DemoService(stack, http, Contract((await http.get("/openapi.json")).json()))
        await service.meet()
        yield await Preparation(service, random.Random(seed)).prepare(budgets)
