"""A helper process answers what it is asked, is replaced when it ends, and never outlives its parent."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import psutil
import pytest

from process.helper_process import NICENESS, HelperFailed, HelperProcess
from tests.rules.source_files import ROOT
from tests.support import echo_helper
from tests.support.waiting import eventually

MODULE = "tests.support.echo_helper"
PARENT = f"""
import asyncio
from process.helper_process import HelperProcess
async def main():
    helper = HelperProcess("{MODULE}")
    await helper.ask(b"a")
    print(helper.pid, flush=True)
    await asyncio.sleep(3600)
asyncio.run(main())
"""


@pytest.fixture
async def helper() -> AsyncIterator[HelperProcess]:
    helper = HelperProcess(MODULE)
    yield helper
    pid = helper.pid
    await helper.close()
    assert pid is None or not psutil.pid_exists(pid)


async def test_questions_of_many_are_answered_each_with_its_own(helper: HelperProcess) -> None:
    assert helper.pid is None
    questions = [b"", b"x" * 300_000, *(str(number).encode() for number in range(20))]
    assert await asyncio.gather(*map(helper.ask, questions)) == questions


async def test_it_gives_way_to_its_parent_and_knows_no_setting(
    helper: HelperProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUANHAO_KEYS", "secret")
    assert await helper.ask(echo_helper.NICENESS) == str(max(os.nice(0), NICENESS)).encode()
    assert await helper.ask(echo_helper.SETTINGS) == b""


async def test_a_killed_helper_is_replaced_without_an_error(helper: HelperProcess) -> None:
    await helper.ask(b"a")
    killed = helper.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert await helper.ask(b"b") == b"b"
    assert helper.pid != killed


async def test_a_helper_killed_over_a_question_is_asked_again(helper: HelperProcess) -> None:
    await helper.ask(b"a")
    killed = helper.pid
    assert killed is not None
    os.kill(killed, signal.SIGSTOP)
    asked = asyncio.create_task(helper.ask(b"b"))
    await asyncio.sleep(0)
    os.kill(killed, signal.SIGKILL)
    assert await asked == b"b"


async def test_a_question_that_ends_every_helper_fails_and_the_next_is_answered(helper: HelperProcess) -> None:
    with pytest.raises(HelperFailed):
        await helper.ask(echo_helper.END)
    assert await helper.ask(b"b") == b"b"


async def test_a_question_that_fails_costs_no_process(helper: HelperProcess) -> None:
    await helper.ask(b"a")
    known = helper.pid
    with pytest.raises(HelperFailed):
        await helper.ask(echo_helper.FAIL)
    assert await helper.ask(b"b") == b"b"
    assert helper.pid == known


async def test_nobody_gets_the_answer_to_a_question_that_was_given_up(helper: HelperProcess) -> None:
    await helper.ask(b"a")
    hung = helper.pid
    assert hung is not None
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await helper.ask(echo_helper.WAIT)
    assert await helper.ask(b"b") == b"b"
    assert not psutil.pid_exists(hung)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_to_the_whole_group_leaves_the_helper_to_its_parent(
    helper: HelperProcess, how: signal.Signals
) -> None:
    await helper.ask(b"a")
    known = helper.pid
    assert known is not None
    os.kill(known, how)
    assert await helper.ask(b"b") == b"b"
    assert helper.pid == known


async def test_it_ends_with_a_parent_that_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    helper = psutil.Process(int(await parent.stdout.readline()))
    parent.kill()
    # The end of its output, which the helper has too.
    await asyncio.wait_for(parent.communicate(), 10)

    async def has_ended() -> bool:
        return not helper.is_running() or helper.status() == psutil.STATUS_ZOMBIE

    await eventually(has_ended, within=10)
