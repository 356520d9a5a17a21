"""A server that stops waits a little for its calls, and answers those that it cuts off."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from embedded.part import Part
from embedded.stack import Servers
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.serving import serve
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

UNDER_WAY_S = 0.2
GRACE_S = 1


@pytest.fixture
async def selection(country: Country) -> Selection:
    office, buyer = await country.office(), country.applicant()
    return await buyer.reach_selection(country.car(buyer, office))


async def cut_off(selection: Selection, frozen: Part, method: str, path: str, **options: Any) -> httpx.Response:
    """The response to a call that waits for a frozen part when the server stops."""
    async with httpx.AsyncClient(timeout=20) as client:
        with frozen.temporary_freeze():
            async with serve(selection.applicant.stack.app, timeout_graceful_shutdown=GRACE_S) as port:
                headers = selection.applicant.headers | options.pop("headers", {})
                address = f"http://127.0.0.1:{port}/api/v1{selection.path}{path}"
                call = asyncio.create_task(client.request(method, address, headers=headers, **options))
                await asyncio.sleep(UNDER_WAY_S)
            return await call


async def test_a_read_is_unavailable_and_nothing_else_is_blamed(selection: Selection, servers: Servers) -> None:
    response = await cut_off(selection, servers.postgres, "GET", "")
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response.json()["parts"] == {"api": "down"}


async def test_of_a_write_nobody_knows_and_its_repeat_does_not_wait_for_a_lease(
    selection: Selection, servers: Servers
) -> None:
    key = str(uuid4())
    response = await cut_off(selection, servers.temporal, "POST", "/draws", json={}, headers={"Idempotency-Key": key})
    assert (response.status_code, response.json()["code"]) == (504, "outcome_unknown")

    async def is_drawn() -> bool:
        return (await selection.post("draws", {}, key=key)).status == 200

    await eventually(is_drawn, within=10)
    assert (await selection.view())["draws"]["remaining"] == 4
