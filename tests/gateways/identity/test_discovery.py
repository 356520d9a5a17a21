"""Only the issuer's own document gives the URL of its keys."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from starlette.responses import Response

from domain.dependencies import DependencyUnavailable
from gateways.identity.discovery import KNOWN_FOR, WELL_KNOWN
from gateways.identity.provider import TokenVerifier, Verifier, token_verifier
from gateways.identity.signing_keys import KEPT_FOR, PAUSE
from tests.support.clocks import SettableClock
from tests.support.http_server import LocalServer, Received
from tests.support.tokens import APPLICANT, AUDIENCE, KEY, token_of


class DiscoveredProvider:
    """A complete provider: its document, and its keys at the URL in it."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.issuer = server.url.removesuffix("/")
        self.document: dict[str, Any] = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        self.keys: list[Any] = [KEY]
        self.status = 200
        server.answer = self.answer

    async def answer(self, received: Received) -> Response:
        if received.path == WELL_KNOWN:
            return Response(json.dumps(self.document), self.status)
        if f"{self.issuer}{received.path}" != self.document.get("jwks_uri"):
            return Response(status_code=404)
        return Response(json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}), self.status)

    def asked(self) -> list[str]:
        return [received.path for received in self.server.received]

    def token(self, key: Any = KEY, **claims: Any) -> str:
        return token_of(APPLICANT | {"iss": self.issuer} | claims, key)


@pytest.fixture
def provider(http_server: LocalServer) -> DiscoveredProvider:
    return DiscoveredProvider(http_server)


@pytest.fixture
def verifier(provider: DiscoveredProvider, client: httpx.AsyncClient, clock: SettableClock) -> Verifier:
    return token_verifier(provider.issuer, AUDIENCE, client=client, clock=clock)


async def test_the_issuer_is_asked_once_where_its_keys_are(provider: DiscoveredProvider, verifier: Verifier) -> None:
    await asyncio.gather(*(verifier.verify(provider.token(jti=number)) for number in range(5)))
    assert provider.asked() == [WELL_KNOWN, "/keys"]


@pytest.mark.parametrize(
    "document",
    [
        {}, [], "keys", {"issuer": None}, {"issuer": "https://elsewhere.test"}, {"jwks_uri": None}, {"jwks_uri": 1},
        {"jwks_uri": ""}, {"jwks_uri": "/keys"}, {"jwks_uri": "file:///keys"}, {"jwks_uri": "http://[keys"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_document_of_another_issuer_or_without_an_address_is_none(
    provider: DiscoveredProvider, verifier: Verifier, document: Any
) -> None:
    provider.document = provider.document | document if isinstance(document, dict) and document else document
    with pytest.raises(DependencyUnavailable):
        await verifier.verify(provider.token())
    assert provider.asked() == [WELL_KNOWN]


async def test_keys_never_come_without_tls_where_the_issuer_has_it(
    client: httpx.AsyncClient, clock: SettableClock
) -> None:
    issuer, asked = "https://issuer.test", []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"issuer": issuer, "jwks_uri": "http://issuer.test/keys"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as secure:
        with pytest.raises(DependencyUnavailable):
            await token_verifier(issuer, AUDIENCE, client=secure, clock=clock).verify(
                token_of(APPLICANT | {"iss": issuer})
            )
    assert asked == [issuer + WELL_KNOWN]


async def test_keys_that_moved_are_found_again(
    provider: DiscoveredProvider, verifier: Verifier, clock: SettableClock
) -> None:
    await verifier.verify(provider.token())
    provider.document["jwks_uri"] = f"{provider.issuer}/new-keys"
    provider.keys = [ECKey.generate_key("P-256", {"kid": "k-2"})]
    clock.now += PAUSE
    with pytest.raises(DependencyUnavailable):
        await verifier.verify(provider.token(provider.keys[0]))
    clock.now += PAUSE
    claims = await verifier.verify(provider.token(provider.keys[0]))
    assert claims.subject == "applicant-001"
    assert provider.asked() == [WELL_KNOWN, "/keys", "/keys", WELL_KNOWN, "/new-keys"]


async def test_the_address_is_asked_for_again_now_and_then(
    provider: DiscoveredProvider, verifier: Verifier, clock: SettableClock
) -> None:
    await verifier.verify(provider.token())
    clock.now += KNOWN_FOR
    await verifier.verify(provider.token(exp=int(clock.now.timestamp()) + 60))
    assert provider.asked() == [WELL_KNOWN, "/keys"] * 2


@pytest.mark.slow
async def test_while_the_provider_is_away_known_keys_serve_on_and_nobody_waits_twice(
    provider: DiscoveredProvider, verifier: Verifier, clock: SettableClock
) -> None:
    await verifier.verify(provider.token())
    provider.server.answer = None
    clock.now += KEPT_FOR
    # The first call detects it, after its timeout.
    await verifier.verify(provider.token(jti=1))
    began = asyncio.get_running_loop().time()
    for number in range(5):
        clock.now += PAUSE
        await verifier.verify(provider.token(jti=number + 2))
    assert asyncio.get_running_loop().time() - began < 1
    await wait_for_requests(verifier)


async def wait_for_requests(verifier: Verifier) -> None:
    """Background requests end with the test, as they end with the process."""
    assert isinstance(verifier, TokenVerifier)
    aside = verifier._signed._keys._aside
    assert aside
    aside.cancel()
    await asyncio.gather(aside, return_exceptions=True)


async def test_a_key_that_nobody_knows_is_no_forgery_while_the_provider_is_away(
    provider: DiscoveredProvider, verifier: Verifier, clock: SettableClock
) -> None:
    await verifier.verify(provider.token())
    provider.status = 503
    clock.now += PAUSE
    with pytest.raises(DependencyUnavailable) as down:
        await verifier.verify(provider.token(ECKey.generate_key("P-256", {"kid": "k-2"})))
    assert down.value.part == "identity"


async def test_back_again_the_provider_is_believed_again(
    provider: DiscoveredProvider, verifier: Verifier, clock: SettableClock
) -> None:
    await verifier.verify(provider.token())
    provider.status = 503
    clock.now += KEPT_FOR
    await verifier.verify(provider.token(jti=1))
    provider.status, provider.keys = 200, [ECKey.generate_key("P-256", {"kid": "k-2"})]
    clock.now += PAUSE
    claims = await verifier.verify(provider.token(provider.keys[0]))
    assert claims.subject == "applicant-001"
