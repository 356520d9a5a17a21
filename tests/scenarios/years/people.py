"""Applicants over the years: they come once or again, keep or miss their last day, and appeal."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Literal

from domain.instants import parse_instant
from domain.parties import Party, PartyKind
from domain.preselection.values import UNFINISHED
from domain.vehicle_eligibility import VehicleFacts
from storage.offices.offices import Office
from tests.scenarios.fault_injection.calls import Attempt, Caller
from tests.scenarios.fault_injection.crowd import Journey
from tests.scenarios.years.town import Town
from tests.support.people import a_phone, a_vin, an_id_number

Json = dict[str, Any]
Fate = Literal["register", "reject", "cancel", "look", "miss"]
FATES: dict[Fate, float] = {"register": 0.38, "reject": 0.08, "cancel": 0.06, "look": 0.08, "miss": 0.4}
AfterMiss = Literal["appeal", "release", "try", "return", "nothing"]
AFTER_MISS: dict[AfterMiss, float] = {"appeal": 0.25, "release": 0.15, "try": 0.2, "return": 0.2, "nothing": 0.2}
COMES_BACK = 0.4
"""How many go on later with what they left unfinished."""

COMES_LATER = 0.4
"""How many do not go to the office at once. Time passes in steps, so some of them come too late."""

CLOSED = 0.1
"""How many hear that the office closes on their last day."""

CERTIFICATES = count(1)
NO_WAIT = timedelta(0)
NO_TIME = (0.0, 0.0)


@dataclass
class Resident:
    """A person who buys one car or several."""

    town: Town
    rng: random.Random
    name: str = "王小明"
    id_number: str = field(default_factory=an_id_number)
    phone: str = field(default_factory=a_phone)
    missed: list[str] = field(default_factory=list)
    """The preselections whose last day they let pass."""

    def sign_in(self) -> Caller:
        return self.town.signed_in(
            f"resident-{self.id_number}",
            roles=["applicant"],
            name=self.name,
            id_number=self.id_number,
            phone_number=self.phone,
        )

    def buy(self, office: Office) -> Json:
        """A car in the registry, as its buyer knows it."""
        seller = Party(PartyKind.PERSON, "李四光", an_id_number())
        buyer = Party(PartyKind.PERSON, self.name, self.id_number)
        vin, certificate = a_vin(), f"{next(CERTIFICATES):012d}"
        self.town.service.registry.cars[vin] = VehicleFacts(
            certificate, vin, seller, buyer, frozenset({office.code}), frozenset()
        )
        return {
            "office_code": office.code,
            "certificate_number": certificate,
            "vin": vin,
            "seller": {"kind": "person", "name": seller.name, "id_number": seller.id_number},
        }

    async def come(self, office: Office) -> None:
        """With a car that was bought just now, or to go on."""
        journey = Purchase(self.town, self.sign_in(), pause_s=NO_TIME, resident=self, where=office)
        await journey.go()
        if journey.view.get("stage") in UNFINISHED and self.rng.random() < COMES_BACK:
            self.town.later(timedelta(days=self.rng.uniform(0.1, 45)), lambda: self.come(office))


@dataclass
class Purchase(Journey):
    """A journey in the town. Everybody who is banned is refused, and nobody else is."""

    crowd: Town
    resident: Resident = field(kw_only=True)
    where: Office = field(kw_only=True)

    async def _bought(self) -> Json:
        return self.resident.buy(self.where)

    async def _create(self, car: Json) -> Attempt:
        banned = await self.crowd.is_banned(self.resident.missed)
        created = await super()._create(car)
        if (created.code == "blacklisted") != banned or not (created.is_good or banned):
            self.crowd.problems.append(f"{car['vin']}: answered {created.status} {created.code}, banned: {banned}")
        return created

    async def _code(self, purpose: str) -> str:
        return next(sms.code or "" for sms in reversed(self.crowd.service.phone.of(self.resident.phone, purpose)))

    async def _afterwards(self) -> None:
        decide, deadline = self.resident.rng, parse_instant(self.view["deadline"])
        [fate] = decide.choices(list(FATES), list(FATES.values()))
        left = deadline - self.crowd.service.clock()
        if decide.random() < CLOSED:
            last_day = date.fromisoformat(self.view["visit_by"])
            self.crowd.later(NO_WAIT, lambda: self.crowd.staff.close(self.where, last_day))
        if fate == "miss":
            self._expect_to_miss(deadline)
        else:
            wait = left * decide.uniform(0.02, 0.98) if decide.random() < COMES_LATER else NO_WAIT
            self.crowd.later(wait, lambda: self._keep(fate, deadline))

    async def _keep(self, fate: Fate, deadline: datetime) -> None:
        """They act before the last day is over; who comes after it has missed it."""
        id_ = self.view["id"]
        clerk = self.crowd.office_clerks[self.office]
        self.crowd.refresh(clerk)
        match fate:
            case "register":
                done = await clerk.post(f"/desk/preselections/{id_}/confirmation")
            case "reject":
                done = await clerk.post(f"/desk/preselections/{id_}/rejection", {"reason": "材料不全"})
            case "cancel":
                done = await self.resident.sign_in().post(f"{self.path}/cancellation")
            case _:
                done = await self.resident.sign_in().post("/entries", {})
        if fate == "look" or not done.is_good:
            self._expect_to_miss(deadline)

    def _expect_to_miss(self, deadline: datetime) -> None:
        [what] = self.resident.rng.choices(list(AFTER_MISS), list(AFTER_MISS.values()))
        self.resident.missed.append(self.view["id"])
        # The last day may have moved meanwhile, by as much as the longest closing.
        missed = max(deadline - self.crowd.service.clock(), timedelta(0)) + timedelta(days=20)
        wait = timedelta(days=self.resident.rng.uniform(0, 200))
        match what:
            case "appeal":
                self.crowd.later(missed + wait, self._appeal)
            case "release":
                self.crowd.later(missed + wait, lambda: self.crowd.staff.release_ban(self.view["id"]))
            case "try":
                self.crowd.later(missed + wait, lambda: self.resident.come(self.where))
            case "return":
                self.crowd.later(missed + wait + timedelta(days=731), lambda: self.resident.come(self.where))

    async def _appeal(self) -> None:
        filed = await self.resident.sign_in().post(f"{self.path}/appeal", {"reason": "那天住院,无法前往车管所"})
        if filed.is_good:
            days = self.resident.rng.uniform(1, 25)
            self.crowd.later(timedelta(days=days), lambda: self.crowd.staff.answer_appeal(filed.answer["id"]))
