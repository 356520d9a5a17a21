from datetime import timedelta
from typing import Any

import httpx
import pytest

from demo.routes import Demo
from domain.sms import Sms
from gateways.sms.local import LocalSms
from tests.demo.demo_server import DemoServer
from tests.support.clocks import SettableClock

BASE = "/api/v1/demo"


async def items(browser: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await browser.get(BASE + path)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_the_users_are_listed_with_roles_and_phones(browser: httpx.AsyncClient) -> None:
    users = await items(browser, "/users")
    by_name = {user["user"]: user for user in users}
    assert len([user for user in users if user["roles"] == ["applicant"]]) >= 205
    assert by_name["clerk-440300"]["office_code"] == "440300"
    assert set(by_name["applicant-001"]) == {"user", "name", "roles", "phone"}


async def test_a_token_signs_its_user_in(browser: httpx.AsyncClient, server: DemoServer, demo: Demo) -> None:
    answer = await browser.post(f"{BASE}/tokens", json={"user": "agent-001"})
    assert answer.status_code == 200
    assert answer.json()["expires_in"] >= 3600
    assert server.context
    claims = await server.context.gateways.verifier.verify(answer.json()["access_token"])
    agent = demo.world.users["agent-001"]
    assert (claims.subject, claims.phone, claims.acting_party) == ("agent-001", agent.phone, agent.organisation)


async def test_every_user_gets_a_token_that_is_accepted(
    browser: httpx.AsyncClient, server: DemoServer, demo: Demo
) -> None:
    assert server.context
    verifier = server.context.gateways.verifier
    for user in demo.world.users.values():
        answer = await browser.post(f"{BASE}/tokens", json={"user": user.user})
        claims = await verifier.verify(answer.json()["access_token"])
        assert (claims.roles, claims.office) == (frozenset(user.roles), user.office_code)


async def test_a_token_ends_when_it_said(browser: httpx.AsyncClient, clock: SettableClock) -> None:
    answer = (await browser.post(f"{BASE}/tokens", json={"user": "applicant-001"})).json()
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    clock.now += timedelta(seconds=answer["expires_in"] - 1)
    assert (await browser.get("/api/v1/offices", headers=bearer)).status_code == 200
    clock.now += timedelta(seconds=10)
    refused = await browser.get("/api/v1/offices", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


async def test_an_applicants_cars_are_listed_with_seller_and_office(browser: httpx.AsyncClient) -> None:
    cars = await items(browser, "/vehicles?user=applicant-001")
    assert len(cars) >= 3
    assert set(cars[0]) == {"certificate_number", "vin", "office_code", "seller"}
    assert set(cars[0]["seller"]) == {"kind", "name", "id_number"}


async def test_cars_that_are_not_eligible_are_listed_apart_with_their_reasons(browser: httpx.AsyncClient) -> None:
    (car,) = await items(browser, "/vehicles?user=applicant-001&eligible=false")
    assert car["reasons"] == ["not_small_car"]
    assert car["vin"] not in [other["vin"] for other in await items(browser, "/vehicles?user=applicant-001")]


async def test_nobody_but_applicants_has_cars(browser: httpx.AsyncClient) -> None:
    assert await items(browser, "/vehicles?user=operator-1") == []


async def test_a_users_messages_are_listed_newest_first(
    browser: httpx.AsyncClient, demo: Demo, clock: SettableClock
) -> None:
    sms, phone = LocalSms(demo.messages), demo.world.users["applicant-003"].phone
    await sms.send(Sms(phone, "【选号】一", "confirm_information", "k-1", clock.now, "123456"))
    await sms.send(Sms(phone, "【选号】二", "reserved", "k-2", clock.now + timedelta(seconds=1)))
    await sms.send(Sms(phone, "【选号】二", "reserved", "k-2", clock.now + timedelta(seconds=2)))
    assert await items(browser, "/messages?user=applicant-003") == [
        {"sent_at": "2026-11-23T02:10:01.000Z", "purpose": "reserved", "text": "【选号】二"},
        {
            "sent_at": "2026-11-23T02:10:00.000Z",
            "purpose": "confirm_information",
            "text": "【选号】一",
            "code": "123456",
        },
    ]
    assert await items(browser, "/messages?user=applicant-004") == []


@pytest.mark.parametrize("path", ["/vehicles?user=nobody", "/messages?user=nobody", "/nothing"])
async def test_an_unknown_user_is_not_found(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(BASE + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_there_is_no_token_for_an_unknown_user(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(f"{BASE}/tokens", json={"user": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["/vehicles", "/vehicles?user=applicant-001&eligible=perhaps", "/messages", "/messages?user=%00"]
)
async def test_a_malformed_question_fails_validation(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(BASE + path)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize("body", [{}, {"user": 1}, {"user": None}, {"user": "applicant-001", "x": 1}, [], "x", 1])
async def test_a_malformed_request_for_a_token_fails_validation(browser: httpx.AsyncClient, body: object) -> None:
    answer = await browser.post(f"{BASE}/tokens", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize("content", [b"", b"{", b'{"user": "\xff"}', b'{"user": "\\u0000"}', b"[" * 50_000])
async def test_a_body_that_is_no_json_fails_validation(browser: httpx.AsyncClient, content: bytes) -> None:
    answer = await browser.post(f"{BASE}/tokens", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_the_published_document_names_the_calls_of_demo_mode(browser: httpx.AsyncClient) -> None:
    paths = (await browser.get("/openapi.json")).json()["paths"]
    assert {f"{BASE}/{name}" for name in ("users", "tokens", "vehicles", "messages")} <= set(paths)
