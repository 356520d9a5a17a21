"""`python -m worker`: runs one worker process until SIGTERM or SIGINT. Run one per core."""

import asyncio
import sys
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog
from temporalio.client import Client

from config.key_marks import KEYS_UNREADABLE, require_keys_of_mode
from config.release import this_process
from config.settings import Settings, SettingsError
from config.tracing import open_tracing
from process.clock import system_clock
from process.exit import leave
from process.metrics import DATABASE_CONNECTIONS, DATABASE_WAIT, INDEX_REPAIRS
from process.program import run_program
from storage.background import end_tasks
from storage.crypto.readers import keep_keys_current
from storage.crypto.sources import key_source
from storage.pool.reconcile import PoolReconciler
from worker.container import WorkerContainer
from worker.figures import keep_figures
from worker.health import WorkerHealth, connect_when_set_up, serve_health
from worker.repeats import repeat
from worker.run import deployment_of, make_worker
from worker.schedules import keep_schedule
from worker.stopping import leave_when_overdue, stopped_by_signals
from workflows.maintenance.schedule import ensure_schedule

if TYPE_CHECKING:
    from config.spans import Tracing

log = structlog.get_logger("worker")


async def serve(settings: Settings, tracing: "Tracing | None") -> None:
    """Run until a signal; running tasks are finished first. Raises `SettingsError`."""
    container = WorkerContainer.from_settings(settings, tracing)
    stopped = stopped_by_signals()
    overdue = asyncio.create_task(leave_when_overdue(stopped))
    try:
        with serve_health(settings, container.repositories, tracing) as health:
            client = await connect_when_set_up(health, stopped)
            if client is not None:
                await work(settings, container, client, health, stopped)
    finally:
        await container.close()
        overdue.cancel()


async def work(
    settings: Settings, container: WorkerContainer, client: Client, health: WorkerHealth, stopped: asyncio.Event
) -> None:
    """Work until `stopped` is set."""
    repositories = container.repositories
    repositories.database.observe_wait = DATABASE_WAIT.observe
    DATABASE_CONNECTIONS.set_function(lambda: repositories.database.at_work)
    await ensure_schedule(client, settings.task_queue)
    reconcile = partial(reconcile_index, repositories.pool_reconciler)
    background = [
        asyncio.create_task(repeat(container, reconcile, "index maintenance failed")),
        # Coming days are committed to, and the log of the pool is stored.
        asyncio.create_task(repeat(container, container.fairness_keeper().keep, "fairness maintenance failed")),
        asyncio.create_task(keep_schedule(client, settings.task_queue)),
        *([asyncio.create_task(keep_figures(repositories, system_clock))] if settings.metrics_address else []),
    ]
    # The tests run all workflows in the sandbox, which shows that none uses clock, randomness or I/O. Here the sandbox
    # would take a quarter of the worker's time, and memory for a copy of the modules for each vehicle.
    async with (
        keep_keys_current(repositories.keys, repositories.database, this_process("worker"), system_clock),
        make_worker(
            client,
            settings.task_queue,
            container.activities(),
            deployment=deployment_of(settings.worker_deployment),
            sandboxed=False,
        ) as health.worker,
    ):
        log.info("worker ready", task_queue=settings.task_queue)
        await stopped.wait()
    await end_tasks(*background)


async def reconcile_index(reconciler: PoolReconciler, at: datetime) -> None:
    """Find missing and outdated indexes."""
    for prefix in await reconciler.reconcile(at):
        INDEX_REPAIRS.labels(prefix).inc()


def main() -> int:
    try:
        settings = Settings.for_service()
        require_keys_of_mode(key_source(settings.key_file, settings.keys).read(), demo=settings.demo)
    except (SettingsError, OSError, ValueError) as problem:
        sys.stderr.write(f"xuanhao: {problem if isinstance(problem, SettingsError) else KEYS_UNREADABLE}\n")
        return 2
    return run_program(partial(serve, settings), open_tracing("xuanhao-worker"), settings, SettingsError)


if __name__ == "__main__":
    leave(main())
