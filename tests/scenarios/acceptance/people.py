"""Applicants of an independent client: a token, cars, a phone, and the calls of the contract."""

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

from tests.scenarios.acceptance.contract import INSTANT, Contract
from tests.support.running_stack import Client, Json, RunningStack, json_of

T = TypeVar("T")
LOOK_EVERY_S = 0.05
A_FEW = 8


def ok(answer: httpx.Response, status: int = 200) -> Json:
    """The body of a response with the expected status."""
    assert answer.status_code == status, answer.text
    return json_of(answer)


def problem_of(answer: httpx.Response, code: str) -> Json:
    """The problem with this code; its status and facts are validated when it is received."""
    body = json_of(answer)
    assert body.get("code") == code, answer.text
    return body


def instant(text: str) -> datetime:
    assert INSTANT.fullmatch(text), text
    return datetime.fromisoformat(text)


def seconds_between(earlier: str, later: str) -> float:
    return (instant(later) - instant(earlier)).total_seconds()


def wrong(code: str) -> str:
    """Another code of six digits."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def wait_until(when: str) -> None:
    """Wait until after this instant; the service uses the same machine's clock."""
    await asyncio.sleep(max(0.0, (instant(when) - datetime.now(UTC)).total_seconds()) + 0.01)


@dataclass
class DemoApplicant(Client):
    """An applicant that no other test uses; `car` is the default car."""

    contract: Contract | None = None
    car: Json = field(default_factory=dict)
    cars_bought: Sequence[Json] = ()

    async def ask_code(self) -> Json:
        return ok(await self.post("/verification-codes", {"purpose": "confirm_information"}), 202)

    async def last_code(self, purpose: str = "confirm_information") -> str:
        return (await self.messages(purpose))[0]["code"]

    async def submission(self, car: Json | None = None, **changes: Any) -> Json:
        """A valid body for the creation, with these changes. A code must have been requested, or be given."""
        car = car or self.car
        notice = ok(await self.get(f"/offices/{car['office_code']}/notice"))
        facts = {name: car[name] for name in ("office_code", "certificate_number", "vin", "seller")}
        code = changes.pop("code", None) or await self.last_code()
        return facts | {"notice_version": notice["version"], "code": code} | changes

    async def submitted(self, car: Json | None = None) -> "DemoSelection":
        """A preselection at 选号服务说明."""
        return DemoSelection(self, (await self.create(car or self.car))["id"])

    async def selecting(self, car: Json | None = None) -> "DemoSelection":
        """A preselection at 预选号牌."""
        selection = await self.submitted(car)
        await selection.verify()
        return selection

    async def enter(self, **body: Any) -> Json:
        return ok(await self.post("/entries", body))


@dataclass
class DemoSelection:
    """One preselection of an applicant."""

    owner: DemoApplicant
    id: str

    @property
    def path(self) -> str:
        return f"/preselections/{self.id}"

    async def post(self, action: str, body: object | None = None, **headers: str) -> httpx.Response:
        return await self.owner.post(f"{self.path}/{action}", body, **headers)

    async def do(self, action: str, body: object | None = None) -> Json:
        """The view after an act that must succeed."""
        return ok(await self.post(action, body))

    async def view(self) -> Json:
        return ok(await self.owner.get(self.path))

    async def stage(self) -> str:
        return str((await self.view())["stage"])

    async def verify(self) -> Json:
        """开始选号 and 身份验证, after its countdown."""
        await self.do("start")
        sent = await self.do("identity-code")
        await wait_until(sent["identity"]["confirm_enabled_at"])
        return await self.do("identity", {"code": await self.owner.last_code("confirm_identity")})

    async def draw(self, **body: Any) -> list[str]:
        numbers: list[str] = (await self.do("draws", body))["batch"]["numbers"]
        return numbers

    async def put_aside(self, number: str) -> Json:
        return await self.do("candidates", {"number": number})

    async def reserve(self) -> Json:
        """The view at 完成号牌预选, by a draw."""
        number = (await self.draw())[0]
        await self.put_aside(number)
        return await self.do("confirmation", {"number": number})

    async def keys(self, typed: str, prefix: str | None = None) -> Json:
        prefix = prefix or (await self.view())["office"]["prefixes"][0]
        return ok(await self.owner.get(f"{self.path}/keyboard", prefix=prefix, typed=typed))

    async def free_numbers(self, count: int) -> list[str]:
        """Numbers that the keyboard offers, with one random start."""
        prefix = (await self.view())["office"]["prefixes"][0]
        typed = ""
        while len(typed) < 4:
            typed += random.choice((await self.keys(typed, prefix))["available"])
        numbers = [f"{prefix}{typed}{last}" for last in (await self.keys(typed, prefix))["available"]]
        return numbers[:count] if len(numbers) >= count else await self.free_numbers(count)

    async def compose(self, *numbers: str) -> httpx.Response:
        return await self.post("compositions", {"numbers": numbers})

    async def composed(self, *numbers: str) -> Json:
        """As soon as the countdown allows it."""
        if enabled_at := (await self.view())["composed"]["confirm_enabled_at"]:
            await wait_until(enabled_at)
        return ok(await self.compose(*numbers))

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[Json]]:
        """The event stream's views, each validated against the published document."""
        headers = {"Authorization": f"Bearer {self.owner.token}"}
        url = f"/api/v1{self.path}/events"
        async with self.owner.http.stream("GET", url, headers=headers, timeout=20) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield self._views(answer)

    async def _views(self, answer: httpx.Response) -> AsyncIterator[Json]:
        event = ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                assert event == "preselection"
                view = json.loads(value)
                assert self.owner.contract
                self.owner.contract.view(view)
                yield view


@dataclass
class DemoService:
    """One running instance and the unused users of its demo."""

    stack: RunningStack
    http: httpx.AsyncClient
    contract: Contract
    main_office: str = ""
    strangers: list[str] = field(default_factory=list)
    met_elsewhere: list[tuple[str, list[Json]]] = field(default_factory=list)
    avoided: set[str] = field(default_factory=set)

    async def meet(self) -> None:
        """Load the users, and find the office at which most of them have cars."""
        self.strangers = [user["user"] for user in await self.users() if user["user"].startswith("applicant")]
        known = [{car["office_code"] for car in await self.cars_of(user)} for user in self.strangers[:A_FEW]]
        self.main_office = Counter(code for codes in known for code in codes).most_common(1)[0][0]

    async def users(self) -> list[Json]:
        users: list[Json] = ok(await self.http.get("/api/v1/demo/users"))["items"]
        return users

    async def cars_of(self, user: str, **filters: str) -> list[Json]:
        parameters = {"user": user, **filters}
        cars: list[Json] = ok(await self.http.get("/api/v1/demo/vehicles", params=parameters))["items"]
        return cars

    async def applicant(self) -> DemoApplicant:
        """An applicant whose `car` is at any office."""
        while True:
            user, cars = await self._stranger()
            if cars[0]["office_code"] not in self.avoided:
                return await self.signed_in(user, cars)

    async def _stranger(self) -> tuple[str, list[Json]]:
        if self.met_elsewhere:
            return self.met_elsewhere.pop()
        # From the end: those at the main office are for tests that need several of them.
        user = self.strangers.pop()
        return user, await self.cars_of(user)

    async def of_one_quiet_office(self, count: int) -> tuple[str, list[DemoApplicant]]:
        """This many applicants whose `car` is at an office that nobody else uses in this run."""
        known: dict[str, list[tuple[str, list[Json]]]] = defaultdict(list)
        while not (full := [code for code, people in known.items() if len(people) == count]):
            user, cars = await self._stranger()
            for code in {car["office_code"] for car in cars} - {self.main_office}:
                here = [car for car in cars if car["office_code"] == code]
                known[code].append((user, here + [car for car in cars if car not in here]))
        office = full[0]
        self.avoided.add(office)
        return office, [await self.signed_in(user, cars) for user, cars in known[office]]

    async def neighbours(self, count: int) -> list[DemoApplicant]:
        """Applicants whose `car` is at the office that most have."""
        found: list[DemoApplicant] = []
        while len(found) < count:
            user = self.strangers.pop(0)
            cars = await self.cars_of(user)
            if near := [car for car in cars if car["office_code"] == self.main_office]:
                found.append(await self.signed_in(user, [*near, *(car for car in cars if car not in near)]))
            else:
                self.met_elsewhere.append((user, cars))
        return found

    async def selecting(self, count: int) -> list[DemoSelection]:
        """This many at 预选号牌, all of one office."""
        return [await neighbour.selecting() for neighbour in await self.neighbours(count)]

    async def signed_in(self, user: str, cars: list[Json] | None = None) -> DemoApplicant:
        client = await Client.sign_in(self.http, user)
        cars = await self.cars_of(user) if cars is None else cars
        return DemoApplicant(self.http, user, client.token, self.contract, cars[0] if cars else {}, cars)

    async def caller(self, role: str) -> DemoApplicant:
        """A user who is not an applicant."""
        return await self.signed_in(next(user["user"] for user in await self.users() if role in user["roles"]), [])
