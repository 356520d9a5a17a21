"""Data for tests of the API: offices, users with tokens, and cars in the registry."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from domain.instants import format_instant
from domain.parties import Party, PartyKind
from domain.vehicle_eligibility import Obstacle, VehicleFacts
from process.clock import system_clock
from storage.bans.repository import NewBan
from storage.offices.offices import Notice, Office
from tests.support.api_stack import ApiStack
from tests.support.applicants import Applicant, Caller, Car
from tests.support.offices import LONG_AGO, new_office
from tests.support.people import NUMBERS, a_credit_code, a_phone, a_vin, an_id_number
from tests.support.tokens import AUDIENCE, ISSUER

NO_WAITING = {"confirm_delay": "PT0S", "compose_interval": "PT0S", "code_resend": "PT0S", "codes_per_hour": "100"}


@dataclass
class Country:
    stack: ApiStack

    async def office(self, *templates: str, **policy: str) -> Office:
        """A separate office if the test needs anything special, otherwise a shared one."""
        if templates or policy:
            return await self.own_office(*templates, **policy)
        if self.stack.shared_office is None:
            self.stack.shared_office = await self.own_office()
        return self.stack.shared_office

    async def own_office(self, *templates: str, **policy: str) -> Office:
        """A new office with a new prefix, whose segments were released long ago."""
        office = await new_office(self.stack.repositories, *templates, policy=NO_WAITING | policy)
        published_at = system_clock() - LONG_AGO
        await self.stack.repositories.offices.publish(Notice(office.code, "1", "业务须知", "须知正文", published_at))
        self.stack.forget_offices()
        return office

    def applicant(self, **claims: Any) -> Applicant:
        return Applicant(self.stack, self.claims("applicant", **claims))

    def agent(self, **claims: Any) -> Applicant:
        """An agent of an organisation; of a new one unless it is given."""
        organisation = {"name": "深圳市贸易有限公司", "credit_code": a_credit_code()}
        return self.applicant(**({"organisation": organisation} | claims))

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
            "phone_number": a_phone(),
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


async def ban(country: Country, buyer: Applicant) -> str:
    """Ban the buyer; returns the end in the contract's format."""
    context, now = country.stack.context, country.stack.context.clock()
    party_hash = context.repositories.hashes.party(buyer.party.id_number)
    until = now + timedelta(days=700)
    await context.repositories.bans.ban(NewBan(uuid4(), party_hash, "王**", now - timedelta(days=1), until, uuid4()))
    return format_instant(until)


def wrong(code: str) -> str:
    """A code of the same form that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
