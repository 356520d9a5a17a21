"""The real servers for every test, each started once per run and only when a test needs it.

They end with pytest, even after SIGKILL; the tests' folder is removed with pytest's other temporary folders.
"""

import atexit
import os
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import redis.asyncio
from hypothesis import HealthCheck, settings
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from xdist.remote import Producer

from config.payloads import DATA_CONVERTER
from embedded.folders import DataFolder
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.stack import Servers
from embedded.supervisor import DATABASE
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from process.exit import leave
from process.garbage import collect_rarely
from tests.support.prepared_cluster import prepared_cluster
from tests.support.suite_scheduler import Folder, SuiteScheduler, order_of

TEMPLATE = "xuanhao_template"

# How long an example takes depends on the load of the machine, and a test must not fail because of that.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

database_numbers = count(1)
outcome: list[int] = []


@atexit.register
def leave_with_outcome() -> None:
    """End a run with pytest's exit code, without the interpreter's finalisation, in which the SDK's threads may crash.

    Registered first, so that pytest's own exit handlers (old temporary folders) run before.
    """
    if outcome:
        leave(outcome[0])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    outcome.append(int(session.exitstatus))


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> Folder:
    return Folder.from_parent(parent, path=path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: order_of(item.nodeid))


def pytest_collection_finish() -> None:
    """The modules of all tests are many objects, which no collection of garbage needs to look at."""
    collect_rarely()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SuiteScheduler:
    return SuiteScheduler(config, log)


@pytest.fixture(scope="session", autouse=True)
def place_of_cluster(tmp_path_factory: pytest.TempPathFactory) -> None:
    """All workers of the run share one prepared cluster."""
    own = tmp_path_factory.getbasetemp()
    prepared_cluster.root = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "cluster"
    prepared_cluster.root.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    folder = DataFolder(tmp_path_factory.mktemp("servers"))
    with folder.lock():
        yield folder


@pytest.fixture(scope="session")
async def postgres(data_folder: DataFolder) -> AsyncIterator[Postgres]:
    """PostgreSQL. A test may freeze, kill and restart it, and leaves it running."""
    await prepared_cluster.give_to(data_folder)
    server = Postgres(data_folder, durable=False)
    await server.bring_up()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
async def valkey(data_folder: DataFolder) -> AsyncIterator[Valkey]:
    """Valkey. A test may freeze, kill and restart it, and leaves it running."""
    server = Valkey(data_folder)
    await server.bring_up()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
async def temporal(data_folder: DataFolder) -> AsyncIterator[Temporal]:
    """Temporal, allowed to skip time. A test may freeze, kill and restart it, and leaves it running."""
    server = Temporal(data_folder, port=free_port(), time_skipping=True)
    await server.bring_up()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def servers(postgres: Postgres, valkey: Valkey, temporal: Temporal) -> Servers:
    """All three, for tests of the whole stack."""
    return Servers(postgres, valkey, temporal)


@pytest.fixture(scope="session")
async def database_template(postgres: Postgres) -> str:
    """The name of a migrated, empty database from which others are copied."""
    await postgres.create_database(TEMPLATE, template=DATABASE)
    return TEMPLATE


@pytest.fixture(scope="session")
async def database_url(postgres: Postgres, database_template: str) -> str:
    """The SQLAlchemy address of one migrated database that the whole run shares; tests of it don't count rows.

    As everywhere, with the application's role; `as_owner` gives the owner's. The template is copied from it before.
    """
    return postgres.url(DATABASE)


@pytest.fixture
async def fresh_database(postgres: Postgres, database_template: str) -> AsyncIterator[str]:
    """The SQLAlchemy address of a migrated, empty database for this test."""
    name = f"xuanhao_{next(database_numbers)}"
    await postgres.create_database(name, template=database_template)
    yield postgres.url(name)
    await postgres.drop_database(name)


@pytest.fixture(scope="session")
def as_owner(postgres: Postgres) -> Callable[[str], str]:
    """Converts the address of a database into its owner's, who may change tables and all rows."""
    return lambda url: postgres.owner_url(unquote(urlsplit(url).path.lstrip("/")))


@pytest.fixture
async def redis_url(valkey: Valkey) -> str:
    """The address of Valkey, emptied."""
    async with redis.asyncio.from_url(valkey.url()) as client:
        await client.flushall()
    return valkey.url()


@pytest.fixture(scope="session")
async def temporal_client(temporal: Temporal) -> Client:
    """A client whose workflows run in real time."""
    return await Client.connect(temporal.address, data_converter=DATA_CONVERTER)


@pytest.fixture(scope="session")
def temporal_env(temporal_client: Client) -> TimeSkipper:
    """Skipped time on the real server, with a clock for each workflow.

    Workflows started with `.client` are stopped between acts; `await .fast_forward(handle, duration)` moves one
    (go a little past a deadline, and await what should follow), `await .get_current_time(handle)` reads its clock.
    """
    # Without `disable_propagation` an abandoned child would run ahead of its parent.
    return TimeSkipper(temporal_client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
