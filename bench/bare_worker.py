"""`python -m bench.bare_worker`: the worker process of the bare workflow, like the real one, until SIGTERM."""

import asyncio
import signal

import uvloop
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.bare_workflow import BareWorkflow, nothing
from config.settings import Settings
from config.temporal import connect
from process.exit import leave
from process.logging import configure_logging
from worker.run import MOST_ACTIVITIES, MOST_WORKFLOW_TASKS


async def serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with Worker(
        await connect(settings),
        task_queue=settings.task_queue,
        workflows=[BareWorkflow],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_workflow_tasks=MOST_WORKFLOW_TASKS,
        max_concurrent_activities=MOST_ACTIVITIES,
        max_concurrent_local_activities=MOST_ACTIVITIES,
    ):
        await stopped.wait()


if __name__ == "__main__":
    configure_logging()
    uvloop.run(serve(Settings.from_environment()))
    leave(0)
