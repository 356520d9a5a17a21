"""The codec endpoint for Temporal's UI."""

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.app import create_app
from config.temporal import connect
from tests.support.country import Country
from tests.support.desk import operator

UI = "https://temporal.example.org"
PLAIN = {"metadata": {"encoding": b64encode(b"json/plain").decode()}, "data": b64encode(b'{"a":1}').decode()}


@pytest.fixture
async def ui(country: Country) -> AsyncIterator[httpx.AsyncClient]:
    """Temporal's UI with an operator's token, before a process that encrypts."""
    ours = country.stack.context
    settings = ours.settings.model_copy(update={"temporal_codec": True, "cors_origins": UI})
    context = replace(ours, settings=settings, temporal=await connect(settings, lazy=True))
    transport = httpx.ASGITransport(create_app(context))
    headers = operator(country).headers | {"Origin": UI, "X-Namespace": "default"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://xuanhao.test/api/v1/operations/payloads", headers=headers
    ) as client:
        yield client


async def test_the_ui_reads_what_temporal_can_not(ui: httpx.AsyncClient) -> None:
    sealed = (await ui.post("/encode", json={"payloads": [PLAIN]})).json()["payloads"]
    assert sealed[0]["data"] != PLAIN["data"]
    answer = await ui.post("/decode", json={"payloads": [*sealed, PLAIN]})
    assert answer.json() == {"payloads": [PLAIN, PLAIN]}
    assert answer.headers["access-control-allow-origin"] == UI
    headers = "authorization,queue-pass,x-namespace"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    assert (await ui.options("/decode", headers=asked)).status_code == 200


@pytest.mark.parametrize("change", [{"data": "AAAA"}, {"data": "é"}, {"data": 7}, {"metadata": {"encoding": "é"}}])
async def test_what_can_not_be_decrypted_is_refused(ui: httpx.AsyncClient, change: dict[str, Any]) -> None:
    [sealed] = (await ui.post("/encode", json={"payloads": [PLAIN]})).json()["payloads"]
    answer = await ui.post("/decode", json={"payloads": [sealed | change]})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_without_the_codec_there_is_none(country: Country) -> None:
    answer = await operator(country).post("/operations/payloads/decode", json={"payloads": []})
    assert answer.code == "not_found"
