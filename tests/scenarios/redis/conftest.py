"""Services on a Redis as production has it."""

from pathlib import Path

import pytest
from temporalio.client import Client

from embedded.postgres import Postgres
from embedded.temporal import Temporal
from tests.support.services import Services


@pytest.fixture
def services(
    postgres: Postgres, database_template: str, temporal: Temporal, temporal_client: Client, tmp_path: Path
) -> Services:
    return Services(postgres, database_template, temporal, temporal_client, tmp_path)
