from dataclasses import replace

import httpx
import pytest
from starlette.responses import Response

from domain.dependencies import CallDeclined, DependencyUnavailable
from domain.sms import Sms, SmsGateway, key_of
from gateways import http
from gateways.sms.http import HttpSms
from gateways.sms.local import LocalSms
from tests.support.http_server import LocalServer, Received
from tests.support.sms import MESSAGE


class MemoryOutbox:
    def __init__(self) -> None:
        self.messages: dict[str, Sms] = {}

    async def add(self, message: Sms) -> None:
        self.messages.setdefault(message.idempotency_key, message)


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture(params=["http", "local"])
def adapter(
    request: pytest.FixtureRequest, http_server: LocalServer, outbox: MemoryOutbox, client: httpx.AsyncClient
) -> SmsGateway:
    """Both adapters. The server of the HTTP adapter writes to the same outbox."""
    if request.param == "local":
        return LocalSms(outbox)

    async def keep(received: Received) -> Response:
        key = received.headers["idempotency-key"]
        await outbox.add(replace(MESSAGE, idempotency_key=key, code=None, **received.json))
        return Response(status_code=202)

    http_server.answer = keep
    return HttpSms(http_server.url, client)


async def test_a_message_arrives_with_phone_text_and_purpose(adapter: SmsGateway, outbox: MemoryOutbox) -> None:
    await adapter.send(MESSAGE)
    (arrived,) = outbox.messages.values()
    assert (arrived.phone, arrived.text, arrived.purpose) == (MESSAGE.phone, MESSAGE.text, MESSAGE.purpose)


async def test_a_message_sent_again_with_its_key_arrives_once(adapter: SmsGateway, outbox: MemoryOutbox) -> None:
    await adapter.send(MESSAGE)
    await adapter.send(MESSAGE)
    await adapter.send(replace(MESSAGE, idempotency_key="k-2"))
    assert list(outbox.messages) == ["k-1", "k-2"]


@pytest.mark.parametrize("status", [301, 400, 401, 429, 500, 503])
async def test_whatever_is_not_accepted_counts_as_down(
    http_server: LocalServer, client: httpx.AsyncClient, status: int
) -> None:
    http_server.answers(status)
    with pytest.raises(DependencyUnavailable) as down:
        await HttpSms(http_server.url, client).send(MESSAGE)
    assert down.value.part == "sms"


async def test_what_the_gateway_will_never_take_is_final(http_server: LocalServer, client: httpx.AsyncClient) -> None:
    http_server.answers(422)
    with pytest.raises(CallDeclined) as declined:
        await HttpSms(http_server.url, client).send(MESSAGE)
    assert declined.value.is_final


async def test_a_key_with_a_plate_is_sent_in_ascii(http_server: LocalServer, client: httpx.AsyncClient) -> None:
    http_server.answers(202)
    key = "3f0c:reserved:粤B12345"
    await HttpSms(http_server.url, client).send(replace(MESSAGE, idempotency_key=key))
    sent = http_server.received[0].headers["idempotency-key"]
    assert (sent, key_of(sent)) == ("3f0c:reserved:%E7%B2%A4B12345", key)


async def test_a_gateway_that_is_away_counts_as_down(refused_url: str, client: httpx.AsyncClient) -> None:
    with pytest.raises(DependencyUnavailable):
        await HttpSms(refused_url, client).send(MESSAGE)


async def test_a_gateway_that_never_answers_counts_as_down(
    http_server: LocalServer, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert http.LIMIT_SECONDS == 3
    monkeypatch.setattr(http, "LIMIT_SECONDS", 0.05)
    with pytest.raises(DependencyUnavailable):
        await HttpSms(http_server.url, client).send(MESSAGE)


async def test_nothing_personal_stands_in_the_message_or_the_failure(
    refused_url: str, client: httpx.AsyncClient
) -> None:
    with pytest.raises(DependencyUnavailable) as down:
        await HttpSms(refused_url, client).send(MESSAGE)
    said = f"{MESSAGE!r} {down.value} {down.value!r} {down.value.__cause__}"
    assert not [value for value in (MESSAGE.phone, MESSAGE.text, "123456", refused_url) if value in said]
