"""The system under test: three servers, two workers and two APIs as processes, each server behind a proxy."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from config.settings import RunSettings
from embedded.folders import DataFolder
from embedded.key_file import ensure_key_file
from embedded.managed_process import ManagedProcess
from embedded.part import Part
from embedded.ports import free_port
from embedded.programs import ROOT, Api, Program, Worker
from embedded.stack import Servers
from embedded.supervisor import DATABASE, TASK_QUEUE, environment_of_programs, prepare_database
from tests.scenarios.fault_injection.jumping_program import jump
from tests.scenarios.fault_injection.proxy import Proxy
from tests.support.prepared_cluster import prepared_cluster

CLOCK_SKEW = timedelta(seconds=10)
"""Less than a ban lasts, so that one that ends early by more is noticed."""

POSTGRES_SOCKET = ".s.PGSQL.5432"
# Everything that takes days takes seconds, and no limit hides another answer.
POLICY = {
    "CONFIRM_DELAY": "PT0S", "COMPOSE_INTERVAL": "PT0S", "CODE_RESEND": "PT0S", "BATCH_TTL": "PT15S",
    "CANDIDATE_TTL": "PT20S", "CANDIDATE_TTL_CAP": "PT60S", "VALIDITY": "PT20S", "BLACKLIST": "PT30S",
    "COOLING_MIN": "PT1S", "COOLING_MAX": "PT5S", "REMINDER": "PT10S", "CANCELLATION": "true", "DRAWS": "12",
    "COMPOSED": "60",
} | dict.fromkeys(
    ("WRITES_PER_MINUTE", "KEYBOARD_PER_MINUTE", "CODES_PER_HOUR", "CODES_PER_DAY", "FAILED_CHECKS_PER_DAY"), "1000000"
)  # fmt: skip


class JumpingProgram(Program):
    """A program whose clock can be moved while it runs, and stays moved when it starts again."""

    @property
    def clock_file(self) -> Path:
        return self.folder.root / f"{self.name}.clock"

    def jump(self, seconds: float) -> None:
        """Its clock is ahead of the machine's by so much from now on."""
        jump(self.clock_file, seconds)

    async def _launch(self, log: Path) -> ManagedProcess:
        launcher = "tests.scenarios.fault_injection.jumping_program"
        command = [sys.executable, "-m", launcher, str(self.clock_file), self._module]
        return await ManagedProcess.start(command, log=log, environment=self._environment, folder=ROOT)


class NamedWorker(JumpingProgram, Worker):
    """One of several: each has its own log, which says when it is ready."""

    def __init__(self, name: str, folder: DataFolder, environment: Mapping[str, str], *, temporal: str) -> None:
        super().__init__(folder, environment, temporal=temporal, task_queue=TASK_QUEUE)
        self.name = name

    async def _is_ready(self) -> bool:
        return b"worker ready" in self.log.read_bytes()[self._log_start :]


class NamedApi(JumpingProgram, Api):
    def __init__(self, name: str, folder: DataFolder, environment: Mapping[str, str], *, port: int) -> None:
        super().__init__(folder, "demo.server", environment, port=port)
        self.name = name


@dataclass
class System:
    """The running parts by name. `owner_dsn` reaches the database directly, `temporal` the server of Temporal."""

    folder: DataFolder
    servers: Servers
    environment: Mapping[str, str]
    database: str = DATABASE
    task_queue: str = TASK_QUEUE
    parts: dict[str, Part] = field(default_factory=dict)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    """Of each API, by its part."""

    @property
    def owner_dsn(self) -> str:
        return self.servers.postgres.dsn(self.database)

    @property
    def temporal(self) -> str:
        return self.servers.temporal.address

    @property
    def redis_url(self) -> str:
        return self.servers.valkey.url()

    def jumping(self, name: str) -> JumpingProgram:
        """The program of this name. Raises `TypeError` for a server: its clock can't be moved."""
        program = self.parts[name]
        if not isinstance(program, JumpingProgram):
            raise TypeError(name)
        return program

    def any_api(self, rng: random.Random) -> str:
        return rng.choice(list(self.urls))


@asynccontextmanager
async def running_system(root: Path) -> AsyncIterator[System]:
    """Everything is started and ready inside the block, and stopped after it."""
    folder = DataFolder(root)
    ports = {"http_port": free_port(), "temporal_port": free_port()}
    settings = RunSettings.model_validate({**ports, "data_dir": root, "demo": True})
    async with AsyncExitStack() as running:
        running.enter_context(folder.lock())
        ensure_key_file(folder, demo=True)
        await prepared_cluster.give_to(folder)
        servers = Servers.in_folder(folder, temporal_port=ports["temporal_port"])
        await running.enter_async_context(servers)
        direct = environment_of_programs(settings, servers)
        direct |= {f"XUANHAO_POLICY__{name}": value for name, value in POLICY.items()}
        direct["XUANHAO_CLOCK_SKEW"] = f"PT{CLOCK_SKEW.seconds}S"
        await prepare_database(servers, direct, demo=True)
        system = System(folder, servers, direct)
        await _age_notices(system)
        system.environment = direct | await _listen(system, running)
        system.parts = {server.name: server for server in servers.all} | _programs(system)
        async with asyncio.TaskGroup() as starting:
            for program in system.parts.values():
                running.push_async_callback(program.stop)
                starting.create_task(program.bring_up())
        yield system


async def _age_notices(system: System) -> None:
    """Let the offices' notices be a day old: an API whose clock is hours behind has them, as in any installation."""
    async with await psycopg.AsyncConnection.connect(system.owner_dsn, autocommit=True) as connection:
        await connection.execute("UPDATE notice SET published_at = published_at - interval '1 day'")


def _programs(system: System) -> dict[str, Part]:
    programs: dict[str, Part] = {}
    for number in (1, 2):
        port = free_port()
        environment = {**system.environment, "XUANHAO_HTTP_PORT": str(port)}
        worker = NamedWorker(f"worker-{number}", system.folder, environment, temporal=system.temporal)
        api = NamedApi(f"api-{number}", system.folder, environment, port=port)
        system.urls[api.name] = f"http://127.0.0.1:{port}"
        programs |= {worker.name: worker, api.name: api}
    return programs


async def _listen(system: System, running: AsyncExitStack) -> dict[str, str]:
    """Start the proxies; the environment of programs that reach the servers through them."""
    database, redis = system.environment["XUANHAO_DATABASE_URL"], system.environment["XUANHAO_REDIS_URL"]
    far_database = Path(str(make_url(database).query["host"])) / POSTGRES_SOCKET
    far_redis = system.folder.sockets / "valkey" / "valkey.sock"
    near = system.folder.sockets / "near"
    near_database, near_redis = near / POSTGRES_SOCKET, near / "valkey.sock"
    host, _, port = system.temporal.partition(":")
    temporal_port = free_port()
    system.proxies = {
        "postgres": Proxy(lambda: asyncio.open_unix_connection(far_database)),
        "valkey": Proxy(lambda: asyncio.open_unix_connection(far_redis)),
        "temporal": Proxy(lambda: asyncio.open_connection(host, int(port))),
    }
    await system.proxies["postgres"].listen_at_socket(near_database)
    await system.proxies["valkey"].listen_at_socket(near_redis)
    await system.proxies["temporal"].listen_at_port(temporal_port)
    for proxy in system.proxies.values():
        running.push_async_callback(proxy.close)
    through = make_url(database).update_query_dict({"host": str(near)})
    return {
        "XUANHAO_DATABASE_URL": through.render_as_string(hide_password=False),
        "XUANHAO_REDIS_URL": redis.replace(str(far_redis), str(near_redis)).replace(
            str(far_redis).replace("/", "%2F"), str(near_redis).replace("/", "%2F")
        ),
        "XUANHAO_TEMPORAL_ADDRESS": f"127.0.0.1:{temporal_port}",
    }
