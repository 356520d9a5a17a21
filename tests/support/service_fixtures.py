"""Services that a test starts as it needs them. A folder whose conftest imports the fixture has it."""

from pathlib import Path

import pytest
from temporalio.client import Client

from embedded.postgres import Postgres
from embedded.temporal import Temporal
from tests.support.services import Services

__all__ = ["services"]


@pytest.fixture
def services(
    postgres: Postgres, database_template: str, temporal: Temporal, temporal_client: Client, tmp_path: Path
) -> Services:
    return Services(postgres, database_template, temporal, temporal_client, tmp_path)
