"""The supervisor of `make run`: starts all components in order, restarts those that die, and stops them in order."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Never

from config.addresses import LOCAL
from config.settings import RunSettings
from config.telemetry_settings import next_port
from embedded.folders import DataFolder
from embedded.key_file import ensure_key_file
from embedded.part import Part
from embedded.ports import HOST, require_usable
from embedded.problems import StartProblem
from embedded.programs import Api, Worker, run_once
from embedded.stack import Servers

DATABASE = "xuanhao"
TASK_QUEUE = "vehicles"
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
SETTLED_AFTER_S = 30.0


def report_problem(line: str) -> None:
    """Print a problem to the console; everything else goes to the logs."""
    sys.stderr.write(f"xuanhao: {line}\n")


async def serve(settings: RunSettings) -> Never:
    """Start everything and keep it running until cancelled. Raises `StartProblem` if a component can't start."""
    async with run_everything(settings) as parts:
        sys.stdout.write(ready_line(settings))
        sys.stdout.flush()
        async with asyncio.TaskGroup() as keepers:
            for part in parts:
                keepers.create_task(supervise(part))
    raise AssertionError("keepers never end")


@asynccontextmanager
async def run_everything(settings: RunSettings) -> AsyncIterator[tuple[Part, ...]]:
    """All components, started and ready; at the end the API stops first, then the worker, then the servers."""
    await require_usable(
        {
            "XUANHAO_HTTP_PORT": settings.http_port,
            "XUANHAO_TEMPORAL_PORT": settings.temporal_port,
            "XUANHAO_TEMPORAL_UI_PORT": settings.temporal_ui_port,
        }
    )
    folder = DataFolder(settings.data_dir)
    servers = Servers.in_folder(
        folder,
        temporal_port=settings.temporal_port,
        temporal_ui_port=settings.temporal_ui_port,
        temporal_ui_hosts=settings.temporal_ui_hosts,
    )
    async with AsyncExitStack() as running:
        running.enter_context(folder.lock())
        ensure_key_file(folder, demo=settings.demo)
        await running.enter_async_context(servers)
        environment = environment_of_programs(settings, servers)
        await prepare_database(servers, environment, demo=settings.demo)
        folder.note_instance(environment)
        of_worker = environment_of_worker(settings, environment)
        worker = Worker(folder, of_worker, temporal=servers.temporal.address, task_queue=TASK_QUEUE)
        api = Api(folder, "demo.server" if settings.demo else "api", environment, port=settings.http_port)
        for program in (worker, api):
            running.push_async_callback(program.stop)
            await program.start()
        await asyncio.gather(worker.wait_until_ready(), api.wait_until_ready())
        yield (*servers.all, worker, api)


async def prepare_database(servers: Servers, environment: dict[str, str], *, demo: bool) -> None:
    folder = servers.postgres.folder
    await servers.postgres.create_database(DATABASE)
    # The migrations' role owns the tables; everything else uses a role that can't change the audit's rows.
    as_owner = environment | {"XUANHAO_DATABASE_URL": servers.postgres.owner_url(DATABASE)}
    await run_once(folder, "storage.postgres.migrate", as_owner)
    if demo:
        await run_once(folder, "demo.seed", environment)


def environment_of_programs(settings: RunSettings, servers: Servers) -> dict[str, str]:
    """Our environment (it includes the policy's overrides) with the addresses of the started components."""
    folder = servers.postgres.folder
    return os.environ | {
        "PYTHONUNBUFFERED": "1",
        "XUANHAO_DATABASE_URL": servers.postgres.url(DATABASE),
        "XUANHAO_REDIS_URL": servers.valkey.url(),
        "XUANHAO_TEMPORAL_ADDRESS": servers.temporal.address,
        "XUANHAO_TASK_QUEUE": TASK_QUEUE,
        "XUANHAO_KEY_FILE": str(folder.keys),
        "XUANHAO_HTTP_PORT": str(settings.http_port),
        "XUANHAO_TEMPORAL_UI_PORT": str(settings.temporal_ui_port),
        "XUANHAO_DATA_DIR": str(folder.root),
        "XUANHAO_DEMO": "1" if settings.demo else "0",
        # Only an installation without gateways may do so, and it must say it.
        **{name: os.environ.get(name) or LOCAL for name in ("XUANHAO_SMS_URL", "XUANHAO_REGISTRY_URL")},
    }


def environment_of_worker(settings: RunSettings, environment: dict[str, str]) -> dict[str, str]:
    """The same, with the metrics on the port after the API's."""
    if not settings.metrics_address:
        return environment
    return environment | {"XUANHAO_METRICS_ADDRESS": next_port(settings.metrics_address)}


async def supervise(part: Part) -> Never:
    """Restart the component whenever it ends, after a pause that grows while it keeps ending."""
    clock = asyncio.get_running_loop().time
    pause = FIRST_PAUSE_S
    while True:
        since = clock()
        code = await part.wait_for_end()
        if clock() - since > SETTLED_AFTER_S:
            pause = FIRST_PAUSE_S
        report_problem(f"{part.name} ended by {describe_exit(code)}; restarting it (see {part.log})")
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
        await restart(part)


async def restart(part: Part) -> None:
    try:
        await part.start()
    except StartProblem as problem:
        report_problem(str(problem))


def describe_exit(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"itself with exit code {code}"


def ready_line(settings: RunSettings) -> str:
    return (
        f"Xuanhao is ready: http://{HOST}:{settings.http_port}"
        f"  Temporal UI: http://{HOST}:{settings.temporal_ui_port}"
        f"  Temporal: {HOST}:{settings.temporal_port}"
        f"  data and logs: {settings.data_dir.absolute()}\n"
    )
