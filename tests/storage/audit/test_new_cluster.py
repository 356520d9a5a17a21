"""The chain of seals goes on after a dump was loaded into a new cluster, whose transaction numbers begin again."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from temporalio.testing import ActivityEnvironment

from embedded.binaries import postgres_program
from embedded.folders import DataFolder
from embedded.postgres import Postgres
from storage.audit.seals import AuditSeals
from storage.audit.trail import Act, note
from storage.audit.verification import verify_audit
from storage.postgres.database import Database
from storage.postgres.migrate import migrate
from tests.support.phones import Phone
from tests.support.stored_preselections import AT, KEYS
from tests.support.workers import worker_container
from workflows.maintenance.types import StepInput

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
COPY = "copy"
# More transactions than a new cluster needs for its roles and tables.
BUSY = "DO $$ BEGIN FOR i IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


async def act(database: Database, name: str) -> None:
    async with database.transaction() as connection:
        await note(connection, Act(AT, "operator", name, "理由"), "release_segment", number=1)


@pytest.fixture
async def new_cluster(tmp_path: Path) -> AsyncIterator[Postgres]:
    """It has the roles, which a dump of one database does not hold."""
    folder = DataFolder(tmp_path)
    with folder.lock():
        server = Postgres(folder, durable=False)
        await server.bring_up()
        await server.create_database("roles")
        await asyncio.to_thread(migrate, server.owner_url("roles"))
        yield server
        await server.stop()


def copy(source: str, target: str) -> None:
    """As operators do it: pg_dump, and psql on the other side."""
    dump = subprocess.run([str(postgres_program("pg_dump")), "--dbname", source], check=True, capture_output=True)
    load = [str(postgres_program("psql")), "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", target]
    subprocess.run(load, input=dump.stdout, check=True, capture_output=True)


async def seal_by_maintenance(database_url: str, redis_url: str) -> list[str]:
    """The warnings of the step of maintenance, with their remedies."""
    container = worker_container(database_url, redis_url, KEYS, Phone(), clock_skew=None)
    [seal_audit] = [each for each in container.activities() if each.__name__ == "seal_audit"]
    try:
        with capture_logs() as lines:
            await ActivityEnvironment().run(seal_audit, StepInput(AT + MINUTE))
    finally:
        await container.close()
    return [f"{line['event']}: {line['remedy']}" for line in lines if line["log_level"] == "warning"]


async def test_the_chain_goes_on_in_a_new_cluster(
    own_database: Database, fresh_database: str, postgres: Postgres, new_cluster: Postgres, redis_url: str
) -> None:
    await act(own_database, "before")
    await own_database.rows(text(BUSY))
    await act(own_database, "late")
    sealed = (await AuditSeals(own_database).seal(AT)).last
    assert sealed
    await new_cluster.create_database(COPY)
    source = postgres.dsn(unquote(urlsplit(fresh_database).path.lstrip("/")))
    await asyncio.to_thread(copy, source, new_cluster.dsn(COPY))
    loaded = Database(new_cluster.url(COPY), pool_size=2)
    try:
        assert (await AuditSeals(loaded).seal(AT + MINUTE)).is_stuck
        warned = await seal_by_maintenance(new_cluster.url(COPY), redis_url)
        assert warned == ["audit not sealed: xuanhao migrate"]
        await asyncio.to_thread(migrate, new_cluster.owner_url(COPY))
        await act(loaded, "after")
        again = await AuditSeals(loaded).seal(AT + MINUTE)
        assert again.last
        # The new act, and the row that records the change.
        assert (again.rows, again.last.number, again.last.previous) == (2, sealed.number + 1, sealed.digest)
        report = await verify_audit(loaded, {sealed.number: sealed.digest.hex()})
        assert (report.unsealed, report.faults) == (0, ())
        await asyncio.to_thread(migrate, new_cluster.owner_url(COPY))
        assert not (await AuditSeals(loaded).seal(AT + 2 * MINUTE)).is_stuck
        assert await seal_by_maintenance(new_cluster.url(COPY), redis_url) == []
        assert (await verify_audit(loaded)).unsealed == 0
    finally:
        await loaded.close()
