"""The servers of the bench, as `make run` starts them, and the programs that a row needs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from temporalio.client import Client

from bench.programs import BareWorker
from config.settings import RunSettings, Settings
from config.temporal import connect
from demo.seed import seed_calendar
from domain.plates import PATTERNS
from domain.policy import Policy
from domain.segments import Segment
from embedded.folders import DataFolder
from embedded.key_file import ensure_key_file
from embedded.part import Part
from embedded.ports import free_port
from embedded.programs import Api, Worker, run_once
from embedded.stack import Servers
from embedded.supervisor import DATABASE, TASK_QUEUE, environment_of_programs
from embedded.temporal import DYNAMIC_CONFIG
from process.clock import system_clock
from storage.audit.trail import Act
from storage.offices.offices import Office
from storage.repositories import Repositories
from worker.container import WorkerContainer

Started = TypeVar("Started", bound=Part)
BARE_QUEUE = "bare"
PREFIXES = ("新Y", "新Z")
"""Two whole prefixes: `PREFIXES[0]` keeps its numbers, and `PREFIXES[1]` is used up."""

LONG_AGO = timedelta(days=30)
AT_ONCE = Policy().with_overrides(
    {
        # No countdown delays an act, and none ends during a measurement.
        **dict.fromkeys(("confirm_delay", "compose_interval", "code_resend"), "PT0S"),
        **dict.fromkeys(("batch_ttl", "candidate_ttl", "candidate_ttl_cap", "session_idle"), "PT1H"),
        # The limits are counted but not reached.
        **dict.fromkeys(("keyboard_per_minute", "writes_per_minute", "composed"), 1_000_000),
        **dict.fromkeys(("codes_per_hour", "codes_per_day"), 1_000_000),
        "keyboard_snapshot": "PT1H",
    }
)
"""The policy of the measurements."""


@dataclass(frozen=True)
class Stack:
    """Running servers with a migrated database, a worker's dependencies in this process, and an office."""

    folder: DataFolder
    environment: Mapping[str, str]
    settings: Settings
    owner_url: str
    """The database URL for filling tables with millions of rows."""
    container: WorkerContainer
    client: Client
    office: Office
    running: dict[str, Part] = field(default_factory=dict)
    """The programs of the blocks around, by name: a block in them uses theirs."""

    @property
    def repositories(self) -> Repositories:
        return self.container.repositories

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Part]:
        """A worker process, as `make run` starts it."""
        temporal, queue = self.settings.temporal_address, self.settings.task_queue
        program = Worker(self.folder, self.environment, temporal=temporal, task_queue=queue)
        async with self._up(program) as worker:
            yield worker

    @asynccontextmanager
    async def bare_worker(self, task_queue: str = BARE_QUEUE, **environment: str) -> AsyncIterator[None]:
        """The same with the bare workflow."""
        ours = {**self.environment, **environment}
        async with self._up(BareWorker(self.folder, ours, self.settings.temporal_address, task_queue)):
            yield

    @asynccontextmanager
    async def api(self) -> AsyncIterator[Api]:
        """An API process with the demo's sign-in, on `settings.http_port`."""
        async with self._up(Api(self.folder, "demo.server", self.environment, port=self.settings.http_port)) as api:
            yield api

    @asynccontextmanager
    async def _up(self, part: Started) -> AsyncIterator[Started]:
        if outer := self.running.get(part.name):
            assert isinstance(outer, type(part))
            yield outer
            return
        self.running[part.name] = part
        try:
            await part.bring_up()
            yield part
        finally:
            del self.running[part.name]
            await part.stop()


@asynccontextmanager
async def running_stack(root: Path, dynamic_config: Mapping[str, str] = DYNAMIC_CONFIG) -> AsyncIterator[Stack]:
    """Servers for the bench, in this folder, with this configuration of Temporal."""
    async with running_servers(root, dynamic_config) as (_, stack):
        yield stack


@asynccontextmanager
async def running_servers(root: Path, dynamic_config: Mapping[str, str]) -> AsyncIterator[tuple[Servers, Stack]]:
    """The same, for a row that stops and starts them."""
    folder = DataFolder(root)
    with folder.lock():
        ensure_key_file(folder, demo=True)
        servers = Servers.in_folder(folder, temporal_port=free_port(), dynamic_config=dynamic_config)
        async with servers, stack_over(servers, DATABASE) as stack:
            yield servers, stack


@asynccontextmanager
async def stack_over(servers: Servers, database: str, *, task_queue: str = TASK_QUEUE) -> AsyncIterator[Stack]:
    """The stack on running servers, whose folder has a key file, in its own database."""
    folder = servers.postgres.folder
    await servers.postgres.create_database(database)
    run = RunSettings.model_validate(
        {"http_port": free_port(), "temporal_port": servers.temporal.port, "data_dir": folder.root, "demo": True}
    )
    environment = environment_of_programs(run, servers) | {
        "XUANHAO_DATABASE_URL": servers.postgres.url(database),
        "XUANHAO_TASK_QUEUE": task_queue,
        # Not an office's: what an account may read is limited by that of the process.
        "XUANHAO_POLICY__WRITES_PER_MINUTE": str(AT_ONCE.writes_per_minute),
    }
    owner_url = servers.postgres.owner_url(database)
    await run_once(folder, "storage.postgres.migrate", {**environment, "XUANHAO_DATABASE_URL": owner_url})
    settings = settings_of(environment)
    container = WorkerContainer.from_settings(settings)
    try:
        office = await open_office(container.repositories)
        client = await connect(settings)
        yield Stack(folder, environment, settings, owner_url, container, client, office)
    finally:
        await container.close()


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings of a program that is started with this environment."""
    prefix = "XUANHAO_"
    ours = {
        name.removeprefix(prefix).lower(): value
        for name, value in environment.items()
        if name.startswith(prefix) and not name.startswith(f"{prefix}POLICY__")
    }
    return Settings.model_validate(ours)


async def open_office(repositories: Repositories) -> Office:
    """An office with two prefixes, whose ten patterns were released long ago, and their indexes."""
    now = system_clock()
    released = now - LONG_AGO
    office = Office("bench", "测试车管所", "人民路1号", "新疆", PREFIXES)
    await seed_calendar(repositories.calendars, now)
    await repositories.offices.save(office)
    for prefix in PREFIXES:
        for pattern in PATTERNS:
            template = pattern.replace("D", "!").replace("L", "@")
            await repositories.segments.release(Segment(prefix, template, (), released, released), Act(now, "system"))
    await repositories.pool_reconciler.reconcile(now)
    return office
