"""`python -m tests.scenarios.attack`: attacks a separate, complete system, and prints what the attackers gained.

Exits with 1 if they got anything beyond their chances.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import httpx

from process.exit import leave
from tests.scenarios.acceptance.contract import Contract
from tests.scenarios.acceptance.people import Service
from tests.scenarios.attack import campaign, published_calls
from tests.scenarios.attack.findings import table
from tests.scenarios.stack.running_stack import RunningStack, running

# As in production, but that nobody waits long: the countdowns are short, and a code may follow a code at once.
SCALPED = {
    "CONFIRM_DELAY": "PT1S", "COMPOSE_INTERVAL": "PT1S", "CODE_RESEND": "PT0S", "BATCH_TTL": "PT45S",
    "KEYBOARD_SNAPSHOT": "PT1S",
}  # fmt: skip
# Nothing in the way of Schemathesis: a refusal for calling too often would hide every other answer.
UNLIMITED = {"CONFIRM_DELAY": "PT0S", "COMPOSE_INTERVAL": "PT0S", "CODE_RESEND": "PT0S"} | dict.fromkeys(
    ("WRITES_PER_MINUTE", "KEYBOARD_PER_MINUTE", "CODES_PER_HOUR", "CODES_PER_DAY", "FAILED_CHECKS_PER_DAY"), "1000000"
)


def stack_in(folder: Path, policy: dict[str, str]) -> RunningStack:
    return RunningStack(folder, {f"XUANHAO_POLICY__{name}": value for name, value in policy.items()})


async def scalped(folder: Path) -> bool:
    """The scalper's campaign; True if nothing was got."""
    async with running(stack_in(folder, SCALPED)) as stack, httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        service = Service(stack, http, Contract((await http.get("/openapi.json")).json()))
        await service.meet()
        findings = await campaign.fought(service, campaign.long(), aloud=True)
    sys.stdout.write(f"{table(findings)}\n\n")
    return not any(finding.beyond for finding in findings)


async def called_at_random(folder: Path) -> bool:
    """Schemathesis for a long time; True if it found nothing."""
    async with running(stack_in(folder, UNLIMITED)) as stack, httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        cast = await published_calls.Cast.of_demo(http, ["applicant-103", "applicant-104"])
        verdict = await published_calls.attack(stack.url, cast, published_calls.LONG, folder)
    sys.stdout.write(f"{verdict.words}\n")
    return verdict.is_clean


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="xuanhao-attack-") as folder:
        outcomes = [await attack(folder_for(Path(folder), attack.__name__)) for attack in (scalped, called_at_random)]
    return 0 if all(outcomes) else 1


def folder_for(parent: Path, name: str) -> Path:
    # PostgreSQL's part belongs to another user where we are root, who must be able to pass through.
    parent.chmod(0o711)
    (parent / name).mkdir()
    return parent / name


if __name__ == "__main__":
    leave(asyncio.run(main()))
