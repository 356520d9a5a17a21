"""The built pages, and complete systems for their journeys."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.app import with_routes
from api.openapi.document import document_of
from scripts.build_web import install_tools
from tests.support.running_stack import RunningStack, run_stack
from tests.web.pages_under_test import brisk_stack_in, build_pages


@pytest.fixture(scope="session")
def web_tools() -> None:
    """What checks and tests the pages' sources."""
    install_tools()


@pytest.fixture(scope="session")
def pages() -> None:
    build_pages()


@pytest.fixture(scope="session")
def openapi_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document that the service publishes."""
    file = tmp_path_factory.mktemp("openapi") / "openapi.json"
    file.write_text(json.dumps(document_of(with_routes())), "utf-8")
    return file


@pytest.fixture
async def brisk_stack(pages: None, tmp_path: Path) -> AsyncIterator[RunningStack]:
    async with run_stack(brisk_stack_in(tmp_path)) as stack:
        yield stack
