import pytest

from storage.postgres.database import Database
from tests.storage.sms.code_user import CodeUser


@pytest.fixture
def person(database: Database) -> CodeUser:
    return CodeUser(database)
