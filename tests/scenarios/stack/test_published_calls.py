import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.scenarios.attack.published_calls import SHORT, Cast, attack
from tests.support.running_stack import RunningStack, run_command

pytestmark = pytest.mark.slow

APPLICANTS = ["applicant-103", "applicant-104"]


@pytest.fixture
async def offices_put_back(stack: RunningStack, tmp_path: Path) -> AsyncIterator[None]:
    """An operator's valid calls take prefixes away from offices, where the tests that follow draw."""
    _, before = await run_command(stack, "offices", "list")
    yield
    saved = tmp_path / "offices.json"
    saved.write_text(json.dumps([json.loads(line) for line in before.splitlines()]))
    status, report = await run_command(
        stack, "--operator", "tests", "offices", "import", str(saved), "--reason", "back to what it was"
    )
    assert status == 0, report


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("offices_put_back")
async def test_no_call_breaks_the_service_or_answers_what_is_not_published(
    stack: RunningStack, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Schemathesis: valid and invalid forms of every call, and sequences of calls; `make attack` runs it longer."""
    verdict = await attack(stack.url, await Cast.of_demo(http, APPLICANTS), SHORT, tmp_path)
    assert verdict.is_clean, verdict.words
    assert verdict.cases > 1000, verdict.words
