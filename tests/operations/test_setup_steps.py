"""What `xuanhao setup` and `xuanhao doctor` say of an installation that lacks something, one step at a time."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from config.settings import Settings
from config.temporal_setup import SEARCH_ATTRIBUTES
from embedded.ports import free_port
from operations.diagnosis import RUNNING
from operations.installation import Installation, Step, run_step
from operations.setup import SETUP
from process.clock import system_clock


class Checks:
    """Runs single steps with changed settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: list[Installation] = []

    async def step(self, name: str, *, apply: bool = False, **changes: object) -> Step:
        settings = self._settings.model_copy(update=changes)
        installation = Installation(settings, system_clock(), apply=apply)
        self._made.append(installation)
        return await run_step(name, (SETUP | RUNNING)[name], installation)

    async def close(self) -> None:
        for installation in self._made:
            await installation.close()


@pytest.fixture
async def checks(settings: Settings) -> AsyncIterator[Checks]:
    checks = Checks(settings)
    yield checks
    await checks.close()


async def test_an_old_postgresql_is_named(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await checks.step("database")).ok

    async def old(_: object) -> int:
        return 140_012

    monkeypatch.setattr("operations.installation.server_version", old)
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
