"""The demo's application with a real database; Redis and Temporal are not used here."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator

import httpx
import pytest

from api.context import open_context
from config.settings import Settings
from demo.routes import Demo
from demo.server import demo_app, demo_gateways, issuer_at
from demo.tokens import DemoSigner
from demo.world import demo_world
from storage.postgres.database import Database
from storage.sms.outbox import SmsOutbox
from tests.demo.demo_server import KEYS, DemoServer
from tests.support.clocks import NOW, SettableClock

PORT = 8123


@pytest.fixture(scope="session")
def only_clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def clock(only_clock: SettableClock) -> SettableClock:
    """The server's clock, which starts at `NOW` for every test."""
    only_clock.now = NOW
    return only_clock


@pytest.fixture(scope="session")
async def demo(database_url: str) -> AsyncIterator[Demo]:
    database = Database(database_url, pool_size=2)
    yield Demo(demo_world(), DemoSigner(b"s" * 32, issuer_at(PORT)), SmsOutbox(database, KEYS))
    await database.close()


@pytest.fixture(scope="session")
async def server(
    demo: Demo, only_clock: SettableClock, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[DemoServer]:
    """The demo's server, which fetches its own keys from itself."""
    keys = tmp_path_factory.mktemp("demo") / "keys.json"
    key = b64encode(b"v" * 32).decode()
    keys.write_text(json.dumps({"voucher_signing": key, "hashing": key}))
    settings = Settings(
        database_url=database_url, redis_url="redis://127.0.0.1:1", key_file=keys, http_port=PORT, demo=True
    )
    server = DemoServer()
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(server)) as http,
        open_context(settings, demo_gateways(demo, http, only_clock), KEYS, clock=only_clock) as context,
    ):
        server.context, server.app = context, demo_app(context, demo)
        yield server


@pytest.fixture
async def browser(server: DemoServer, clock: SettableClock) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the demo's server, without a cookie."""
    assert clock.now == NOW
    transport = httpx.ASGITransport(server)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as browser:
        yield browser
