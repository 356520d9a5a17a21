"""API and worker name what an installation lacks, until nothing is missing; the worker waits for it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from temporalio.service import RPCError

from config.settings import Settings
from config.temporal import connect
from config.temporal_setup import ensure_namespace, ensure_search_attributes
from embedded.folders import DataFolder
from embedded.ports import free_port
from embedded.programs import Worker
from embedded.stack import Servers
from storage.postgres.migrate import migrate
from tests.support.api_stack import keys_of, running_api
from tests.support.key_files import write_keys
from tests.support.phones import Phone
from tests.support.valkeys import TcpValkey, running_valkey
from tests.support.vehicle_registry import Registry
from tests.support.waiting import eventually
from worker import health

pytestmark = pytest.mark.slow

Unready = dict[str, str]


@pytest.fixture
async def valkey_of_test(data_folder: DataFolder, tmp_path: Path) -> AsyncIterator[TcpValkey]:
    async with running_valkey(data_folder, tmp_path) as server:
        yield server


@pytest.fixture
async def environment(
    servers: Servers, database_template: str, valkey_of_test: TcpValkey, tmp_path: Path
) -> AsyncIterator[dict[str, str]]:
    """An empty database of a server that has our role, and a namespace that does not exist."""
    name = f"readiness_{uuid4().hex[:8]}"
    await servers.postgres.create_database(name)
    yield {
        "XUANHAO_DATABASE_URL": servers.postgres.url(name),
        "XUANHAO_OWNER_DATABASE_URL": servers.postgres.owner_url(name),
        "XUANHAO_REDIS_URL": valkey_of_test.url,
        "XUANHAO_TEMPORAL_ADDRESS": servers.temporal.address,
        "XUANHAO_TEMPORAL_NAMESPACE": name,
        "XUANHAO_TASK_QUEUE": name,
        "XUANHAO_KEY_FILE": str(write_keys(tmp_path / "keys.json")),
        "XUANHAO_SMS_URL": "local:",
        "XUANHAO_REGISTRY_URL": "local:",
        "XUANHAO_HEALTH_ADDRESS": f"127.0.0.1:{free_port()}",
    }
    await servers.postgres.drop_database(name)


@pytest.fixture
def settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings.for_service()


@pytest.fixture
async def worker(data_folder: DataFolder, environment: dict[str, str], servers: Servers) -> AsyncIterator[Worker]:
    """A worker process that nothing waits for."""
    program = Worker(
        data_folder,
        {"PATH": os.environ["PATH"]} | environment,
        temporal=servers.temporal.address,
        task_queue=environment["XUANHAO_TASK_QUEUE"],
    )
    await program.start()
    yield program
    await program.stop()


async def parts_at(client: httpx.AsyncClient, url: str) -> Unready | None:
    """What is missing; None while nobody listens."""
    try:
        answer = await client.get(url)
    except httpx.TransportError:
        return None
    assert (answer.status_code == 503) == bool(answer.json().get("parts"))
    parts: Unready = answer.json().get("parts", {})
    return parts


async def until(expected: Unready, *asks: Callable[[], Awaitable[Unready | None]]) -> None:
    for ask in asks:

        async def is_so(ask: Callable[[], Awaitable[Unready | None]] = ask) -> bool:
            return await ask() == expected

        await eventually(is_so, within=60)


async def test_what_is_missing_is_named_and_the_worker_starts_when_nothing_is(
    settings: Settings, worker: Worker, valkey_of_test: TcpValkey
) -> None:
    await valkey_of_test.call("CONFIG", "SET", "min-replicas-to-write", 1)
    client, keys = await connect(settings), keys_of(settings)
    async with httpx.AsyncClient(trust_env=False) as http, running_api(settings, Phone(), Registry(), keys) as stack:

        async def api() -> Unready | None:
            return await parts_at(stack.client, "http://xuanhao.test/readyz")

        async def of_worker() -> Unready | None:
            return await parts_at(http, f"http://{settings.health_address}/readyz")

        await until({"database": "no_migrations", "redis": "down", "temporal": "no_namespace"}, of_worker, api)
        assert (await http.get(f"http://{settings.health_address}/healthz")).json() == {"status": "ok"}
        assert (await http.get(f"http://{settings.health_address}/metrics")).status_code == 404
        await ensure_namespace(client)
        await asyncio.to_thread(migrate, settings.owner_database_url or "")
        await until({"redis": "down", "temporal": "no_search_attributes"}, of_worker, api)

        async def has_attributes() -> bool:
            try:
                await ensure_search_attributes(client)
            except RPCError:
                return False
            return True

        await eventually(has_attributes, within=60)
        # Redis does not prevent the start: the worker is what fills it again.
        await until({"redis": "down"}, of_worker, api)
        await valkey_of_test.call("CONFIG", "SET", "min-replicas-to-write", 0)
        await until({}, of_worker, api)
        assert settings.key_file
        settings.key_file.write_text("{")
        await until({"keys": "unreadable"}, of_worker)


def test_a_worker_whose_loop_stands_still_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LONGEST_ANSWER_S", 0.01)
    loop = asyncio.new_event_loop()
    try:
        answer = health._answer_of(loop, health._is_alive)
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        loop.close()
    assert answer.status.startswith("503")
    assert b"".join(answer.content) == b'{"status": "unavailable", "parts": {"worker": "down"}}'
