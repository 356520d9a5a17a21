"""The tests' servers as the system of a run of years."""

from collections.abc import AsyncIterator

import pytest

from embedded.folders import DataFolder
from embedded.postgres import Postgres
from embedded.stack import Servers
from tests.scenarios.fault_injection.system import System
from tests.scenarios.years.system import URL

NAME = "years"


@pytest.fixture
async def system(
    postgres: Postgres, servers: Servers, database_template: str, data_folder: DataFolder
) -> AsyncIterator[System]:
    await postgres.create_database(NAME, template=database_template)
    yield System(data_folder, servers, {}, database=NAME, task_queue=NAME, urls={"api": URL})
    await postgres.drop_database(NAME)
