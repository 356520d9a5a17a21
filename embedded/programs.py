"""Our programs as child processes: the worker, the API, and the commands that run once before them."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.part import Part
from embedded.ports import HOST
from embedded.problems import StartProblem

ROOT = Path(__file__).resolve().parent.parent


class Program(Part):
    """Runs `python -m <module>` in the repository's root."""

    def __init__(self, folder: DataFolder, module: str, environment: Mapping[str, str]) -> None:
        super().__init__(folder)
        self._module = module
        self._environment = environment

    async def _launch(self, log: Path) -> ManagedProcess:
        command = [sys.executable, "-m", self._module]
        return await ManagedProcess.start(command, log=log, environment=self._environment, folder=ROOT)


class Worker(Program):
    """Ready once Temporal lists it as a poller."""

    name = "worker"
    stop_timeout_s = 4.0

    def __init__(self, folder: DataFolder, environment: Mapping[str, str], *, temporal: str, task_queue: str) -> None:
        super().__init__(folder, "worker", environment)
        self._temporal = temporal
        self._task_queue = task_queue
        self._client: Client | None = None

    async def _is_ready(self) -> bool:
        request = DescribeTaskQueueRequest(
            namespace="default",
            task_queue=TaskQueue(name=self._task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        try:
            # Each connection would take processor time from the worker that starts.
            self._client = self._client or await Client.connect(self._temporal)
            return bool((await self._client.workflow_service.describe_task_queue(request)).pollers)
        except (RPCError, RuntimeError):
            return False


class Api(Program):
    """Ready once `/readyz` returns 200."""

    name = "api"
    stop_timeout_s = 3.0

    def __init__(self, folder: DataFolder, module: str, environment: Mapping[str, str], *, port: int) -> None:
        super().__init__(folder, module, environment)
        self._port = port

    async def _is_ready(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(HOST, self._port)
        except OSError:
            return False
        try:
            writer.write(f"GET /readyz HTTP/1.1\r\nHost: {HOST}:{self._port}\r\nConnection: close\r\n\r\n".encode())
            return (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False
        finally:
            writer.close()


async def run_once(folder: DataFolder, module: str, environment: Mapping[str, str]) -> None:
    """Run a command and wait until it ends. Raises `StartProblem` with its last line if it fails."""
    log = folder.log(module)
    begins_at = log.stat().st_size if log.exists() else 0
    child = await ManagedProcess.start([sys.executable, "-m", module], log=log, environment=environment, folder=ROOT)
    try:
        code = await child.wait()
    finally:
        await child.kill_with_helpers()
    if code != 0:
        raise StartProblem(f"{module} failed: {last_line(log, begins_at)}")


def last_line(log: Path, begins_at: int) -> str:
    with log.open("rb") as file:
        file.seek(begins_at)
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else f"no output in {log}"
