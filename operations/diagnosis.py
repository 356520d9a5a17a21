"""Checks what a running installation needs besides its set-up, and changes nothing."""

import asyncio
import json
from datetime import datetime

import httpx
from sqlalchemy import text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from operations.installation import Check, Installation, Missing, Step, run_step
from storage.crypto.readers import KeyReaders
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.redis.health import eviction_policies

LARGEST_SKEW_S = 1.0
_NOW = text("SELECT clock_timestamp()")


async def check_running(installation: Installation) -> list[Step]:
    """The steps of a running installation, in order."""
    return [await run_step(name, check, installation) for name, check in RUNNING.items()]


async def _policy_of_redis(installation: Installation) -> str:
    wrong = await eviction_policies(installation.redis) - {"noeviction"}
    if wrong:
        raise Missing(f"maxmemory-policy {', '.join(sorted(wrong))}", "set maxmemory-policy noeviction", is_usable=True)
    return "maxmemory-policy noeviction"


async def _clocks(installation: Installation) -> str:
    before = asyncio.get_running_loop().time()
    theirs: datetime = (await installation.database.rows(_NOW))[0][0]
    delay = asyncio.get_running_loop().time() - before
    skew = abs((theirs - datetime.now(tz=theirs.tzinfo)).total_seconds())
    if skew > LARGEST_SKEW_S + delay:
        raise Missing(
            f"this machine and the database differ by {skew:.1f} s", "run NTP on all machines", is_usable=True
        )
    return f"within {LARGEST_SKEW_S:.0f} s of the database"


async def _workers(installation: Installation) -> str:
    settings, client = installation.settings, await installation.temporal()
    request = DescribeTaskQueueRequest(
        namespace=settings.temporal_namespace,
        task_queue=TaskQueue(name=settings.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    pollers = (await client.workflow_service.describe_task_queue(request)).pollers
    if not pollers:
        raise Missing("no worker polls the task queue", "start xuanhao worker", is_usable=True)
    return f"{len(pollers)} poll the task queue"


async def _key_readers(installation: Installation) -> str:
    keys = Keys.from_source(key_source(installation.settings.key_file, installation.settings.keys))
    readers = await KeyReaders(installation.database).live_readers(installation.at)
    if behind := sorted({reader.name for reader in readers if not set(keys.known_ids) <= set(reader.known)}):
        raise Missing(f"{', '.join(behind)} lack a key", "give all machines the same key file", is_usable=True)
    return json.dumps({reader.name: len(reader.known) for reader in readers}) if readers else "no process runs"


async def _gateways(installation: Installation) -> str:
    settings = installation.settings
    if missing := settings.missing_gateways():
        raise Missing(f"{' and '.join(missing)} not set", "set them; `local:` names the local adapters")
    named = {"SMS": settings.sms_gateway, "registry": settings.registry_gateway}
    async with httpx.AsyncClient(timeout=3.0) as http:
        for name, url in named.items():
            if url:
                await _reach(http, name, url)
    return ", ".join(f"{name} {'reachable' if url else 'local'}" for name, url in named.items())


async def _reach(http: httpx.AsyncClient, name: str, url: str) -> None:
    """Any answer shows that it is there; nothing is sent to it."""
    try:
        await http.head(url)
    except httpx.HTTPError as failure:
        raise Missing(
            f"{name}: {type(failure).__name__}", "check its address and the network", is_usable=True
        ) from None


RUNNING: dict[str, Check] = {
    "redis_policy": _policy_of_redis, "clocks": _clocks, "gateways": _gateways, "workers": _workers,
    "key_readers": _key_readers,
}  # fmt: skip
