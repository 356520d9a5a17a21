"""Users of the API with a token, and the preselections of applicants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.parties import Party, PartyKind
from storage.offices.offices import Office
from tests.support.api_stack import ApiStack
from tests.support.http import Answer
from tests.support.tokens import token_of


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

    stack: ApiStack
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

    async def create_selection(self, car: Car) -> "Selection":
        return Selection(self, (await self.submit(car)).ok()["id"])

    async def reach_selection(self, car: Car) -> "Selection":
        """At 预选号牌."""
        selection = await self.create_selection(car)
        await selection.verify()
        return selection

    async def reach_reservation(self, car: Car) -> "Selection":
        """With a reserved plate."""
        selection = await self.reach_selection(car)
        await selection.reserve()
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

    async def reserve(self) -> None:
        """From 预选号牌 to a reserved plate."""
        batch = (await self.post("draws", {})).ok()["batch"]
        (await self.post("candidates", {"number": batch["numbers"][0]})).ok()
        (await self.post("confirmation", {"number": batch["numbers"][0]})).ok()
