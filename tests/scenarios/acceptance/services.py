"""Starts a running instance whose responses are compared with the published contract."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.scenarios.acceptance.contract import Contract
from tests.scenarios.acceptance.people import DemoService
from tests.support.running_stack import RunningStack, run_stack

# As in production, but codes are sent and 「确认」 is enabled at once, and the interval between submissions is short.
UNHURRIED = {"CONFIRM_DELAY": "PT0S", "COMPOSE_INTERVAL": "PT1S", "CODE_RESEND": "PT0S"}
# Few chances, short holds, no other countdown.
HURRIED = {
    "CONFIRM_DELAY": "PT0S",
    "COMPOSE_INTERVAL": "PT0S",
    "CODE_RESEND": "PT0S",
    "BATCH_TTL": "PT3S",
    "CANDIDATE_TTL": "PT3S",
    "CANDIDATE_TTL_CAP": "PT4S",
    "DRAWS": "2",
    "COMPOSED": "4",
    "COMPOSED_PER_SUBMISSION": "3",
    "KEYBOARD_SNAPSHOT": "PT1S",
    "CANCELLATION": "true",
    "COOLING_MIN": "PT0S",
    "COOLING_MAX": "PT1S",
}
# Deadline, ban, sessions and codes last seconds.
LAPSING = {
    "CONFIRM_DELAY": "PT1S",
    "CODE_RESEND": "PT1S",
    "CODE_TTL": "PT3S",
    "SESSION_IDLE": "PT3S",
    "COMPOSED": "2",
    "COMPOSE_INTERVAL": "PT1S",
    "VALIDITY": "PT3S",
    "BLACKLIST": "PT5S",
    "COOLING_MIN": "PT0S",
    "COOLING_MAX": "PT1S",
    "KEYBOARD_PER_MINUTE": "20",
}


@asynccontextmanager
async def run_service(folder: Path, policy: dict[str, str]) -> AsyncIterator[DemoService]:
    environment = {f"XUANHAO_POLICY__{name}": value for name, value in policy.items()}
    async with run_stack(RunningStack(folder, environment)) as stack:
        async with httpx.AsyncClient(base_url=stack.url) as plain:
            contract = Contract((await plain.get("/openapi.json")).json())
        hooks = {"response": [contract.check]}
        async with httpx.AsyncClient(base_url=stack.url, timeout=20, event_hooks=hooks) as http:
            service = DemoService(stack, http, contract)
            await service.meet()
            yield service
