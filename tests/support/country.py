"""Data for the API's tests: offices, people with tokens, cars in the registry, and a phone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, product
from typing import Any

import httpx

from domain.dependencies import DependencyUnavailable
from domain.identifiers import resident_id_check_character, vin_check_character
from domain.parties import Party, PartyKind
from domain.plates import LETTERS, PROVINCES
from domain.segments import Segment
from domain.sms import Sms
from domain.vehicle_eligibility import Obstacle, VehicleFacts, VehicleQuestion
from process.clock import system_clock
from storage.audit.trail import Act
from storage.offices.offices import Notice, Office
from tests.support.api_stack import Stack
from tests.support.tokens import AUDIENCE, ISSUER, KEY, token_of

LONG_AGO = timedelta(days=30)
# From the far end, so that no other folder's tests have an index for the same prefix.
PREFIXES = ("".join(pair) for pair in product(reversed(PROVINCES), reversed(LETTERS)))
NUMBERS = count(1)
NO_WAITING = {"confirm_delay": "PT0S", "compose_interval": "PT0S", "code_resend": "PT0S", "codes_per_hour": "100"}


async def eventually(holds: Callable[[], Awaitable[bool]], *, within: float = 10.0) -> None:
    """Wait for an automatic change."""
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110 -- it happens in other processes, which set no event of ours.
            await asyncio.sleep(0.1)


@dataclass
class Answer:
    """A parsed response of the API."""

    status: int
    headers: httpx.Headers
    body: Any

    @property
    def code(self) -> str:
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body)
        assert self.body["status"] == self.status
        return str(self.body["code"])

    def ok(self) -> dict[str, Any]:
        assert self.status < 300, self.body
        assert isinstance(self.body, dict)
        return self.body


@dataclass
class Phone:
    """Stores every SMS, and may be switched off."""

    messages: list[Sms] = field(default_factory=list)
    is_down: bool = False

    async def send(self, message: Sms) -> None:
        if self.is_down:
            raise DependencyUnavailable("sms", "switched off")
        self.messages.append(message)

    def of(self, phone: str) -> list[Sms]:
        return [message for message in self.messages if message.phone == phone]

    def last_code(self, phone: str) -> str:
        return next(message.code for message in reversed(self.of(phone)) if message.code)


@dataclass
class Registry:
    """Has the cars of the tests, and may be switched off."""

    cars: dict[str, VehicleFacts] = field(default_factory=dict)
    is_down: bool = False

    async def look_up(self, question: VehicleQuestion) -> VehicleFacts | None:
        if self.is_down:
            raise DependencyUnavailable("registry", "switched off")
        facts = self.cars.get(question.vin)
        return facts if facts and facts.certificate_number == question.certificate_number else None


def an_id_number() -> str:
    serial = next(NUMBERS)
    body = f"110105{1950 + serial // 1000 % 50}0101{serial % 1000:03d}"
    return body + resident_id_check_character(body)


def a_vin() -> str:
    body = f"LSVAA49J0{next(NUMBERS):08d}"
    return body[:8] + vin_check_character(body) + body[9:]


@dataclass
class Car:
    """A second-hand car with the data that its buyer knows."""

    vin: str
    certificate_number: str
    seller: Party
    office: Office

    def body(self, code: str, /, **changes: Any) -> dict[str, Any]:
        return {
            "office_code": self.office.code,
            "notice_version": "1",
            "certificate_number": self.certificate_number,
            "vin": self.vin,
            "seller": {"kind": self.seller.kind.value, "name": self.seller.name, "id_number": self.seller.id_number},
            "code": code,
        } | changes


@dataclass
class Caller:
    """A user with a token."""

    stack: Stack
    claims: dict[str, Any]

    @property
    def phone(self) -> str:
        return str(self.claims["phone_number"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {token_of(self.claims)}"}

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> Answer:
        headers = options.pop("headers", {}) | ({"Idempotency-Key": key} if key else {})
        if body is not None:
            options["json"] = body
        return await self.call("POST", path, headers=headers, **options)

    async def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        answer = await self.stack.client.request(method, path, headers=self.headers | dict(headers or {}), **options)
        return Answer(answer.status_code, answer.headers, answer.json() if answer.content else None)


class Applicant(Caller):
    """A buyer with helpers for each step."""

    @property
    def party(self) -> Party:
        organisation = self.claims.get("organisation")
        if organisation:
            return Party(PartyKind.ORGANISATION, organisation["name"], organisation["credit_code"])
        return Party(PartyKind.PERSON, self.claims["name"], self.claims["id_number"])

    async def first_code(self) -> str:
        (await self.post("/verification-codes", {"purpose": "confirm_information"})).ok()
        return self.stack.phone.last_code(self.phone)

    async def submit(self, car: Car, **changes: Any) -> Answer:
        key = changes.pop("key", None)
        return await self.post("/preselections", car.body(await self.first_code(), **changes), key=key)

    async def submitted(self, car: Car) -> "Selection":
        return Selection(self, (await self.submit(car)).ok()["id"])

    async def selecting(self, car: Car) -> "Selection":
        """At 预选号牌."""
        selection = await self.submitted(car)
        await selection.verify()
        return selection

    async def completed(self, car: Car) -> "Selection":
        """With a reserved plate."""
        selection = await self.selecting(car)
        batch = (await selection.post("draws", {})).ok()["batch"]
        (await selection.post("candidates", {"number": batch["numbers"][0]})).ok()
        (await selection.post("confirmation", {"number": batch["numbers"][0]})).ok()
        return selection


@dataclass
class Selection:
    """One preselection of an applicant."""

    applicant: Applicant
    id: str

    @property
    def path(self) -> str:
        return f"/preselections/{self.id}"

    async def view(self) -> dict[str, Any]:
        return (await self.applicant.get(self.path)).ok()

    async def post(self, action: str, body: Any = None, **options: Any) -> Answer:
        return await self.applicant.post(f"{self.path}/{action}", body, **options)

    async def verify(self) -> None:
        (await self.post("start")).ok()
        (await self.post("identity-code")).ok()
        (await self.post("identity", {"code": self.applicant.stack.phone.last_code(self.applicant.phone)})).ok()


@dataclass
class Country:
    stack: Stack

    async def office(self, *templates: str, **policy: str) -> Office:
        """A separate office if the test needs anything special, otherwise a shared one."""
        if templates or policy:
            return await self.own_office(*templates, **policy)
        if self.stack.shared_office is None:
            self.stack.shared_office = await self.own_office()
        return self.stack.shared_office

    async def own_office(self, *templates: str, **policy: str) -> Office:
        """A new office with a new prefix, whose segments were released long ago."""
        prefix, now = next(PREFIXES), system_clock()
        office = Office(f"t{next(NUMBERS):05d}", f"{prefix}车管所", "人民路1号", "新疆", (prefix,), NO_WAITING | policy)
        await self.stack.repositories.offices.save(office)
        await self.stack.repositories.offices.publish(Notice(office.code, "1", "业务须知", "须知正文", now - LONG_AGO))
        for template in templates or ("!!!!!",):
            moment = now - LONG_AGO
            await self.stack.repositories.segments.release(
                Segment(prefix, template, (), moment, moment), Act(moment, "system")
            )
        self.stack.forget_offices()
        await self.stack.keeper.tend(now)
        return office

    def applicant(self, **claims: Any) -> Applicant:
        return Applicant(self.stack, self.claims("applicant", **claims))

    def caller(self, *roles: str, **claims: Any) -> Caller:
        return Caller(self.stack, self.claims(*roles, **claims))

    def claims(self, *roles: str, **claims: Any) -> dict[str, Any]:
        serial, now = next(NUMBERS), int(system_clock().timestamp())
        return {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": f"user-{serial}",
            "iat": now,
            "exp": now + 3600,
            "roles": list(roles),
            "amr": ["mfa"],
            "name": "王小明",
            "id_number": an_id_number(),
            "phone_number": f"139{serial:08d}",
            "office": "440300",
        } | claims

    def car(self, buyer: Applicant, office: Office, *obstacles: Obstacle, **given: Any) -> Car:
        """A car that this buyer has bought and that can be transferred at this office."""
        seller = given.get("seller") or Party(PartyKind.PERSON, "李四光", an_id_number())
        car = Car(given.get("vin") or a_vin(), f"{next(NUMBERS):012d}", seller, office)
        self.stack.registry.cars[car.vin] = VehicleFacts(
            car.certificate_number, car.vin, seller, buyer.party, frozenset({office.code}), frozenset(obstacles)
        )
        return car


KEYS = {"keys": [KEY.as_dict(private=False)]}
