"""The web pages: whole journeys in a real Chromium against the whole stack, and their checks and tests."""

import asyncio
from pathlib import Path

import pytest

from tests.support.running_stack import RunningStack
from tests.web.pages_under_test import run_script

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("web_tools")]


# First, because it takes longest.
@pytest.mark.timeout(900)
async def test_a_real_browser_goes_all_the_ways(brisk_stack: RunningStack) -> None:
    await asyncio.to_thread(run_script, "journeys", XUANHAO_BASE_URL=brisk_stack.url)


def test_components_and_composables_do_what_they_say() -> None:
    run_script("test")


def test_the_pages_keep_the_rules_of_their_house() -> None:
    run_script("check")


@pytest.mark.usefixtures("pages")
def test_the_first_load_is_small() -> None:
    run_script("size")


def test_the_types_are_those_of_the_published_document(openapi_file: Path) -> None:
    run_script("types:check", XUANHAO_OPENAPI=str(openapi_file))
