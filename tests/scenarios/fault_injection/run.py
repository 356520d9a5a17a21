"""One run: the system, the crowd and the injector together, then the checks when all faults are over."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from bench.stack import settings_of
from process.clock import system_clock
from tests.scenarios.fault_injection.calls import CallLog
from tests.scenarios.fault_injection.checker import CHECKS
from tests.scenarios.fault_injection.crowd import Crowd
from tests.scenarios.fault_injection.evidence import Evidence, gather_evidence
from tests.scenarios.fault_injection.faults import Fault, Injector
from tests.scenarios.fault_injection.report import Report
from tests.scenarios.fault_injection.system import System, running_system
from tests.scenarios.fault_injection.watch import Watch
from worker.container import WorkerContainer

Show = Callable[[str], None]
CALL_TIMEOUT_S = 25.0


@dataclass(frozen=True)
class Plan:
    """A run of so many seconds and at most so many faults; the seed decides every choice of ours."""

    seed: int
    seconds: float
    most_faults: int
    longest_freeze_s: float
    settle_s: float
    """How long deadlines and maintenance may take after the last fault before the checks."""

    lanes: int = 3
    """How many faults at a time."""

    first: Sequence[str] = ()
    """The kinds with which it begins, so that a short run has them."""

    overtime_s: float = 0.0
    """How much longer it may take to make all of its faults."""


async def run(plan: Plan, folder: Path, show: Show) -> Report:
    async with running_system(folder) as system:
        log = CallLog()
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(timeout=CALL_TIMEOUT_S, limits=limits) as http:
            crowd = Crowd(system, log, http, random.Random(plan.seed))
            injector = Injector(
                system, log, random.Random(plan.seed + 1), plan.longest_freeze_s, plan.lanes, plan.first
            )
            await crowd.meet()
            began, watch = time.monotonic(), Watch(system.owner_dsn)
            acting, looking = asyncio.create_task(crowd.act()), asyncio.create_task(watch.look())
            supervising = asyncio.create_task(injector.supervise())
            show("the crowd acts")
            await injector.work(seconds=plan.seconds, most=plan.most_faults, overtime_s=plan.overtime_s)
            show(f"{len(injector.made)} faults were made")
            await asyncio.sleep(2)
            crowd.end()
            await acting
        await asyncio.sleep(plan.settle_s)
        for task in (looking, supervising):
            task.cancel()
        log.save(folder / "calls.jsonl")
        minutes = (time.monotonic() - began) / timedelta(minutes=1).total_seconds()
        violations, counts = await _checked(system, log, injector.made, show)
        violations["each read is answered as the contract says"] = crowd.problems
        counts |= {"journeys ended": crowd.finished, "journeys given up without an answer": crowd.given_up}
        violations["nothing ends before its time by more than the skew"] = sorted(watch.early)
        return Report(plan.seed, minutes, injector.measured(), log, counts, violations)


async def _checked(
    system: System, log: CallLog, faults: Sequence[Fault], show: Show
) -> tuple[dict[str, list[str]], dict[str, int]]:
    container = WorkerContainer.from_settings(settings_of(system.environment))
    repositories = container.repositories
    try:
        evidence = await gather_evidence(system, repositories, log, faults, now=system_clock())
        violations = {}
        for promise, check in CHECKS.items():
            violations[promise] = await check(evidence)
            show(f"{promise}: {len(violations[promise])} violations")
        return violations, counts_of(evidence)
    finally:
        await container.close()


def counts_of(evidence: Evidence) -> dict[str, int]:
    stages = Counter(f"preselections at {row['stage']}" for row in evidence.preselections.values())
    decisions = sum(len(made) for made in evidence.decisions.values())
    return {"decisions": decisions, "bans": len(evidence.bans), **dict(sorted(stages.items()))}
