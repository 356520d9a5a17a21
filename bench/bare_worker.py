"""`python -m bench.bare_worker`: the worker process of the bare workflow, like the real one, until SIGTERM.

With `XUANHAO_BENCH_BARE_WRITES` its activity writes a row in PostgreSQL, once for each call, as a service without any
of our rules would; otherwise it is empty.
"""

import asyncio
import os
import signal
from contextlib import AsyncExitStack

import uvloop
from temporalio import activity
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.bare_workflow import BareWorkflow, nothing
from config.settings import Settings
from config.temporal import connect
from process.clock import system_clock
from process.exit import leave
from process.logging import configure_logging
from storage.postgres.database import Database
from worker.run import MOST_ACTIVITIES, MOST_WORKFLOW_TASKS

WRITES = "XUANHAO_BENCH_BARE_WRITES"
TABLE = "CREATE TABLE IF NOT EXISTS bare_decision (key text PRIMARY KEY, at timestamptz NOT NULL)"
GRANT = "GRANT INSERT ON bare_decision TO PUBLIC"
WRITE = b"INSERT INTO bare_decision (key, at) VALUES (%(key)s, %(at)s) ON CONFLICT DO NOTHING"


class Writing:
    """The activity that writes a row. Its name is that of the empty one, so the workflow is the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="bare.nothing")
    async def write(self) -> None:
        call = activity.info()
        # Local and normal activities are numbered apart.
        key = f"{call.workflow_id}/{call.activity_id}/{call.is_local}"
        await self._database.execute_raw(WRITE, {"key": key, "at": system_clock()})


async def serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with AsyncExitStack() as running:
        called = nothing
        if WRITES in os.environ:
            database = Database(settings.database_url)
            running.push_async_callback(database.close)
            called = Writing(database).write
        worker = Worker(
            await connect(settings),
            task_queue=settings.task_queue,
            workflows=[BareWorkflow],
            activities=[called],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_workflow_tasks=MOST_WORKFLOW_TASKS,
            max_concurrent_activities=MOST_ACTIVITIES,
            max_concurrent_local_activities=MOST_ACTIVITIES,
        )
        await running.enter_async_context(worker)
        await stopped.wait()


if __name__ == "__main__":
    configure_logging()
    uvloop.run(serve(Settings.from_environment()))
    leave(0)
