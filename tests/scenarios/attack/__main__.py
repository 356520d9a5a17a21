"""`python -m tests.scenarios.attack`: attacks a separate, complete system, and prints what the attackers gained.

The exit code is 1 if they gained anything beyond their chances.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import httpx

from process.exit import leave
from tests.scenarios.acceptance.contract import Contract
from tests.scenarios.acceptance.people import DemoService
from tests.scenarios.attack import campaign, published_calls
from tests.scenarios.attack.results import table
from tests.support.running_stack import RunningStack, run_stack

# As in production, but with short countdowns and without a delay between codes.
SCALPED = {
    "CONFIRM_DELAY": "PT1S", "COMPOSE_INTERVAL": "PT1S", "CODE_RESEND": "PT0S", "BATCH_TTL": "PT45S",
    "KEYBOARD_SNAPSHOT": "PT1S",
}  # fmt: skip
# Without limits for Schemathesis: a `rate_limited` response would hide every other response.
UNLIMITED = {"CONFIRM_DELAY": "PT0S", "COMPOSE_INTERVAL": "PT0S", "CODE_RESEND": "PT0S"} | dict.fromkeys(
    ("WRITES_PER_MINUTE", "KEYBOARD_PER_MINUTE", "CODES_PER_HOUR", "CODES_PER_DAY", "FAILED_CHECKS_PER_DAY"), "1000000"
)


def stack_in(folder: Path, policy: dict[str, str]) -> RunningStack:
    return RunningStack(folder, {f"XUANHAO_POLICY__{name}": value for name, value in policy.items()})


async def run_scalper(folder: Path) -> bool:
    """The scalper's attacks; True if nothing was gained."""
    async with run_stack(stack_in(folder, SCALPED)) as stack, httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        service = DemoService(stack, http, Contract((await http.get("/openapi.json")).json()))
        await service.meet()
        results = await campaign.run_attacks(service, campaign.long(), aloud=True)
    sys.stdout.write(f"{table(results)}\n\n")
    return not any(result.beyond for result in results)


async def call_at_random(folder: Path) -> bool:
    """A long run of Schemathesis; True if it found nothing."""
    async with (
        run_stack(stack_in(folder, UNLIMITED)) as stack,
        httpx.AsyncClient(base_url=stack.url, timeout=30) as http,
    ):
        cast = await published_calls.Cast.of_demo(http, ["applicant-103", "applicant-104"])
        verdict = await published_calls.attack(stack.url, cast, published_calls.LONG, folder)
    sys.stdout.write(f"{verdict.words}\n")
    return verdict.is_clean


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="xuanhao-attack-") as folder:
        outcomes = [await attack(folder_for(Path(folder), attack.__name__)) for attack in (run_scalper, call_at_random)]
    return 0 if all(outcomes) else 1


def folder_for(parent: Path, name: str) -> Path:
    # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
    parent.chmod(0o711)
    (parent / name).mkdir()
    return parent / name


if __name__ == "__main__":
    leave(asyncio.run(main()))
