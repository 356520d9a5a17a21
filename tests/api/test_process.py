"""`python -m api` as a separate process."""

import asyncio
import signal
import socket

import httpx
import pytest

from config.settings import Settings
from embedded.ports import free_port
from tests.support.api_process import api_process, is_up
from tests.support.country import Country
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow


async def test_it_boots_without_temporal_and_leaves_in_order(settings: Settings, country: Country) -> None:
    port = free_port()
    nowhere = {"XUANHAO_TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}"}
    async with (
        api_process(settings, port, **nowhere) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        await eventually(lambda: is_up(client), within=30)
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["parts"]) == (503, {"temporal": "down"})
        assert "server" not in answer.headers
        # Without an identity provider every token is refused.
        answer = await client.get("/api/v1/offices", headers=country.applicant().headers)
        assert answer.status_code == 401
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 0
        assert b"Traceback" not in log


async def test_an_environment_that_lacks_something_is_one_clear_line(settings: Settings) -> None:
    async with api_process(settings, free_port(), XUANHAO_DATABASE_URL="") as process:
        _, log = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 2
        assert log.decode().count("\n") == 1
        assert "XUANHAO_DATABASE_URL" in log.decode()


async def test_an_address_that_can_not_be_listened_at_is_one_clear_line(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for changes in ({}, {"XUANHAO_HTTP_HOST": "geheim.invalid"}):
            async with api_process(settings, port, **changes) as process:
                _, log = await asyncio.wait_for(process.communicate(), 60)
            assert process.returncode == 2
            said = log.decode()
            assert (said.count("\n"), said.startswith("xuanhao: XUANHAO_HTTP_HOST or XUANHAO_HTTP_PORT")) == (1, True)
            assert not any(part in said for part in ("geheim", str(port)))


async def test_a_key_file_that_can_t_be_read_is_one_clear_line(settings: Settings) -> None:
    async with api_process(settings, free_port(), XUANHAO_KEY_FILE="/nowhere/keys.json") as process:
        _, log = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 2
        assert log.decode().count("\n") == 1
