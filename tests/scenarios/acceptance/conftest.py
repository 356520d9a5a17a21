"""Three running instances, as long as the tests of this folder run: with long, short and very short countdowns."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.acceptance.people import DemoService
from tests.scenarios.acceptance.services import HURRIED, LAPSING, UNHURRIED, run_service


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of an instance are slow: its start takes longer than what most of them do."""
    for item in items:
        if {"service", "hasty_service", "brief_service"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoService]:
    async with run_service(tmp_path_factory.mktemp("unhurried"), UNHURRIED) as service:
        yield service


@pytest.fixture(scope="package")
async def hasty_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoService]:
    async with run_service(tmp_path_factory.mktemp("hurried"), HURRIED) as service:
        yield service


@pytest.fixture(scope="package")
async def brief_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoService]:
    async with run_service(tmp_path_factory.mktemp("lapsing"), LAPSING) as service:
        yield service
