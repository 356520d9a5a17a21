from pathlib import Path

import httpx
import pytest

from tests.scenarios.attack.published_calls import SHORT, Cast, attack
from tests.support.running_stack import RunningStack

pytestmark = pytest.mark.slow

APPLICANTS = ["applicant-103", "applicant-104"]


@pytest.mark.timeout(400)
async def test_no_call_breaks_the_service_or_answers_what_is_not_published(
    stack: RunningStack, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Schemathesis: valid and invalid forms of every call, and sequences of calls; `make attack` runs it longer."""
    verdict = await attack(stack.url, await Cast.of_demo(http, APPLICANTS), SHORT, tmp_path)
    assert verdict.is_clean, verdict.words
    assert verdict.cases > 1000, verdict.words
