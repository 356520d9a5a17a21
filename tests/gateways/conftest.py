"""The HTTP server of the gateways' tests, and a verifier that fetches its keys there."""

import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from gateways.identity.provider import TokenVerifier
from gateways.identity.signing_keys import SigningKeys
from tests.support.clocks import SettableClock
from tests.support.http_server import LocalServer
from tests.support.serving import serve
from tests.support.tokens import AUDIENCE, ISSUER, KEY, publish


@pytest.fixture(scope="session")
async def local_server() -> AsyncIterator[LocalServer]:
    local = LocalServer()
    async with serve(local) as port:
        local.url = f"http://127.0.0.1:{port}/"
        yield local


@pytest.fixture
def http_server(local_server: LocalServer) -> LocalServer:
    """A server that does not respond until it is given a response."""
    local_server.reset()
    return local_server


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def refused_url() -> str:
    """The URL of a port without a listener."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def verifier(http_server: LocalServer, client: httpx.AsyncClient, clock: SettableClock) -> TokenVerifier:
    publish(http_server, KEY)
    return TokenVerifier(ISSUER, AUDIENCE, keys=SigningKeys(http_server.url, client, clock), clock=clock)
