"""Applicants, clerks and operators who act at random: repeats, parallel tabs, abandoned steps, and rivals."""

import asyncio
import random
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.scenarios.fault_injection.calls import Attempt, Caller, CallLog, Refused, Unanswered
from tests.scenarios.fault_injection.system import System

Json = dict[str, Any]
PAUSE_S = (0.05, 0.4)
LONGEST_JOURNEY = 14
"""Acts at 预选号牌 before a journey is abandoned."""

KNOWN_NUMBERS = 12
RELEASES_EVERY_S = 5.0


@dataclass
class Crowd:
    """Everybody, until `end`. `office_clerks` are the clerks by their office."""

    system: System
    log: CallLog
    http: httpx.AsyncClient
    rng: random.Random
    at_once: int = 10
    finished: int = 0
    given_up: int = 0
    """Journeys that ended because nobody answered."""

    problems: list[str] = field(default_factory=list)
    """Answers that nobody foresaw."""

    ended: asyncio.Event = field(default_factory=asyncio.Event)
    idle: list[str] = field(default_factory=list)
    office_clerks: dict[str, Caller] = field(default_factory=dict)
    operators: list[Caller] = field(default_factory=list)
    wanted: dict[str, deque[str]] = field(default_factory=dict)

    async def meet(self) -> None:
        """Find out who there is."""
        guest = self.caller("")
        users: list[Json] = (await guest.get("/demo/users"))["items"]
        self.idle = [
            user["user"] for user in users if user["roles"] == ["applicant"] and not user["user"].startswith("private-")
        ]
        self.rng.shuffle(self.idle)
        for user in users:
            member = self.caller(user["user"])
            if "clerk" in user["roles"] and user.get("office_code"):
                await member.sign_in()
                self.office_clerks[user["office_code"]] = member
            elif "operator" in user["roles"]:
                await member.sign_in()
                self.operators.append(member)

    async def act(self) -> None:
        """Until `end`; everybody finishes the act that is under way."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(self._one_after_the_other())
            group.create_task(self._release_bans())

    def end(self) -> None:
        self.ended.set()

    def caller(self, user: str) -> Caller:
        return Caller(self.system, self.log, self.http, random.Random(self.rng.random()), user)

    async def _one_after_the_other(self) -> None:
        while not self.ended.is_set():
            applicant = self.caller(self.idle.pop())
            with self._noting():
                await applicant.sign_in()
                await Journey(self, applicant).go()
                self.finished += 1
            self.idle.insert(0, applicant.user)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """What one of them meets does not end the run of the others."""
        try:
            yield
        except Unanswered:
            self.given_up += 1
        except Refused as refused:
            self.problems.append(str(refused))

    async def _release_bans(self) -> None:
        """One operator releases the newest ban now and then, and another confirms it."""
        one, other = self.operators[:2]
        while not self.ended.is_set():
            with self._noting():
                live = [ban for ban in (await one.get("/operations/blacklist"))["items"] if not ban["released_at"]]
                if live:
                    path = f"/operations/blacklist/{live[0]['id']}"
                    if (await one.post(f"{path}/release", {"reason": "证明材料已补"})).is_good:
                        await other.post(f"{path}/confirmation")
            await asyncio.sleep(RELEASES_EVERY_S)


@dataclass
class Journey:
    """One applicant's way with one car, with whatever occurs to them."""

    crowd: Crowd
    me: Caller
    path: str = ""
    office: str = ""
    prefix: str = ""
    view: Json = field(default_factory=dict)
    pause_s: tuple[float, float] = PAUSE_S

    @property
    def rng(self) -> random.Random:
        return self.me.rng

    async def go(self) -> None:
        if not await self._enter() or not await self._verify():
            return
        for _ in range(LONGEST_JOURNEY):
            if self.crowd.ended.is_set() or self.view.get("stage") != "plate_selection":
                break
            await self._choose()
            await asyncio.sleep(self.rng.uniform(*self.pause_s))
        if self.view.get("stage") == "completed":
            await self._afterwards()

    async def _enter(self) -> bool:
        """Create a preselection, or go on with an unfinished one."""
        mine: list[Json] = (await self.me.get("/preselections"))["items"]
        running = [view for view in mine if view["stage"] in ("service_notes", "identity_verification")]
        running += [view for view in mine if view["stage"] == "plate_selection"]
        if running:
            self._follow(running[0])
            await self.me.post("/entries", {"preselection_id": self.view["id"]})
            return True
        return self._take(await self._create(await self._bought()))

    async def _bought(self) -> Json:
        """A car of the applicant, with what its buyer knows."""
        return self.rng.choice((await self.me.get("/demo/vehicles", {"user": self.me.user}))["items"])

    async def _create(self, car: Json) -> Attempt:
        await self.me.post("/verification-codes", {"purpose": "confirm_information"})
        notice = await self.me.get(f"/offices/{car['office_code']}/notice")
        facts = {name: car[name] for name in ("office_code", "certificate_number", "vin", "seller")}
        body = facts | {"notice_version": notice["version"], "code": await self._code("confirm_information")}
        return await self.me.post("/preselections", body)

    async def _verify(self) -> bool:
        if not self._take(await self._act("start")):
            return False
        if not self._take(await self._act("identity-code")):
            return False
        return self._take(await self._act("identity", {"code": await self._code("confirm_identity")}))

    async def _choose(self) -> None:
        candidates = (self.view.get("candidates") or {"numbers": []})["numbers"]
        batch = (self.view.get("batch") or {"numbers": []})["numbers"]
        choices: list[tuple[float, Any]] = [(2, self._draw), (1.5, self._compose), (0.3, self._tabs)]
        if batch:
            choices.append((2, lambda: self._act("candidates", {"number": self.rng.choice(batch)})))
        if candidates:
            choices.append((2, lambda: self._act("confirmation", {"number": self.rng.choice(candidates)})))
        weights = [weight for weight, _ in choices]
        [(_, choice)] = self.rng.choices(choices, weights)
        if not self._take(await choice()):
            self._follow(await self.me.get(self.path))

    async def _draw(self) -> Attempt:
        return await self._act("draws", {"exclude_four": self.rng.random() < 0.2})

    async def _compose(self) -> Attempt:
        """Numbers from the keyboard, and some that others of the office want too."""
        wanted = self.crowd.wanted.setdefault(self.office, deque(maxlen=KNOWN_NUMBERS))
        if len(wanted) < KNOWN_NUMBERS or self.rng.random() < 0.3:
            wanted.extend(await self._typed())
        if not wanted:
            return await self._draw()
        most = self.rng.randint(1, min(3, len(wanted)))
        return await self._act("compositions", {"numbers": self.rng.sample(sorted(set(wanted)), most)})

    async def _typed(self) -> Sequence[str]:
        """A number of the keyboard; none if this step is over, for an API whose clock has jumped too."""
        try:
            return await self._type()
        except Refused as refused:
            if refused.code != "wrong_stage":
                raise
            return []

    async def _type(self) -> Sequence[str]:
        typed = ""
        for _ in range(5):
            keys = await self.me.get(f"{self.path}/keyboard", {"prefix": self.prefix, "typed": typed})
            if not keys["available"]:
                return []
            typed += self.rng.choice(keys["available"])
        return [f"{self.prefix}{typed}"]

    async def _tabs(self) -> Attempt:
        """Two tabs draw at the same time, and one of them sends its request twice."""
        key = str(uuid4())
        first, again, _ = await asyncio.gather(
            self._act("draws", {}, key=key), self._act("draws", {}, key=key), self._act("draws", {})
        )
        return self.rng.choice((first, again))

    async def _afterwards(self) -> None:
        """The desk confirms or rejects, the applicant cancels or comes back, or nobody comes."""
        clerk = self.crowd.office_clerks.get(self.office)
        lot = self.rng.random()
        if lot < 0.35 and clerk:
            await clerk.post(f"/desk/preselections/{self.view['id']}/confirmation")
        elif lot < 0.5 and clerk:
            await clerk.post(f"/desk/preselections/{self.view['id']}/rejection", {"reason": "材料不全"})
        elif lot < 0.6:
            await self._act("cancellation")
        elif lot < 0.7:
            await self.me.post("/entries", {})

    async def _act(self, action: str, body: Any = None, *, key: str | None = None) -> Attempt:
        done = await self.me.post(f"{self.path}/{action}", body, key=key)
        if done.is_good and self.rng.random() < 0.15:
            # Somebody presses twice, or the answer was lost on its way.
            await self.me.post(f"{self.path}/{action}", body, key=done.key)
        return done

    async def _code(self, purpose: str) -> str:
        messages = (await self.me.get("/demo/messages", {"user": self.me.user}))["items"]
        return next((message["code"] for message in messages if message["purpose"] == purpose), "000000")

    def _take(self, done: Attempt) -> bool:
        if done.is_good and isinstance(done.answer, dict):
            self._follow(done.answer)
        return done.is_good

    def _follow(self, view: Json) -> None:
        self.view = view
        if view:
            self.path, self.office = f"/preselections/{view['id']}", view["office"]["code"]
            self.prefix = view["office"]["prefixes"][0]
