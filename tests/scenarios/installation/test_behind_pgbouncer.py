"""Behind a pooler of transactions everything works: a journey, the desk, commands and the doctor."""

from pathlib import Path

import pytest

from embedded.folders import DataFolder
from embedded.valkey import Valkey
from operations.installation import Installation, run_step
from operations.setup import SETUP
from process.clock import system_clock
from tests.support.command_line import run_process, variables
from tests.support.desk import clerk_of, reserve_plate
from tests.support.poolers import POOLERS, pooled_address
from tests.support.services import Services

pytestmark = pytest.mark.slow

DATABASE = 9


@pytest.mark.parametrize("pooler", POOLERS)
async def test_a_journey_commands_and_the_doctor_need_no_session(
    services: Services,
    valkey: Valkey,
    data_folder: DataFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pooler: str,
) -> None:
    async with (
        services.database() as name,
        pooled_address(pooler, data_folder, services.postgres.url(name), monkeypatch) as address,
    ):
        pooled = {"database_url": address, "database_transaction_pooling": True}
        settings = services.settings(name, valkey.url(DATABASE)).model_copy(update=pooled)
        async with services.serving(settings) as country:
            office = await country.own_office()
            reserved = await reserve_plate(country, office)
            view = await reserved.view()
            confirmed = await clerk_of(country, office).post(f"/desk/preselections/{reserved.id}/confirmation")
            assert (view["stage"], confirmed.ok()["stage"]) == ("completed", "registered")
            assert (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200
        (tmp_path / "keys.json").chmod(0o600)
        installation = Installation(settings, system_clock(), apply=False)
        for step in ("database", "role", "migrations", "keys", "calendar", "offices"):
            found = await run_step(step, SETUP[step], installation)
            assert found.ok or (step, found.is_usable) == ("calendar", True), found
        await installation.close()
        environment = variables(settings) | {"XUANHAO_DATABASE_TRANSACTION_POOLING": "1"}
        listed = await run_process(("--json", "offices", "list"), environment, "", tmp_path)
        assert [each["code"] for each in listed.records] == [office.code]
