"""Delivery receipts: only signed, recent and new messages count, and operators see what they say."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.app import create_app
from domain.sms import key_of
from gateways.signatures import SIGNATURE, TIMESTAMP, sign
from process.clock import Clock
from process.metrics import SMS_RECEIPTS
from storage.figures import read_figures
from storage.sms.deliveries import Attempt
from tests.support.clocks import SettableClock
from tests.support.country import Country
from tests.support.desk import operator
from tests.support.gateway_contract import example, example_headers, example_text

SECRET = "an example key of 32 characters."
SIGNED_AT = datetime.fromtimestamp(int(example_headers("receipts headers")[TIMESTAMP]), UTC)
HOUR = timedelta(hours=1)


def client_of(country: Country, clock: Clock, secret: str | None = SECRET) -> httpx.AsyncClient:
    """A process with this secret and clock."""
    ours = country.stack.context
    context = replace(ours, clock=clock, settings=ours.settings.model_copy(update={"sms_receipt_secret": secret}))
    transport = httpx.ASGITransport(create_app(context))
    return httpx.AsyncClient(transport=transport, base_url="http://xuanhao.test/api/v1")


@pytest.fixture
def clock() -> SettableClock:
    clock = SettableClock()
    clock.now = SIGNED_AT
    return clock


@pytest.fixture
async def gateway(country: Country, clock: SettableClock) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(country, clock) as client:
        yield client


async def sent_sms(country: Country, key: str | None = None) -> Attempt:
    """An SMS that the gateway has accepted."""
    key, ordered = key or f"{uuid4()}:reserved:粤B1", SIGNED_AT - HOUR
    attempt = Attempt(key, uuid4(), "reserved", ordered, ordered + 24 * HOUR, 1, ordered)
    deliveries = country.stack.repositories.sms_deliveries
    assert await deliveries.begin(attempt)
    await deliveries.hand_over(attempt.key, ordered)
    return attempt


def signed(body: bytes, at: datetime = SIGNED_AT, secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json", TIMESTAMP: timestamp, SIGNATURE: sign(secret.encode(), timestamp, body),
    }  # fmt: skip


async def post(client: httpx.AsyncClient, body: bytes, **signing: Any) -> httpx.Response:
    return await client.post("/sms-receipts", content=body, headers=signed(body, **signing))


def receipt(key: str, state: str, at: str = "2026-11-28T05:59:58.000Z", reason: str = "") -> bytes:
    words = f', "reason": "{reason}"' if reason else ""
    return f'{{"receipts": [{{"key": "{key}", "state": "{state}", "at": "{at}"{words}}}]}}'.encode()


async def item_of(country: Country, attempt: Attempt) -> dict[str, Any]:
    params = {"preselection_id": str(attempt.preselection_id)}
    [item] = (await operator(country).get("/operations/texts", params=params)).ok()["items"]
    found: dict[str, Any] = item
    return found


async def test_the_example_of_the_contract_is_taken_once(country: Country, gateway: httpx.AsyncClient) -> None:
    body, headers = example_text("receipts body").encode(), example_headers("receipts headers")
    attempt = await sent_sms(country, key_of(example("receipts body")["receipts"][0]["key"]))
    answer = await gateway.post("/sms-receipts", content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, example("receipts answer"))
    item = await item_of(country, attempt)
    assert (item["state"], item["failure"], item["receipt_at"]) == ("delivered", None, "2026-11-28T05:59:58.000Z")
    replayed = await gateway.post("/sms-receipts", content=body, headers=headers)
    assert (replayed.status_code, replayed.json()["code"]) == (401, "unauthenticated")


async def test_failed_sms_are_listed_with_their_code_and_counted(
    country: Country, gateway: httpx.AsyncClient, clock: SettableClock
) -> None:
    attempt = await sent_sms(country)
    before = (await read_figures(country.stack.repositories.database, clock())).sms
    counted = SMS_RECEIPTS.labels("failed")._value.get()
    answer = await post(gateway, receipt(attempt.key, "failed", reason="MK:0001"))
    assert SMS_RECEIPTS.labels("failed")._value.get() == counted + 1
    assert answer.json() == {"recorded": 1, "ignored": 0}
    item = await item_of(country, attempt)
    assert (item["state"], item["failure"]) == ("failed", "MK:0001")
    listed = (await operator(country).get("/operations/texts", params={"state": "failed"})).ok()["items"]
    assert str(attempt.preselection_id) in {item["preselection_id"] for item in listed}
    after = (await read_figures(country.stack.repositories.database, clock())).sms
    assert (after["failed"], after["handed_over"]) == (before["failed"] + 1, before["handed_over"] - 1)
    # A later report counts, an earlier one that comes late does not.
    assert (await post(gateway, receipt(attempt.key, "delivered", "2026-11-28T06:00:00Z"))).json()["recorded"] == 1
    assert (await post(gateway, receipt(attempt.key, "failed", "2026-11-28T05:59:59Z"))).json()["ignored"] == 1
    assert (await item_of(country, attempt))["state"] == "delivered"
    # What has a receipt is not sent again.
    assert await country.stack.repositories.sms_deliveries.begin(attempt) is None


async def test_what_is_not_signed_with_the_secret_and_about_now_is_refused(
    country: Country, gateway: httpx.AsyncClient
) -> None:
    attempt = await sent_sms(country)
    body = receipt(attempt.key, "delivered")
    wrong = [
        signed(body, secret="another key"),
        signed(body + b" "),
        signed(body, at=SIGNED_AT - timedelta(minutes=6)),
        signed(body, at=SIGNED_AT + timedelta(minutes=6)),
        signed(body) | {TIMESTAMP: "now"},
        signed(body) | {SIGNATURE: "v1="},
        {"Content-Type": "application/json"},
    ]
    for headers in wrong:
        answer = await gateway.post("/sms-receipts", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), headers
    assert (await item_of(country, attempt))["state"] == "handed_over"
    async with client_of(country, lambda: SIGNED_AT, secret=None) as without:
        assert (await post(without, body)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"{}", b'{"receipts": []}', receipt("k", "lost"), receipt("", "failed"), receipt("k", "failed", "today"),
        receipt("k", "failed", reason="13800138000 is off"), receipt("k", "failed") + b"x",
    ],
)  # fmt: skip
async def test_another_form_is_refused(gateway: httpx.AsyncClient, body: bytes) -> None:
    answer = await post(gateway, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_any_key_may_be_unknown(gateway: httpx.AsyncClient) -> None:
    for key in ("%00", "%FF%FE", "%", "粤B12345"):
        answer = await post(gateway, receipt(key, "delivered"))
        assert (answer.status_code, answer.json()) == (200, {"recorded": 0, "ignored": 1}), key
