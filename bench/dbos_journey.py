"""`python -m bench.dbos_journey`: the journey of bench/bare_workflow.py on DBOS Transact, with its clients.

As DBOS documents it, one process runs the workflows and serves the clients: a client starts a workflow, sends it
messages, and waits for the event that answers each of them. The process prints a line once it is ready. For each line
`COUNT AT_ONCE` on its standard input it makes so many journeys and prints the seconds that one took.
"""

import asyncio
import os
import sys
import time
from uuid import uuid4

import psycopg
import uvloop
from dbos import DBOS, DBOSConfig, SetWorkflowID

from bench.bare_workflow import A_WHILE
from bench.dbos import DATABASE, SYSTEM_DATABASE
from bench.journeys import A_NUMBER, CODE_HASH
from process.exit import leave

# Each of them is one decision, and `send_identity_code` is one call of an activity.
MESSAGES = ("start", "send_identity_code", "confirm_identity", "draw", "put_aside", "confirm")
READ_AFTER = {"send_identity_code": CODE_HASH, "draw": A_NUMBER}


async def run_vehicle() -> None:
    """Every wait records its deadline first, as DBOS does for a timeout: those are the journey's timers."""
    await nothing()
    await DBOS.set_event_async("begin", value=True)
    for message in MESSAGES:
        await DBOS.recv_async(timeout_seconds=A_WHILE.total_seconds())
        await nothing()
        await DBOS.set_event_async(message, value=True)
    # The SMS is sent after the answer, and the workflow lives on.
    await nothing()
    await DBOS.recv_async(timeout_seconds=A_WHILE.total_seconds())


async def do_nothing() -> None:
    """The empty step."""


# Called, not written as decorators, for DBOS is not installed where the types are checked.
nothing = DBOS.step(name="nothing")(do_nothing)
vehicle = DBOS.workflow(name="vehicle")(run_vehicle)


async def travel(database: psycopg.AsyncConnection) -> None:
    workflow_id = str(uuid4())
    with SetWorkflowID(workflow_id):
        await DBOS.start_workflow_async(vehicle)
    await send_and_wait(workflow_id, "begin")
    for message in MESSAGES:
        await DBOS.send_async(workflow_id, message)
        await send_and_wait(workflow_id, message)
        if query := READ_AFTER.get(message):
            await (await database.execute(query, {"id": workflow_id})).fetchall()


async def send_and_wait(workflow_id: str, message: str) -> None:
    assert await DBOS.get_event_async(workflow_id, message), message


async def journeys(count: int, at_once: int) -> float:
    """Seconds per journey, with `at_once` of them under way at any time."""
    left = iter(range(count))

    async def traveller() -> None:
        async with await psycopg.AsyncConnection.connect(os.environ[DATABASE], autocommit=True) as database:
            for _ in left:
                await travel(database)

    began = time.perf_counter()
    await asyncio.gather(*(traveller() for _ in range(at_once)))
    return (time.perf_counter() - began) / count


async def serve() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        count, at_once = map(int, line.split())
        sys.stdout.write(f"{await journeys(count, at_once)}\n")
        sys.stdout.flush()


def config() -> DBOSConfig:
    """The defaults, LISTEN/NOTIFY among them, except for two documented settings that are faster here."""
    return {
        "name": "bench",
        "system_database_url": os.environ[SYSTEM_DATABASE],
        # Waiting for an event polls every millisecond, not every ten.
        "notification_coalesce_sec": 0.001,
        # The connections are not tested before each use.
        "db_engine_kwargs": {"pool_pre_ping": False},
        "log_level": "ERROR",
    }


if __name__ == "__main__":
    DBOS(config=config())
    DBOS.launch()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    uvloop.run(serve())
    leave(0)
