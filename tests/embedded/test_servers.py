import asyncio
import json
import os
import pwd
import signal
import sys
import time
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest
import redis.asyncio
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from embedded.accounts import account_for_postgres, unprivileged_account
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.supervisor import supervise
from embedded.temporal import Temporal
from embedded.valkey import Valkey


async def test_postgres_does_not_listen_on_tcp(postgres: Postgres) -> None:
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres")) as connection:
        shown = await (await connection.execute("SHOW listen_addresses")).fetchone()
    assert shown == ("",)


async def test_only_its_owner_reaches_the_sockets_of_postgres(postgres: Postgres) -> None:
    folder = postgres.folder.sockets / "postgres"
    assert folder.stat().st_mode & 0o077 == 0


CONNECT = "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=10)"


async def test_postgres_asks_who_connects_and_lets_in_nobody_but_our_user(postgres: Postgres, tmp_path: Path) -> None:
    """Also in a folder of earlier versions, which trusted everybody who reached the socket."""
    await postgres.stop()
    (postgres.folder.postgres / "pg_hba.conf").write_text("local all all trust\n")
    await postgres.bring_up()
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres")) as connection:
        rules = await connection.execute("SELECT type, auth_method, options, error FROM pg_hba_file_rules")
        assert await rules.fetchall() == [("local", "peer", ["map=owner"], None), ("host", "reject", None, None)]
        users = await connection.execute(
            "SELECT DISTINCT sys_name FROM pg_ident_file_mappings WHERE pg_username = 'all'"
        )
        assert await users.fetchall() == [(pwd.getpwuid(os.geteuid()).pw_name,)]
    # Started by root, the server runs as a user without a name, and the socket belongs to that one.
    account = unprivileged_account(reach_everything=True) if os.geteuid() == 0 else None
    for role in ("postgres", "xuanhao_app"):
        log = tmp_path / role
        command = [sys.executable, "-c", CONNECT, postgres.dsn("postgres", role=role)]
        stranger = await ManagedProcess.start(command, log=log, account=account)
        code = await stranger.wait()
        assert (code, "Peer authentication failed" in log.read_text()) == ((0, False) if account is None else (1, True))


async def test_a_killed_postgres_comes_back_with_its_data(postgres: Postgres) -> None:
    await postgres.create_database("survivor")
    await postgres.kill()
    await postgres.bring_up()
    assert not await postgres.create_database("survivor"), "it was there already"
    await postgres.drop_database("survivor")


async def test_a_lock_that_names_a_stranger_does_not_stop_postgres(postgres: Postgres, tmp_path: Path) -> None:
    await postgres.kill()
    lock = postgres.folder.postgres / "postmaster.pid"
    words = lock.read_text().splitlines(keepends=True)
    account = account_for_postgres(lock, Path(sys.executable))
    stranger = await ManagedProcess.start(
        [sys.executable, "-c", "import signal; signal.pause()"], log=tmp_path / "log", account=account
    )
    lock.write_text("".join([f"{stranger.pid}\n", *words[1:]]))
    await postgres.start()
    await postgres.wait_until_ready()
    assert stranger.is_running
    await stranger.stop(timeout_s=1)


async def test_a_postgres_frozen_with_its_children_stops_and_leaves_none_of_them(postgres: Postgres) -> None:
    children = psutil.Process(postgres.pid).children(recursive=True)
    assert children
    postgres.freeze()
    await postgres.stop()
    _, left = psutil.wait_procs(children, timeout=10)
    await postgres.bring_up()
    assert not left


async def test_a_frozen_postgres_answers_again_after_the_thaw(postgres: Postgres) -> None:
    postgres.freeze()
    answer = asyncio.create_task(postgres.wait_until_ready())
    done, _ = await asyncio.wait({answer}, timeout=0.2)
    assert not done
    postgres.thaw()
    await answer


async def test_valkey_forgets_everything_when_it_is_killed(valkey: Valkey, redis_url: str) -> None:
    async with redis.asyncio.from_url(redis_url) as client:
        await client.set("x", "1")
    await valkey.kill()
    await valkey.bring_up()
    async with redis.asyncio.from_url(redis_url) as client:
        assert await client.get("x") is None


async def test_a_kept_part_comes_back_by_itself(valkey: Valkey, capsys: pytest.CaptureFixture[str]) -> None:
    killed = valkey.pid
    keeper = asyncio.create_task(supervise(valkey))
    os.kill(killed, signal.SIGKILL)
    await valkey.wait_for_end()
    async with asyncio.timeout(10):
        while valkey.pid == killed:  # noqa: ASYNC110 - the keeper sends no event.
            await asyncio.sleep(0.01)
    keeper.cancel()
    await valkey.wait_until_ready()
    assert "valkey ended by signal SIGKILL; restarting it" in capsys.readouterr().err


def listening(pid: int) -> list[tuple[str, int]]:
    found = [connection for connection in psutil.Process(pid).net_connections() if connection.status == "LISTEN"]
    return [(connection.laddr.ip, connection.laddr.port) for connection in found]


# What a page can send without asking first: a form, or a fetch of one of the three plain types.
CROSS_SITE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}
END_ALL = {
    "namespace": "default",
    "reason": "x",
    "visibilityQuery": "WorkflowType='Nobody'",
    "terminationOperation": {},
}


async def test_attack_a_page_of_another_site_ends_workflows_and_reads_them(tmp_path: Path) -> None:
    """Every port of the development server is on the loopback, and none does what another site's page asks."""
    folder = DataFolder(tmp_path)
    server = Temporal(folder, port=free_port(), ui_port=free_port())
    with folder.lock():
        await server.bring_up()
        try:
            client = await Client.connect(server.address)
            handle = await client.start_workflow("Nobody", id="target", task_queue="nobody")
            ports = listening(server.pid)
            assert all(ip_address(ip).is_loopback for ip, _ in ports)
            async with httpx.AsyncClient(trust_env=False, headers=CROSS_SITE, timeout=10) as browser:
                addresses = [*ports, ("127.0.0.1", server.ui_port)]
                results = [await posted(browser, *address, base) for address in addresses for base in ("", "/api/v1")]
                read = await browser.get(f"http://127.0.0.1:{server.ui_port}/api/v1/namespaces")
            assert set(results) == {"no HTTP", 403, 404}
            # The browser lets the page send it, and not see it.
            assert "access-control-allow-origin" not in read.headers
            assert (await client.count_workflows("ExecutionStatus = 'Terminated'")).count == 0
            assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        finally:
            await server.stop()


async def posted(browser: httpx.AsyncClient, ip: str, port: int | None, base: str) -> int | str:
    path = f"{base}/namespaces/default/batch-operations/{uuid4()}"
    try:
        return (await browser.post(f"http://{ip}:{port}{path}", content=json.dumps(END_ALL))).status_code
    except httpx.TransportError:
        return "no HTTP"


async def test_temporal_knows_the_search_attributes(temporal_client: Client) -> None:
    query = 'Stage = "completed" AND Office = "440300" AND Deadline < "2026-11-23T00:00:00Z" AND Plate = "粤BA1234"'
    assert (await temporal_client.count_workflows(query)).count == 0


async def test_a_killed_temporal_comes_back_with_its_workflows(temporal: Temporal, temporal_client: Client) -> None:
    await temporal_client.start_workflow("Nobody", id="survivor", task_queue="nobody")
    await temporal.kill()
    await temporal.bring_up()
    handle = (await Client.connect(temporal.address)).get_workflow_handle("survivor")
    assert (await handle.describe()).id == "survivor"
    await handle.terminate()


@workflow.defn(sandboxed=False)
class TwoYears:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(days=730))


async def test_two_years_pass_in_seconds(temporal_env: TimeSkipper) -> None:
    client = temporal_env.client
    async with Worker(client, task_queue="two-years", workflows=[TwoYears]):
        handle = await client.start_workflow(TwoYears.run, id="two-years", task_queue="two-years")
        begun = await temporal_env.get_current_time(handle)
        await temporal_env.fast_forward(handle, timedelta(days=730, seconds=2))
        await handle.result()
        assert await temporal_env.get_current_time(handle) - begun >= timedelta(days=730)


@workflow.defn(sandboxed=False)
class ShortTimers:
    @workflow.run
    async def run(self) -> None:
        for _ in range(5):
            await workflow.sleep(timedelta(milliseconds=20))


async def test_a_short_timer_takes_no_whole_second(temporal_client: Client) -> None:
    async with Worker(temporal_client, task_queue="short-timers", workflows=[ShortTimers]):
        began = time.monotonic()
        await temporal_client.execute_workflow(ShortTimers.run, id="short-timers", task_queue="short-timers")
    # With Temporal's defaults each of the five takes a second.
    assert time.monotonic() - began < 2.5


async def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = await ManagedProcess.start([sys.executable, "-c", stubborn], log=tmp_path / "log")
    async with asyncio.timeout(10):
        while not (tmp_path / "log").read_text():  # noqa: ASYNC110 - a file has no event.
            await asyncio.sleep(0.01)
    began = time.monotonic()
    assert await child.stop(timeout_s=0.1) == -signal.SIGKILL
    assert time.monotonic() - began < 5
