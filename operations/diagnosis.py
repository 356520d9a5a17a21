"""Checks what a running installation needs besides its set-up, and changes nothing."""

import asyncio
from collections import Counter
from datetime import datetime

from sqlalchemy import text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError, RPCStatusCode

from config.release import RELEASE
from domain.instants import format_instant
from operations.gateway_checks import check_gateways
from operations.installation import Check, Installation, Missing, Step, run_step
from storage.crypto.readers import KeyReader, KeyReaders
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.redis.health import eviction_policies
from workflows.maintenance.schedule import SCHEDULE_ID, last_run_of, stands_still

LARGEST_SKEW_S = 1.0
_NTP = "run NTP on all machines"
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
        raise Missing(f"this machine and the database differ by {skew:.1f} s", _NTP, is_usable=True)
    readers = await _live_readers(installation)
    wrong = [reader for reader in readers if reader.skew and abs(reader.skew.total_seconds()) > LARGEST_SKEW_S]
    if wrong:
        found = ", ".join(f"{each.program}: {each.skew.total_seconds():+.1f} s" for each in wrong if each.skew)
        raise Missing(f"from the database's clock: {found}", _NTP, is_usable=True)
    return f"within {LARGEST_SKEW_S:.0f} s of the database, and so are {len(readers)} processes"


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


async def _live_readers(installation: Installation) -> list[KeyReader]:
    return await KeyReaders(installation.database).live_readers(installation.at)


async def _processes(installation: Installation) -> str:
    """Name, release and machine of each; several of one kind are counted."""
    programs = Counter(reader.program for reader in await _live_readers(installation))
    if others := sorted(str(program) for program in programs if program.release != RELEASE):
        raise Missing(
            f"not of release {RELEASE}: {', '.join(others)}",
            "finish the upgrade (docs/upgrading.md), or use the command of that release",
            is_usable=True,
        )
    found = (f"{program} ({number})" for program, number in programs.items())
    return ", ".join(found) or "none runs"


async def _key_readers(installation: Installation) -> str:
    """The ids of the keys that each process has read; ids are no secrets."""
    keys = Keys.from_source(key_source(installation.settings.key_file, installation.settings.keys))
    readers = await _live_readers(installation)
    lacking = {
        str(reader.program): sorted(set(keys.known_ids) - set(reader.known))
        for reader in readers
        if not set(keys.known_ids) <= set(reader.known)
    }
    if lacking:
        found = "; ".join(f"{program} lacks {', '.join(ids)}" for program, ids in sorted(lacking.items()))
        raise Missing(found, "give all machines the same key file", is_usable=True)
    return "; ".join(f"{reader.program}: {', '.join(sorted(reader.known))}" for reader in readers) or "no process runs"


async def _maintenance(installation: Installation) -> str:
    """Whether the schedule runs; the step `schedule` says whether it is there."""
    client = await installation.temporal()
    try:
        schedule = await client.get_schedule_handle(SCHEDULE_ID).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Missing("no schedule", "see the step schedule", is_usable=True) from None
    if schedule.schedule.state.paused:
        raise Missing("paused", f"unpause the schedule {SCHEDULE_ID} in Temporal's UI", is_usable=True)
    last = format_instant(last_run_of(schedule))
    if stands_still(schedule, installation.at):
        raise Missing(f"has not run since {last}", "read the log of xuanhao worker", is_usable=True)
    return f"last run {last}"


async def _gateways(installation: Installation) -> str:
    return await check_gateways(installation.settings)


RUNNING: dict[str, Check] = {
    "redis_policy": _policy_of_redis, "clocks": _clocks, "gateways": _gateways, "workers": _workers,
    "maintenance": _maintenance, "processes": _processes, "key_readers": _key_readers,
}  # fmt: skip
