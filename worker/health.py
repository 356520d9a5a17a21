"""The health of a worker: `/healthz` and `/readyz` at the address of a setting, and the wait for the set-up.

A worker starts before its installation is complete, names what is missing, and works as soon as nothing is.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.worker import Worker

from config.readiness import DOWN, NO_MIGRATIONS, TIMEOUT_SECONDS, lacking_in_temporal, unready_parts
from config.settings import Settings, SettingsError
from config.temporal import connect
from process.local_server import LocalAnswer, serve_paths
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.postgres.schema import is_set_up
from storage.redis.health import ping
from storage.repositories import Repositories

if TYPE_CHECKING:
    from config.spans import Tracing

NOT_POLLING, NO_KEYS = "not_polling", "unreadable"
LONGEST_ANSWER_S = 5.0
ASK_AGAIN = timedelta(seconds=2)

log = structlog.get_logger("worker")


class WorkerHealth:
    """What a worker lacks. `client` and `worker` are set when they exist."""

    def __init__(self, settings: Settings, repositories: Repositories, tracing: "Tracing | None" = None) -> None:
        self._settings = settings
        self._tracing = tracing
        self._repositories = repositories
        self.client: Client | None = None
        self.worker: Worker | None = None

    async def unready(self) -> dict[str, str]:
        """Every part that does not respond, and what is missing; empty when the worker works."""
        return await unready_parts(
            {"database": self._database(), "redis": self._redis(), "temporal": self._temporal(), "keys": self._keys()}
        )

    async def missing_for_start(self) -> dict[str, str]:
        """The parts without which no task could be done: the namespace with its search attributes, the migrations."""
        unready = await unready_parts({"database": self._database(), "temporal": self._set_up()})
        return {part: state for part, state in unready.items() if (part, state) != ("database", DOWN)}

    async def connect(self) -> Client:
        """The client of this process. Raises `RuntimeError` when Temporal does not respond."""
        self.client = self.client or await connect(self._settings, tracing=self._tracing)
        return self.client

    async def _database(self) -> str | None:
        return None if await is_set_up(self._repositories.database) else NO_MIGRATIONS

    async def _redis(self) -> None:
        await ping(self._repositories.redis)

    async def _keys(self) -> str | None:
        try:
            Keys.from_source(key_source(self._settings.key_file, self._settings.keys))
        except (OSError, ValueError, KeyError):
            return NO_KEYS
        return None

    async def _set_up(self) -> str | None:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await lacking_in_temporal(await self.connect())

    async def _temporal(self) -> str | None:
        if lacking := await self._set_up():
            return lacking
        return None if await self._is_polling() else NOT_POLLING

    async def _is_polling(self) -> bool:
        """Whether Temporal has seen this process at the task queue."""
        if self.client is None or self.worker is None or not self.worker.is_running:
            return False
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=self._settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        async with asyncio.timeout(TIMEOUT_SECONDS):
            pollers = (await self.client.workflow_service.describe_task_queue(request)).pollers
        return any(poller.identity == self.client.identity for poller in pollers)


@contextmanager
def serve_health(
    settings: Settings, repositories: Repositories, tracing: "Tracing | None" = None
) -> Iterator[WorkerHealth]:
    """The health, and its server where the settings have an address. Raises `SettingsError`."""
    health, loop = WorkerHealth(settings, repositories, tracing), asyncio.get_running_loop()
    if settings.health_at is None:
        yield health
        return
    try:
        stop = serve_paths(
            *settings.health_at,
            {
                "/healthz": lambda: _answer_of(loop, _is_alive),
                "/readyz": lambda: _answer_of(loop, health.unready),
            },
        )
    except OSError as problem:
        raise SettingsError(f"XUANHAO_HEALTH_ADDRESS can't be used: {problem.strerror}") from None
    try:
        yield health
    finally:
        stop()


async def connect_when_set_up(health: WorkerHealth, stopped: asyncio.Event) -> Client | None:
    """A client, as soon as nothing is missing that every task needs; None when the worker is stopped before."""
    while missing := await health.missing_for_start():
        log.warning("worker waits", **missing)
        try:
            async with asyncio.timeout(ASK_AGAIN.total_seconds()):
                await stopped.wait()
        except TimeoutError:
            continue
        return None
    return await health.connect()


async def _is_alive() -> dict[str, str]:
    return {}


def _answer_of(loop: asyncio.AbstractEventLoop, ask: Callable[[], Coroutine[Any, Any, dict[str, str]]]) -> LocalAnswer:
    """Ask in the worker's loop, so that a loop that stands still is no health."""
    asked = asyncio.run_coroutine_threadsafe(ask(), loop)
    try:
        unready = asked.result(LONGEST_ANSWER_S)
    except NoAnswer:
        asked.cancel()
        unready = {"worker": DOWN}
    if unready:
        return _json({"status": "unavailable", "parts": unready}, "503 Service Unavailable")
    return _json({"status": "ok"})


def _json(content: object, status: str = "200 OK") -> LocalAnswer:
    return LocalAnswer("application/json", [json.dumps(content).encode()], status)
