"""A worker that something holds after it was asked to stop ends nevertheless, and says what held it."""

import signal
import sys
from pathlib import Path

import pytest

from embedded.managed_process import ManagedProcess
from tests.rules.source_files import ROOT
from tests.support.waiting import eventually

WORKER = """
import asyncio
import sys
from datetime import timedelta

from process.exit import leave
from worker.stopping import leave_when_overdue, stopped_by_signals

async def lets_go():
    pass

async def holding_call():
    await asyncio.sleep(3600)

async def never_lets_go():
    while True:
        try:
            await holding_call()
        except asyncio.CancelledError:
            pass

async def main():
    stopped = stopped_by_signals()
    overdue = asyncio.create_task(leave_when_overdue(stopped, timedelta(milliseconds=500)))
    print("working", flush=True)
    await stopped.wait()
    holding = asyncio.create_task(globals()[sys.argv[1]]())
    await asyncio.sleep(0)
    holding.cancel()
    await asyncio.wait([holding])
    overdue.cancel()

asyncio.run(main())
leave(0)
"""


@pytest.mark.parametrize("held_by, code", [("lets_go", 0), ("never_lets_go", 1)])
async def test_a_worker_ends_in_time_whatever_holds_it(tmp_path: Path, held_by: str, code: int) -> None:
    log = tmp_path / "log"
    worker = await ManagedProcess.start([sys.executable, "-c", WORKER, held_by], log=log, folder=ROOT)

    async def works() -> bool:
        return "working" in log.read_text()

    try:
        await eventually(works)
        worker.send(signal.SIGTERM)
        assert await worker.wait() == code, log.read_text()
    finally:
        await worker.kill_with_helpers()
    said = log.read_text()
    assert ("worker did not stop in order" in said) == (code == 1)
    assert ("never_lets_go" in said, "holding_call" in said) == (code == 1, code == 1)
