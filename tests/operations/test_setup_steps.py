"""What `xuanhao setup` and `xuanhao doctor` say of an installation that lacks something, one step at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from alembic import command
from google.protobuf.duration_pb2 import Duration
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from config.settings import Settings
from config.temporal_setup import SEARCH_ATTRIBUTES
from embedded.ports import free_port
from operations.diagnosis import RUNNING
from operations.installation import Installation, Step, run_step
from operations.setup import SETUP, check_setup
from process.clock import system_clock
from storage.postgres.migrate import alembic_config


class Checks:
    """Runs single steps with changed settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def installation(self, *, apply: bool = False, **changes: object) -> AsyncIterator[Installation]:
        installation = Installation(self._settings.model_copy(update=changes), system_clock(), apply=apply)
        yield installation
        await installation.close()

    async def step(self, name: str, *, apply: bool = False, **changes: object) -> Step:
        async with self.installation(apply=apply, **changes) as installation:
            return await run_step(name, (SETUP | RUNNING)[name], installation)


@pytest.fixture
def checks(settings: Settings) -> Checks:
    return Checks(settings)


async def test_an_old_postgresql_is_named(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await checks.step("database")).ok

    async def old(_: object) -> int:
        return 140_012

    monkeypatch.setattr("operations.setup_checks.server_version", old)
    step = await checks.step("database")
    assert (step.ok, step.is_usable, step.found, step.remedy) == (
        False,
        False,
        "PostgreSQL 14",
        "PostgreSQL 15 or newer",
    )


async def test_a_database_that_is_away_is_named_by_its_variable_alone(checks: Checks) -> None:
    port = free_port()
    step = await checks.step("database", database_url=f"postgresql+psycopg://geheim@127.0.0.1:{port}/none")
    assert (step.ok, step.is_usable) == (False, False)
    assert "XUANHAO_DATABASE_URL" in (step.remedy or "")
    assert not any(part in f"{step.found} {step.remedy}" for part in ("geheim", str(port), "127.0.0.1"))


async def test_the_owners_address_is_named_where_the_owner_does_not_answer(
    checks: Checks, settings: Settings, as_owner: Callable[[str], str]
) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    for name, apply in (("database", False), ("role", True)):
        step = await checks.step(name, apply=apply, owner_database_url=nowhere)
        assert (step.ok, step.is_usable) == (False, False)
        assert "(XUANHAO_OWNER_DATABASE_URL)" in (step.remedy or ""), name
    away = await checks.step("migrations", apply=True, owner_database_url=nowhere)
    assert (away.ok, "check the owner's address (XUANHAO_OWNER_DATABASE_URL)" in (away.remedy or "")) == (False, True)
    owner = as_owner(settings.database_url)
    assert (await checks.step("migrations", apply=True, owner_database_url=owner)).ok


async def test_a_migration_by_another_role_names_the_owner(
    checks: Checks, fresh_database: str, as_owner: Callable[[str], str]
) -> None:
    with create_engine(as_owner(fresh_database), poolclass=NullPool).begin() as connection:
        command.downgrade(alembic_config(connection), "-1")
    step = await checks.step("migrations", apply=True, database_url=fresh_database)
    assert (step.ok, step.found) == (False, "could not be made: InsufficientPrivilege")
    assert step.remedy == "name the owner of the tables in XUANHAO_OWNER_DATABASE_URL"
    assert (await checks.step("migrations", database_url=fresh_database)).found == "missing"


async def test_behind_a_pooler_of_transactions_the_checks_set_nothing_for_a_session(checks: Checks) -> None:
    """PgBouncer refuses a connection with start-up options."""
    found = {}
    for is_pooled in (False, True):
        async with checks.installation(database_transaction_pooling=is_pooled) as installation:
            found[is_pooled] = (await installation.database.rows(text("SHOW statement_timeout")))[0][0]
    assert found == {False: "2s", True: "0"}


@pytest.mark.parametrize(
    "status, variable",
    [
        (RPCStatusCode.UNAUTHENTICATED, "TEMPORAL_API_KEY"), (RPCStatusCode.PERMISSION_DENIED, "TEMPORAL_API_KEY"),
        (RPCStatusCode.UNAVAILABLE, "XUANHAO_TEMPORAL_ADDRESS"),
    ],
)  # fmt: skip
async def test_what_temporal_refuses_has_another_remedy_than_one_that_is_away(
    checks: Checks, status: RPCStatusCode, variable: str
) -> None:
    async def refuse(_: Installation) -> str:
        raise RPCError("geheim", status, b"")

    async with checks.installation() as installation:
        step = await run_step("namespace", refuse, installation)
    assert (step.ok, step.is_usable, step.found) == (False, False, status.name)
    assert variable in (step.remedy or "")


async def test_a_role_that_can_not_sign_in_is_named_with_the_statement(
    checks: Checks, settings: Settings, as_owner: Callable[[str], str]
) -> None:
    owner, stranger = as_owner(settings.database_url), settings.database_url.replace("xuanhao_app", "nobody_here")
    assert stranger != settings.database_url
    step = await checks.step("role", database_url=stranger, owner_database_url=owner)
    assert (step.ok, step.found) == (False, "can't sign in")
    assert (step.remedy or "").startswith("ALTER ROLE xuanhao_app PASSWORD")
    owning = await checks.step("role", database_url=owner)
    assert (owning.ok, owning.is_usable, owning.found) == (False, True, "owns the database")


async def test_a_short_history_is_named_and_made_longer(checks: Checks, temporal_client: Client) -> None:
    name, day = f"short-{uuid4().hex[:8]}", Duration(seconds=86_400)
    assert (await checks.step("namespace", temporal_namespace=name)).found == "missing"
    request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=day)
    await temporal_client.workflow_service.register_namespace(request)
    short = await checks.step("namespace", temporal_namespace=name)
    assert (short.ok, short.is_usable, short.found) == (False, True, "keeps 1 days")
    applied = await checks.step("namespace", temporal_namespace=name, apply=True)
    assert (applied.ok, applied.found) == (True, "keeps 30 days")
    assert (await checks.step("namespace", temporal_namespace=name)).found == "keeps 30 days"


async def test_encrypted_messages_wait_for_the_keys_that_are_made(
    checks: Checks, fresh_database: str, as_owner: Callable[[str], str], tmp_path: Path
) -> None:
    name = f"codec-{uuid4().hex[:8]}"
    new = {
        "database_url": fresh_database, "owner_database_url": as_owner(fresh_database), "temporal_codec": True,
        "temporal_namespace": name, "task_queue": name, "key_file": tmp_path / "keys.json",
    }  # fmt: skip
    async with checks.installation(apply=True, **new) as installation:
        steps = await check_setup(installation)
    assert [step.step for step in steps] == list(SETUP)
    assert [step for step in steps if not step.ok] == []


async def test_every_search_attribute_is_named(checks: Checks) -> None:
    assert (await checks.step("search_attributes")).found == ", ".join(SEARCH_ATTRIBUTES)


@pytest.mark.parametrize("name", ["sms", "registry"])
async def test_a_gateway_that_can_not_be_reached_is_named_without_its_address(checks: Checks, name: str) -> None:
    reached = await checks.step("gateways", sms_url="local:", registry_url="local:")
    assert reached.found == "SMS local, registry local"
    port = free_port()
    urls: dict[str, Any] = {"sms_url": "local:", "registry_url": "local:"} | {
        f"{name}_url": f"http://127.0.0.1:{port}/x"
    }
    step = await checks.step("gateways", **urls)
    assert (step.ok, step.is_usable) == (False, True)
    assert step.found == f"{'SMS' if name == 'sms' else 'registry'}: {httpx.ConnectError.__name__}"
    assert str(port) not in f"{step.found} {step.remedy}"
