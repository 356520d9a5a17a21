"""The REST calls of demo mode (api.md, "Demo mode only"): users, their tokens, cars and phones.

They exist only in the application of `demo.server.demo_app`.
"""

import secrets
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from api.auth.policy import PUBLIC
from api.http.request_context import CurrentContext
from api.http.responses import WRITES, problems
from api.http.schemas import Answer, Body, Instant, PlainText
from api.http.secured_route import SecuredRoute
from demo.oidc_grants import Grants
from demo.tokens import LIFETIME, DemoSigner, SignIn
from demo.vehicles import DemoVehicle
from demo.world import DemoUser, DemoWorld
from domain.errors import NotFound
from storage.sms.outbox import SmsOutbox


@dataclass(frozen=True)
class Demo:
    """The additional state of demo mode."""

    world: DemoWorld
    signer: DemoSigner
    messages: SmsOutbox
    grants: Grants = field(default_factory=Grants)

    def user(self, name: str) -> DemoUser:
        """Raises `NotFound`."""
        if name not in self.world.users:
            raise NotFound
        return self.world.users[name]


class UserItem(Answer):
    user: str
    name: str
    roles: list[str]
    phone: str
    office_code: str | None = None


class UserList(Answer):
    items: list[UserItem]


class TokenBody(Body):
    user: PlainText


class Token(Answer):
    access_token: str
    expires_in: int


class Seller(Answer):
    kind: Literal["person", "organisation"]
    name: str
    id_number: str


class VehicleItem(Answer):
    """`reasons` is set for a car that is not eligible."""

    certificate_number: str
    vin: str
    office_code: str
    seller: Seller
    reasons: list[str] | None = None


class VehicleList(Answer):
    items: list[VehicleItem]


class MessageItem(Answer):
    sent_at: Instant
    purpose: str
    text: str
    code: str | None = None


class MessageList(Answer):
    items: list[MessageItem]


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class UserQuery(_Query):
    user: PlainText


class VehicleQuery(UserQuery):
    eligible: bool = True


async def demo_of(request: Request) -> Demo:
    demo = request.app.state.demo
    if not isinstance(demo, Demo):
        raise NotFound
    return demo


CurrentDemo = Annotated[Demo, Depends(demo_of)]

router = APIRouter(prefix="/demo", tags=["demo"], route_class=SecuredRoute)


@router.get("/users", response_model_exclude_none=True)
async def list_demo_users(demo: CurrentDemo) -> UserList:
    """Everybody who can sign in."""
    return UserList(items=[_user_item(user) for user in demo.world.users.values()])


@router.post("/tokens", responses=problems("not_found", *WRITES))
async def issue_demo_token(body: TokenBody, demo: CurrentDemo, context: CurrentContext) -> Token:
    """Issue a token with which this user calls the service."""
    user, now = demo.user(body.user), context.now()
    token = demo.signer.access_token(user, SignIn(secrets.token_hex(8), now), now)
    return Token(access_token=token, expires_in=int(LIFETIME.total_seconds()))


@router.get("/vehicles", response_model_exclude_none=True, responses=problems("not_found", "validation_failed"))
async def list_demo_vehicles(query: Annotated[VehicleQuery, Query()], demo: CurrentDemo) -> VehicleList:
    """The cars that this user, or their organisation, has bought and can enter."""
    cars = demo.world.vehicles_of(demo.user(query.user).user, eligible=query.eligible)
    return VehicleList(items=[_vehicle_item(car) for car in cars])


@router.get(
    "/messages",
    response_model_exclude_none=True,
    responses=problems("not_found", "validation_failed", "unavailable"),
)
async def list_demo_messages(query: Annotated[UserQuery, Query()], demo: CurrentDemo) -> MessageList:
    """The SMS on the user's phone, newest first."""
    messages = await demo.messages.list_of(demo.user(query.user).phone)
    return MessageList(items=[MessageItem(**vars(message)) for message in messages])


RULES = dict.fromkeys(("list_demo_users", "issue_demo_token", "list_demo_vehicles", "list_demo_messages"), PUBLIC)


def _user_item(user: DemoUser) -> UserItem:
    return UserItem(
        user=user.user,
        name=user.party.name,
        roles=list(user.roles),
        phone=user.phone,
        office_code=user.office_code,
    )


def _vehicle_item(car: DemoVehicle) -> VehicleItem:
    facts = car.facts
    seller = Seller(kind=facts.owner.kind.value, name=facts.owner.name, id_number=facts.owner.id_number)
    return VehicleItem(
        certificate_number=facts.certificate_number,
        vin=facts.vin,
        office_code=car.office_code,
        seller=seller,
        reasons=facts.reasons or None,
    )
