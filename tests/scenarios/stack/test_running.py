"""Starting and stopping: `make run` as a whole, killed, interrupted, twice on one machine, and without the demo."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.running_stack import LONGEST_STOP_S, ROOT, Client, RunningStack, run_stack

pytestmark = pytest.mark.slow

GONE_AFTER_KILL_S = 5
LONGEST_RESTART_S = 60
NO_WAITING = {"XUANHAO_POLICY__CONFIRM_DELAY": "PT0S", "XUANHAO_POLICY__CODE_RESEND": "PT0S"}
WHO = "applicant-120"
DEMO_READS = ("users", "vehicles", "messages")

View = dict[str, object]


async def wait_until_gone(processes: list[psutil.Process], *, within: float) -> None:
    """All of these have ended; one that is left at the timeout fails the test, and is killed."""
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, within)
    left = [(process.pid, process.name()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    for process in alive:
        process.kill()
    assert left == []


def names(processes: list[psutil.Process]) -> set[str]:
    return {process.name() for process in processes}


async def test_killed_by_sigkill_nothing_is_left_and_the_next_start_keeps_everything(tmp_path: Path) -> None:
    async with run_stack(RunningStack(tmp_path / "data", NO_WAITING, from_nothing=True)) as stack:
        completed, unfinished = await two_preselections(stack)
        family = stack.family()
        assert {"postgres", "temporal"} <= names(family)
        assert {"valkey-server", "redis-server"} & names(family)
        assert stack.process
        stack.process.kill()
        await stack.process.wait()
        await wait_until_gone(family, within=GONE_AFTER_KILL_S)
        async with asyncio.timeout(LONGEST_RESTART_S):
            await stack.start()
        await check_everything(stack, completed, unfinished)
        family = [psutil.Process(stack.process.pid), *stack.family()]
        # Ctrl-C goes to the whole foreground group.
        os.killpg(stack.process.pid, signal.SIGINT)
        async with asyncio.timeout(LONGEST_STOP_S):
            await stack.process.wait()
        await wait_until_gone(family, within=GONE_AFTER_KILL_S)


TESTING = """
import asyncio, sys, time
from pathlib import Path
from tests.support.running_stack import RunningStack

async def test():
    stack = RunningStack(Path("nowhere"))
    await stack.start(sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)")
    print(stack.process.pid, flush=True)
    time.sleep(60)

asyncio.run(test())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a test's system to its run")
async def test_a_test_run_that_is_killed_leaves_no_system_behind() -> None:
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", TESTING, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert run.stdout
    system = psutil.Process(int(await run.stdout.readline()))
    assert system.is_running()
    run.kill()
    await run.wait()
    await wait_until_gone([system], within=GONE_AFTER_KILL_S)


async def two_preselections(stack: RunningStack) -> tuple[View, View]:
    """One with a plate, and one at its beginning."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        client = await Client.sign_in(http, WHO)
        first, second, *_ = await client.cars()
        return await client.reach_reservation(first), await client.create(second)


async def check_everything(stack: RunningStack, completed: View, unfinished: View) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        assert (await http.get("/readyz")).status_code == 200
        client = await Client.sign_in(http, WHO)
        view = (await client.get(f"/preselections/{completed['id']}")).json()
        for name in ("stage", "plate", "visit_by", "deadline"):
            assert view[name] == completed[name]
        # The workflow of the other one is still there too.
        assert (await client.reach_selection(str(unfinished["id"])))["stage"] == "plate_selection"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=str)
async def test_make_run_without_the_demo_beside_another_ends_whole_with_make_alone(
    stack: RunningStack, tmp_path: Path, how: signal.Signals
) -> None:
    # Once from nothing, as an operator does.
    once = how is signal.SIGTERM
    without_demo = RunningStack(tmp_path / "data", {"XUANHAO_DEMO": "0"}, from_nothing=once)
    async with run_stack(without_demo, "make", "run") as bare:
        assert bare.process
        family = [psutil.Process(bare.process.pid), *bare.family()]
        async with httpx.AsyncClient(timeout=20) as http:
            await has_no_demo(http, bare.url, stack.url)
            bare.process.send_signal(how)
            async with asyncio.timeout(LONGEST_STOP_S):
                await bare.process.wait()
                await wait_until_gone(family, within=LONGEST_STOP_S)
            # The other one has not noticed.
            assert (await http.get(f"{stack.url}/readyz")).status_code == 200


async def has_no_demo(http: httpx.AsyncClient, bare: str, other: str) -> None:
    """Ready, but nobody can sign in: neither with the demo nor with another instance's token."""
    for path in ("/readyz", "/healthz"):
        assert (await http.get(bare + path)).status_code == 200
    assert not any("demo" in path for path in (await http.get(f"{bare}/openapi.json")).json()["paths"])
    nobody = {"user": "applicant-001"}
    answers = [await http.get(f"{bare}/api/v1/demo/{path}", params=nobody) for path in DEMO_READS]
    answers.append(await http.post(f"{bare}/api/v1/demo/tokens", json=nobody))
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 4
    token = (await http.post(f"{other}/api/v1/demo/tokens", json=nobody)).json()["access_token"]
    for value in (token, "nonsense"):
        answer = await http.get(f"{bare}/api/v1/offices", headers={"Authorization": f"Bearer {value}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_taken_port_is_one_clear_line(stack: RunningStack, tmp_path: Path) -> None:
    second = RunningStack(tmp_path / "data", port=stack.port, from_nothing=True)
    with pytest.raises(AssertionError) as failure:
        await second.start()
    words = str(failure.value)
    assert str(stack.port) in words
    assert "Traceback" not in words
    assert second.process
    assert await second.process.wait() != 0


async def test_a_folder_in_use_is_one_clear_line(stack: RunningStack) -> None:
    second = RunningStack(stack.folder)
    with pytest.raises(AssertionError) as failure:
        await second.start()
    assert "Traceback" not in str(failure.value)
    assert str(stack.folder) in str(failure.value)
