"""The registry's client certificate, token and signature."""

import hmac
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from config.gateway_settings import GatewaySettings
from config.settings import Settings
from domain.dependencies import DependencyUnavailable
from domain.parties import Party, PartyKind
from domain.vehicle_eligibility import VehicleFacts, VehicleQuestion
from gateways import circuit_breaker
from gateways.circuit_breaker import FAILURES
from gateways.vehicle_registry import registry_client, vehicle_registry
from operations.gateway_checks import check_gateways
from operations.installation import Missing
from process.clock import system_clock
from process.metrics import GATEWAY_CALLS, GATEWAY_CIRCUIT, GatewayMetrics
from tests.support.clocks import SettableClock
from tests.support.gateway_contract import example, example_headers
from tests.support.http_server import LocalServer, Received
from tests.support.serving import serve
from tests.support.tls import Authority, KeyPair

PERSON = Party(PartyKind.PERSON, "张三", "11010519491231002X")
QUESTION = VehicleQuestion(**example("registry request"), seller=PERSON, buyer=PERSON)
KEY = "an example key of 32 characters."


async def look_up(settings: GatewaySettings, clock: SettableClock | None = None) -> VehicleFacts | None:
    async with registry_client(settings, clock or system_clock) as client:
        return await vehicle_registry(settings, client, GatewayMetrics()).look_up(QUESTION)


@dataclass
class TlsRegistry:
    """A registry that demands a certificate of its authority, and has one."""

    url: str
    authority: Authority
    pair: KeyPair

    def settings(self, **values: object) -> Settings:
        return settings_for(self.url, registry_ca=self.authority.root, **values)


def settings_for(url: str, **values: object) -> Settings:
    required = {"database_url": "postgresql://db", "redis_url": "redis://cache", "keys": "{}"}
    return Settings.model_validate({**required, "registry_url": url, "sms_url": "local:", **values})


@pytest.fixture(scope="module")
async def tls_registry(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TlsRegistry]:
    authority, local = Authority(tmp_path_factory.mktemp("authority")), LocalServer()
    local.answers(200, example("registry response"))
    server, ours = authority.issue("localhost"), authority.issue("client.example.org")
    options = {
        "ssl_certfile": str(server.certificate),
        "ssl_keyfile": str(server.key),
        "ssl_ca_certs": str(authority.root),
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
    }
    async with serve(local, **options) as port:
        yield TlsRegistry(f"https://localhost:{port}/", authority, ours)


async def test_a_registry_that_demands_our_certificate_answers_with_it_only(tls_registry: TlsRegistry) -> None:
    pair = tls_registry.pair
    ours = tls_registry.settings(registry_client_cert=pair.certificate, registry_client_key=pair.key)
    assert await look_up(ours)
    with pytest.raises(DependencyUnavailable):
        await look_up(tls_registry.settings())
    # Another authority than the usual ones is trusted only where it is named.
    unnamed = settings_for(tls_registry.url, registry_client_cert=pair.certificate, registry_client_key=pair.key)
    with pytest.raises(DependencyUnavailable, match="ConnectError"):
        await look_up(unnamed)


async def test_the_doctor_asks_with_our_certificate(tls_registry: TlsRegistry) -> None:
    pair = tls_registry.pair
    ours = tls_registry.settings(registry_client_cert=pair.certificate, registry_client_key=pair.key)
    assert await check_gateways(ours) == "SMS local, registry reachable"
    with pytest.raises(Missing, match="registry: "):
        await check_gateways(tls_registry.settings())


async def test_a_signed_request_has_the_headers_of_its_example(http_server: LocalServer) -> None:
    headers, clock = example_headers("registry headers"), SettableClock()
    clock.now = datetime.fromtimestamp(int(headers["Xuanhao-Timestamp"]), UTC)

    async def answer(received: Received) -> Response:
        signed = received.headers["xuanhao-timestamp"].encode() + b"." + received.body
        expected = "v1=" + hmac.new(KEY.encode(), signed, "sha256").hexdigest()
        is_signed = hmac.compare_digest(received.headers.get("xuanhao-signature", ""), expected)
        return JSONResponse(example("registry response"), 200 if is_signed else 401)

    http_server.answer = answer
    assert await look_up(settings_for(http_server.url, registry_hmac_key=KEY), clock)
    sent = http_server.received[0].headers
    assert {name: sent[name.lower()] for name in headers} == headers
    with pytest.raises(DependencyUnavailable, match="status 401"):
        await look_up(settings_for(http_server.url, registry_hmac_key=KEY[::-1]), clock)


async def test_a_token_comes_from_its_file(http_server: LocalServer, tmp_path: Path) -> None:
    http_server.answers(404)
    secret = tmp_path / "token"
    secret.write_text("a token\n")
    assert await look_up(settings_for(http_server.url, registry_token_file=secret)) is None
    assert http_server.received[0].headers["authorization"] == "Bearer a token"


async def test_a_failing_registry_is_left_alone_and_shown(
    http_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "REST_S", 60.0)
    http_server.answers(503)
    settings, counted = settings_for(http_server.url), GATEWAY_CALLS.labels("registry", "open_circuit")._value.get()
    async with httpx.AsyncClient() as client:
        registry = vehicle_registry(settings, client, GatewayMetrics())
        for _ in range(FAILURES + 2):
            with pytest.raises(DependencyUnavailable):
                await registry.look_up(QUESTION)
    assert len(http_server.received) == FAILURES
    assert GATEWAY_CIRCUIT.labels("registry")._value.get() == 2
    assert GATEWAY_CALLS.labels("registry", "open_circuit")._value.get() == counted + 2
