"""`docs/installing.md`: from an empty database to the first draw, without the demo."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from config.settings import Settings
from config.temporal import connect
from embedded.stack import Servers
from process.clock import system_clock
from storage.offices.offices import Office
from tests.support.api_stack import container_for, keys_of, running_api
from tests.support.applicants import Selection
from tests.support.command_line import Ran, run_process
from tests.support.country import Country
from tests.support.phones import Phone
from tests.support.vehicle_registry import Registry
from tests.support.waiting import eventually
from tests.support.workers import running_worker

pytestmark = pytest.mark.slow

OFFICES = """code,name,name_zh_tw,name_en,address,hours,telephone,province,prefixes
440300,深圳车管所,深圳車管所,Shenzhen Vehicle Office,龙井路33号,,,广东省,粤B
"""


@pytest.fixture
async def environment(servers: Servers, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """An empty database and a namespace that does not exist; no key file."""
    name = f"installing_{uuid4().hex[:8]}"
    await servers.postgres.create_database(name)
    yield {
        "XUANHAO_DATABASE_URL": servers.postgres.url(name),
        "XUANHAO_OWNER_DATABASE_URL": servers.postgres.owner_url(name),
        "XUANHAO_REDIS_URL": servers.valkey.url(8),
        "XUANHAO_TEMPORAL_ADDRESS": servers.temporal.address,
        "XUANHAO_TEMPORAL_NAMESPACE": name,
        "XUANHAO_TASK_QUEUE": name,
        "XUANHAO_KEY_FILE": str(tmp_path / "keys.json"),
        "XUANHAO_SMS_URL": "local:",
        "XUANHAO_REGISTRY_URL": "local:",
        "XUANHAO_POLICY__CONFIRM_DELAY": "PT0S",
    }
    await servers.postgres.drop_database(name)


def steps(ran: Ran) -> dict[str, bool]:
    return {step["step"]: step["ok"] for step in map(json.loads, ran.out.splitlines())}


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("http://xuanhao.test/readyz")).status_code == 200


async def test_an_operator_gets_from_nothing_to_the_first_draw(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def xuanhao(*arguments: str, operator: str = "wang") -> Ran:
        return await run_process(("--json", "--operator", operator, *arguments), environment, "", tmp_path)

    before = await xuanhao("setup")
    assert (before.code, before.err) == (1, "")
    lacking = {name for name, ok in steps(before).items() if not ok}
    assert {"migrations", "keys", "namespace", "search_attributes"} <= lacking
    assert (await xuanhao("doctor")).code == 2
    began = time.monotonic()
    applied = await xuanhao("setup", "--apply")
    assert time.monotonic() - began < 20
    assert (applied.code, all(steps(applied).values())) == (0, True), applied.out
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    keys = (tmp_path / "keys.json").read_bytes()
    assert (await xuanhao("setup", "--apply")).code == 0
    assert (tmp_path / "keys.json").read_bytes() == keys
    said = await xuanhao("doctor")
    assert (said.code, [name for name, ok in steps(said).items() if not ok]) == (1, ["workers"]), said.out
    assert not any(secret in applied.out + said.out for secret in ("postgresql://", "unix://", str(tmp_path)))

    (tmp_path / "offices.csv").write_text(OFFICES)
    (tmp_path / "zh-CN.md").write_text("业务须知\n第一条\n")
    for command in (
        ("offices", "import", "offices.csv", "--reason", "首批"),
        ("notices", "publish", "440300", "zh-CN.md", "--reason", "首版"),
        ("segments", "release", "粤B", "A12!!"),
    ):
        ran = await xuanhao(*command)
        assert ran.code == 0, ran.err

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    await draw_once(Settings.for_service(), partial(xuanhao, "doctor"))


async def draw_once(settings: Settings, doctor: Callable[[], Awaitable[Ran]]) -> None:
    """The first draw, and what `xuanhao doctor` says while a worker runs."""
    phone = Phone()
    worker = container_for(settings, phone, keys_of(settings))
    async with (
        running_worker(worker, await connect(settings), settings.task_queue),
        running_api(settings, phone, Registry(), keys_of(settings)) as stack,
    ):
        await eventually(lambda: is_ready(stack.client), within=60)
        await stack.reconciler.reconcile(system_clock())
        country = Country(stack)
        office = await stack.repositories.offices.get("440300")
        assert isinstance(office, Office)
        buyer = country.applicant()
        car = country.car(buyer, office)
        key = str(uuid4())
        body = car.body(await buyer.first_code())

        async def is_created() -> bool:
            """Temporal's servers know new search attributes a little later."""
            return (await buyer.post("/preselections", body, key=key)).status == 201

        await eventually(is_created, within=90)
        created = (await buyer.post("/preselections", body, key=key)).ok()
        selection = Selection(buyer, created["id"])
        await selection.verify()
        drawn = (await selection.post("draws", {"exclude_four": False})).ok()
        assert drawn["office"]["name"] == "深圳车管所"
        assert all(number.startswith("粤BA12") for number in drawn["batch"]["numbers"])
        said = await doctor()
        assert (said.code, all(steps(said).values())) == (0, True), said.out
