"""The identity provider ends a session: its tokens and streams end, in every process."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from api.context import AppContext
from api.sessions.endpoints import PATH
from gateways.identity.logout_tokens import EVENT
from process.clock import system_clock
from tests.support.applicants import Applicant
from tests.support.country import Country
from tests.support.event_streams import open_events
from tests.support.tokens import AUDIENCE, ISSUER, token_of
from tests.support.waiting import eventually


def logout_token(**claims: Any) -> str:
    now = int(system_clock().timestamp())
    return token_of({"iss": ISSUER, "aud": AUDIENCE, "iat": now, "jti": str(uuid4()), "events": {EVENT: {}}} | claims)


async def send(country: Country, content: str, kind: str = "application/x-www-form-urlencoded") -> int:
    address = f"http://xuanhao.test{PATH}"
    answer = await country.stack.client.post(address, content=content, headers={"Content-Type": kind})
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code


async def status_of(applicant: Applicant, client: httpx.AsyncClient) -> int:
    headers = {"Authorization": f"Bearer {token_of(applicant.claims)}"}
    return (await client.get("/api/v1/preselections", headers=headers)).status_code


async def test_attack_a_token_is_used_after_its_session_has_ended(country: Country) -> None:
    ended = country.applicant(sid=str(uuid4()))
    elsewhere = country.applicant(**{name: ended.claims[name] for name in ("sub", "id_number")}, sid=str(uuid4()))
    context = country.stack.context
    second = AppContext.build(context.settings, context.gateways, context.repositories, context.temporal, context.clock)
    transports = [httpx.ASGITransport(create_app(each)) for each in (context, second)]
    clients = [httpx.AsyncClient(transport=each, base_url="http://xuanhao.test") for each in transports]
    assert [await status_of(ended, client) for client in clients] == [200, 200]
    token = logout_token(sid=ended.claims["sid"], sub=ended.claims["sub"])
    assert [await send(country, f"logout_token={token}") for _ in range(2)] == [200, 400]
    assert await status_of(ended, clients[0]) == 401

    async def is_refused_by_the_other() -> bool:
        return await status_of(ended, clients[1]) == 401

    await eventually(is_refused_by_the_other)
    assert [await status_of(elsewhere, client) for client in clients] == [200, 200]
    await second.live_sessions.close()


async def test_a_stream_ends_with_its_session(country: Country, address: str) -> None:
    office, buyer = await country.office(), country.applicant(sid=str(uuid4()))
    selection = await buyer.create_selection(country.car(buyer, office))
    async with open_events(address, buyer, selection) as events:
        await events.next()
        assert await send(country, f"logout_token={logout_token(sid=buyer.claims['sid'])}") == 200
        # What the person does on another device wakes the stream.
        elsewhere = Applicant(country.stack, buyer.claims | {"sid": str(uuid4())})
        (await elsewhere.post(f"{selection.path}/start")).ok()
        assert await events.has_ended()


@pytest.mark.parametrize(
    "content, kind",
    [
        ("", "application/x-www-form-urlencoded"),
        ("logout_token=", "application/x-www-form-urlencoded"),
        ("logout_token=a.b.c&logout_token=a.b.c", "application/x-www-form-urlencoded"),
        ("x" * 70_000, "application/x-www-form-urlencoded"),
        ("logout_token=%FF%00", "application/x-www-form-urlencoded"),
        ("logout_token=选", "application/x-www-form-urlencoded"),
        ('{"logout_token": "a.b.c"}', "application/json"),
    ],
)
async def test_any_other_body_is_refused(country: Country, content: str, kind: str) -> None:
    assert await send(country, content, kind) == 400
