"""`python -m bench.varied VARIATION MODULE`: runs a program of ours with one thing changed."""

import asyncio
import runpy
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
import uvloop
from temporalio.service import GrpcCompression
from temporalio.worker import PollerBehaviorAutoscaling, WorkerTuner

import config.temporal
import storage.postgres.engine
import storage.postgres.prepared_statements
import worker.run
from process.garbage import collect_rarely
from worker.run import MOST_ACTIVITIES, MOST_WORKFLOW_TASKS

_LIMITS = ("max_concurrent_workflow_tasks", "max_concurrent_activities", "max_concurrent_local_activities")


def replace(where: Any, **what: Any) -> None:
    """Set attributes of a module or class, before the program uses them."""
    for name, value in what.items():
        setattr(where, name, value)


def change_worker(change: Callable[[dict[str, Any]], object]) -> None:
    """Let `change` change the options of each worker."""
    make = vars(worker.run)["Worker"]

    def make_changed(*arguments: Any, **options: Any) -> Any:
        change(options)
        return make(*arguments, **options)

    replace(worker.run, Worker=make_changed)


def scale_pollers() -> None:
    polling = PollerBehaviorAutoscaling()
    change_worker(
        lambda options: options.update(workflow_task_poller_behavior=polling, activity_task_poller_behavior=polling)
    )


def tune(tuner: WorkerTuner) -> None:
    """Let a tuner decide how many tasks run at once, instead of our limits."""

    def change(options: dict[str, Any]) -> None:
        for name in _LIMITS:
            del options[name]
        options["tuner"] = tuner

    change_worker(change)


def tune_with_fixed_numbers() -> None:
    slots = {"activity_slots": MOST_ACTIVITIES, "local_activity_slots": MOST_ACTIVITIES}
    tune(WorkerTuner.create_fixed(workflow_slots=MOST_WORKFLOW_TASKS, **slots))


def tune_by_resources() -> None:
    tune(WorkerTuner.create_resource_based(target_memory_usage=0.8, target_cpu_usage=0.9))


def collect_garbage_rarely() -> None:
    change_worker(lambda _: collect_rarely())


def plan_as_the_server_likes() -> None:
    del storage.postgres.engine._SERVER_SETTINGS["plan_cache_mode"]  # noqa: SLF001 - the variation of a private setting.


def use_cursors() -> None:
    replace(storage.postgres.prepared_statements, MOST=0)


def prepare_nothing() -> None:
    use_cursors()
    direct = storage.postgres.engine._direct  # noqa: SLF001 - as above.
    replace(storage.postgres.engine, _direct=lambda: direct() | {"prepare_threshold": None})


def send_one_by_one() -> None:
    @asynccontextmanager
    async def no_pipeline(_: psycopg.AsyncConnection[Any]) -> AsyncIterator[None]:
        yield

    replace(psycopg.AsyncConnection, pipeline=no_pipeline)


def use_asyncio() -> None:
    replace(uvloop, run=asyncio.run)


def compress() -> None:
    replace(config.temporal, GrpcCompression=SimpleNamespace(NONE=GrpcCompression.GZIP))


VARIATIONS: Mapping[str, Callable[[], None]] = {
    "pollers that scale": scale_pollers,
    "a tuner with fixed numbers": tune_with_fixed_numbers,
    "a tuner by resources": tune_by_resources,
    "rare garbage collection": collect_garbage_rarely,
    "plans as the server likes": plan_as_the_server_likes,
    "the driver's cursors": use_cursors,
    "no prepared statements": prepare_nothing,
    "no pipelining": send_one_by_one,
    "asyncio's loop": use_asyncio,
    "compressed messages": compress,
    "nothing": lambda: None,
}
"""By what is changed. `nothing` shows how far two equal sides lie apart."""


def main() -> None:
    variation, module = sys.argv[1:]
    VARIATIONS[variation]()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
