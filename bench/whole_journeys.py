"""Whole journeys over REST: both SMS codes, creation, a plate by draw, and the confirmation at the desk.

The buyers, their cars and the clerks are those of the demo, which the API knows; each car is used once.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.http_client import Connection, connect
from bench.stack import Stack
from demo.offices import MAIN_OFFICE
from demo.vehicles import DemoVehicle
from demo.world import DemoWorld, demo_world
from domain.sms import Purpose

BASE = "/api/v1"
NOTICE = "1"


def cars_of_the_demo(world: DemoWorld) -> Iterator[DemoVehicle]:
    """Those of applicants at the main office, so that neighbours in the order have different owners."""
    bought: dict[str, list[DemoVehicle]] = {}
    for car in world.vehicles:
        if car.user.startswith("applicant-") and car.is_eligible and car.office_code == MAIN_OFFICE:
            bought.setdefault(car.user, []).append(car)
    most = max(map(len, bought.values()))
    return (cars[place] for place in range(most) for cars in bought.values() if place < len(cars))


@dataclass
class Travellers:
    """Buyers who call the API of a side, and the clerk of their office."""

    stack: Stack
    world: DemoWorld = field(default_factory=demo_world)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cars = cars_of_the_demo(self.world)

    async def travel(self, many: int, at_once: int) -> None:
        """So many whole journeys, `at_once` of them in parallel."""
        cars = [next(self._cars) for _ in range(many)]

        async def travel_on_a_connection() -> None:
            async with connect(self.stack.settings.http_port) as api:
                while cars:
                    await self.journey(api, cars.pop())

        await asyncio.gather(*(travel_on_a_connection() for _ in range(at_once)))

    async def journey(self, api: Connection, car: DemoVehicle) -> None:
        await self._sign_in(api, car.user)
        await _post(api, "/verification-codes", {"purpose": "confirm_information"})
        code = await self._code(car, Purpose.CONFIRM_INFORMATION)
        created = await _post(api, "/preselections", _submission(car, code))
        path = f"/preselections/{created['id']}"
        await _post(api, f"{path}/start")
        await _post(api, f"{path}/identity-code")
        await _post(api, f"{path}/identity", {"code": await self._code(car, Purpose.CONFIRM_IDENTITY)})
        numbers: Sequence[str] = (await _post(api, f"{path}/draws", {}))["batch"]["numbers"]
        for act in ("candidates", "confirmation"):
            await _post(api, f"{path}/{act}", {"number": numbers[0]})
        await self._sign_in(api, f"clerk-{car.office_code}")
        await _post(api, f"/desk/preselections/{created['id']}/confirmation")

    async def _sign_in(self, api: Connection, user: str) -> None:
        if user not in self.tokens:
            self.tokens[user] = (await _post(api, "/demo/tokens", {"user": user}))["access_token"]
        api.headers = {"Authorization": f"Bearer {self.tokens[user]}"}

    async def _code(self, car: DemoVehicle, purpose: Purpose) -> str:
        """The newest code on the buyer's phone."""
        messages = await self.stack.repositories.sms_outbox.list_of(self.world.users[car.user].phone, limit=5)
        return next(message.code for message in messages if message.purpose == purpose and message.code)


def _submission(car: DemoVehicle, code: str) -> dict[str, Any]:
    facts = car.facts
    return {
        "office_code": car.office_code,
        "notice_version": NOTICE,
        "certificate_number": facts.certificate_number,
        "vin": facts.vin,
        "seller": {"kind": facts.owner.kind.value, "name": facts.owner.name, "id_number": facts.owner.id_number},
        "code": code,
    }


async def _post(api: Connection, path: str, body: dict[str, Any] | None = None) -> Any:
    content = await api.post(f"{BASE}{path}", b"" if body is None else json.dumps(body).encode())
    return json.loads(content)
