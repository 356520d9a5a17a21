"""The whole stack of the API's tests, with a separate database and worker."""

import pytest

from config.settings import Settings
from embedded.postgres import Postgres
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from tests.api import conftest as api_tests
from tests.support.api_stack import Addresses, settings_for

phone, registry, worker, context = api_tests.phone, api_tests.registry, api_tests.worker, api_tests.context
whole_stack, stack, country = api_tests.whole_stack, api_tests.stack, api_tests.country


@pytest.fixture(scope="session")
async def settings(
    postgres: Postgres,
    database_template: str,
    valkey: Valkey,
    temporal: Temporal,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    await postgres.create_database("xuanhao_operations", template=database_template)
    addresses = Addresses(postgres.url("xuanhao_operations"), valkey.url(), temporal.address, "operations-tests")
    return settings_for(addresses, tmp_path_factory.mktemp("keys"))
