"""Calls through the API: the keyboard against a plain read, and an act against the same update sent directly."""

import itertools
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from bench.applicants import Buyer, create_submissions
from bench.figures import Call, Figure, cost, side_by_side
from bench.http_client import Connection, connect
from bench.journeys import CODE_HASH, begin, read, send_update
from bench.rest_journeys import pair_of_journeys
from bench.sizes import Sizes
from bench.stack import AT_ONCE, Stack
from domain.policy import Policy
from workflows.messages import Action, ConfirmIdentity, Draw, OneNumber

MOST = 1.2
MOST_OF_AN_ACTION = 1.15
BASE = "/api/v1"
USER = "applicant-101"
TYPED = ("", "1", "12", "A", "AB", "A1", "7", "7B", "B12", "88")
NUMBERS = "SELECT state -> 'batch' ->> 'numbers' FROM preselection WHERE id = %(id)s"


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    async with stack.worker(), stack.api(), connect(stack.settings.http_port) as api:
        me = await sign_in(api)
        return [
            *await keyboard_rows(stack, api, sizes, me),
            *await journey_rows(stack, api, sizes, me),
            *await action_rows(stack, api, sizes, me),
        ]


async def keyboard_rows(stack: Stack, api: Connection, sizes: Sizes, me: Buyer) -> list[Figure]:
    vehicle = await DrawnPreselection.reach(stack, me)
    typed = itertools.cycle(TYPED)

    async def keyboard() -> bytes:
        return await api.get(f"{vehicle.path}/keyboard?prefix=%E6%96%B0Y&typed={next(typed)}")

    async def read_reservation() -> bytes:
        return await api.get(vehicle.path)

    await side_by_side(keyboard, read_reservation, many=len(TYPED), pairs=1)
    pairs = await side_by_side(keyboard, read_reservation, many=sizes.calls, pairs=sizes.pairs)
    return [cost("a keyboard call through the API against GET /preselections/{id}", pairs, MOST)]


async def journey_rows(stack: Stack, api: Connection, sizes: Sizes, me: Buyer) -> list[Figure]:
    await pair_of_journeys(stack, api, me, 1)
    pairs = [await pair_of_journeys(stack, api, me, sizes.rest_journeys) for _ in range(sizes.pairs)]
    return [cost("the six REST actions of a journey against their updates sent directly", pairs, MOST)]


async def action_rows(stack: Stack, api: Connection, sizes: Sizes, me: Buyer) -> list[Figure]:
    """Make the first two numbers of a batch the candidate, alternating: a whole decision each time.

    With a key the API does more than the update does, so it may take longer.
    """
    figures = []
    for name, keyed in (("a REST action", False), ("the same with an Idempotency-Key", True)):
        by_rest, direct = await DrawnPreselection.reach(stack, me), await DrawnPreselection.reach(stack, me)
        ours, bare = by_rest.make_put_aside_call(api, keyed=keyed), direct.make_direct_put_aside_call()
        await side_by_side(ours, bare, many=2, pairs=1)
        pairs = await side_by_side(ours, bare, many=sizes.actions, pairs=sizes.pairs)
        most = MOST if keyed else MOST_OF_AN_ACTION
        figures.append(cost(f"{name} (add a candidate) against its update", pairs, most))
    return figures


async def sign_in(api: Connection, user: str = USER) -> Buyer:
    """A demo user, whose token every further call carries."""
    answer = json.loads(await api.post(f"{BASE}/demo/tokens", json.dumps({"user": user}).encode()))
    token = answer["access_token"]
    api.headers = {"Authorization": f"Bearer {token}"}
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return Buyer(f"{claims['sub']}\n{claims['id_number']}", claims["id_number"], "13800000000")


async def reach_selection(stack: Stack, applicant: Buyer, policy: Policy = AT_ONCE) -> UUID:
    """A preselection at 预选号牌, reached with updates."""
    [id_] = await create_submissions(stack, 1, applicant=applicant, policy=policy)
    await begin(stack, id_)
    code_id = uuid4()
    await send_update(stack, id_, "start", Action(str(uuid4())))
    await send_update(stack, id_, "send_identity_code", Action(str(code_id)))
    typed = await read(stack, CODE_HASH, code_id)
    await send_update(stack, id_, "confirm_identity", ConfirmIdentity(typed, str(uuid4())))
    return id_


@dataclass(frozen=True)
class DrawnPreselection:
    """A preselection at 预选号牌 with a live batch."""

    stack: Stack
    id: UUID
    numbers: Sequence[str]

    @classmethod
    async def reach(cls, stack: Stack, applicant: Buyer, policy: Policy = AT_ONCE) -> "DrawnPreselection":
        """Reached with updates."""
        id_ = await reach_selection(stack, applicant, policy)
        await send_update(stack, id_, "draw", Draw(request_id=str(uuid4())))
        return cls(stack, id_, json.loads(await read(stack, NUMBERS.encode(), id_)))

    @property
    def path(self) -> str:
        return f"{BASE}/preselections/{self.id}"

    def make_put_aside_call(self, api: Connection, *, keyed: bool) -> Call:
        """With a POST, each with its own key or without one."""
        numbers = itertools.cycle(self.numbers[:2])

        async def call() -> None:
            key = {"Idempotency_Key": str(uuid4())} if keyed else {}
            await api.post(f"{self.path}/candidates", json.dumps({"number": next(numbers)}).encode(), **key)

        return call

    def make_direct_put_aside_call(self) -> Call:
        """With the update."""
        numbers = itertools.cycle(self.numbers[:2])

        async def call() -> None:
            await send_update(self.stack, self.id, "put_aside", OneNumber(next(numbers), str(uuid4())))

        return call
